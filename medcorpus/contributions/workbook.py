"""Writes the workbook of the contributor's guideline: two sheets of plain texts."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

from medcorpus.formats.task_file import FACTS_SHEET, INSTANCES, RENAMED, TITLE

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_NAMED = {name: own for own, name in RENAMED.items()}


def workbook(facts: Mapping[str, str], instances: Iterable[Sequence[str]]) -> bytes:
    """Give a workbook that states facts, and holds an input and an output a row.

    Args:
        facts: Facts by their name in task files.
        instances: Input and output of each instance.
    """
    told = [(TITLE, ""), *((_NAMED.get(name, name), text) for name, text in facts.items())]
    sheets: dict[str, Iterable[Sequence[str]]] = {FACTS_SHEET: told, INSTANCES: [("Input", "Output"), *instances]}
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _parts(sheets).items():
            archive.writestr(zipfile.ZipInfo(name), _HEAD + text)
    return content.getvalue()


def _parts(sheets: Mapping[str, Iterable[Sequence[str]]]) -> dict[str, str]:
    named = "".join(f'<sheet name="{s}" sheetId="{n}" r:id="r{n}"/>' for n, s in enumerate(sheets, 1))
    related = "".join(_relation(n, "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1))
    kinds = "".join(_kind(f"xl/worksheets/sheet{n}.xml", "worksheet") for n in range(1, len(sheets) + 1))
    types = f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.'
    types += 'openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
    first = f'<Relationships xmlns="{_PACKAGE}/relationships">'
    return {
        "[Content_Types].xml": types + _kind("xl/workbook.xml", "sheet.main") + kinds + "</Types>",
        "_rels/.rels": first + _relation(1, "officeDocument", "xl/workbook.xml") + "</Relationships>",
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{named}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": first + related + "</Relationships>",
    } | {f"xl/worksheets/sheet{n}.xml": _sheet(rows) for n, rows in enumerate(sheets.values(), 1)}


def _kind(part: str, kind: str) -> str:
    content = f"application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"
    return f'<Override PartName="/{part}" ContentType="{content}"/>'


def _relation(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="r{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'


def _sheet(rows: Iterable[Sequence[str]]) -> str:
    lines = "".join(f'<row r="{n}">{_cells(n, row)}</row>' for n, row in enumerate(rows, 1))
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{lines}</sheetData></worksheet>'


def _cells(number: int, values: Sequence[str]) -> str:
    return "".join(
        f'<c r="{column}{number}" t="inlineStr"><is><t xml:space="preserve">{_xml(value)}</t></is></c>'
        for column, value in zip("AB", values)
        if value
    )


def _xml(text: str) -> str:
    """Give a text as XML may hold it."""
    return escape("".join(c for c in text if c in "\t\n" or c.isprintable()))
