"""Compiled loops over UTF-8 text: folding, cutting into tokens, hashing n-grams.

All of them release the interpreter lock, so that threads run them side by side, and are compiled once and cached.
Numba infers unsigned arithmetic from the types of the constants; a plain Python integer beside one would make floats.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba import types

from medcorpus.ngrams import folding

Function = TypeVar("Function", bound=Callable[..., Any])

BYTES = types.Array(types.uint8, 1, "C", readonly=True)
OFFSETS = types.Array(types.int64, 1, "C", readonly=True)
ENTRIES = types.Array(types.uint32, 1, "C", readonly=True)
HASHES = types.Array(types.uint64, 1, "C", readonly=True)
NEW_HASHES = types.uint64[::1]
NEW_PLACES = types.int64[::1]

SEED = np.uint64(0xCBF29CE484222325)
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
"""An odd multiplier, 2^64 by the golden ratio: it spreads each code point over the higher bits."""
BASE = np.uint64(0xD6E8FEB86659FD93)
"""The odd base of the polynomial that makes an n-gram of its tokens."""
TOKENS_PER_BYTE = 2
"""No character gives more tokens than twice its bytes; U+3316, three bytes, gives six."""

_LIMIT = folding.LIMIT
_SHIFT = np.uint32(folding.KIND_SHIFT)
_VALUE = np.uint32((1 << folding.KIND_SHIFT) - 1)
_LENGTH = np.uint32((1 << folding.LENGTH_BITS) - 1)
_LENGTH_BITS = np.uint32(folding.LENGTH_BITS)
_IGNORED, _MARK = folding.IGNORED, folding.MARK
_WORD, _SINGLE, _EXPANDED = folding.WORD, folding.SINGLE, folding.EXPANDED
_TAGS = (0xE0000, 0xE1000)
_NOTHING: Any = folding.SEPARATOR


def compiled(signature: Any) -> Callable[[Function], Function]:
    """Compile a function for these types when it is imported, or take it from the cache.

    The cache knows when the file of the function changes, not when what it takes from elsewhere does.
    """
    return cast(Callable[[Function], Function], numba.njit(signature, cache=True, nogil=True))


def inlined(function: Function) -> Function:
    """Make a function part of the compiled functions that call it."""
    return cast(Function, numba.njit(inline="always")(function))


@inlined
def mixed(value: Any) -> Any:
    """Spread 64 bits evenly: the finalizer of MurmurHash3, a bijection."""
    value = (value ^ (value >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    value = (value ^ (value >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return value ^ (value >> np.uint64(33))


@inlined
def code_at(data: Any, at: Any, end: Any) -> Any:
    """Decode the character at a position of valid UTF-8: its code point, and where the next begins, at most `end`."""
    byte = np.int64(data[at])
    if byte < 0x80:
        return byte, at + 1
    if byte < 0xE0:
        width, code = 2, byte & 0x1F
    elif byte < 0xF0:
        width, code = 3, byte & 0x0F
    else:
        width, code = 4, byte & 0x07
    after = min(at + width, end)
    for i in range(at + 1, after):
        code = (code << 6) | (np.int64(data[i]) & 0x3F)
    return code, after


@inlined
def entry_of(code: Any, table: Any) -> Any:
    """Give the folding table's entry of a code point, also of those beyond the table."""
    if code < _LIMIT:
        return table[code]
    if _TAGS[0] <= code < _TAGS[1]:
        return np.uint32(_IGNORED) << _SHIFT
    kind = _SINGLE if code < 0x40000 else _WORD
    return (np.uint32(kind) << _SHIFT) | (np.uint32(code) & _VALUE)


