"""Reads a sample of every text: counts its letters by script, and scores it with the model and the cues.

A sample is the whole text where it is short, else three equal windows from within it, so that the cost of a text is
bounded. The classifier sees it folded to lower-case letters and a few marks, as digits, units and capitals mislead it;
a short text that is not in capitals it sees as it stands too.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from medcorpus.stages.langid.cues import FNV_PRIME, FNV_START
from medcorpus.stages.langid.model import HASH_PRIME, HASH_START

DIM, MINN, MAXN = 16, 2, 4
"""Of lid.176: its vectors have 16 numbers, its n-grams 2 to 4 characters."""
WINDOWS = 3
SHORT = 200
"""Up to this many letters a text is read for cues, and as it stands beside its folded form."""
CUE_BYTES = 24
"""Cues are no longer than this."""
NEGLIGIBLE = -12.0
"""Log probability below which no part of the label tree is looked at further."""
_PRIME, _START = np.uint32(HASH_PRIME), np.uint32(HASH_START)
_PRIME_64, _START_64 = np.uint64(FNV_PRIME), np.uint64(FNV_START)
_SPACE, _BREAK, _OPEN, _CLOSE = np.uint8(32), np.uint8(95), np.uint8(60), np.uint8(62)


@njit(cache=True, nogil=True)
def read_rows(
    data: Any,
    offsets: Any,
    rows: Any,
    letters: Any,
    model: Any,
    cues: Any,
    budget: int,
    counts: Any,
    logs: Any,
    hits: Any,
) -> None:
    """Read a sample of the rows asked for.

    Args:
        data: uint8, the bytes of all texts; valid UTF-8.
        offsets: int64 [texts + 1], where each text starts.
        rows: int64 [n], which texts to read.
        letters: `scripts.Letters`.
        model: `model.Arrays`.
        cues: `cues.Cues`.
        budget: Bytes read of a text at most.
        counts: int32 [n, classes], filled with letters by class, and with capitals in the first place.
        logs: float32 [n, labels], filled with the natural logs of the labels' probabilities; all 0 where unread.
        hits: float32 [n, DIM], filled with the sums of the cues found.
    """
    folded, cued = np.empty(2 * budget + 64, np.uint8), np.empty(2 * budget + 64, np.uint8)
    token = np.empty(2 * budget + 64, np.uint8)
    tree = np.empty(2 * model.output.shape[0], np.float32)
    total = np.empty(DIM, np.float32)
    spans = np.empty((WINDOWS, 2), np.int64)
    for i in range(len(rows)):
        start, end = offsets[rows[i]], offsets[rows[i] + 1]
        parts = _windows(data, start, end, budget, spans)
        size, cued_size = 0, 0
        for part in range(parts):
            size, cued_size = _fold(data, spans[part], letters, folded, size, cued, cued_size, counts[i])
        spoken, balance = _weighed(counts[i], letters)
        if spoken == 0 or balance > 0:
            continue
        _score(folded, 0, size, model, token, total, tree, logs[i])
        if spoken <= SHORT:
            if parts == 1 and 2 * counts[i, 0] < spoken:
                _score(data, start, end, model, token, total, tree, logs[i])
                for label in range(len(logs[i])):
                    logs[i, label] *= np.float32(0.5)
            _find_cues(cued, cued_size, cues, hits[i])


@njit(cache=True, nogil=True)
def _weighed(counts: Any, letters: Any) -> tuple[int, int]:
    """Give the number of letters, and their balance."""
    spoken, balance = 0, 0
    for kind in range(1, len(counts)):
        spoken += counts[kind]
        balance += counts[kind] * letters.balance[kind]
    return spoken, balance


@njit(cache=True, nogil=True)
def _windows(data: Any, start: int, end: int, budget: int, spans: Any) -> int:
    """Choose what is read of a text and give the number of windows; they begin and end between characters."""
    if end - start <= budget:
        spans[0, 0], spans[0, 1] = start, end
        return 1
    size = budget // WINDOWS
    for part in range(WINDOWS):
        at = start + (end - start) * (2 * part + 1) // (2 * WINDOWS) - size // 2
        spans[part, 0] = _boundary(data, max(at, start), end)
        spans[part, 1] = _boundary(data, min(at + size, end), end)
    return WINDOWS


@njit(cache=True, nogil=True)
def _boundary(data: Any, at: int, end: int) -> int:
    while at < end and data[at] & 0xC0 == 0x80:
        at += 1
    return at


@njit(cache=True, nogil=True)
def _fold(
    data: Any, span: Any, letters: Any, folded: Any, size: int, cued: Any, cued_size: int, counts: Any
) -> tuple[int, int]:
    """Append a window to the folded text and to the text for cues (words between single breaks); count its letters."""
    at, end = span[0], span[1]
    cued[cued_size] = _BREAK
    cued_size += 1
    while at < end:
        code, at = _decoded(data, at)
        if code > 0xFFFF:
            counts[letters.script[0x4E00]] += 0x20000 <= code < 0x40000
            continue
        kind, lower = letters.script[code], np.int64(letters.folded[code])
        counts[kind] += kind > 0
        counts[0] += kind > 0 and lower != code
        if lower != 32 or (size and folded[size - 1] != _SPACE):
            size = _encode(lower, folded, size)
        if kind > 0 or lower == 39 or lower == 0xBF or lower == 0xA1:
            cued_size = _encode(lower, cued, cued_size)
        elif lower == 0x2019:
            cued_size = _encode(39, cued, cued_size)
        elif cued[cued_size - 1] != _BREAK:
            cued[cued_size] = _BREAK
            cued_size += 1
    folded[size] = _SPACE
    if cued[cued_size - 1] != _BREAK:
        cued[cued_size] = _BREAK
        cued_size += 1
    return size + 1, cued_size


@njit(cache=True, nogil=True)
def _decoded(data: Any, at: int) -> tuple[Any, int]:
    """Give the character at a place of valid UTF-8, and where the next one starts."""
    first = np.int64(data[at])
    if first < 0x80:
        return first, at + 1
    if first < 0xE0:
        return (first & 0x1F) << 6 | data[at + 1] & 0x3F, at + 2
    if first < 0xF0:
        return (first & 0x0F) << 12 | (data[at + 1] & 0x3F) << 6 | data[at + 2] & 0x3F, at + 3
    return 0x10000 | (first & 0x07) << 18 | (data[at + 1] & 0x3F) << 12, at + 4


@njit(cache=True, nogil=True)
def _encode(code: Any, out: Any, size: int) -> int:
    if code < 0x80:
        out[size] = code
        return size + 1
    if code < 0x800:
        out[size] = 0xC0 | code >> 6
        out[size + 1] = 0x80 | code & 0x3F
        return size + 2
    out[size] = 0xE0 | code >> 12
    out[size + 1] = 0x80 | code >> 6 & 0x3F
    out[size + 2] = 0x80 | code & 0x3F
    return size + 3


@njit(cache=True, nogil=True)
def _score(data: Any, at: int, end: int, model: Any, token: Any, total: Any, tree: Any, logs: Any) -> None:
    """Add the log probabilities of all labels for a text, as fastText's `predict` gives them."""
    for i in range(DIM):
        total[i] = model.rows[model.end_row, i]
    count = 1
    token[0] = _OPEN
    while at < end:
        size = 1
        while at < end and not _is_blank(data[at]):
            if size < len(token) - 1:
                token[size] = data[at]
                size += 1
            at += 1
        at += 1
        if size > 1:
            token[size] = _CLOSE
            count += _add_word(token, size, model, total) + _add_ngrams(token, size + 1, model, total)
    for i in range(DIM):
        total[i] /= np.float32(count)
    _add_labels(model, total, tree, logs)


