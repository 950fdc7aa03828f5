"""A kernel over UTF-8 bytes that finds where something personal may be: an `@`, many digits in a row, many colons.

Nearly all of a text is passed over here at a nanosecond a byte; regular expressions see what is left. Compiled by Numba
on first use, and cached.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from medcorpus.stages.pii.patterns import AT, COLONS

Bytes = NDArray[np.uint8]
Numbers = NDArray[np.int64]

LEAST_DIGITS = 7
"""Digits from which a number can be a telephone number or an identity number."""
COLUMNS = ROW, START, END, DIGITS = range(4)
"""What is told of a candidate; its digits are AT or COLONS where it has none of its own."""


@njit(cache=True, nogil=True)
def candidates(offsets: Numbers, data: Bytes) -> Any:
    """Give the candidates of all rows: row, start and end in bytes of `data`, number of digits.

    Args:
        offsets: Where rows start in `data`, in bytes, and where the last one ends.
        data: UTF-8 of all rows.
    """
    found, count = np.empty((256, 4), np.int64), 0
    for row in range(len(offsets) - 1):
        at, end = offsets[row], offsets[row + 1]
        at = skip(data, at, end)
        while at < end:
            stop, digits, wanted = look(data, at, end)
            if wanted:
                if count == len(found):
                    found = doubled(found)
                found[count, ROW], found[count, START], found[count, END] = row, at, stop
                found[count, DIGITS] = digits
                count += 1
            at = skip(data, stop, end)
    return found[:count]


@njit(cache=True)
def doubled(table: Numbers) -> Any:
    """Give a copy of a table with room for twice as many rows."""
    larger = np.empty((2 * len(table), table.shape[1]), np.int64)
    larger[: len(table)] = table
    return larger


@njit(cache=True, inline="always")
def skip(data: Bytes, at: int, end: int) -> Any:
    """Give the next place of an ASCII digit, a colon, an `@`, or a byte that their full-width forms start with."""
    while at < end and not (0x30 <= data[at] <= 0x3A or data[at] == 0x40 or data[at] == 0xEF):
        at += 1
    return at


@njit(cache=True)
def look(data: Bytes, at: int, end: int) -> Any:
    """Look at what starts at a byte: where to look next, digits, and whether it is a candidate."""
    if data[at] == 0x40:
        return at + 1, AT, True
    if data[at] == 0xEF and at + 2 < end and data[at + 1] == 0xBC and data[at + 2] == 0xA0:
        return at + 3, AT, True
    if data[at] == 0x3A:
        stop, wanted = colons(data, at, end)
        return stop, COLONS, wanted
    if not digit(data, at, end):
        return at + 1, 0, False
    return number(data, at, end)


@njit(cache=True, inline="always")
def digit(data: Bytes, at: int, end: int) -> Any:
    """Give the bytes of a digit, 1 or full-width 3, or 0 if there is none."""
    if at < end and 0x30 <= data[at] <= 0x39:
        return 1
    wide = at + 2 < end and data[at] == 0xEF and data[at + 1] == 0xBC and 0x90 <= data[at + 2] <= 0x99
    return 3 if wide else 0


@njit(cache=True, inline="always")
def separator(data: Bytes, at: int, end: int) -> Any:
    """Give the bytes of what may stand between the digits of a number, or 0: space ( ) - . / and their wide forms."""
    if at >= end:
        return 0
    byte = data[at]
    if byte < 0x80:
        return 1 if byte in (0x20, 0x28, 0x29, 0x2D, 0x2E, 0x2F) else 0
    if at + 2 >= end:
        return 0
    second, third = data[at + 1], data[at + 2]
    dash = byte == 0xE2 and ((second == 0x80 and 0x90 <= third <= 0x95) or (second == 0x88 and third == 0x92))
    wide = byte == 0xEF and second == 0xBC and third in (0x88, 0x89, 0x8D)
    return 3 if dash or wide else 0


@njit(cache=True)
def number(data: Bytes, at: int, end: int) -> Any:
    """Read digits with at most two separators between them: where they end, how many, and whether they are enough."""
    digits, dots, gap, stop = 0, 0, 0, at
    while at < end and gap <= 2:
        size = digit(data, at, end)
        if size:
            digits, gap, stop = digits + 1, 0, at + size
        else:
            size = separator(data, at, end)
            if not size:
                break
            gap += 1
            dots += data[at] == 0x2E
        at += size
    return stop, digits, digits >= LEAST_DIGITS or (dots >= 3 and digits >= 4)


@njit(cache=True)
def colons(data: Bytes, at: int, end: int) -> Any:
    """Read on over hexadecimal digits and colons: where they end, and whether that may be an IPv6 address."""
    stop, number_of, double = at, 0, False
    while stop < end and (data[stop] == 0x3A or digit_of_hex(data[stop])):
        double = double or (data[stop] == 0x3A and stop > at and data[stop - 1] == 0x3A)
        number_of += data[stop] == 0x3A
        stop += 1
    return stop, number_of >= 2 and (double or number_of >= 5) and stop - at >= 3


@njit(cache=True, inline="always")
def digit_of_hex(byte: int) -> Any:
    """Say whether a byte is a hexadecimal digit."""
    return 0x30 <= byte <= 0x39 or 0x61 <= (byte | 0x20) <= 0x66
