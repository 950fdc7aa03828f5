"""Reads what may differ of two releases, and compares it id by id."""

from __future__ import annotations

import re
import secrets
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcorpus import verified
from medcorpus.difference import reasons
from medcorpus.errors import VerificationError
from medcorpus.release import Release
from medcorpus.tombstones import RULE, hashes_of

if TYPE_CHECKING:
    import polars as pl

Watch = Callable[[str, int, int], None]
FACTS = ("source", "lang", "task_id", "license", "access", "redistribute", "split")
"""Columns of few values, which are kept as they are; any other is kept as a hash."""
PLACE = ("raw_file", "raw_row")
LEDGER = "ledger.parquet"
BATCH = 1 << 14
"""Rows that are read at a time."""
SPILL = 1 << 18
"""Rows of ids and hashes that are put on disk at a time."""
BUCKET = 1 << 18
"""Rows that are compared at a time."""
EXAMPLES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rows that share what became of them and what there is to say of them.

    Args:
        status: `added`, `removed`, `changed` or `moved`.
        old: Their facts in the one release; empty where they are not in it.
        new: Their facts in the other.
        raw: What the release that lacks them says of their raw file.
        ledger: Why the release that lacks them left them out.
        rows: How many they are.
    """

    status: str
    old: Mapping[str, str]
    new: Mapping[str, str]
    raw: str
    ledger: str
    rows: int


@dataclass(slots=True)
class Compared:
    """What came out: groups of rows, changed rows by column, some ids by status, and how many rows were read."""

    groups: list[Group] = field(default_factory=list)
    columns: Counter[str] = field(default_factory=Counter)
    examples: dict[str, tuple[str, ...]] = field(default_factory=dict)
    compared: int = 0


def compare(old: Release, new: Release, watch: Watch | None = None) -> Compared:
    """Compare the rows of two releases.

    Raises:
        VerificationError: A file differs from its manifest, or an id stands twice in a release.
    """
    files = _differing(old, new)
    count = max(sum(n for _, n in side) for side in files)
    with tempfile.TemporaryDirectory(prefix="medcorpus-diff-") as folder:
        reader = _Reader(Path(folder), old, new, 1 + count // BUCKET)
        reader.read(files, watch or (lambda what, done, total: None))
        return _Comparer(reader).run()


def _differing(old: Release, new: Release) -> tuple[list[tuple[Path, int]], list[tuple[Path, int]]]:
    """Give path and rows of the files of each release that the other has not, in the splits that differ."""
    found: tuple[list[tuple[Path, int]], list[tuple[Path, int]]] = ([], [])
    sides, places = [_splits(old), _splits(new)], [_places(old), _places(new)]
    for place in sorted(sides[0].keys() | sides[1].keys()):
        one, other = (side.get(place, {"hash": "", "files": []}) for side in sides)
        if one["hash"] == other["hash"]:
            continue
        known = {f["sha256"] for f in one["files"]} & {f["sha256"] for f in other["files"]}
        for side, place_of, split in zip(found, places, (one, other)):
            side.extend((place_of[f["path"]], f["rows"]) for f in split["files"] if f["sha256"] not in known)
    return found


def _places(release: Release) -> dict[str, Path]:
    """Give where every file of a release lies."""
    return {listed["path"]: path for path, listed in release.files()}


def _splits(release: Release) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {(c, s): split for c, splits in release.manifest["configs"].items() for s, split in splits.items()}


class _Reader:
    """Turns rows into ids, facts and hashes, and puts them on disk in buckets."""

    def __init__(self, folder: Path, old: Release, new: Release, buckets: int) -> None:
        self.folder, self.releases, self.buckets = folder, (old, new), buckets
        types = [types_of(r.manifest) for r in self.releases]
        self.common = [c for c, kind in types[0].items() if types[1].get(c) == kind]
        self.seed = secrets.randbits(64)  # nobody can write two rows that hash alike
        self.facts: list[dict[str, str]] = []
        self._codes: dict[tuple[str, ...], int] = {}
        self._parts = self.rows = 0
        self._waiting: dict[str, list[pl.DataFrame]] = {}
        self.withdrawn: tuple[set[str], set[str]] = (set(), set())

    @property
    def hashed(self) -> list[str]:
        """Columns that are kept as hashes."""
        return [c for c in self.common if c not in (*FACTS, *PLACE, "id")]

    def read(self, files: tuple[list[tuple[Path, int]], list[tuple[Path, int]]], watch: Watch) -> None:
        """Read all files that differ, and the ledgers."""
        total, done = len(files[0]) + len(files[1]), 0
        for side, (release, own) in enumerate(zip(self.releases, files)):
            paths = [path for path, _ in own]
            verified.ensure_verified(release, paths)
            for path in paths:
                for frame in _batches(path, [*self.common]):
                    self._spill(f"rows{side}", self._rows(frame, side))
                done += 1
                watch("compare", done, total)
        if total:
            for side, release in enumerate(self.releases):
                self._ledger(side, release)
        for name in self._waiting:
            self._flush(name)

    def _rows(self, frame: pl.DataFrame, side: int) -> pl.DataFrame:
        import polars as pl

        self.rows += frame.height
        facts = [c for c in FACTS if c in frame.columns]
        place = [c for c in PLACE if c in frame.columns]
        short = {f"c{i}": pl.col(c).hash(self.seed) & 0xFFFFFFFF for i, c in enumerate(self.hashed)}
        whole = frame.select(self.hashed).hash_rows(self.seed) if self.hashed else pl.Series([0] * frame.height)
        base = pl.col("id").str.replace(r"#\d+$", "")
        return frame.select(
            "id",
            code=self._coded(frame.select(facts)),
            raw=self._raw(frame, side),
            row=whole.cast(pl.UInt64),
            place=frame.select(place).hash_rows(self.seed) if place else pl.lit(0, pl.UInt64),
            key=base.hash(self.seed),
            record=(pl.col("record_id") if "record_id" in frame.columns else base).hash(self.seed),
            **{name: e.cast(pl.UInt32) for name, e in short.items()},
        )

    def _coded(self, facts: pl.DataFrame) -> pl.Series:
        """Give each row the number of its facts; the same facts have the same number in both releases."""
        import polars as pl

        if not facts.width:
            return pl.Series([self._code((), ())] * facts.height, dtype=pl.UInt32)
        facts = facts.select(pl.all().fill_null(""))
        known = facts.unique(maintain_order=True)
        codes = [self._code(facts.columns, values) for values in known.iter_rows()]
        numbered = known.with_columns(code=pl.Series(codes, dtype=pl.UInt32))
        return facts.join(numbered, on=facts.columns, how="left", maintain_order="left")["code"]

    def _code(self, columns: Any, values: tuple[str, ...]) -> int:
        if values not in self._codes:
            self._codes[values] = len(self.facts)
            self.facts.append(dict(zip(columns, values)))
        return self._codes[values]

    def _raw(self, frame: pl.DataFrame, side: int) -> pl.Series:
        """Give what the other release says of each row's raw file."""
        import polars as pl

        if not {"raw_file", "source"} <= set(frame.columns):
            return pl.Series([reasons.UNKNOWN] * frame.height, dtype=pl.String)
        named = frame.select("source", path=pl.col("raw_file").str.split("!").list.first())
        named = named.join(self._files(side), on=["source", "path"], how="left", maintain_order="left")
        return named["raw"].fill_null(reasons.UNKNOWN)

    def _files(self, side: int) -> pl.DataFrame:
        """Give the raw files of a release with what the other says of them."""
        import polars as pl

        own, other = (_raw_files(self.releases[s]) for s in (side, 1 - side))
        states = [
            (*name, reasons.GONE if name not in other else reasons.SAME if other[name] == sha else reasons.OTHER)
            for name, sha in own.items()
        ]
        schema = {"source": pl.String, "path": pl.String, "raw": pl.String}
        return pl.DataFrame(states, schema=schema, orient="row")

    def _ledger(self, side: int, release: Release) -> None:
        """Put down why a release left rows out; one that came without its ledger says nothing."""
        import polars as pl

        path = _places(release).get(LEDGER)
        if path is None:
            return
        release.bring([path])
        if not path.is_file():
            return
        verified.ensure_verified(release, [path])
        for frame in _batches(path, ["source", "id", "reason"]):
            named = frame.filter(pl.col("id") != "")
            self.withdrawn[side].update(named.filter(pl.col("reason") == RULE)["id"])
            own = pl.col("id").str.starts_with(pl.format("{}/", "source"))
            record = pl.when(own).then("id").otherwise(pl.col("id").str.replace(r"^[^/]*/", ""))
            self._spill(
                f"ledger{side}",
                named.select("reason", key=pl.col("id").hash(self.seed), record=record.hash(self.seed)),
            )

    def _spill(self, name: str, frame: pl.DataFrame) -> None:
        waiting = self._waiting.setdefault(name, [])
        waiting.append(frame)
        if sum(f.height for f in waiting) >= SPILL:
            self._flush(name)

    def _flush(self, name: str) -> None:
        import polars as pl

        frames = self._waiting[name]
        self._waiting[name] = []
        if not frames:
            return
        self._parts += 1
        rows = pl.concat(frames).with_columns(bucket=pl.col("record") % self.buckets)
        for (bucket,), part in rows.partition_by("bucket", as_dict=True, include_key=False).items():
            part.write_ipc(self.folder / f"{name}-{bucket}-{self._parts:06d}.arrow")

    def bucket(self, name: str, bucket: int) -> pl.DataFrame | None:
        """Read one bucket back; None where it is empty."""
        import polars as pl

        files = sorted(self.folder.glob(f"{name}-{bucket}-*.arrow"))
        return pl.concat([pl.read_ipc(f) for f in files]) if files else None


