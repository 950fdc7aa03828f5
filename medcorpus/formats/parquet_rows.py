"""Rows of Parquet files as dictionaries of strings, for tables so small that an object per row costs nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from medcorpus.formats import parquet
from medcorpus.reading import Reject


def rows(
    path: Path, columns: Sequence[str], optional: Sequence[str] = ()
) -> Iterator[tuple[int, dict[str, str]] | Reject]:
    """Yield the rows of a file, numbered from 1; a null, or a column that the file lacks, is an empty string.

    Args:
        path: The file.
        columns: Columns it must have.
        optional: Further columns.

    Raises:
        FormatError: It is not such a file, or damaged.
    """
    for item in parquet.batches(path, columns, optional):
        if isinstance(item, Reject):
            yield item
        else:
            for place, row in enumerate(item.batch.to_pylist(), item.row):
                yield place, {name: value or "" for name, value in row.items()}
