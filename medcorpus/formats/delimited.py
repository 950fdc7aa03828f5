"""Delimiter-separated values: CSV, TSV, pipe-separated, with and without a header line; packed by gzip or not."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Literal, overload

from medcorpus.errors import FormatError
from medcorpus.formats import gzipped, plain
from medcorpus.reading import Reject

_UNDECODED = re.compile("[\udc80-\udcff]")
_SKIPPED_AT_ONCE = 2**16
_Row = tuple[int, list[str]] | Reject


@overload
def rows(
    path: Path,
    delimiter: str = ...,
    encoding: str = ...,
    header: Literal[True] = ...,
    quoted: bool = ...,
    columns: Sequence[str] = ...,
) -> Iterator[tuple[int, dict[str, str]] | Reject]: ...
@overload
def rows(
    path: Path,
    delimiter: str = ...,
    encoding: str = ...,
    *,
    header: Literal[False],
    quoted: bool = ...,
    columns: Sequence[str] = ...,
) -> Iterator[tuple[int, list[str]] | Reject]: ...
def rows(
    path: Path,
    delimiter: str = ",",
    encoding: str = "utf-8",
    header: bool = True,
    quoted: bool = True,
    columns: Sequence[str] = (),
) -> Iterator[tuple[int, Any] | Reject]:
    """Yield the rows of a file, numbered by the line they start at (from 1, a header counts), blank lines left out.

    A row with bad bytes, NUL characters or another number of values than the header is rejected and the next one
    is read. Broken quoting rejects every line that the parser took for one row, so that the loss counts at its size.

    Args:
        path: The file; one whose name ends in `.gz` is unpacked while it is read.
        delimiter: One character between values.
        encoding: Any of Python's; a BOM is dropped.
        header: Whether the first row names the columns: rows are then dictionaries, otherwise lists.
        quoted: Whether `"` quotes values that hold delimiters and line breaks; if not, it is an ordinary character.
        columns: Names that the header must have.

    Raises:
        FormatError: The file is empty, its header is unreadable, repeats a name, lacks one of `columns` or is followed
            by nothing, or it is not text in an encoding of two or four bytes a character; or not a whole gzip file.
    """
    with gzipped.text(path, encoding, "surrogateescape") as stream:
        records = _records(stream, delimiter, encoding, quoted)
        try:
            yield from _table(records, columns, path) if header else _listed(records, path)
        except UnicodeError as error:  # encodings of two or four bytes a character have no way back after a bad one
            raise FormatError(f"not valid {encoding}", where=path.name, fix="fetch the file again") from error


def _listed(records: Iterator[_Row], path: Path) -> Iterator[_Row]:
    first = next(records, None)
    if first is None:
        raise FormatError("empty file", where=path.name, fix="fetch the file again")
    yield first
    yield from records


def _table(
    records: Iterator[_Row], columns: Sequence[str], path: Path
) -> Iterator[tuple[int, dict[str, str]] | Reject]:
    listed = _listed(records, path)
    names = _names(next(listed), columns, path)
    row = next(listed, None)
    if row is None:
        raise FormatError("no rows after the header", where=path.name, fix="fetch the file again")
    while row is not None:
        yield _named(row, names)
        row = next(listed, None)


def _records(stream: IO[str], delimiter: str, encoding: str, quoted: bool) -> Iterator[_Row]:
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    csv.field_size_limit(max(csv.field_size_limit(), plain.MAX_LINE))  # the limit is the process's: it is only raised
    lines = _Lines(stream)
    reader = csv.reader(lines, delimiter=delimiter, strict=True, quoting=quoting)
    while True:
        start = lines.number + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield from (Reject(line, _fault(error)) for line in range(start, lines.number + 1))
            continue
        if len(values) > 1 or "".join(values).strip():
            yield _clean(start, values, encoding)


class _Lines:
    """The lines of a stream, counted; one over the limit is skipped and told as an error of its row."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self.number = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._stream.readline(plain.MAX_LINE)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) == plain.MAX_LINE and not line.endswith(("\n", "\r")):
            self._skip_rest_of_line()
            raise csv.Error(f"a line of over {plain.MAX_LINE // 2**20} MiB")
        return line.removeprefix("\ufeff") if self.number == 1 else line

    def _skip_rest_of_line(self) -> None:
        while (part := self._stream.readline(_SKIPPED_AT_ONCE)) and not part.endswith(("\n", "\r")):
            pass


def _clean(start: int, values: list[str], encoding: str) -> _Row:
    text = "".join(values)
    if reason := plain.fault(text):
        return Reject(start, f"not valid {encoding}" if _UNDECODED.search(text) else reason)
    return start, [v.replace("\r\n", "\n").replace("\r", "\n") for v in values] if "\r" in text else values


def _names(first: _Row, columns: Sequence[str], path: Path) -> list[str]:
    if isinstance(first, Reject):
        raise FormatError(f"header line: {first.reason}", where=path.name, fix="fetch the file again")
    names = [name.strip() for name in first[1]]
    if len(set(names)) < len(names):
        raise FormatError("two columns have the same name", where=path.name, fix="read it with header=False")
    if missing := [name for name in columns if name not in names]:
        raise FormatError(f"no column {missing[0]!r}", where=path.name, fix="fetch the file again")
    return names


def _named(row: _Row, names: list[str]) -> tuple[int, dict[str, str]] | Reject:
    if isinstance(row, Reject):
        return row
    if len(row[1]) != len(names):
        return Reject(row[0], f"not {len(names)} values")
    return row[0], dict(zip(names, row[1]))


def _fault(error: csv.Error) -> str:
    reason = str(error)
    if "expected after" in reason or "unexpected end" in reason:
        return "broken quoting"
    if "field limit" in reason:
        return f"a value of over {plain.MAX_LINE // 2**20} MiB"
    return reason.split(" - ")[0][:120]
