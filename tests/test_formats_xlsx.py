from __future__ import annotations

import random
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medcorpus.errors import FormatError
from medcorpus.formats import xlsx
from medcorpus.reading import Reject

NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
ID = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
HEADER = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
STRINGS = (
    f"<sst {NS}><si><t>File</t></si><si><t>Text</t></si>"
    "<si><r><t>two </t></r><r><t>runs</t></r><rPh><t>aid</t></rPh></si><si><t>a_x000D_\nb</t></si></sst>"
)


def parts(rows: str, strings: str = STRINGS) -> dict[str, str]:
    return {
        "xl/workbook.xml": f'<workbook {NS} {ID}><sheets><sheet name="S" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Target="worksheets/one.xml"/><Relationship Id="r2" Target="/xl/sharedStrings.xml"/>'
        "</Relationships>",
        "xl/worksheets/one.xml": f"<worksheet {NS}><sheetData>{rows}</sheetData></worksheet>",
        "xl/sharedStrings.xml": strings,
    }


def workbook(path: Path, members: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "book.xlsx"


def test_rows_carry_the_numbers_excel_shows(book: Path) -> None:
    rows = (
        HEADER + '<row r="2"><c r="A2" t="inlineStr"><is><t>x</t></is></c><c r="B2" t="s"><v>2</v></c></row>'
        '<row r="3"><c r="A3" t="inlineStr"><is><t> </t></is></c></row>'
        '<row r="7"><c r="B7"><v>1.50</v></c></row><row><c t="str"><v>y</v></c><c t="s"><v>3</v></c></row>'
    )
    assert list(xlsx.rows(workbook(book, parts(rows)), "S", ("File",))) == [
        (2, {"File": "x", "Text": "two runs"}),
        (7, {"File": "", "Text": "1.50"}),
        (8, {"File": "y", "Text": "a\nb"}),
    ]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ('<c r="A2" t="s"><v>9</v></c>', "a cell that refers to no text"),
        ('<c r="A2" t="s"/>', "a cell that refers to no text"),
        ('<c r="A2" t="e"><v>#N/A</v></c>', "an error in a cell"),
        ('<c r="A-2"><v>1</v></c>', "not a cell reference"),
        ('<c r="XFD1048576"><v>1</v></c>', "a value outside the header's columns"),
        ('<c r="A2" t="str"><v>_xD800_</v></c>', "half a surrogate pair"),
        ('<c r="A2" t="str"><v>_x0000_</v></c>', "a NUL character"),
    ],
)
def test_a_bad_row_is_rejected_and_the_next_one_is_read(book: Path, cell: str, reason: str) -> None:
    rows = f'{HEADER}<row r="2">{cell}</row><row r="3"><c r="A3"><v>5</v></c></row>'
    found = list(xlsx.rows(workbook(book, parts(rows)), "S"))
    assert found == [Reject(2, reason), (3, {"File": "5", "Text": ""})]


BOMB = '<!DOCTYPE sst [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("members", "fault"),
    [
        (parts(""), "an empty sheet"),
        (parts(HEADER), "no rows after the header"),
        (parts(HEADER.replace("<v>1<", "<v>0<") * 2), "two columns have the same name"),
        (parts(HEADER.replace("<v>0<", "<v>2<") * 2), "no column 'File'"),
        (parts(HEADER.replace("<v>0<", "<v>9<") * 2), "header: a cell that refers to no text"),
        (parts(HEADER + "<row>"), "xl/worksheets/one.xml: not well-formed XML"),
        (parts('<row r="x"/>'), "a broken workbook"),
        (parts("<row/>" * 2, BOMB + STRINGS), "xl/sharedStrings.xml: declares entities"),
        (parts(HEADER) | {"xl/workbook.xml": f"<workbook {NS}/>"}, "no sheet 'S'"),
        (
            parts(HEADER) | {"xl/workbook.xml": f'<workbook {NS}><sheets><sheet name="S"/></sheets></workbook>'},
            "a broken",
        ),
        ({"word/document.xml": "<a/>"}, "a broken workbook"),
    ],
)
def test_a_file_that_is_not_such_a_workbook(book: Path, members: dict[str, str], fault: str) -> None:
    with pytest.raises(FormatError, match=f"book.xlsx: {fault}"):
        list(xlsx.rows(workbook(book, members), "S", ("File",)))


@pytest.mark.parametrize(
    ("raw", "fault"), [(b"", "empty file"), (b"File,Text\n", "not an xlsx"), (b"PK\x03\x04", "not an xlsx")]
)
def test_a_file_that_is_no_archive(book: Path, raw: bytes, fault: str) -> None:
    book.write_bytes(raw)
    with pytest.raises(FormatError, match=f"book.xlsx: {fault}"):
        list(xlsx.rows(book, "S"))


def test_a_part_that_inflates_beyond_the_limit_is_refused(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MAX_PART", 2**20)
    workbook(book, parts(HEADER, STRINGS.replace("aid", "a" * 2**21)))
    with pytest.raises(FormatError, match=r"xl/sharedStrings.xml: over 1,048,576 bytes"):
        list(xlsx.rows(book, "S"))


def test_one_long_text_named_many_times_is_refused(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MAX_PART", 2**20)
    cells = '<row><c t="s"><v>2</v></c></row>' * 100
    workbook(book, parts(HEADER + cells, STRINGS.replace("two", "t" * 2**19)))
    with pytest.raises(FormatError, match=r"over 1,048,576 characters"):
        list(xlsx.rows(book, "S"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(0, 2**32), st.booleans())
def test_the_reader_is_total(book: Path, seed: int, packed: bool) -> None:
    rng = random.Random(seed)
    members = parts(HEADER + '<row r="2"><c r="A2" t="s"><v>2</v></c></row>')
    if not packed:
        name = rng.choice(sorted(members))
        raw = bytearray(members[name].encode())
        raw[rng.randrange(len(raw))] = rng.choice(b'<>"/&;=:0129A ')
        members[name] = raw.decode()
    raw = bytearray(workbook(book, members).read_bytes())
    for _ in range(rng.randrange(1, 8) if packed else 0):
        raw[rng.randrange(len(raw))] = rng.randrange(256)
    book.write_bytes(raw)
    try:
        for row in xlsx.rows(book, "S"):
            assert isinstance(row, Reject) or isinstance(row[1], dict)
    except FormatError:
        pass
