"""The files of a release that may leave this machine, as they will be published, and what was counted on the way.

Files whose rows may all leave are taken as they are; the others are written anew without the rows that may not. The
folder is named after what it was made from, and `staged.json` comes last: a folder without it is made again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcorpus import atomic, registry, tombstones
from medcorpus.errors import MedcorpusError
from medcorpus.licenses import serving
from medcorpus.parquet import SplitWriter, write_table
from medcorpus.publishing import guard
from medcorpus.publishing.lookalikes import Lookalikes
from medcorpus.release import MANIFEST, Release, verify_file
from medcorpus.store import sha256_of
from medcorpus.terms import Terms

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

MARK = "staged.json"
LEDGER = "ledger.parquet"
MOST_REASONS = 12
THREADS = 4
REPEATS = "repeats text that stays here"
COUNTED = ("lang", "license", "task_id")
CODE = (
    "fence",
    "licenses",
    "logical",
    "parquet",
    "publishing/guard",
    "publishing/lookalikes",
    "publishing/staging",
    "terms",
)
Watch = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Staged:
    """Files that may be published, below a folder, and what is in them."""

    folder: Path
    facts: Mapping[str, Any]

    @property
    def configs(self) -> Mapping[str, Any]:
        """Rows, hash and files of every configuration's splits."""
        found: Mapping[str, Any] = self.facts["configs"]
        return found

    def files(self) -> dict[str, Mapping[str, Any]]:
        """Give every file with its bytes and sha256."""
        return {f["path"]: f for f in self.facts["files"]}


def stage(
    release: Release,
    home: Path,
    *,
    purpose: str = "any",
    store: str = "",
    watch: Watch = lambda what, done, total: None,
) -> Staged:
    """Put the files together that may be published; what was put together before is checked and taken.

    Raises:
        VerificationError: A file or its terms are not what they were when it was built.
        MedcorpusError: No row may be published.
    """
    others = Lookalikes(home, store)
    folder = home / "publish" / release.product / _key(release, purpose, others)
    if not (folder / MARK).is_file():
        _make(release, folder, serving(purpose), others, watch)
    staged = Staged(folder, json.loads((folder / MARK).read_text(encoding="utf-8")))
    with _at_once() as pool:
        list(pool.map(lambda listed: _leaves(folder, listed, release, serving(purpose)), staged.files().values()))
    return staged


def _leaves(folder: Path, listed: Mapping[str, Any], release: Release, licenses: Container[str]) -> None:
    """Hold a file that is about to leave against its list and its rows against the registry, the last time here."""
    path = folder / listed["path"]
    verify_file(path, listed)
    if listed["path"].startswith("data/"):
        guard.check_leaving(path, release, licenses)


@contextmanager
def _at_once() -> Iterator[ThreadPoolExecutor]:
    """Give threads for what hashes and reads files; after an error nothing more is begun."""
    pool = ThreadPoolExecutor(THREADS)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _make(release: Release, folder: Path, licenses: Container[str], others: Lookalikes, watch: Watch) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    temporary = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        facts = _Stager(release, temporary, licenses, others).run(watch)
        atomic.write_json(temporary / MARK, facts)
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _key(release: Release, purpose: str, others: Lookalikes) -> str:
    """Name what decides which rows may leave: the release, what the registry says today, what else was read, code."""
    package = Path(__file__).resolve().parent.parent
    sources = [registry.get(n) for n in registry.names() if n in release.manifest["sources"]]
    terms = [(s.title, s.license, s.access, s.redistribute) for s in sources]
    digest = hashlib.sha256((release.path / MANIFEST).read_bytes() + repr((purpose, terms, others.layers)).encode())
    for name in CODE:
        digest.update((package / f"{name}.py").read_bytes())
    return digest.hexdigest()[:16]


