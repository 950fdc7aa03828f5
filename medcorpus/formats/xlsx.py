"""Excel workbooks (.xlsx): the rows of one sheet below its header, as text.

The parts of a workbook are read as the XML they are. A reader that lays the sheet out as a grid, as the fast ones do,
asks for memory by the highest cell reference it meets, and one made-up reference ends the whole process; here a
reference costs nothing, and what inflates beyond `MAX_PART` is refused.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from medcorpus.errors import FormatError
from medcorpus.formats import plain, xml
from medcorpus.reading import Reject

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

MAX_PART = xml.MAX_DOCUMENT
"""Most bytes that one part of a workbook may inflate to, and most characters that a sheet may hold."""

_Cells = dict[int, str]
_FETCH = "fetch the file again"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_BROKEN = (zlib.error, EOFError, KeyError, NotImplementedError, OSError, RuntimeError, ValueError)


def rows(path: Path, sheet: str, columns: Sequence[str] = ()) -> Iterator[tuple[int, dict[str, str]] | Reject]:
    """Yield the rows below the header of a sheet with the numbers Excel shows for them; blank rows are left out.

    Numbers and dates come as the file stores them: a date is a count of days.

    Args:
        path: The workbook.
        sheet: Name of the sheet. Its first row with values is the header.
        columns: Names that the header must have.

    Raises:
        FormatError: It is not a workbook, is broken or inflates beyond `MAX_PART`, has no such sheet or column, or
            nothing follows the header.
    """
    with _opened(path) as archive:
        found = list(_rows(archive, sheet))
        if len(found) < 2:
            raise FormatError("no rows after the header" if found else "an empty sheet", fix=_FETCH)
        names = _names(found[0], columns)
    yield from (row if isinstance(row, Reject) else _named(*row, names) for row in found[1:])


def cells(path: Path, sheet: str) -> Iterator[tuple[int, dict[int, str]] | Reject]:
    """Yield the rows of a sheet that hold anything, each with its number and its values by the number of their column.

    Raises:
        FormatError: It is not a workbook, is broken or inflates beyond `MAX_PART`, or has no such sheet.
    """
    with _opened(path) as archive:
        found = list(_rows(archive, sheet))
    yield from found


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a workbook; each of the ways in which it can be broken becomes one error that names the file."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except FormatError as error:
        where = f"{path.name}: {error.where}" if error.where else path.name
        raise FormatError(error.what, where=where, fix=error.fix) from error
    except zipfile.BadZipFile as error:
        what = "not an xlsx workbook" if path.stat().st_size else "empty file"
        raise FormatError(what, where=path.name, fix=_FETCH) from error
    except _BROKEN as error:
        raise FormatError("a broken workbook", where=path.name, fix=_FETCH) from error


def _rows(archive: zipfile.ZipFile, sheet: str) -> Iterator[tuple[int, _Cells] | Reject]:
    """Yield the rows of a sheet that hold anything, by the numbers of row and column."""
    parts = _parts(archive)
    shared = [name for name in parts.values() if name.endswith("/sharedStrings.xml")]
    strings = [_text(item) for name in shared for item in _part(archive, name)]
    number, size = 0, 0
    for row in _part(archive, _place(archive, sheet, parts)).iterfind("{*}sheetData/{*}row"):
        number = int(row.get("r") or number + 1)
        try:
            cells = {column: value for column, value in _cells(row, strings) if value}
        except ValueError as error:
            yield Reject(number, str(error))
            continue
        size += sum(map(len, cells.values()))
        if size > MAX_PART:  # a short sheet can name one long text a million times
            raise FormatError(f"over {MAX_PART:,} characters of text", fix=_FETCH)
        if any(not value.isspace() for value in cells.values()):
            yield number, cells


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Give the names of the parts that the workbook relates to, by the ids of these relations."""
    targets = {str(r.get("Id")): str(r.get("Target", "")) for r in _part(archive, _RELATIONS)}
    return {key: posixpath.normpath(posixpath.join("/xl", name)).lstrip("/") for key, name in targets.items()}


def _place(archive: zipfile.ZipFile, sheet: str, parts: dict[str, str]) -> str:
    for found in _part(archive, "xl/workbook.xml").iterfind("{*}sheets/{*}sheet"):
        if found.get("name") == sheet:
            relation = next((value for name, value in found.items() if str(name).endswith("}id")), "")
            return parts[str(relation)]
    raise FormatError(f"no sheet {sheet!r}", fix=_FETCH)


def _part(archive: zipfile.ZipFile, name: str) -> Element:
    with archive.open(name) as stream:
        data = stream.read(MAX_PART + 1)
    if len(data) > MAX_PART:
        raise FormatError(f"over {MAX_PART:,} bytes of XML", where=name, fix=_FETCH)
    return xml.root_of(data, name)


def _cells(row: Element, strings: list[str]) -> Iterator[tuple[int, str]]:
    column = 0
    for cell in row.iterchildren("{*}c"):
        reference = cell.get("r")
        column = _column(str(reference)) if reference else column + 1
        yield column, _value(cell, strings)


def _column(reference: str) -> int:
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise ValueError("not a cell reference")
    number = 0
    for letter in match[1]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _value(cell: Element, strings: list[str]) -> str:
    kind = cell.get("t", "n")
    if kind == "e":
        raise ValueError("an error in a cell")
    if kind == "inlineStr":
        return "".join(_text(item) for item in cell.iterfind("{*}is"))
    value = _plain(next((v.text or "" for v in cell.iterchildren("{*}v")), ""))
    if kind != "s":
        return value
    if not value.isdecimal() or len(value) > 9 or int(value) >= len(strings):
        raise ValueError("a cell that refers to no text")
    return strings[int(value)]


def _text(item: Element) -> str:
    """Give the text of a shared or inline string: its runs, without the reading aids of East Asian text."""
    if len(item) == 1 and str(item[0].tag).endswith("}t"):
        return _plain(item[0].text or "")
    return _plain("".join(t.text or "" for t in item.iterfind(".//{*}t") if not _aid(t)))


def _aid(text: Element) -> bool:
    parent = text.getparent()
    return parent is not None and str(parent.tag).endswith("}rPh")


def _plain(text: str) -> str:
    if "_x" in text:
        text = _ESCAPED.sub(lambda escaped: chr(int(escaped[1], 16)), text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _names(first: tuple[int, _Cells] | Reject, columns: Sequence[str]) -> dict[int, str]:
    if isinstance(first, Reject):
        raise FormatError(f"header: {first.reason}", fix=_FETCH)
    names = {column: name.strip() for column, name in first[1].items() if name.strip()}
    if len(set(names.values())) < len(names):
        raise FormatError("two columns have the same name", fix="rename one of them")
    if missing := [name for name in columns if name not in names.values()]:
        raise FormatError(f"no column {missing[0]!r}", fix=_FETCH)
    return names


def _named(number: int, cells: _Cells, names: dict[int, str]) -> tuple[int, dict[str, str]] | Reject:
    if any(value.strip() for column, value in cells.items() if column not in names):
        return Reject(number, "a value outside the header's columns")
    values = {name: cells.get(column, "") for column, name in names.items()}
    if reason := plain.fault("".join(values.values())):
        return Reject(number, reason)
    return number, values