@compiled(
    types.int64(BYTES, types.int64, types.int64, ENTRIES, ENTRIES, NEW_HASHES, NEW_PLACES, NEW_PLACES, types.int64)
)
def tokenise(
    data: Any, begin: Any, end: Any, table: Any, sequences: Any, hashes: Any, starts: Any, ends: Any, count: Any
) -> Any:
    """Cut one document, `data[begin:end]`, into tokens.

    Hashes go to `hashes`, positions in bytes from `begin` to `starts` and `ends`, all from index `count` on; one more
    element than there are tokens is written to. A token is written when the next begins or a separator comes, always
    to the same place until `count` moves on: a branch less, and branches are what text costs.

    Returns:
        The index after the last token.
    """
    at, start, last, open_kind, state = begin, begin, begin, _NOTHING, SEED
    while at < end:
        if data[at] < 0x80:
            entry = table[data[at]]
            kind = np.int64(entry >> _SHIFT)
            if kind != _WORD or open_kind != _WORD:
                hashes[count], starts[count], ends[count] = mixed(state), start - begin, last - begin
                count += open_kind != _NOTHING
                open_kind, state, start = kind, SEED, at
            state = (state ^ np.uint64(entry & _VALUE)) * MULTIPLIER
            at += 1
            last = at
            continue
        code, after = code_at(data, at, end)
        entry = entry_of(code, table)
        first: Any = np.int64(0)
        length: Any = np.int64(1)
        expanded = np.int64(entry >> _SHIFT) == _EXPANDED
        if expanded:
            first, length = np.int64((entry & _VALUE) >> _LENGTH_BITS), np.int64(entry & _LENGTH)
        for k in range(first, first + length):
            item = sequences[k] if expanded else entry
            kind = np.int64(item >> _SHIFT)
            joins = kind == open_kind == _WORD or (kind == _MARK and open_kind != _NOTHING)
            if kind == _IGNORED or (kind == _MARK and not joins):
                continue
            if not joins:
                hashes[count], starts[count], ends[count] = mixed(state), start - begin, last - begin
                count += open_kind != _NOTHING
                open_kind, state, start = kind, SEED, at
            state = (state ^ np.uint64(item & _VALUE)) * MULTIPLIER
            last = after
        at = after
    hashes[count], starts[count], ends[count] = mixed(state), start - begin, last - begin
    return count + (open_kind != _NOTHING)


@compiled(types.int64(HASHES, types.int64, types.int64, types.int64, NEW_HASHES, types.int64))
def join(tokens: Any, begin: Any, end: Any, n: Any, grams: Any, at: Any) -> Any:
    """Hash the n-grams of `tokens[begin:end]` to `grams` from index `at` on; give the index after the last."""
    top = np.uint64(1)
    for _ in range(n - 1):
        top = top * BASE
    state = np.uint64(0)
    for i in range(begin, end):
        if i - begin >= n:
            state = state - tokens[i - n] * top
        state = state * BASE + tokens[i]
        if i - begin >= n - 1:
            grams[at] = mixed(state)
            at += 1
    return at


@compiled(types.void(BYTES, OFFSETS, ENTRIES, ENTRIES, NEW_PLACES))
def count_tokens(data: Any, offsets: Any, table: Any, sequences: Any, counts: Any) -> None:
    """Count the tokens of every document."""
    longest: Any = 0
    for i in range(len(offsets) - 1):
        longest = max(longest, offsets[i + 1] - offsets[i])
    room = longest * TOKENS_PER_BYTE + 1
    hashes, starts, ends = np.empty(room, np.uint64), np.empty(room, np.int64), np.empty(room, np.int64)
    for i in range(len(offsets) - 1):
        counts[i] = tokenise(data, offsets[i], offsets[i + 1], table, sequences, hashes, starts, ends, 0)


@compiled(types.void(BYTES, OFFSETS, ENTRIES, ENTRIES, OFFSETS, NEW_HASHES, NEW_PLACES, NEW_PLACES))
def fill_tokens(
    data: Any, offsets: Any, table: Any, sequences: Any, places: Any, hashes: Any, starts: Any, ends: Any
) -> None:
    """Write the tokens of every document, those of document i from `places[i]` on."""
    for i in range(len(offsets) - 1):
        tokenise(data, offsets[i], offsets[i + 1], table, sequences, hashes, starts, ends, places[i])


@compiled(types.void(HASHES, OFFSETS, types.int64, OFFSETS, NEW_HASHES))
def fill_ngrams(tokens: Any, offsets: Any, n: Any, places: Any, grams: Any) -> None:
    """Write the n-gram hashes of every document, those of document i from `places[i]` on."""
    for i in range(len(offsets) - 1):
        join(tokens, offsets[i], offsets[i + 1], n, grams, places[i])