@njit(cache=True, nogil=True)
def _is_blank(byte: int) -> bool:
    return byte == 32 or 9 <= byte <= 13 or byte == 0


@njit(cache=True, nogil=True)
def _add_word(token: Any, end: int, model: Any, total: Any) -> int:
    value = _START
    for i in range(1, end):
        value = _hashed(value, token[i])
    slot = np.int64(value) & (len(model.slots) - 1)
    while model.slots[slot] >= 0:
        word = model.slots[slot]
        if model.hashes[word] == value and _same(token, end, model, word):
            _add_row(total, model.rows, word)
            return 1
        slot = (slot + 1) & (len(model.slots) - 1)
    return 0


@njit(cache=True, nogil=True)
def _same(token: Any, end: int, model: Any, word: int) -> bool:
    start = model.word_ends[word]
    if model.word_ends[word + 1] - start != end - 1:
        return False
    differing = 0
    for i in range(end - 1):
        differing |= model.word_bytes[start + i] ^ token[i + 1]
    return differing == 0


@njit(cache=True, nogil=True)
def _add_ngrams(token: Any, size: int, model: Any, total: Any) -> int:
    count = 0
    buckets = np.uint32(len(model.bucket_row))
    for start in range(size):
        if token[start] & 0xC0 == 0x80:
            continue
        value, at = _START, start
        for length in range(1, MAXN + 1):
            if at >= size:
                break
            value = _hashed(value, token[at])
            at += 1
            while at < size and token[at] & 0xC0 == 0x80:
                value = _hashed(value, token[at])
                at += 1
            if length >= MINN and model.bucket_row[value % buckets] >= 0:
                _add_row(total, model.rows, model.bucket_row[value % buckets])
                count += 1
    return count


@njit(cache=True, nogil=True)
def _hashed(value: Any, byte: int) -> Any:
    return np.uint32((value ^ np.uint32(np.int8(byte))) * _PRIME)


@njit(cache=True, nogil=True)
def _add_row(total: Any, rows: Any, row: int) -> None:
    for i in range(DIM):
        total[i] += rows[row, i]


@njit(cache=True, nogil=True)
def _add_labels(model: Any, hidden: Any, tree: Any, logs: Any) -> None:
    """Walk the label tree from its root; fastText adds 1e-5 to a probability before it takes the log."""
    labels = len(logs)
    root = 2 * labels - 2
    tree[root] = 0
    for node in range(root - 1, -1, -1):
        parent = model.parent[node]
        tree[node] = tree[parent]
        if tree[parent] > NEGLIGIBLE:
            dot = np.float32(0)
            for i in range(DIM):
                dot += model.output[parent - labels, i] * hidden[i]
            dot = dot if model.right[node] else -dot
            tree[node] += math.log(1 / (1 + math.exp(-dot)) + 1e-5)
    for label in range(labels):
        logs[label] += tree[label]


@njit(cache=True, nogil=True)
def _find_cues(text: Any, size: int, cues: Any, hits: Any) -> None:
    for start in range(size):
        if text[start] & 0xC0 == 0x80:
            continue
        value = _START_64
        for at in range(start, min(size, start + CUE_BYTES)):
            value = (value ^ np.uint64(text[at])) * _PRIME_64
            slot = np.int64(value & np.uint64(len(cues.keys) - 1))
            while cues.keys[slot] != 0:
                if cues.keys[slot] == value:
                    _add_row(hits, cues.rows, cues.row[slot])
                    break
                slot = (slot + 1) & (len(cues.keys) - 1)
