"""Near-duplicates of people's own Parquet files, with every decision written down.

Three passes over the files, each in batches with the work in threads: sketches of all rows; shingles of those rows that
share a band, to verify their similarity; and the rows that stay, written out. Texts never gather in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from medcorpus.deduplicate import matching, reading, sketching, writing
from medcorpus.deduplicate.reading import Input, Watch
from medcorpus.errors import MedcorpusError
from medcorpus.stages.dedup import index
from medcorpus.stages.dedup.clusters import Fates
from medcorpus.stages.dedup.sketches import Grid

if TYPE_CHECKING:
    from medcorpus.deduplicate.writing import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How files are deduplicated.

    Args:
        text: Column of the texts.
        id: Column of the ids; empty: `id` where there is one, else rows are called `file:row`, counted from 1. Where an
            id comes again, `clusters.parquet` calls the second row `id~2`.
        threshold: Least Jaccard similarity with the row that stays, of sets of shingles, for which a row is removed.
        grid: How candidates are found.
        against: Folder of a signature index of earlier rows, which all stay.
        save_index: Folder for a signature index of the rows that stay.
        workers: Threads; 0 takes one per processor, 8 at most.
    """

    text: str = "text"
    id: str = ""
    threshold: float = 0.7
    grid: Grid = field(default_factory=Grid)
    against: Path | None = None
    save_index: Path | None = None
    workers: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.threshold <= 1:
            raise MedcorpusError(f"threshold {self.threshold} is not above 0 and at most 1", fix="try 0.7")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it.

    Args:
        rows: Rows read.
        kept: Rows that stay.
        copies: Rows removed that have all shingles of the row that stays and no others.
        near: Rows removed that are similar to it.
        earlier: Of the rows removed, those that were removed for a row of the index.
        bytes: UTF-8 bytes of all texts.
        out: The folder that was written.
        seconds: By the clock.
    """

    rows: int
    kept: int
    copies: int
    near: int
    earlier: int
    bytes: int
    out: Path
    seconds: float

    @property
    def removed(self) -> int:
        """Rows removed."""
        return self.copies + self.near


def deduplicate(paths: Sequence[Path], out: Path, settings: Settings, watch: Watch = reading.unwatched) -> Outcome:
    """Write the rows that stay, and what became of every row, to a folder.

    `kept-*.parquet` hold the rows that stay, in their order, with all their columns; `clusters.parquet` has a line for
    every row: `id`, `dup_cluster` (id of the row that stays), `dup_size` (rows of the cluster), `dup_of` (id of the row
    that stays; empty for that row itself) and `dup_jaccard` (similarity with it).

    Args:
        paths: Parquet files of the same columns.
        out: The folder; what an earlier run wrote there is replaced as a whole, anything else is refused.
        settings: How.
        watch: Called with the step, rows done, and rows in all.

    Raises:
        FormatError: A file is not Parquet.
        UnknownNameError: There is no such column.
        MedcorpusError: A row has no id, files have different columns, the folder holds something else, or
            the index was made with other parameters.
    """
    from medcorpus import engine

    start = perf_counter()
    source = _checked(paths, out, settings)
    against = index.open_index(settings.against, settings.grid) if settings.against else None
    workers = settings.workers or engine.default_workers()
    with ThreadPoolExecutor(workers) as pool:
        threads = reading.Threads(pool, workers, watch)
        sketched = sketching.sketch_all(source, settings.text, settings.id, settings.grid, threads)
        texts = matching.Texts(source, settings.text, settings.grid, threads)
        fates = matching.fates(sketched, texts, settings.threshold, against)
        with ExitStack() as stack:
            target = _target(stack, out, settings)
            writing.write(target, source, sketched, fates, against, threads)
    return _outcome(sketched, fates, out, perf_counter() - start)


def _checked(paths: Sequence[Path], out: Path, settings: Settings) -> Input:
    source = reading.opened(paths)
    reading.require(source.schema, settings.text, "--text-column")
    if settings.id:
        reading.require(source.schema, settings.id, "--id-column")
    written = [folder for folder in (out, settings.save_index) if folder is not None]
    used = [*written, *([settings.against] if settings.against else [])]
    for folder in written:
        writing.refuse(folder, paths)
        _refuse_overlap(folder, used)
    return source


def _refuse_overlap(folder: Path, used: Sequence[Path]) -> None:
    """Refuse to replace a folder that is, or holds, another one of the run."""
    own = folder.resolve()
    others = [other for other in used if other is not folder]
    if any(own in (other.resolve(), *other.resolve().parents) for other in others):
        raise MedcorpusError("two folders of the run overlap", where=str(folder), fix="name separate folders")


def _target(stack: ExitStack, out: Path, settings: Settings) -> Target:
    folder = stack.enter_context(writing.replacing_folder(out))
    saved = stack.enter_context(writing.replacing_folder(settings.save_index)) if settings.save_index else None
    return writing.Target(folder, settings.text, settings.grid, saved)


def _outcome(sketched: sketching.Sketched, fates: Fates, out: Path, seconds: float) -> Outcome:
    removed = ~fates.stays
    copies = int((removed & (fates.nearness == 1)).sum())
    return Outcome(
        rows=len(removed),
        kept=int((~removed).sum()),
        copies=copies,
        near=int(removed.sum()) - copies,
        earlier=int((fates.earlier >= 0).sum()),
        bytes=sketched.bytes,
        out=out,
        seconds=seconds,
    )
