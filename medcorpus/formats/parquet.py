"""Parquet, read as record batches of strings: row group by row group, only the columns that are needed.

A file that is no Parquet file, lacks a column, has one that is no plain value, or cannot be decoded is a
`FormatError` that names file and row group: of a damaged column nobody can say which of its rows are still right. Rows
with bytes that are not UTF-8 are rejects, and the rows around them are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcorpus.errors import FormatError
from medcorpus.reading import Columns, Reject

if TYPE_CHECKING:
    import pyarrow as pa

BATCH_BYTES = 16 * 2**20
"""A batch holds about this many bytes of the wanted columns."""
SLICE_BYTES = 64 * 2**20
"""Most bytes that rows decoded at once may come to when each has the largest value that a dictionary can hold."""
MOST_ROWS = 8192
_FETCH = "fetch the file again"


def batches(path: Path, columns: Sequence[str], optional: Sequence[str] = ()) -> Iterator[Columns | Reject]:
    """Yield the rows of a file as record batches of string columns, placed at their 1-based row.

    Args:
        path: The file.
        columns: Columns it must have, in the order of the batches'.
        optional: Further columns; one that the file lacks is null in every row.

    Raises:
        FormatError: It is not such a file, or damaged.
    """
    file, types = _opened(path)
    present = _present(types, columns, optional, path)
    row = 1
    for group in range(file.num_row_groups):
        for batch in _group(file, group, present, path):
            yield from _whole_rows(row, _completed(batch, [*columns, *optional]))
            row += batch.num_rows
    if row - 1 != file.metadata.num_rows:
        raise FormatError(f"{row - 1:,} rows where it states {file.metadata.num_rows:,}", where=path.name, fix=_FETCH)


def _opened(path: Path) -> tuple[Any, dict[str, Any]]:
    """Open a file; give it and the types of its columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path, memory_map=True, page_checksum_verification=True)
        return file, {f.name: f.type for f in file.schema_arrow}
    except (pa.ArrowException, OSError, MemoryError, UnicodeError) as error:
        raise FormatError(f"not a whole Parquet file ({_named(error)})", where=path.name, fix=_FETCH) from error


def _present(types: dict[str, Any], columns: Sequence[str], optional: Sequence[str], path: Path) -> list[str]:
    import pyarrow as pa

    for name in columns:
        if name not in types:
            found = ascii(", ".join(types))[1:-1][:120]
            raise FormatError(f"no column {name!r}, only {found}", where=path.name, fix=_FETCH)
    present = [n for n in (*columns, *optional) if n in types]
    for name in present:
        if pa.types.is_nested(types[name]):
            raise FormatError(f"column {name!r} holds lists or structs", where=path.name, fix="give it plain values")
    return present


def _group(file: Any, group: int, names: list[str], path: Path) -> Iterator[pa.RecordBatch]:
    """Yield batches of one row group: decoded in slices that a bomb cannot blow up, then put together."""
    import pyarrow as pa

    waiting: list[pa.RecordBatch] = []
    size = rows = 0
    try:
        for found in file.iter_batches(_slice_rows(file, group, names, path), [group], names, use_threads=False):
            waiting.append(pa.record_batch({n: _text(found.column(n)) for n in names}))
            size, rows = size + waiting[-1].nbytes, rows + found.num_rows
            if size >= BATCH_BYTES or rows >= MOST_ROWS:
                yield pa.concat_batches(waiting)
                waiting, size, rows = [], 0, 0
    except (pa.ArrowException, OSError, MemoryError, OverflowError, UnicodeError) as error:
        what = f"row group {group + 1} of {file.num_row_groups} cannot be read ({_named(error)})"
        raise FormatError(what, where=path.name, fix=_FETCH) from error
    if waiting:
        yield pa.concat_batches(waiting)


def _slice_rows(file: Any, number: int, names: list[str], path: Path) -> int:
    """Choose how many rows are decoded at once.

    By what the file states of its sizes rows are small; but a dictionary of one huge value makes every row huge that
    points at it, at the cost of a bit.
    """
    # where the metadata of a column contradict its type, asking for them ends the process; a reader raises
    next(file.iter_batches(1, [number], names, use_threads=False), None)
    group = file.metadata.row_group(number)
    chunks = [c for c in map(group.column, range(group.num_columns)) if c.path_in_schema in names]
    size: int = sum(max(c.total_uncompressed_size, 0) for c in chunks)
    fitting: int = BATCH_BYTES * max(group.num_rows, 1) // max(size, 1)
    largest = sum(_dictionary_bytes(c, path) for c in chunks if c.has_dictionary_page)
    return max(1, min(MOST_ROWS, fitting, SLICE_BYTES // max(largest, 1)))


def _dictionary_bytes(chunk: Any, path: Path) -> int:
    """Read the unpacked size off the head of a dictionary page (parquet.thrift, PageHeader: type, then this size)."""
    with path.open("rb") as stream:
        stream.seek(chunk.dictionary_page_offset)
        head = stream.read(16)
    _, after = _field(head, 0)
    size, _ = _field(head, after)
    return size


def _field(head: bytes, start: int) -> tuple[int, int]:
    """Read an i32 of Thrift's compact protocol, behind the byte that announces it; give it and where the next starts.

    >>> _field(bytes([0x15, 0x04, 0x15, 0x80, 0x01]), 0), _field(bytes([0x15, 0x04, 0x15, 0x80, 0x01]), 2)
    ((2, 2), (64, 5))
    """
    value, shift, place = 0, 0, start + 1
    while place < len(head):
        value |= (head[place] & 0x7F) << shift
        shift, place = shift + 7, place + 1
        if head[place - 1] < 0x80:
            break
    return value >> 1, place


def _text(column: pa.Array) -> pa.Array:
    """Give a column as strings; bytes are taken for UTF-8 and checked later."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        return column.cast(pa.binary()).view(pa.string())
    return column if column.type == pa.string() else column.cast(pa.string())


def _completed(batch: pa.RecordBatch, names: Sequence[str]) -> pa.RecordBatch:
    import pyarrow as pa

    missing = [n for n in names if n not in batch.schema.names]
    for name in missing:
        batch = batch.append_column(name, pa.nulls(batch.num_rows, pa.string()))
    return batch.select(list(names))


def _whole_rows(row: int, batch: pa.RecordBatch) -> Iterator[Columns | Reject]:
    """Yield the rows whose values are UTF-8 in as few batches as that takes, and a reject for each other one."""
    start = 0
    for bad in _bad_rows(batch):
        if bad > start:
            yield Columns(row + start, batch.slice(start, bad - start))
        yield Reject(row + bad, "not valid utf-8")
        start = bad + 1
    if start < batch.num_rows:
        yield Columns(row + start, batch.slice(start))


def _bad_rows(batch: pa.RecordBatch) -> list[int]:
    import pyarrow as pa

    try:
        batch.validate(full=True)
    except pa.ArrowInvalid:
        return sorted({i for column in batch.columns for i in _bad_values(column)})
    return []


def _bad_values(column: pa.Array) -> Iterator[int]:
    import pyarrow as pa

    for i, value in enumerate(column.view(pa.binary()).to_pylist()):
        try:
            (value or b"").decode()
        except UnicodeDecodeError:
            yield i


def _named(error: BaseException) -> str:
    """Say what the library found wrong, on one line and without what stands in the file."""
    said = "".join(c if c.isprintable() else " " for c in str(error))
    return " ".join(said.split())[:160] or type(error).__name__
