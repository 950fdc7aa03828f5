"""Why a row is, or is not, in a release: the raw row it comes from, and what became of it in every product.

A row is asked for by a record's id (`source/key`) or an instruction's (`task/source/key`). Releases say what was
published and, in their ledgers, what was left out, why, and which copy of a duplicate stayed.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcorpus import duplicates, products, registry, release, tombstones, verified
from medcorpus.duplicates import Cluster
from medcorpus.errors import MedcorpusError, UnknownNameError
from medcorpus.release import Release

if TYPE_CHECKING:
    import polars as pl

COMPARED = 5_000
"""A wrong id is compared with at most so many ids that are nearly as long and begin or end alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The row that is asked for: a record, or one of its instructions."""

    id: str
    record: str
    source: str

    @property
    def is_instruction(self) -> bool:
        """Whether one instruction is meant and not all that were rendered from the record."""
        return self.id != self.record


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of a row in one release.

    Args:
        product: Name of the product.
        version: Version of the release.
        id: Id of the record, or of the instruction rendered from it.
        published: Whether it is in the release.
        config: Configuration it is published in.
        split: Split it is published in.
        step: Step that left it out: `read`, `render` or `keep`.
        reason: Why it was left out.
        stayed: Id of the copy that stayed, where a copy of another row was left out.
        cluster: The rows that say nearly the same, where the product looks for them and its layers are still here.
    """

    product: str
    version: str
    id: str
    published: bool
    config: str = ""
    split: str = ""
    step: str = ""
    reason: str = ""
    stayed: str = ""
    cluster: Cluster | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Where a row comes from and what became of it.

    Args:
        id: The id that was asked for.
        record: Id of the record.
        source: Name of the source.
        raw_file: Path of the raw file inside the source's folder; empty: not known any more.
        raw_row: 1-based line, row or element in it.
        url: Where upstream keeps that file.
        fates: What became of it, release by release; empty: it is in none here.
    """

    id: str
    record: str
    source: str
    raw_file: str = ""
    raw_row: int = 0
    url: str = ""
    fates: tuple[Fate, ...] = ()


def explain(row_id: str, home: Path, path: Path | None = None) -> Story:
    """Tell where a row comes from and what became of it.

    Args:
        row_id: Id of a record or an instruction.
        home: Folder of the releases.
        path: A release's folder, to look into this one only.

    Raises:
        UnknownNameError: No such row is known here; the nearest ids are suggested.
        VerificationError: A file of a release differs from its manifest.
    """
    books = [_Book(release.open_release(path))] if path else list(_books(home))
    asked = _parse(row_id, books)
    told = [book.look_up(asked) for book in books if asked.source in book.release.manifest["sources"]]
    fates = tuple(fate for fates, _ in told for fate in fates)
    place = next((place for _, place in told if place), None)
    if not fates:
        raise _unknown(asked, books)
    raw_file, raw_row = place or ("", 0)
    return Story(
        id=asked.id,
        record=asked.record,
        source=asked.source,
        raw_file=raw_file,
        raw_row=raw_row,
        url=_url(asked.source, raw_file),
        fates=fates,
    )


def _books(home: Path) -> Iterator[_Book]:
    for product in products.PRODUCTS:
        if release.versions(home, product):
            yield _Book(release.find(home, product))


def _parse(row_id: str, books: Iterable[_Book]) -> Asked:
    sources = {*registry.names(), *(name for book in books for name in book.release.manifest["sources"])}
    tasks = {*registry.tasks(), *(task for book in books for task in book.release.manifest["tasks"])}
    first, _, rest = row_id.partition("/")
    second, _, key = rest.partition("/")
    if first in tasks and second in sources and key:
        return Asked(id=row_id, record=rest, source=second)
    if first in sources and rest:
        return Asked(id=row_id, record=row_id, source=first)
    if first in tasks and second:
        raise UnknownNameError("source", second, sources)
    if not rest:
        raise UnknownNameError("row", row_id, (), fix="an id is written source/key or task/source/key")
    raise UnknownNameError("source or task", first, {*sources, *tasks})


class _Book:
    """One release, to look rows up in."""

    def __init__(self, opened: Release) -> None:
        self.release = opened
        self.product = products.get(opened.product)

    def look_up(self, asked: Asked) -> tuple[list[Fate], tuple[str, int] | None]:
        """Give what became of the row here, and the raw file and row where this release knows them."""
        kept, ledger = self._published(asked), self._left_out(asked)
        ledger = [r | {"id": asked.id} if r["reason"] == tombstones.RULE else r for r in ledger]
        fates = [self._kept(row) for row in kept] + [self._lost(row) for row in ledger]
        places = [(r["raw_file"], r["raw_row"]) for r in (*kept, *ledger) if r.get("raw_file")]
        told = [replace(f, cluster=duplicates.cluster_of(self.release, self.product, f.id)) for f in fates]
        return told, places[0] if places else None

    def _kept(self, row: Mapping[str, Any]) -> Fate:
        return replace(self._fate(row), published=True, config=row[self.product.config], split=row["split"])

    def _lost(self, row: Mapping[str, Any]) -> Fate:
        return replace(self._fate(row), step=row["step"], reason=row["reason"], stayed=row["copy_of"])

    def _fate(self, row: Mapping[str, Any]) -> Fate:
        return Fate(product=self.release.product, version=self.release.version, id=row["id"], published=False)

    def _published(self, asked: Asked) -> list[dict[str, Any]]:
        import polars as pl

        column, wanted = "id", asked.record
        if self.product.kind == "instructions":
            column, wanted = ("id", asked.id) if asked.is_instruction else ("record_id", asked.record)
        found = self.rows().filter(pl.col("source") == asked.source, pl.col(column) == wanted)
        names = ("id", "split", self.product.config, "raw_file", "raw_row")
        present = found.collect_schema().names()
        return found.select(*(n for n in dict.fromkeys(names) if n in present)).collect().to_dicts()

    def rows(self) -> pl.LazyFrame:
        """Scan all rows of the release, checked against its manifest."""
        import polars as pl

        listed = [f["path"] for c in self.release.manifest["configs"].values() for s in c.values() for f in s["files"]]
        files = [self.release.path / path for path in listed]
        verified.ensure_verified(self.release, files)
        return pl.scan_parquet(files, glob=False) if files else pl.LazyFrame(schema={"id": pl.String})

    def ids(self, asked: Asked) -> set[str]:
        """Give the ids of the source's rows here: of instructions or of records, as the id asked for is."""
        import polars as pl

        own = pl.col("source") == asked.source
        rows = [self.rows().filter(own).select("id"), self._ledger().filter(own, pl.col("id") != "").select("id")]
        found: set[str] = set(pl.concat(rows).collect()["id"])
        if asked.is_instruction:
            return {i for i in found if not i.startswith(f"{asked.source}/")}
        return {i if i.startswith(f"{asked.source}/") else i.partition("/")[2] for i in found}

    def _ledger(self) -> pl.LazyFrame:
        import polars as pl

        ledger = self.release.path / "ledger.parquet"
        verified.ensure_verified(self.release, [ledger])
        return pl.scan_parquet(ledger, glob=False)

    def _left_out(self, asked: Asked) -> list[dict[str, Any]]:
        import polars as pl

        ids = [asked.id, asked.record]
        if self.product.kind == "instructions" and not asked.is_instruction:
            ids += [f"{task}/{asked.record}" for task in {*registry.tasks(), *self.release.manifest["tasks"]}]
        ids += [tombstones.hash_of(i) for i in ids]  # how a ledger names what was withdrawn
        return self._ledger().filter(pl.col("source") == asked.source, pl.col("id").is_in(ids)).collect().to_dicts()


