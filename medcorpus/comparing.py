"""Row by row, what changed from one release to another, and why.

Rows are matched by their id within a configuration. Splits whose logical hash is the same are not read at all. Why a
row went is looked up in the newer release's ledger, why one came in the older one's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcorpus import loading, products, release, remote
from medcorpus.errors import UnknownNameError, VerificationError
from medcorpus.published import PublishedRelease
from medcorpus.publishing import changes
from medcorpus.release import Release
from medcorpus.verified import ensure_verified

if TYPE_CHECKING:
    import polars as pl

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
BY = ("source", "lang", "task_id", "license")
LEDGER = "ledger.parquet"
UNNAMED = {ADDED: "new in its source", REMOVED: "no longer in its source", CHANGED: "says something else"}
PLACE = frozenset(("raw_file", "raw_row"))
"""Columns that say where a row was read; a row that only moved there has not changed."""
EXAMPLES = 5


@dataclass(slots=True)
class Comparison:
    """What changed: from the manifests, and counts of rows by what, dimension and value."""

    old: str
    new: str
    told: list[changes.Difference]
    rows: dict[str, int] = field(default_factory=lambda: {ADDED: 0, REMOVED: 0, CHANGED: 0})
    by: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    reasons: dict[str, dict[str, int]] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def take(self, found: pl.DataFrame) -> None:
        """Add the rows of a split that changed: `what`, `why`, `id` and the columns of `BY` that there are."""
        import polars as pl

        for what, rows in found.group_by("what", maintain_order=True):
            name = str(what[0])
            self.rows[name] += rows.height
            _add(self.reasons.setdefault(name, {}), rows["why"])
            for column in (c for c in BY if c in rows.columns):
                _add(self.by.setdefault(column, {}).setdefault(name, {}), rows[column].cast(pl.String))
            listed = self.examples.setdefault(name, [])
            listed += rows["id"].head(EXAMPLES - len(listed)).to_list()


def _add(counts: dict[str, int], values: pl.Series) -> None:
    for value, rows in values.value_counts(sort=True).iter_rows():
        counts[value] = counts.get(value, 0) + rows


def named(text: str) -> Release:
    """Find a release by what people write: a folder, `PRODUCT@VERSION`, or `hf://NAMESPACE/NAME@VERSION`.

    Raises:
        UnknownNameError: There is no such release.
    """
    place, _, version = text.rpartition("@") if "@" in text else (text, "", "")
    if remote.is_address(text):
        from medcorpus import published

        return published.any_product(remote.repository_of(place), version or published.LATEST)
    if place in products.PRODUCTS:
        return loading.find_release(place, version=version or "latest")
    if (Path(text) / release.MANIFEST).is_file():
        return release.open_release(Path(text))
    fix = "write a release's folder, PRODUCT@VERSION, or hf://NAMESPACE/NAME@VERSION"
    raise UnknownNameError("release", text, products.PRODUCTS, fix=fix)


def compare(old: Release, new: Release) -> Comparison:
    """Compare two releases of a product.

    Raises:
        VerificationError: They are of different products, or their files are not what their manifests list.
    """
    if old.product != new.product:
        raise VerificationError(f"{old.product} and {new.product} are two products", fix="name two releases of one")
    found = Comparison(old.version, new.version, changes.between(old.manifest, new.manifest))
    why = {ADDED: _ledger(old), REMOVED: _ledger(new)}
    for config, split in _differing(old, new):
        found.take(_changed(_rows(old, config, split), _rows(new, config, split), why))
    return found


def _differing(old: Release, new: Release) -> Iterator[tuple[str, str]]:
    places = {(c, s): None for r in (old, new) for c, splits in r.manifest["configs"].items() for s in splits}
    for config, split in places:
        hashes = [r.manifest["configs"].get(config, {}).get(split, {}).get("hash") for r in (old, new)]
        if hashes[0] != hashes[1]:
            yield config, split


def _rows(of: Release, config: str, split: str) -> pl.DataFrame | None:
    """Read id, dimensions and a hash of every row of a split."""
    import polars as pl

    entry: Mapping[str, Any] | None = of.manifest["configs"].get(config, {}).get(split)
    if entry is None:
        return None
    paths = [of.path / f["path"] for f in entry["files"]]
    _here(of, paths)
    frame = pl.scan_parquet(paths, glob=False)
    names = frame.collect_schema().names()
    wanted = ["id", *(c for c in BY if c in names)]
    return frame.select(*wanted, hash=pl.struct(pl.col(sorted(set(names) - PLACE))).hash()).collect()


def _here(of: Release, paths: list[Path]) -> None:
    if isinstance(of, PublishedRelease):
        of.bring(paths)
    ensure_verified(of, paths)


def _ledger(of: Release) -> pl.DataFrame:
    import polars as pl

    if not any(f["path"] == LEDGER for f in of.manifest["files"]):
        return pl.DataFrame(schema={"id": pl.String, "reason": pl.String})
    _here(of, [of.path / LEDGER])
    found = pl.read_parquet(of.path / LEDGER, glob=False, columns=["id", "reason"])
    return found.unique("id", keep="first", maintain_order=True)


def _changed(old: pl.DataFrame | None, new: pl.DataFrame | None, why: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    import polars as pl

    empty = (old if old is not None else new).clear()  # type: ignore[union-attr]
    before, after = (empty if old is None else old), (empty if new is None else new)
    parts = {
        ADDED: after.join(before, on="id", how="anti", maintain_order="left"),
        REMOVED: before.join(after, on="id", how="anti", maintain_order="left"),
        CHANGED: after.join(before.select("id", old="hash"), on="id", maintain_order="left")
        .filter(pl.col("hash") != pl.col("old"))
        .drop("old"),
    }
    return pl.concat([_explained(rows.drop("hash"), what, why.get(what)) for what, rows in parts.items()])


def _explained(rows: pl.DataFrame, what: str, ledger: pl.DataFrame | None) -> pl.DataFrame:
    import polars as pl

    if ledger is None:
        return rows.with_columns(what=pl.lit(what), why=pl.lit(UNNAMED[what]))
    prefix = "was left out: " if what == ADDED else "left out: "
    found = rows.join(ledger, on="id", how="left", maintain_order="left")
    told = (pl.lit(prefix) + pl.col("reason")).fill_null(UNNAMED[what])
    return found.with_columns(what=pl.lit(what), why=told).drop("reason")
