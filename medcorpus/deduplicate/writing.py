"""The last pass: the rows that stay, what became of every row, and the signature index for the next batch."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcorpus import atomic
from medcorpus.deduplicate.reading import Batch, Input, Threads
from medcorpus.deduplicate.sketching import Sketched
from medcorpus.errors import MedcorpusError
from medcorpus.stages.dedup import clusters, index
from medcorpus.stages.dedup.clusters import Fates
from medcorpus.stages.dedup.index import Index
from medcorpus.stages.dedup.sketches import Grid, shingle_sets

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

CLUSTERS = "clusters.parquet"
OWN = frozenset({CLUSTERS, index.MANIFEST})
"""A folder with one of these was written by an earlier run and may be replaced."""
FILE_BYTES = (16 * 2**20, 256 * 2**20)
"""A file of rows that stay holds about a 64th of the input, but neither less nor more than so many bytes as Arrow."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the result goes.

    Args:
        folder: For the rows and clusters.
        text: Column of the texts.
        grid: How they were sketched.
        saved: For the signature index, if one is wanted.
    """

    folder: Path
    text: str
    grid: Grid
    saved: Path | None


def refuse(folder: Path, inputs: Sequence[Path]) -> None:
    """Refuse to replace a folder that an earlier run did not write, or that holds an input.

    Raises:
        MedcorpusError: It is such a folder.
    """
    names = {p.name for p in folder.iterdir()} if folder.is_dir() else set()
    if folder.is_file() or (names and not names & OWN):
        raise MedcorpusError("not a folder that an earlier run wrote", where=str(folder), fix="choose another one")
    if any(folder.resolve() in p.resolve().parents for p in inputs):
        raise MedcorpusError("the folder holds an input", where=str(folder), fix="choose another one")


@contextmanager
def replacing_folder(folder: Path) -> Iterator[Path]:
    """Give a temporary folder to write to; it takes the place of `folder` when the block ends without an error."""
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary, old = (folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:12]}.{end}") for end in ("tmp", "old"))
    temporary.mkdir()
    try:
        yield temporary
        atomic.sync(temporary)
        if folder.exists():
            folder.rename(old)
        temporary.rename(folder)
        atomic.sync(folder.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def write(
    target: Target, source: Input, sketched: Sketched, fates: Fates, against: Index | None, threads: Threads
) -> None:
    """Write the rows that stay and the clusters, and the index where one is wanted."""
    import numpy as np

    kept = np.empty(source.total, bool)
    kept[sketched.order] = fates.stays
    writer = _Writer(target, sketched, kept)
    batches = threads.watched("write", source.batches(None), source.total)
    entries = list(threads.in_order(writer.write, _files(batches, kept, source), spare=0))
    if not any(name.startswith("kept-") for name in (p.name for p in target.folder.iterdir())):
        _write_parquet(target.folder / "kept-00000.parquet", source.schema.empty_table(), target.text)
    _write_parquet(target.folder / CLUSTERS, clusters.table(sketched.ids, sketched.order, fates, against), "")
    if target.saved is not None:
        index.write_manifest(target.saved, target.grid, [e for e in entries if e is not None])


@dataclass(frozen=True, slots=True)
class _File:
    """What goes into one file: its number, the rows read for it, and those of them that stay."""

    number: int
    first: int
    last: int
    rows: pa.Table


def _files(batches: Iterable[Batch], kept: NDArray[np.bool_], source: Input) -> Iterator[_File]:
    """Gather what stays of the batches into files; which rows go together follows from the input alone."""
    import pyarrow as pa

    least, most = FILE_BYTES
    size = min(max(least, source.bytes // 64), most)
    waiting: list[pa.Table] = []
    held = number = first = last = 0
    for batch in batches:
        last = batch.first + batch.rows.num_rows
        waiting.append(batch.rows.filter(pa.array(kept[batch.first : last])))
        held += batch.rows.nbytes
        if held >= size:
            yield _File(number, first, last, pa.concat_tables(waiting))
            waiting, held, number, first = [], 0, number + 1, last
    if waiting:
        yield _File(number, first, last, pa.concat_tables(waiting))


@dataclass(frozen=True, slots=True)
class _Writer:
    target: Target
    sketched: Sketched
    kept: NDArray[np.bool_]

    def write(self, file: _File) -> Mapping[str, Any] | None:
        """Write one file of rows that stay, if there are any, and its part of the index; give the index's entry."""
        if file.rows.num_rows == 0:
            return None
        _write_parquet(self.target.folder / f"kept-{file.number:05d}.parquet", file.rows, self.target.text)
        return self._index(self.target.saved, file) if self.target.saved else None

    def _index(self, folder: Path, file: _File) -> Mapping[str, Any]:
        import numpy as np
        import pyarrow as pa

        kept = self.kept[file.first : file.last]
        own = np.arange(file.first, file.last)[kept]
        texts = file.rows.column(self.target.text)
        sets = shingle_sets(texts, np.arange(file.rows.num_rows), self.target.grid.n)
        ids, keys = self.sketched.ids.take(pa.array(own)), self.sketched.between(file.first, file.last)[:, kept]
        found = index.rows_of(ids, self.sketched.exact[own], keys, sets)
        return index.write_rows(folder / f"part-{file.number:05d}.arrow", found)


def _write_parquet(path: Path, rows: pa.Table, text: str) -> None:
    import pyarrow.parquet as pq

    with atomic.replacing(path) as temporary:
        pq.write_table(
            rows,
            temporary,
            compression="zstd",
            compression_level=3,
            use_dictionary=[n for n in rows.column_names if n != text],
            row_group_size=max(1, rows.num_rows),
            write_page_index=True,
            write_page_checksum=True,
        )
