"""What counts as the same character, and where words begin and end: one table over the Basic Multilingual Plane.

Folding is NFKC (width), lower case, one kind of white space and hyphen, and per language: accents for all but Chinese
and Japanese, `ё` to `е` in Russian, traditional to simplified characters in Chinese.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PLANE = 1 << 16
LETTER, DIGIT, KATAKANA, FREE, SPACE, OTHER, MARK = range(7)
"""Classes of characters. Neighbours of the same class up to KATAKANA belong to one word; at FREE characters (Han,
hiragana) words begin and end anywhere; a MARK (combining accent) is passed over."""
HYPHENS = "-\u2010\u2011\u2012\u2013\u2212"
APOSTROPHES = "'\u2019\u02bc"
ACCENTED = range(0xC0, 0x250)
"""Latin letters with accents (Latin-1 to Latin Extended-B)."""
MARKS = range(0x300, 0x370)
BEYOND = "\U0001f600"
"""A character that stands for all beyond the plane: no letter."""


class Characters(NamedTuple):
    """Tables by code point, with one entry more for all that lie beyond the plane.

    Args:
        folded: uint16, the code point that stands for it; 0 for the last entry.
        kind: uint8, its class.
    """

    folded: NDArray[np.uint16]
    kind: NDArray[np.uint8]

    def fold(self, text: str) -> str:
        """Fold a text; characters outside the plane stay."""
        return "".join(chr(self.folded[ord(c)]) if ord(c) < PLANE else c for c in text)


def tables(fold: Callable[[str], str], kind: Callable[[str], int]) -> Characters:
    """Make the tables from what a character folds to and what class it is."""
    import numpy as np

    plane = [chr(point) for point in range(PLANE)]
    folded = np.array([*(ord(fold(c)) for c in plane), 0], dtype=np.uint16)
    return Characters(folded, np.array([*map(kind, plane), kind(BEYOND)], dtype=np.uint8))


@cache
def characters(lang: str) -> Characters:
    """Give the tables for terms of a language."""
    folded = _plane().folded.copy()
    if lang not in ("zh", "ja"):
        for point in ACCENTED:
            folded[point] = ord(unicodedata.normalize("NFD", chr(folded[point]))[0])
        folded[ord("Ё")] = folded[ord("ё")] = ord("е")
    if lang == "zh":
        for line in _traditional():
            traditional, simplified = line.split("\t")
            folded[ord(traditional)] = ord(simplified)
    return Characters(folded, _plane().kind)


def _traditional() -> list[str]:
    return files(__package__).joinpath("traditional.tsv").read_text(encoding="utf-8").splitlines()[1:]


@cache
def _plane() -> Characters:
    return tables(_folded, _kind)


def _folded(char: str) -> str:
    wide = unicodedata.normalize("NFKC", char)
    wide = wide if len(wide) == 1 and ord(wide) < PLANE else char
    if wide.isspace() or wide in HYPHENS:
        return " "
    lower = wide.lower()
    return "'" if lower in APOSTROPHES else lower if len(lower) == 1 else wide


def _kind(char: str) -> int:
    wide = unicodedata.normalize("NFKC", char)[:1]
    if char.isspace():
        return SPACE
    if ord(char) in MARKS:
        return MARK
    if "\u30a1" <= wide <= "\u30ff" and wide != "\u30fb":
        return KATAKANA
    if "\u3040" <= wide <= "\u309f" or "\u3400" <= wide <= "\u9fff" or "\uf900" <= wide <= "\ufaff" or wide in "々〇":
        return FREE
    return DIGIT if wide.isdigit() else LETTER if wide.isalpha() else OTHER
