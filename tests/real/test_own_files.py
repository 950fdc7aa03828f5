"""Real PDF files and web pages, read as people's own books and pages are."""

from __future__ import annotations

from collections import Counter
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from medcorpus import registry
from medcorpus.formats import ocr, paging, pdf
from medcorpus.reading import Placed, Reject
from medcorpus.records import Text

pytestmark = pytest.mark.real
THYME = "pdf_textlayer_guidelines_e3c/documentation/THYME_ANNOTATION_GUIDELINES_v1.2.pdf"
CLINICAL = "pdf_textlayer_guidelines_e3c/documentation/CLINICALENTITY_ANNOTATION_GUIDELINES_v1.1.pdf"
NEREL = "pdf_textlayer_nerel/nerel-bio-guidelines.pdf"
NUBES = "nubes/NUBes-guias-de-anotacion.pdf"
SCANNED = "pdf_scanned/tests/resources"


@cache
def lines(path: Path) -> tuple[list[list[str]], list[list[str]]]:
    """Give the lines of each page, and those that are left without heads, footers and page numbers."""
    pages = [paging.lines_of(text) for text in pdf.book(path).texts]
    return pages, paging.without_edges(pages)


@pytest.mark.parametrize(
    ("file", "pages", "taken_off"), [(THYME, 39, 38), (CLINICAL, 19, 18), (NEREL, 14, 0), (NUBES, 13, 84)]
)
def test_heads_and_page_numbers(real_raw: Path, file: str, pages: int, taken_off: int) -> None:
    before, after = lines(real_raw / file)
    assert len(before) == pages
    assert sum(map(len, before)) - sum(map(len, after)) == taken_off


def test_what_is_taken_off_is_no_prose(real_raw: Path) -> None:
    for file in (THYME, CLINICAL):
        before, after = lines(real_raw / file)
        gone = Counter(line for page in before for line in page) - Counter(line for page in after for line in page)
        assert all(line.isdecimal() for line in gone)


def test_no_character_of_the_prose_is_lost(real_raw: Path) -> None:
    _, pages = lines(real_raw / THYME)
    flat = [line for page in pages for line in page]
    made = paging.flowing(flat, "en", paging.vocabulary(pages))
    unhyphenated = "".join("".join(flat).split()).replace(paging.HYPHEN, "").replace("-", "")
    assert "".join(made.split()).replace("-", "") == unhyphenated
    assert made.count("\n") < len(flat) * 0.7


@pytest.mark.parametrize("file", sorted(["cardinal", "ccitt", "francais", "linn", "rotated_skew", "skew"]))
def test_scanned_files_are_told(real_raw: Path, file: str) -> None:
    assert list(registry.get("textbooks").read(real_raw / SCANNED / f"{file}.pdf")) == [
        Reject(1, "no text layer", withheld=True)
    ]


@pytest.mark.skipif(find_spec("rapidocr") is None, reason="rapidocr is not installed: pip install 'medcorpus[ocr]'")
def test_ocr_reads_accents(real_raw: Path) -> None:
    [page] = ocr.pages(real_raw / SCANNED / "francais.pdf", ocr.engine())
    text = " ".join(page.lines)
    assert "Portez ce vieux whisky" in text
    assert "œuvre" in text


def test_pages_of_a_wiki(real_raw: Path) -> None:
    files = sorted((real_raw / "html_gnumed").rglob("*.html"))
    found = [item for path in files for item in registry.get("web_pages").read(path)]
    texts = [i.record for i in found if isinstance(i, Placed) and isinstance(i.record, Text)]
    assert (len(files), len(texts)) == (70, 70)
    assert Counter(t.lang for t in texts) == {"en": 40, "und": 30}
    assert all(t.title.endswith("< Gnumed < Foswiki") for t in texts)
    cyrillic = [sum("а" <= c <= "я" for c in t.text.lower()) / len(t.text) for t in texts]
    assert all((share > 0.3) is (t.lang == "und") for share, t in zip(cyrillic, texts))
    assert not any("\ufffd" in t.text for t in texts)
