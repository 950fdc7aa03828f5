"""PDF files with a text layer, read by PDFium: the lines of each page, and the chapters that the outline names.

Text comes in the order in which PDFium gives it, which is that of the file's content: columns that were set one after
the other are read so; tables are read by rows. No layout is guessed. A file that does not end as PDF files do was cut
short and is refused, though PDFium would mend it in silence. What is in a stream is unpacked by PDFium, within its own
limits (1 GiB a stream).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcorpus.errors import FormatError, MissingExtraError
from medcorpus.formats import paging

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

MAX_BYTES = 2 * 2**30
"""Largest file in bytes."""
MAX_PAGES = 20_000
MAX_CHARACTERS = 128 * 2**20
"""Most characters in the text layer of a file."""
BLOCK = 20
"""Pages of a section where the outline names no chapters."""
OUTLINE = 20_000
"""Entries of an outline that are looked at."""
_TAIL = 2_048
_PASSWORD = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A chapter, or a run of pages: the 0-based pages it covers, and its title where the outline gives one."""

    pages: range
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """The text layer of a file: the text of each page as PDFium gives it, and its sections in order."""

    texts: tuple[str, ...]
    sections: tuple[Section, ...]


def book(path: Path) -> Book:
    """Read the text layer of a file.

    Raises:
        MissingExtraError: pypdfium2 is not installed.
        FormatError: It is no PDF, cut short, broken, locked by a password, has no pages, or is over a limit.
    """
    with opened(path) as document:
        texts = tuple(_texts(document, path))
        return Book(texts=texts, sections=sections(_outline(document), len(texts)))


@contextmanager
def opened(path: Path) -> Iterator[PdfDocument]:
    """Open a file for reading text or drawing pages; see `book` for what it raises."""
    pdfium = _pdfium()
    _refuse_what_is_cut_short(path)
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        locked = error.err_code == _PASSWORD
        what = "locked by a password" if locked else "no PDF, or a broken one"
        fix = "save a copy without password" if locked else "get the file again"
        raise FormatError(what, where=path.name, fix=fix) from error
    try:
        if not 0 < len(document) <= MAX_PAGES:
            raise FormatError(f"{len(document):,} pages", where=path.name, fix=f"give 1 to {MAX_PAGES:,} a file")
        yield document
    except pdfium.PdfiumError as error:
        raise FormatError("a broken page", where=path.name, fix="get the file again") from error
    finally:
        document.close()


def _pdfium() -> Any:
    try:
        import pypdfium2
    except ImportError as error:
        raise MissingExtraError("pypdfium2", "pdf") from error
    return pypdfium2


def _refuse_what_is_cut_short(path: Path) -> None:
    size = path.stat().st_size
    if not size:
        raise FormatError("empty file", where=path.name, fix="get the file again")
    if size > MAX_BYTES:
        raise FormatError(f"over {MAX_BYTES // 2**30} GiB", where=path.name, fix="split the file")
    with path.open("rb") as stream:
        stream.seek(max(0, size - _TAIL))
        ends = b"%%EOF" in stream.read()
    if not ends:
        raise FormatError("no PDF, or cut short: its end is missing", where=path.name, fix="get the file again")


def _texts(document: PdfDocument, path: Path) -> Iterator[str]:
    budget = MAX_CHARACTERS
    for number in range(len(document)):
        page = document[number]
        layer = page.get_textpage()
        text = layer.get_text_range()
        layer.close()
        page.close()
        budget -= len(text)
        if budget < 0:
            raise FormatError(f"over {MAX_CHARACTERS:,} characters", where=path.name, fix="split the file")
        yield text


def _outline(document: PdfDocument) -> list[tuple[int, int, str]]:
    """Give level, page and title of the entries of the outline that point to a page."""
    found = []
    for _, entry in zip(range(OUTLINE), document.get_toc()):
        target = entry.get_dest()
        page = None if target is None else target.get_index()
        if page is not None and 0 <= page < len(document):
            title = " ".join(" ".join(paging.lines_of(entry.get_title())).replace(paging.HYPHEN, "-").split())
            found.append((entry.level, page, title))
    return found


def sections(outline: Sequence[tuple[int, int, str]], pages: int) -> tuple[Section, ...]:
    """Divide a book by the highest level of its outline that names more than one place, else into runs of pages.

    Args:
        outline: Level, 0-based page and title of each entry.
        pages: Pages of the book.

    Returns:
        Sections that cover every page once, in order.

    >>> [(s.title, len(s.pages)) for s in sections([(0, 2, "Heart"), (0, 5, "Lung"), (1, 6, "Asthma")], 9)]
    [('', 2), ('Heart', 3), ('Lung', 4)]
    >>> [len(s.pages) for s in sections([], 45)]
    [20, 20, 5]
    """
    for level in sorted({entry[0] for entry in outline}):
        titles: dict[int, str] = {}
        for _, page, title in (e for e in outline if e[0] == level):
            titles.setdefault(page, title)
        if len(titles) > 1:
            return _between({0: "", **titles}, pages)
    return _between(dict.fromkeys(range(0, pages, BLOCK), ""), pages)


def _between(titles: dict[int, str], pages: int) -> tuple[Section, ...]:
    starts = sorted(titles)
    ends = [*starts[1:], pages]
    return tuple(Section(pages=range(a, b), title=titles[a]) for a, b in zip(starts, ends) if a < b)
