"""Runs of tokens that stand in an index, found by rolling hashes over all documents of a part.

A run is measured in half words: a word of a spaced script weighs two, a character of Chinese or Japanese one, so that
one length serves mixed text. `WINDOW` of them, 13 words, is the run length of the GPT-3 paper's overlap test
(Brown et al. 2020, appendix C).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import types

from medcorpus import ngrams
from medcorpus.ngrams import folding
from medcorpus.ngrams.kernel import BYTES, ENTRIES, HASHES, OFFSETS, code_at, compiled, entry_of, mixed

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

WINDOW = 26
SHORTEST = 16
"""Less than this, 8 words or 16 characters, is no repetition; shorter items are not looked for."""
ANCHOR = 8
"""The shortest passage that is looked for, in half words."""
_BASE = np.uint64(0x9E3779B97F4A7C15)
_POWERS = np.array([pow(int(_BASE), i, 2**64) for i in range(WINDOW + 1)], dtype=np.uint64)
BITS_PER_KEY = 16


WEIGHTS = types.Array(types.uint8, 1, "C", readonly=True)
_SHIFT = np.uint32(folding.KIND_SHIFT)
_SINGLE = folding.SINGLE


@compiled(types.void(BYTES, OFFSETS, OFFSETS, OFFSETS, ENTRIES, types.uint8[::1]))
def fill_weights(data: Any, texts: Any, offsets: Any, starts: Any, table: Any, weights: Any) -> None:
    """Write the length of every token in half words: 1 for a character that is a token by itself, else 2."""
    for document in range(len(texts) - 1):
        for i in range(offsets[document], offsets[document + 1]):
            code, _ = code_at(data, texts[document] + starts[i], texts[document + 1])
            weights[i] = 1 if entry_of(code, table) >> _SHIFT == _SINGLE else 2


def weights_of(tokens: ngrams.Tokens, text: pa.Array) -> NDArray[np.uint8]:
    """Give the length of every token of a text column in half words."""
    weights = np.empty(len(tokens.hashes), dtype=np.uint8)
    [(texts, data)] = ngrams.utf8(text)
    fill_weights(data, texts, tokens.offsets, tokens.starts, folding.table()[0], weights)
    return weights


@compiled(types.uint64(HASHES, types.int64, types.int64))
def run_hash(tokens: Any, start: Any, end: Any) -> Any:
    """Hash a run of tokens."""
    value = np.uint64(end - start)
    for i in range(start, end):
        value = value * _BASE + tokens[i]
    return mixed(value)


@compiled(types.uint64(HASHES, types.int64, types.int64))
def _hash_between(sums: Any, start: Any, end: Any) -> Any:
    """Give the hash of a run of at most `WINDOW` tokens from polynomials over all tokens before its ends."""
    power = _POWERS[end - start]
    return mixed(sums[end] - sums[start] * power + np.uint64(end - start) * power)


@compiled(types.int64(WEIGHTS, types.int64, types.int64))
def weight_of(weights: Any, start: Any, end: Any) -> Any:
    """Give the length of a run in half words."""
    total = 0
    for i in range(start, end):
        total += weights[i]
    return total


@compiled(types.int64(WEIGHTS, types.int64, types.int64, types.int64))
def run_end(weights: Any, start: Any, last: Any, length: Any) -> Any:
    """Give the end of the shortest run from `start` on that has a length in half words; -1 where there is none."""
    run, end = 0, start
    while run < length and end < last:
        run += weights[end]
        end += 1
    return end if run >= length else -1


@compiled(types.uint64[:, ::1](OFFSETS, HASHES, WEIGHTS, OFFSETS, types.int64[::1]))
def units(offsets: Any, tokens: Any, weights: Any, own: Any, starts: Any) -> Any:
    """Cut passages into what is looked for: every window of a long one, one of `ANCHOR` or more as a whole.

    Windows that consist of common phrases are left out: `own` are sums of `own_weights`. Where the units of each
    passage start goes to `starts`, one more than passages.

    Returns:
        For each unit its hash, and the hash of its first `ANCHOR` half words.
    """
    starts[0] = 0
    found = np.empty((len(tokens) + 1, 2), dtype=np.uint64)
    n = 0
    for passage in range(len(offsets) - 1):
        first, last = offsets[passage], offsets[passage + 1]
        length = min(WINDOW, weight_of(weights, first, last))
        for start in range(first, last):
            end = run_end(weights, start, last, length)
            if length < ANCHOR or end < 0 or (length < WINDOW and start > first):
                break
            if length == WINDOW and own[end] - own[start] < ANCHOR:
                continue
            found[n, 0] = run_hash(tokens, start, end)
            found[n, 1] = run_hash(tokens, start, run_end(weights, start, last, ANCHOR))
            n += 1
        starts[passage + 1] = n
    return found[:n].copy()


@compiled(types.uint64[::1](OFFSETS, HASHES, WEIGHTS))
def phrases(offsets: Any, tokens: Any, weights: Any) -> Any:
    """Give, for every token, the hash of the run of `SHORTEST` that begins with it; 0 where the passage ends before."""
    found = np.zeros(len(tokens), dtype=np.uint64)
    for passage in range(len(offsets) - 1):
        for start in range(offsets[passage], offsets[passage + 1]):
            end = run_end(weights, start, offsets[passage + 1], SHORTEST)
            if end < 0:
                break
            found[start] = run_hash(tokens, start, end)
    return found


@compiled(types.int64[::1](OFFSETS, WEIGHTS, types.Array(types.boolean, 1, "C", readonly=True)))
def own_weights(offsets: Any, weights: Any, common: Any) -> Any:
    """Add up, token by token, the lengths of the tokens that are in no common phrase.

    Args:
        offsets: Where each passage's tokens start.
        weights: Lengths of the tokens.
        common: Whether the phrase that begins with a token is a common one.
    """
    sums = np.zeros(len(weights) + 1, dtype=np.int64)
    for passage in range(len(offsets) - 1):
        covered = offsets[passage]
        for start in range(offsets[passage], offsets[passage + 1]):
            if common[start]:
                covered = max(covered, run_end(weights, start, offsets[passage + 1], SHORTEST))
            sums[start + 1] = sums[start] + (0 if start < covered else weights[start])
    return sums


@compiled(types.void(OFFSETS, HASHES, types.uint64[::1]))
def passage_hashes(offsets: Any, tokens: Any, hashes: Any) -> None:
    """Write the hash of each passage as a whole."""
    for passage in range(len(offsets) - 1):
        hashes[passage] = run_hash(tokens, offsets[passage], offsets[passage + 1])


@compiled(types.uint64[::1](HASHES, types.int64))
def bitmap(keys: Any, bits: Any) -> Any:
    """Make a bitmap that says of most hashes that they are not among the keys; `bits` is the log of its size."""
    words = np.zeros(max(1, (1 << bits) >> 6), dtype=np.uint64)
    shift = np.uint64(64 - bits)
    for key in keys:
        place = key >> shift
        words[place >> np.uint64(6)] |= np.uint64(1) << (place & np.uint64(63))
    return words


@compiled(types.int64(HASHES, types.uint64))
def _place(keys: Any, key: Any) -> Any:
    low, high = 0, len(keys)
    while low < high:
        middle = (low + high) >> 1
        if keys[middle] < key:
            low = middle + 1
        else:
            high = middle
    return low if low < len(keys) and keys[low] == key else -1


@compiled(types.boolean(HASHES, types.int64, types.uint64))
def _may_be(words: Any, bits: Any, key: Any) -> Any:
    place = key >> np.uint64(64 - bits)
    return (words[place >> np.uint64(6)] >> (place & np.uint64(63))) & np.uint64(1) != 0


@compiled(types.void(HASHES, types.uint64[::1]))
def _polynomials(tokens: Any, sums: Any) -> None:
    sums[0] = 0
    for i in range(len(tokens)):
        sums[i + 1] = sums[i] * _BASE + tokens[i]


@compiled(types.int64[:, ::1](types.int64[:, ::1], types.int64))
def _room(rows: Any, used: Any) -> Any:
    if used < len(rows):
        return rows
    larger = np.empty((max(16, 2 * used), rows.shape[1]), dtype=np.int64)
    larger[:used] = rows[:used]
    return larger


@compiled(types.int64[:, ::1](HASHES, WEIGHTS, HASHES, HASHES, types.int64))
def _starts(sums: Any, weights: Any, keys: Any, words: Any, bits: Any) -> Any:
    """Find the runs of one document: rows of first token, end, and place of the key."""
    found = np.empty((0, 3), dtype=np.int64)
    n, near, run = 0, 0, 0
    for start in range(len(weights)):
        while run < ANCHOR and near < len(weights):
            run += weights[near]
            near += 1
        if run < ANCHOR:
            break
        if _may_be(words, bits, _hash_between(sums, start, near)):
            end, length = near, run
            while end >= 0:
                index = _place(keys, _hash_between(sums, start, end))
                if index >= 0:
                    found = _room(found, n)
                    found[n, 0], found[n, 1], found[n, 2] = start, end, index
                    n += 1
                more = length < WINDOW and end < len(weights)
                length += weights[end] if more else 0
                end = end + 1 if more else -1
        run -= weights[start]
    return found[:n]


@compiled(types.int64[:, ::1](OFFSETS, HASHES, WEIGHTS, HASHES, HASHES, types.int64))
def scan(offsets: Any, tokens: Any, weights: Any, keys: Any, words: Any, bits: Any) -> Any:
    """Find every run of tokens whose hash is a key: one row of document, first token, end, and place of the key.

    Args:
        offsets: Where each document's tokens start; one more than documents.
        tokens: Hashes of the tokens.
        weights: Their lengths in half words.
        keys: The hashes looked for, ascending.
        words: Bitmap of the hashes with which units begin: most tokens begin none.
        bits: The log of its size.
    """
    sums = np.empty(len(tokens) + 1, dtype=np.uint64)
    found = np.empty((0, 4), dtype=np.int64)
    n = 0
    for document in range(len(offsets) - 1):
        first, last = offsets[document], offsets[document + 1]
        _polynomials(tokens[first:last], sums)
        for run in _starts(sums, weights[first:last], keys, words, bits):
            found = _room(found, n)
            found[n, 0], found[n, 1], found[n, 2], found[n, 3] = document, first + run[0], first + run[1], run[2]
            n += 1
    return found[:n].copy()


@compiled(types.boolean(HASHES, WEIGHTS, types.uint64, types.int64))
def contains(tokens: Any, weights: Any, key: Any, length: Any) -> Any:
    """Say whether a document has a run of that hash and of that length in half words."""
    for start in range(len(tokens)):
        run, end = 0, start
        while run < length and end < len(tokens):
            run += weights[end]
            end += 1
        if run == length and run_hash(tokens, start, end) == key:
            return True
    return False


def bits_for(keys: NDArray[np.uint64]) -> int:
    """Give the log of the size of a bitmap for these keys, in bits."""
    return max(6, int(np.ceil(np.log2(max(1, len(keys)) * BITS_PER_KEY))))
