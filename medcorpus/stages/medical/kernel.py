"""The pass over the text: UTF-8 bytes of Arrow buffers in, counts per row out, no Python object on the way.

Importing this module imports Numba; the functions are compiled at the first call and kept on disk. Indices are unsigned
where it tells in speed: Numba then leaves out its test for negative ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from medcorpus.stages.medical.automaton import (
    ALONE,
    AT_BOUNDARY,
    BASE,
    CHECK,
    COPIES,
    FIELD,
    KIND,
    LONGER,
    MIXED,
    PATTERN,
    SKIPPED,
    STEM,
    STRENGTH,
    SYMBOL,
    THREE,
    TWO,
    WITHIN,
)
from medcorpus.stages.medical.folding import KATAKANA, MARK, PLANE, SPACE

Function = TypeVar("Function", bound=Callable[..., Any])
Bytes = NDArray[np.uint8]
Offsets = NDArray[np.int64]
Facts = NDArray[np.uint32]
States = NDArray[np.int32]
Patterns = NDArray[np.uint32]
Counts = NDArray[np.uint32]

CHARACTERS, COVERED, FIELDS, HITS, DISTINCT = 0, 1, 2, 3, 6
WIDTH = 9
"""Columns of counts: characters, characters covered, bits of fields, then hits and distinct patterns, each for weak,
plain and strong ones."""


def compiled(function: Function) -> Function:
    """Compile a function at its first call."""
    return cast(Function, numba.njit(cache=True, nogil=True)(function))


@compiled
def decoded(data: Bytes, at: int) -> Any:
    """Give the code point at a byte and the number of its bytes; the text is valid UTF-8."""
    lead = np.int64(data[np.uint64(at)])
    if lead < 0x80:
        return lead, 1
    if lead < 0xE0:
        return (lead & 0x1F) << 6 | (data[np.uint64(at + 1)] & 0x3F), 2
    if lead < 0xF0:
        return (lead & 0x0F) << 12 | np.int64(data[np.uint64(at + 1)] & 0x3F) << 6 | (data[np.uint64(at + 2)] & 0x3F), 3
    return PLANE, 4


@compiled
def looked_up(data: Bytes, at: int, end: int, facts: Facts) -> Any:
    """Give the facts of the character at a byte and its number of bytes; the end of the text is white space."""
    if at >= end:
        return SPACE << KIND, 0
    point, size = decoded(data, at)
    return np.int64(facts[np.uint64(point)]), size


@compiled
def joined(before: int, after: int) -> Any:
    """Say whether neighbours of these classes belong to one word."""
    return before == after and after <= KATAKANA


@compiled
def longest(data: Bytes, at: int, end: int, root: int, facts: Facts, states: States) -> Any:
    """Walk the trie from a byte.

    Returns:
        The state of the longest pattern that fits (0: none), the byte behind it, its characters, the last one's class.
    """
    state, length, before = root, 0, SPACE
    found, stop, found_length, last = 0, at, 0, SPACE
    fact, size = looked_up(data, at, end, facts)
    while size:
        symbol = fact & SYMBOL
        if symbol != SKIPPED:
            following = states[np.uint64(state), BASE] + symbol
            if symbol == 0 or states[np.uint64(following), CHECK] != state:
                break
            state = following
            before = fact >> KIND & 7
        at += size
        length += 1
        fact, size = looked_up(data, at, end, facts)
        if states[np.uint64(state), PATTERN] < 0:
            continue
        if states[np.uint64(state), STEM] or not joined(before, fact >> KIND & 7):
            found, stop, found_length, last = state, at, length, before
    return found, stop, found_length, last


@compiled
def rest_of_word(data: Bytes, at: int, end: int, kind: int, facts: Facts) -> Any:
    """Give the byte where the word of this class that goes on here ends, and the characters up to there."""
    length = 0
    fact, size = looked_up(data, at, end, facts)
    while size and (fact >> KIND & 7 == MARK or joined(kind, fact >> KIND & 7)):
        at += size
        length += 1
        fact, size = looked_up(data, at, end, facts)
    return at, length


@compiled
def may_start(fact: int, second: int, third: int, root: int, starts: Bytes) -> Any:
    """Say whether a pattern may start with these three characters."""
    first, second, third = fact & SYMBOL, second & SYMBOL, third & SYMBOL
    two = first * TWO[0] + second & MIXED
    three = first * THREE[0] + second * THREE[1] + third & MIXED
    marked = starts[np.uint64(two)] >> root | starts[np.uint64(three)] >> root + LONGER
    return (marked | fact >> ALONE) & 1 != 0


@compiled
def record(counts: Counts, seen: Offsets, row: int, number: int, patterns: Patterns) -> None:
    """Count one hit of a pattern in a row."""
    strength, copies = patterns[number, STRENGTH], patterns[number, COPIES]
    counts[row, HITS + strength] += copies
    if seen[number] != row:
        seen[number] = row
        counts[row, DISTINCT + strength] += copies
        counts[row, FIELDS] |= patterns[number, FIELD]


@compiled
def scan(
    data: Bytes,
    offsets: Offsets,
    rows: Offsets,
    facts: Facts,
    starts: Bytes,
    states: States,
    patterns: Patterns,
    counts: Counts,
) -> None:
    """Count leftmost-longest hits that do not overlap, in the rows given.

    A pattern begins where a word begins, or within it if it is an ending; it ends where a word ends, or covers the
    rest of the word if it is a stem. An ending covers its word from the beginning.
    """
    seen = np.full(len(patterns), -1, dtype=np.int64)
    for row in rows:
        at, end = offsets[row], offsets[row + 1]
        before, characters, covered, of_word = SPACE, 0, 0, 0
        fact, size = looked_up(data, at, end, facts)
        second, second_size = looked_up(data, at + size, end, facts)
        while size:
            third, third_size = looked_up(data, at + size + second_size, end, facts)
            kind = fact >> KIND & 7
            if kind == MARK:
                kind = before
            root = WITHIN
            if not joined(before, kind):
                root, of_word = AT_BOUNDARY, 0
            before = kind
            if may_start(fact, second, third, root, starts):
                found, stop, length, last = longest(data, at, end, root, facts, states)
                if found:
                    number = states[found, PATTERN]
                    at, rest = rest_of_word(data, stop, end, last, facts)
                    characters += length + rest
                    if patterns[number, COPIES]:
                        record(counts, seen, row, number, patterns)
                        covered += of_word + length + rest
                    before, of_word = last, 0
                    fact, size = looked_up(data, at, end, facts)
                    second, second_size = looked_up(data, at + size, end, facts)
                    continue
            at += size
            characters += 1
            of_word += 1
            fact, size, second, second_size = second, second_size, third, third_size
        counts[row, CHARACTERS] = characters
        counts[row, COVERED] = covered


@compiled
def scan_all(
    data: Bytes,
    offsets: Offsets,
    rows: Offsets,
    facts: Facts,
    starts: Bytes,
    states: States,
    patterns: Patterns,
    counts: Counts,
) -> None:
    """Count the hits of every pattern by itself, as `str.count` does: hits of different patterns may overlap."""
    seen = np.full(len(patterns), -1, dtype=np.int64)
    for row in rows:
        until = np.zeros(len(patterns), dtype=np.int64)
        at, end, before, characters = offsets[row], offsets[row + 1], SPACE, 0
        while at < end:
            fact, size = looked_up(data, at, end, facts)
            kind = fact >> KIND & 7
            root = WITHIN if joined(before, kind) else AT_BOUNDARY
            second, second_size = looked_up(data, at + size, end, facts)
            third, _ = looked_up(data, at + size + second_size, end, facts)
            if may_start(fact, second, third, root, starts):
                every(data, at, end, root, facts, states, patterns, counts, seen, until, row)
            at += size
            characters += 1
            before = kind
        counts[row, CHARACTERS] = characters


@compiled
def every(
    data: Bytes,
    start: int,
    end: int,
    root: int,
    facts: Facts,
    states: States,
    patterns: Patterns,
    counts: Counts,
    seen: Offsets,
    until: Offsets,
    row: int,
) -> None:
    """Count every pattern that begins at a byte, unless it begins within an earlier hit of its own (`until`)."""
    at, state, length = start, root, 0
    fact, size = looked_up(data, at, end, facts)
    while size:
        symbol = fact & SYMBOL
        following = states[np.uint64(state), BASE] + symbol
        if symbol == 0 or symbol == SKIPPED or states[np.uint64(following), CHECK] != state:
            break
        at, length, state, before = at + size, length + 1, following, fact >> KIND & 7
        fact, size = looked_up(data, at, end, facts)
        number = states[np.uint64(state), PATTERN]
        if number < 0 or until[number] > start:
            continue
        if states[np.uint64(state), STEM] or not joined(before, fact >> KIND & 7):
            until[number] = at
            record(counts, seen, row, number, patterns)
            counts[row, COVERED] += length * patterns[number, COPIES]
