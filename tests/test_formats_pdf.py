"""PDF files give their pages and chapters; broken, locked and cut ones give an error that says what to do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from medcorpus.errors import FormatError, MissingExtraError
from medcorpus.formats import paging, pdf
from tests.pdfs import pdf as written

LINES = ["Heart failure", "The heart cannot pump enough blood for the needs of the body."]
RC4 = (
    b"/Filter /Standard /V 1 /R 2 /P -4 /O <2055c756c72e1ad702608e8196acad447ad32d17cff583235f6dd15fed7dab67> "
    b"/U <7150bd1da9d292af3627fca6a8dde1d696e25312041aed09059f9daee04353ae>"
)
"""An encryption dictionary that no empty password opens."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.pdf"


@pytest.mark.parametrize(
    "line",
    ["Ordinary words, 5 %", "Größe, cœur, año", "Лечение больных", "心力衰竭の治療", "β ≥ 5 µg/m²"],
)
def test_text_of_every_script(line: str, path: Path) -> None:
    path.write_bytes(written([[line], ["other", line]]))
    assert [paging.lines_of(t) for t in pdf.book(path).texts] == [[line], ["other", line]]


def test_a_hyphen_at_the_end_of_a_line_is_marked(path: Path) -> None:
    path.write_bytes(written([["the treat-", "ment of a well-known disease"]]))
    [text] = pdf.book(path).texts
    assert paging.lines_of(text) == [f"the treat{paging.HYPHEN}ment of a well-known disease"]


def test_chapters_come_from_the_outline(path: Path) -> None:
    path.write_bytes(written([LINES] * 6, [("Heart – cœur", 1), ("Lung", 4)]))
    found = [(s.title, list(s.pages)) for s in pdf.book(path).sections]
    assert found == [("", [0]), ("Heart – cœur", [1, 2, 3]), ("Lung", [4, 5])]


def test_without_outline_a_section_has_twenty_pages(path: Path) -> None:
    path.write_bytes(written([LINES] * 41))
    assert [len(s.pages) for s in pdf.book(path).sections] == [20, 20, 1]


OUTLINES = {
    "one root": ([(0, 0, "Book"), (1, 0, "Heart"), (1, 3, "Lung")], ["Heart", "Lung"]),
    "two on a page": ([(0, 1, "Heart"), (0, 1, "again"), (0, 3, "Lung")], ["", "Heart", "Lung"]),
    "out of order": ([(0, 3, "Lung"), (0, 0, "Heart")], ["Heart", "Lung"]),
    "all on one page": ([(0, 2, "a"), (1, 2, "b")], [""]),
}


@pytest.mark.parametrize("case", OUTLINES)
def test_sections_cover_every_page_once(case: str) -> None:
    outline, titles = OUTLINES[case]
    found = pdf.sections(outline, 5)
    assert [s.title for s in found] == titles
    assert [page for s in found for page in s.pages] == list(range(5))


GOOD = written([LINES])
BAD = {
    "empty": (b"", "empty file"),
    "no PDF": (b"hello\n%%EOF", "no PDF"),
    "a page of HTML": (b"<!DOCTYPE html><title>404</title>", "no PDF, or cut short"),
    "cut short": (GOOD[: len(GOOD) // 2], "cut short"),
    "cut near its end": (GOOD[:-8], "cut short"),
    "no pages": (written([]), "no PDF|0 pages"),
    "locked": (written([LINES], encrypt=RC4), "locked by a password"),
    "another encryption": (written([LINES], encrypt=b"/Filter /Other /V 9"), "no PDF"),
    "no objects": (b"%PDF-1.4\ntrailer << /Root 1 0 R >>\n%%EOF\n", "no PDF"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_files_are_refused(case: str, path: Path) -> None:
    data, words = BAD[case]
    path.write_bytes(data)
    with pytest.raises(FormatError, match=words) as caught:
        pdf.book(path)
    assert caught.value.where == "a.pdf"
    assert caught.value.fix


@pytest.mark.parametrize(("limit", "value"), [("MAX_BYTES", 100), ("MAX_PAGES", 2), ("MAX_CHARACTERS", 90)])
def test_limits_hold(limit: str, value: int, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(written([LINES] * 3))
    pdf.book(path)
    monkeypatch.setattr(pdf, limit, value)
    with pytest.raises(FormatError, match=r"over|pages"):
        pdf.book(path)


def test_an_outline_that_runs_in_circles_ends(path: Path) -> None:
    data = written([LINES] * 2, [("Heart", 0), ("Lung", 1)])
    first = data.index(b"/Next ")
    number = data.rindex(b"obj", 0, data.rindex(b" 0 obj", 0, first) + 6)
    own = data[:number].rsplit(b"\n", 1)[1].split(b" ")[0]
    end = data.index(b" 0 R", first)
    path.write_bytes(data[: first + 6] + own.rjust(end - first - 6, b"0") + data[end:])
    assert [page for s in pdf.book(path).sections for page in s.pages] == [0, 1]


def test_a_missing_package_names_the_pip_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(GOOD)
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'medcorpus\[pdf\]'"):
        pdf.book(path)
