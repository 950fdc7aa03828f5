"""Optical character recognition of scanned PDF files by RapidOCR, whose models lie inside its wheel.

A page is drawn with at most `LONGEST` pixels on its longer side and read line by line, in the order in which the
engine gives the lines (from top to bottom). Lines it is not sure of are left out and counted. The models know Latin
letters, Chinese and Japanese, and no Cyrillic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from medcorpus.errors import MissingExtraError
from medcorpus.formats import paging, pdf

if TYPE_CHECKING:
    import numpy as np
    from pypdfium2 import PdfPage

MIN_SCORE = 0.6
"""Lines whose score (0-1) is below are left out."""
DPI = 200
"""Dots per inch that a page is drawn with, where that gives no more than `LONGEST`."""
LONGEST = 3_000
POINTS = 72
"""Points per inch, PDF's unit."""
NO_MODEL = ("ru",)
"""Languages whose letters the models do not know."""


class Line(NamedTuple):
    """What the engine read in one line, and how sure it is, from 0 to 1."""

    text: str
    score: float


class ReadPage(NamedTuple):
    """The lines of a page that are sure enough, and how many are not."""

    lines: list[str]
    unsure: int


Engine = Callable[["np.ndarray[Any, Any]"], Iterable[Line]]
"""Reads an image (height x width x 3, 8 bits, BGR) line by line."""


def engine() -> Engine:
    """Load the models.

    Raises:
        MissingExtraError: rapidocr or what runs its models is not installed.
    """
    try:
        import onnxruntime  # noqa: F401
        from rapidocr import RapidOCR
    except ImportError as error:
        raise MissingExtraError("rapidocr", "ocr") from error
    reader = RapidOCR(params={"Global.log_level": "error"})

    def read(image: np.ndarray[Any, Any]) -> Iterator[Line]:
        found = reader(image)
        yield from map(Line, found.txts or (), found.scores or ())

    return read


def pages(path: Path, read: Engine) -> Iterator[ReadPage]:
    """Read the pages of a PDF file as images.

    Raises:
        MissingExtraError: pypdfium2 is not installed.
        FormatError: See `pdf.book`.
    """
    with pdf.opened(path) as document:
        for number in range(len(document)):
            page = document[number]
            yield _sure(read(_drawn(page)))
            page.close()


def _drawn(page: PdfPage) -> np.ndarray[Any, Any]:
    longer = max(*page.get_size(), 1.0)
    bitmap = page.render(scale=min(DPI / POINTS, LONGEST / longer), rev_byteorder=False, prefer_bgrx=False)
    image: np.ndarray[Any, Any] = bitmap.to_numpy()
    return image


def _sure(found: Iterable[Line]) -> ReadPage:
    lines: list[str] = []
    unsure = 0
    for line in found:
        if line.score < MIN_SCORE:
            unsure += 1
        else:
            lines.append(line.text)
    return ReadPage(paging.lines_of("\n".join(lines)), unsure)
