"""Textbooks: medical books and guidelines that people have as PDF files of their own.

Layout: `<lang>/*.pdf` and `<lang>/<folder>/*.pdf` for the six languages; names end in `.pdf`. Nothing is fetched and
nothing may be passed on. Checked on four files with a text layer (three guidelines in English and one in Spanish with a
head of seven lines: 85 pages) and on six scanned ones (9 pages); no book of over 100 pages was at hand.

A record is a chapter where the outline of the file names chapters, otherwise a run of 20 pages; the key is the file and
its pages (`en/heart.pdf:12-30`, counted from 1). Not a page, because sentences and divided words cross pages, and heads
recur over them; not the book, because one row of megabytes hides its medical parts from every later stage.

Heads, footers, page numbers, line ends and hyphens are mended by `medcorpus.formats.paging`. Of books from 100 pages on
the front matter and the last five pages are withheld page by page, by the rule of the MMedC pipeline, which here holds
for scanned books as well. A file without a text layer, by that pipeline's test, is withheld; in the
folder `<lang>/scanned/` it is read by OCR instead, which takes seconds a page and medcorpus[ocr]. There is no model for
Russian: `ocrmypdf -l rus` gives such a file a text layer by Tesseract. A file that is locked, broken or no PDF is one
reject.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from medcorpus import File, Source, Text
from medcorpus.errors import FormatError
from medcorpus.formats import ocr, paging, pdf
from medcorpus.reading import Item, Placed, Reject

from .._own_files import LANGS, Place, place

SCANNED = "scanned"


class Pages(NamedTuple):
    """The pages of a book as lines, its sections, and how they were read."""

    lines: Sequence[Sequence[str]]
    sections: Sequence[pdf.Section]
    extra: dict[str, str]


def read(path: Path) -> Iterator[Item]:
    """Read one book, chapter by chapter; a file that cannot be read is one reject."""
    where = place(path)
    try:
        pages = _recognised(path, where) if path.parent.name == SCANNED else _written(path)
    except FormatError as error:
        yield Reject(1, f"{error.what} - {error.fix}")
        return
    yield from [Reject(1, "no text layer", withheld=True)] if pages is None else _chapters(where, pages)


def _written(path: Path) -> Pages | None:
    book = pdf.book(path)
    if paging.is_scanned(book.texts):
        return None
    return Pages([paging.lines_of(text) for text in book.texts], book.sections, {"read_by": "text layer"})


def _recognised(path: Path, where: Place) -> Pages:
    if where.lang in ocr.NO_MODEL:
        fix = "give it a text layer (ocrmypdf -l rus) and take it out of the folder 'scanned'"
        raise FormatError("scanned in letters that the OCR has no model for", where=path.name, fix=fix)
    found = list(ocr.pages(path, _engine()))
    unsure = sum(page.unsure for page in found)
    extra = {"read_by": "ocr", "unsure_lines": str(unsure)}
    return Pages([page.lines for page in found], pdf.sections([], len(found)), extra)


@cache
def _engine() -> ocr.Engine:
    return ocr.engine()


def _chapters(where: Place, pages: Pages) -> Iterator[Item]:
    lines = paging.without_edges(pages.lines)
    words = paging.vocabulary(lines)
    body = paging.body(len(lines))
    for number in range(len(lines)):
        if number not in body:
            yield Reject(number + 1, "front matter or last pages of a book", withheld=True)
    for section in pages.sections:
        inside = [number for number in section.pages if number in body]
        if inside:
            text = paging.flowing([line for n in inside for line in lines[n]], where.lang, words)
            yield _record(where, inside, section.title, text, pages.extra)


def _record(where: Place, inside: Sequence[int], title: str, text: str, extra: dict[str, str]) -> Item:
    first, last = inside[0] + 1, inside[-1] + 1
    head, _, rest = text.partition("\n")
    own = rest if title and head.casefold() == title.casefold() else text
    if not own.strip():
        return Reject(first, "no text", withheld=True)
    book = Path(where.name).stem
    key = f"{where.name}:{first}-{last}"
    return Placed(first, Text(key=key, lang=where.lang, title=title or book, text=own, extra={"book": book, **extra}))


source = Source(
    title="Textbooks",
    about="Medical textbooks and guidelines that their owners have as PDF files; the paper's Chinese part has 4,284.",
    homepage="https://github.com/MAGIC-AI4Med/MMedLM",
    langs=LANGS,
    shape=Text,
    license="unknown: as stated in each book",
    license_evidence=(
        "the files are the user's own and each has its publisher's terms; no sentence covers them all, and books are "
        "under copyright unless they say otherwise"
    ),
    license_url="https://github.com/MAGIC-AI4Med/MMedLM",
    redistribute="no",
    access="manual",
    how=(
        "Put PDF files that you have the right to use into DIR/textbooks/<lang>/ (en, zh, ja, fr, ru, es), scanned "
        "ones into DIR/textbooks/<lang>/scanned/, and pass --raw DIR; needs: pip install 'medcorpus[pdf]' "
        "('medcorpus[ocr]' for scanned ones)"
    ),
    files=tuple(File(path=f"{lang}/{below}", lang=lang) for lang in LANGS for below in ("*.pdf", "*/*.pdf")),
    read=read,
    extras=("book", "read_by", "unsure_lines"),
    needs=("pypdfium2",),
    may_need=("rapidocr",),
    extra="pdf",
)
