"""Kernels over UTF-8 bytes: decode a character, count words. Compiled by Numba on first use, and cached."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from medcorpus.characters import CLASSES, CODE_POINTS

OTHER, SPACE, BREAK, LETTER, DIGIT, GLYPH = (np.uint8(CLASSES.index(c)) for c in CLASSES[:6])
LAST = CODE_POINTS - 1


@njit(cache=True, inline="always")
def decoded(data: NDArray[np.uint8], at: int) -> Any:
    """Give the code point that starts at a byte of valid UTF-8 and the number of its bytes (RFC 3629)."""
    lead = np.int64(data[at])
    if lead < 0x80:
        return lead, 1
    second = np.int64(data[at + 1]) & 0x3F
    if lead < 0xE0:
        return (lead & 0x1F) << 6 | second, 2
    third = np.int64(data[at + 2]) & 0x3F
    if lead < 0xF0:
        return (lead & 0x0F) << 12 | second << 6 | third, 3
    return (lead & 0x07) << 18 | second << 12 | third << 6 | np.int64(data[at + 3]) & 0x3F, 4


@njit(cache=True, inline="always")
def class_of(point: int, classes: NDArray[np.uint8]) -> Any:
    """Give the class of a code point; what lies above the table is `other`."""
    return classes[point] if point <= LAST else OTHER


@njit(cache=True, nogil=True)
def words_of_rows(offsets: NDArray[np.int64], data: NDArray[np.uint8], classes: NDArray[np.uint8]) -> Any:
    """Count the words of every row."""
    counts = np.zeros(len(offsets) - 1, np.uint32)
    for row in range(len(counts)):
        counts[row] = _words(data, offsets[row], offsets[row + 1], classes)
    return counts


@njit(cache=True)
def _words(data: NDArray[np.uint8], at: int, end: int, classes: NDArray[np.uint8]) -> Any:
    words, within = 0, False
    while at < end:
        point, size = decoded(data, at)
        at += size
        kind = class_of(point, classes)
        if kind == GLYPH:
            words += 1
        if kind in (LETTER, DIGIT):
            words += not within
            within = True
        elif kind in (GLYPH, SPACE, BREAK):
            within = False
    return words