def types_of(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Give the types of the columns without what does not tell rows apart: names of list items, widths of offsets."""
    return {c["name"]: re.sub(r"large_|<(item|element): | not null", _bare, c["type"]) for c in manifest["columns"]}


def _bare(match: re.Match[str]) -> str:
    return "<" if match[0].startswith("<") else ""


def _raw_files(release: Release) -> dict[tuple[str, str], str]:
    return {(n, f["path"]): f["sha256"] for n, s in release.manifest["sources"].items() for f in s["files"]}


def _batches(path: Path, columns: list[str]) -> Iterator[pl.DataFrame]:
    import polars as pl
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path, page_checksum_verification=True, memory_map=True)
    for batch in file.iter_batches(BATCH, columns=columns):
        yield pl.DataFrame(batch)


class _Comparer:
    """Compares bucket by bucket."""

    def __init__(self, reader: _Reader) -> None:
        self.reader = reader
        self.found = Compared(compared=reader.rows)
        self.groups: Counter[tuple[Any, ...]] = Counter()

    def run(self) -> Compared:
        """Compare all buckets."""
        for bucket in range(self.reader.buckets):
            sides = [self.reader.bucket(f"rows{side}", bucket) for side in (0, 1)]
            shape = next((s for s in sides if s is not None), None)
            if shape is not None:
                old, new = (shape.clear() if s is None else s for s in sides)
                self._take(old, new, bucket)
        facts: list[Mapping[str, str]] = [*self.reader.facts, {}]
        self.found.groups = [
            Group(status=status, old=facts[old], new=facts[new], raw=raw, ledger=ledger, rows=rows)
            for (status, old, new, raw, ledger), rows in sorted(self.groups.items())
        ]
        return self.found

    def _take(self, old: pl.DataFrame, new: pl.DataFrame, bucket: int) -> None:
        import polars as pl

        rows = _joined(old, new).filter(pl.col("status") != "")
        self._columns(rows.filter(pl.col("status") == "changed"))
        for status in rows["status"].unique(maintain_order=True):
            ids = rows.filter(pl.col("status") == status)["id"].bottom_k(EXAMPLES).to_list()
            self.found.examples[status] = tuple(sorted([*self.found.examples.get(status, ()), *ids])[:EXAMPLES])
        removed, added = (rows.filter(pl.col("status") == s) for s in ("removed", "added"))
        rest = rows.filter(~pl.col("status").is_in(["removed", "added"])).with_columns(ledger=pl.lit(""))
        self._count(rest.with_columns(raw=pl.lit("")))
        self._count(self._explained(removed, 1, bucket, ""))
        self._count(self._explained(added, 0, bucket, "_new").with_columns(raw="raw_new"))

    def _explained(self, rows: pl.DataFrame, side: int, bucket: int, suffix: str) -> pl.DataFrame:
        """Add why the release of a side left these rows out, itself or the record they were to be made from."""
        import polars as pl

        ledger = self.reader.bucket(f"ledger{side}", bucket)
        if ledger is None or not rows.height:
            return self._with_withdrawn(rows.with_columns(ledger=pl.lit("")), side)
        whys = ledger.unique("key", keep="first", maintain_order=True).select("key", "reason")
        for name in ("key", "record"):
            rows = rows.join(
                whys.rename({"key": f"{name}{suffix}", "reason": f"by_{name}"}),
                on=f"{name}{suffix}",
                how="left",
                maintain_order="left",
            )
        told = rows.with_columns(ledger=pl.coalesce("by_key", "by_record", pl.lit("")))
        return self._with_withdrawn(told, side)

    def _with_withdrawn(self, rows: pl.DataFrame, side: int) -> pl.DataFrame:
        """Ledgers name withdrawn rows by a hash of their id only."""
        import polars as pl

        known = self.reader.withdrawn[side]
        if not known or not rows.height:
            return rows
        gone = pl.Series([not known.isdisjoint(hashes_of(i)) for i in rows["id"]], dtype=pl.Boolean)
        return rows.with_columns(ledger=pl.when(gone).then(pl.lit(RULE)).otherwise("ledger"))

    def _columns(self, changed: pl.DataFrame) -> None:
        import polars as pl

        if not changed.height:
            return
        sums = changed.select(
            (pl.col(f"c{i}") != pl.col(f"c{i}_new")).sum().alias(name) for i, name in enumerate(self.reader.hashed)
        )
        self.found.columns.update({c: n for c, n in sums.to_dicts()[0].items() if n})

    def _count(self, rows: pl.DataFrame) -> None:
        import polars as pl

        by = ("status", "code", "code_new", "raw", "ledger")
        counts = rows.select(pl.col("status", "raw", "ledger"), pl.col("code", "code_new").cast(pl.Int64).fill_null(-1))
        for *group, count in counts.group_by(by, maintain_order=True).len().iter_rows():
            self.groups[tuple(group)] += count


def _joined(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Put the rows of both sides beside each other, with what became of them; empty for what is the same."""
    import polars as pl

    try:
        rows = old.join(new, on="id", how="full", coalesce=True, suffix="_new", validate="1:1")
    except pl.exceptions.ComputeError as error:
        fix = "build or download the release again"
        raise VerificationError("an id stands twice in a release", where="diff", fix=fix) from error
    differs = (pl.col("row") != pl.col("row_new")) | (pl.col("code") != pl.col("code_new"))
    return rows.with_columns(
        status=pl.when(pl.col("code").is_null())
        .then(pl.lit("added"))
        .when(pl.col("code_new").is_null())
        .then(pl.lit("removed"))
        .when(differs)
        .then(pl.lit("changed"))
        .when(pl.col("place") != pl.col("place_new"))
        .then(pl.lit("moved"))
        .otherwise(pl.lit(""))
    )
