"""Reading people's Parquet files batch by batch, in order, with work on the batches in threads."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from medcorpus.errors import FormatError, MedcorpusError, UnknownNameError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

Item = TypeVar("Item")
Made = TypeVar("Made")

Watch = Callable[[str, int, int], None]
BATCH_BYTES = 2 * 2**20
"""About so many bytes of rows, as Arrow holds them, are read at a time: larger batches are slower and take memory."""
BUFFER_BYTES = 2**18


@dataclass(frozen=True, slots=True)
class Input:
    """The files that are read, as one long table.

    Args:
        paths: The files.
        rows: Rows of each.
        schema: Schema of all of them.
        bytes: Size of all rows as Arrow holds them, about.
    """

    paths: tuple[Path, ...]
    rows: tuple[int, ...]
    schema: pa.Schema
    bytes: int

    @property
    def total(self) -> int:
        """Rows in all."""
        return sum(self.rows)

    def batches(self, columns: Sequence[str] | None, wanted: NDArray[np.int64] | None = None) -> Iterator[Batch]:
        """Read the rows in order.

        Args:
            columns: Which columns; all by default.
            wanted: Row numbers, ascending; row groups without any of them are passed over.
        """
        size = max(1, BATCH_BYTES * self.total // max(self.bytes, 1))
        first = 0
        for path, rows in zip(self.paths, self.rows):
            yield from _batches(path, first, columns, size, wanted)
            first += rows


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows in a row: the number of the first, and their columns."""

    first: int
    rows: pa.Table


def opened(paths: Sequence[Path]) -> Input:
    """Look at the files that are to be read.

    Raises:
        FormatError: A file is not Parquet.
        MedcorpusError: Two files have different columns.
    """
    if not paths:
        raise MedcorpusError("no files to read", fix="name at least one Parquet file")
    files = [_open(path) for path in paths]
    schema = files[0].schema_arrow
    for path, file in zip(paths, files):
        if not file.schema_arrow.equals(schema):
            fix = "deduplicate files of the same columns and types"
            raise MedcorpusError(f"other columns than {paths[0]}", where=str(path), fix=fix)
    groups = [f.metadata.row_group(i) for f in files for i in range(f.metadata.num_row_groups)]
    rows = tuple(f.metadata.num_rows for f in files)
    return Input(tuple(paths), rows, schema, sum(g.total_byte_size for g in groups))


def require(schema: pa.Schema, column: str, option: str) -> None:
    """Refuse a column that is not there.

    Raises:
        UnknownNameError: The files have no such column; the nearest are suggested.
    """
    if column not in schema.names:
        fix = f"name it with {option}; there are: {', '.join(schema.names)}"
        raise UnknownNameError("column", column, schema.names, fix=fix)


def _open(path: Path) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(path, page_checksum_verification=True, buffer_size=BUFFER_BYTES, pre_buffer=False)
    except pa.ArrowInvalid as error:
        raise FormatError("not a Parquet file", where=str(path), fix="convert it to Parquet first") from error


def _batches(
    path: Path, first: int, columns: Sequence[str] | None, size: int, wanted: NDArray[np.int64] | None
) -> Iterator[Batch]:
    import pyarrow as pa

    with _open(path) as file:
        for group in range(file.metadata.num_row_groups):
            rows = file.metadata.row_group(group).num_rows
            if wanted is None or _any_between(wanted, first, first + rows):
                at = first
                for batch in file.iter_batches(size, row_groups=[group], columns=columns, use_threads=False):
                    yield Batch(at, pa.Table.from_batches([batch]))
                    at += batch.num_rows
            first += rows


def _any_between(wanted: NDArray[np.int64], first: int, last: int) -> bool:
    import numpy as np

    begin, end = np.searchsorted(wanted, (first, last))
    return bool(end > begin)


def unwatched(what: str, done: int, total: int) -> None:
    """Watch nothing."""


@dataclass(frozen=True, slots=True)
class Threads:
    """What runs the work, and who looks on.

    Args:
        pool: The threads.
        workers: How many there are.
        watch: Called with the step, rows done, and rows in all.
    """

    pool: ThreadPoolExecutor
    workers: int
    watch: Watch = unwatched

    def in_order(self, function: Callable[[Item], Made], items: Iterable[Item], spare: int = 1) -> Iterator[Made]:
        """Run a function over items and give the results in order; as many items as workers, and `spare`, are held."""
        waiting: deque[Future[Made]] = deque()
        for item in items:
            waiting.append(self.pool.submit(function, item))
            if len(waiting) >= self.workers + spare:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def watched(self, what: str, batches: Iterable[Batch], total: int) -> Iterator[Batch]:
        """Pass batches on, telling how many rows they make up."""
        for batch in batches:
            yield batch
            self.watch(what, batch.first + batch.rows.num_rows, total)