def _url(source: str, raw_file: str) -> str:
    path = raw_file.partition("!")[0]
    if not path or source not in registry.names():
        return ""
    entry = registry.get(source).file_for(path)
    return entry.url.replace("{path}", path) if entry else ""


def _unknown(asked: Asked, books: Iterable[_Book]) -> MedcorpusError:
    known = sorted({row_id for book in books for row_id in book.ids(asked)})
    if not known:
        fix = f"nothing of {asked.source} was built here; run: medcorpus build PRODUCT, or name its --home"
        return UnknownNameError("row", asked.id, (), fix=fix)
    near = difflib.get_close_matches(asked.id, _alike(asked.id, known), n=3, cutoff=0.6)
    fix = f"did you mean {' or '.join(map(repr, near))}?" if near else f"ids here look like {known[0]!r}"
    return UnknownNameError("row", asked.id, (), fix=fix)


def _alike(row_id: str, known: list[str]) -> list[str]:
    """Give the ids worth comparing: all when they are few, else those nearly as long that begin or end alike."""
    if len(known) <= COMPARED:
        return known
    half = len(row_id) // 2
    alike = [
        i for i in known if abs(len(i) - len(row_id)) < 5 and (i[:half] == row_id[:half] or i[half:] == row_id[half:])
    ]
    return alike[:COMPARED]
