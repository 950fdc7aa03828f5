"""Rows of Parquet files as Python values, lists and structs among them, for tables whose rows are few.

What is a plain text in every column is read quicker, and with less, by `parquet`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcorpus.errors import FormatError
from medcorpus.formats import parquet
from medcorpus.reading import Reject

if TYPE_CHECKING:
    import pyarrow as pa


def rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, Any]] | Reject]:
    """Yield the rows of a file, numbered from 1; a row with bytes that are not UTF-8 is rejected.

    Args:
        path: The file.
        columns: Columns it must have.

    Raises:
        FormatError: It is not such a file, or damaged.
    """
    file, types = parquet._opened(path)
    for name in columns:
        if name not in types:
            found = ascii(", ".join(types))[1:-1][:120]
            raise FormatError(f"no column {name!r}, only {found}", where=path.name, fix=parquet._FETCH)
    row = 1
    for group in range(file.num_row_groups):
        for batch in _batches(file, group, columns, path):
            yield from _values(row, batch)
            row += batch.num_rows


def _batches(file: Any, group: int, columns: Sequence[str], path: Path) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    leaves = _leaves(file, columns)
    try:
        size = parquet._slice_rows(file, group, leaves, path)
        yield from file.iter_batches(size, [group], leaves, use_threads=False)
    except (pa.ArrowException, OSError, MemoryError, OverflowError, UnicodeError) as error:
        what = f"row group {group + 1} of {file.num_row_groups} cannot be read ({parquet._named(error)})"
        raise FormatError(what, where=path.name, fix=parquet._FETCH) from error


def _leaves(file: Any, columns: Sequence[str]) -> list[str]:
    """Give the paths of the stored columns that make up some columns."""
    paths = [file.schema.column(number).path for number in range(len(file.schema))]
    return [path for path in paths if any(path == name or path.startswith(f"{name}.") for name in columns)]


def _values(row: int, batch: pa.RecordBatch) -> Iterator[tuple[int, dict[str, Any]] | Reject]:
    try:
        values = batch.to_pylist()
    except UnicodeDecodeError:
        if batch.num_rows == 1:
            yield Reject(row, "not valid utf-8")
        else:
            for number in range(batch.num_rows):
                yield from _values(row + number, batch.slice(number, 1))
    else:
        yield from enumerate(values, row)