class _Stager:
    """Takes the splits one by one."""

    def __init__(self, release: Release, folder: Path, licenses: Container[str], others: Lookalikes) -> None:
        self.release, self.folder, self.licenses, self.others = release, folder, licenses, others
        self.listed = {p.relative_to(release.path).as_posix(): f for p, f in release.files()}
        self.counts: dict[str, dict[str, Counter[str]]] = {}
        self.withheld: dict[str, Counter[str]] = {}
        self.checked: dict[str, Future[Counter[Terms]]] = {}
        self.hashes: dict[str, str] = {}
        """Of files that were hashed while they were checked or written; all are hashed once more before they leave."""

    def run(self, watch: Watch) -> dict[str, Any]:
        """Stage everything and give the facts of it."""
        splits = [(c, s) for c, splits in self.release.manifest["configs"].items() for s in splits]
        configs: dict[str, dict[str, Any]] = {}
        with _at_once() as pool:
            self._begin_checks(pool)
            for done, (config, split) in enumerate(splits, 1):
                if entry := self._split(config, split):
                    configs.setdefault(config, {})[split] = entry
                watch("check rows", done, len(splits))
        if not configs:
            fix = "the plan's table says why, source by source" if not self.release.is_sample else "build more sources"
            raise MedcorpusError("no row of the release may be published", where=self.release.product, fix=fix)
        self._ledger()
        self._tombstones()
        return {
            "configs": configs,
            "sources": {n: {k: dict(c) for k, c in counts.items()} for n, counts in sorted(self.counts.items())},
            "withheld": {n: _most(reasons) for n, reasons in sorted(self.withheld.items())},
            "files": list(self._listed()),
        }

    def _begin_checks(self, pool: ThreadPoolExecutor) -> None:
        for path, listed in self.listed.items():
            if path.startswith("data/"):
                check = partial(guard.check_file, self.release, self.release.path / path, listed)
                self.checked[path] = pool.submit(check)

    def _split(self, config: str, split: str) -> dict[str, Any] | None:
        entry = self.release.manifest["configs"][config][split]
        allowed: Counter[Terms] = Counter()
        held = False
        for file in entry["files"]:
            for terms, rows in self.checked[file["path"]].result().items():
                why = guard.reason(terms, self.release, self.licenses)
                held = held or bool(why)
                if why:
                    self.withheld.setdefault(terms.source, Counter())[why] += rows
                else:
                    allowed[terms] += rows
        if not allowed:
            return None
        if held or (not self.others.is_empty and any(self.others.marks(t).any() for t in self._tables(entry))):
            return self._written(config, split, entry, frozenset(allowed))
        return self._linked(entry)

    def _tables(self, entry: Mapping[str, Any]) -> Iterator[pa.Table]:
        """Read the rows of a split, group by group."""
        return _groups([self.release.path / f["path"] for f in entry["files"]])

    def _linked(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        for file in entry["files"]:
            link(self.release.path / file["path"], self.folder / file["path"])
            self._take(self.listed[file["path"]])
        return dict(entry)

    def _written(
        self, config: str, split: str, entry: Mapping[str, Any], allowed: frozenset[Terms]
    ) -> dict[str, Any] | None:
        import polars as pl

        writer: SplitWriter | None = None
        for table in self._tables(entry):
            frame = self._unlike(guard.leaving(pl.DataFrame(table), allowed))
            writer = writer or SplitWriter(self.folder / "data" / config, split, table.schema.remove_metadata())
            if frame.height:
                writer.write(frame.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(writer.schema))
        if writer is None or not writer.rows:
            return None
        files = [f | {"path": f"data/{config}/{f.pop('name')}"} for f in writer.close()]
        for file in files:
            self._take(file)
        return {"rows": writer.rows, "hash": writer.hash.hexdigest(), "files": files}

    def _unlike(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Keep the rows that repeat nothing which stays here."""
        import polars as pl

        marked = pl.Series(self.others.marks(frame.to_arrow(compat_level=pl.CompatLevel.oldest())))
        for source, rows in frame.filter(marked)["source"].value_counts(sort=True).iter_rows():
            self.withheld.setdefault(source, Counter())[REPEATS] += rows
        return frame.filter(~marked)

    def _take(self, file: Mapping[str, Any]) -> None:
        """Count the rows of a file: of every source by language, licence and task."""
        import polars as pl

        self.hashes[file["path"]] = file["sha256"]
        scan = pl.scan_parquet(self.folder / file["path"], glob=False)
        columns = [c for c in COUNTED if c in scan.collect_schema().names()]
        frame = scan.select("source", *columns).collect()
        for column in columns:
            counts = frame.group_by("source", column, maintain_order=True).agg(pl.len()).sort("source", column)
            for source, value, rows in counts.iter_rows():
                self.counts.setdefault(source, {}).setdefault(column, Counter())[value] += rows

    def _ledger(self) -> None:
        """Write the ledger of the sources that are published, without a word on any other."""
        import polars as pl

        if LEDGER not in self.listed:
            return
        verify_file(self.release.path / LEDGER, self.listed[LEDGER])
        own = sorted(self.counts.keys() - self.withheld.keys())
        rows = pl.read_parquet(self.release.path / LEDGER, glob=False).filter(pl.col("source").is_in(own))
        known = pl.format("/{}", "copy_of").str.contains_any(pl.lit([f"/{n}/" for n in own], pl.List(pl.String)))
        kept = rows.with_columns(copy_of=pl.when(known).then("copy_of").otherwise(pl.lit("")))
        write_table(self.folder / LEDGER, _strings(self._unlike(kept)))

    def _tombstones(self) -> None:
        """Take the list of withdrawn rows along: hashes of ids, which say nothing to who does not hold the rows."""
        if tombstones.FILE in self.listed:
            verify_file(self.release.path / tombstones.FILE, self.listed[tombstones.FILE])
            link(self.release.path / tombstones.FILE, self.folder / tombstones.FILE)

    def _listed(self) -> Iterator[dict[str, Any]]:
        for path in sorted(p for p in self.folder.rglob("*") if p.is_file()):
            atomic.sync(path)
            name = path.relative_to(self.folder).as_posix()
            yield {"path": name, "bytes": path.stat().st_size, "sha256": self.hashes.get(name) or sha256_of(path)}


def _most(reasons: Counter[str]) -> dict[str, int]:
    """Give the reasons that hold most rows; where rows state licences of their own, there may be thousands."""
    ranked = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    rest = sum(rows for _, rows in ranked[MOST_REASONS:])
    return dict(ranked[:MOST_REASONS]) | ({"other licences that are not on the list": rest} if rest else {})


def link(path: Path, target: Path) -> None:
    """Give a file a second name, or a copy where the file system knows no such thing."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, target)


def _groups(paths: list[Path]) -> Iterator[pa.Table]:
    import pyarrow.parquet as pq

    for path in paths:
        file = pq.ParquetFile(path, page_checksum_verification=True, memory_map=True)
        yield from (file.read_row_group(i) for i in range(file.num_row_groups))


def _strings(frame: Any) -> pa.Table:
    import polars as pl
    import pyarrow as pa

    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    plain = {pa.large_string(): pa.string()}
    return table.cast(pa.schema([pa.field(f.name, plain.get(f.type, f.type)) for f in table.schema]))
