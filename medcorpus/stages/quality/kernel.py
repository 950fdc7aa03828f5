"""Kernels of the quality signals: one pass over the UTF-8 bytes of a text, then n-grams over the hashes of its words.

Words, lines and n-grams are compared by 64-bit hashes; among 10^6 words of a text a chance collision has a probability
of about 10^-8. Compiled by Numba on first use, and cached.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from medcorpus.characters import CLASSES
from medcorpus.characters.counting import BREAK, DIGIT, GLYPH, LETTER, SPACE, class_of, decoded
from medcorpus.stages.quality.signals import GRAMS, LONG_WORD, OPENING, SHORT_LINE, SIGNALS, TOP

Bytes = NDArray[np.uint8]
Hashes = NDArray[np.uint64]
Numbers = NDArray[np.int64]
Table = NDArray[np.int64]

TERMINAL, CLOSER, BULLET, BAR, HASH, ELLIPSIS = (
    np.uint8(CLASSES.index(c)) for c in ("terminal", "closer", "bullet", "bar", "hash", "ellipsis")
)
FULL_STOP = 0x2E
FIRST_GRAM = len(SIGNALS) - len(GRAMS)
SEED, PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x9E3779B97F4A7C15)
PARAGRAPH = np.uint64(0x84222325CBF29CE4)
SHIFT = np.uint64(29)

# Columns of the hash table, padded to half a cache line.
KEY, OWNER, COUNT, TABLE_COLUMNS = 0, 1, 2, 4
SEEN = -1
# Places of the counters of one text.
WORDS, LINES, LETTERS, VISIBLE, SYMBOLS, STOPS, GLYPHS = range(7)
BULLETS, ELLIPSES, BARS, ENDS, SHORT = range(7, 12)
LINE_COPIES, LINE_COPY_CHARS, PARAGRAPHS, PARAGRAPH_COPIES, PARAGRAPH_COPY_CHARS = range(12, 17)
COUNTERS = 17


@njit(cache=True, inline="always")
def mixed(state: Any, value: Any) -> Any:
    """Mix a value into a 64-bit hash: xor, multiply by the golden ratio's odd number, fold the high bits down."""
    state = (state ^ np.uint64(value)) * PRIME
    return state ^ (state >> SHIFT)


@njit(cache=True)
def hash_of(points: NDArray[np.uint32]) -> Any:
    """Hash a word by the code points of its letters and digits."""
    state = SEED
    for point in points:
        state = mixed(state, point)
    return state


@njit(cache=True, inline="always")
def slot_of(key: Any, table: Table, owner: int, mask: int) -> Any:
    """Find the slot of a key in an open hash table, or take a free one for it; slots of other owners are free.

    Args:
        key: What is looked for.
        table: Rows of a key, its owner and how often it came.
        owner: Whoever uses the table now; a new number empties it.
        mask: The last slot used.

    Returns:
        The slot, whose count is 0 if the key was not there.
    """
    wanted = np.int64(key)
    slot = wanted & mask
    while table[slot, OWNER] == owner:
        if table[slot, KEY] == wanted:
            return slot
        slot = (slot + 1) & mask
    table[slot, KEY], table[slot, OWNER], table[slot, COUNT] = wanted, owner, 0
    return slot


@njit(cache=True, nogil=True)
def signals_of_rows(offsets: Numbers, data: Bytes, classes: Bytes, stops: Hashes, languages: Numbers) -> Any:
    """Measure every row.

    Args:
        offsets: Where rows start in `data`, in bytes, and where the last one ends.
        data: UTF-8 of all rows.
        classes: The class of every code point (`medcorpus.characters.classes`).
        stops: A row a language: its stop words as `count_stops` wants them.
        languages: The row of `stops` that belongs to each text.

    Returns:
        A row of `SIGNALS` a text, float64.
    """
    most = 2 + np.max(offsets[1:] - offsets[:-1]) // 2 if len(offsets) > 1 else 2
    words, lengths = np.empty(most, np.uint64), np.empty(most, np.int64)
    table, owner = new_table(1024), 1
    found = np.zeros((len(offsets) - 1, len(SIGNALS)), np.float64)
    for row in range(len(found)):
        text = data[offsets[row] : offsets[row + 1]]
        table = large_enough(table, most_lines(text))
        counted = scan(text, classes, stops[languages[row]], words, lengths, table, owner)
        shares(counted, lengths, found[row])
        table = large_enough(table, counted[WORDS])
        found[row, 7] = diversity(words[: min(counted[WORDS], OPENING)], table, owner + 1)
        owner = repeats(words, lengths, counted, table, owner + 2, found[row])
    return found


@njit(cache=True)
def most_lines(text: Bytes) -> Any:
    """Give a number that the lines of a text do not exceed: bytes that line breaks may end with, and one."""
    number = 1
    for byte in text:
        number += 0x0A <= byte <= 0x0D or byte in (0x85, 0xA8, 0xA9)
    return number


@njit(cache=True)
def new_table(entries: int) -> Any:
    """Give an empty hash table for so many entries."""
    return np.zeros((1 + mask_for(entries), TABLE_COLUMNS), np.int64)


@njit(cache=True)
def large_enough(table: Table, entries: int) -> Any:
    """Give the table itself, or an empty one where it is too small."""
    return table if mask_for(entries) < len(table) else new_table(entries)


@njit(cache=True)
def mask_for(entries: int) -> Any:
    """Give the last slot of a table that some entries half fill: short texts stay in the processor's cache."""
    size = 16
    while size < 2 * entries:
        size *= 2
    return size - 1


@njit(cache=True)
def scan(text: Bytes, classes: Bytes, stops: Hashes, words: Hashes, lengths: Numbers, table: Table, owner: int) -> Any:
    """Read a text line by line: hashes of its words into `words`, their lengths into `lengths`, and its counters."""
    counted = np.zeros(COUNTERS, np.int64)
    mask = mask_for(most_lines(text))
    at, block, block_chars = 0, PARAGRAPH, 0
    while at < len(text):
        before = counted[VISIBLE]
        at, line = read_line(text, at, classes, words, lengths, counted)
        chars = counted[VISIBLE] - before
        if chars:
            counted[LINES] += 1
            count_copy(line, chars, counted, LINE_COPIES, table, owner, mask)
            block, block_chars = mixed(block, line), block_chars + chars
        if block_chars and (not chars or at >= len(text)):
            counted[PARAGRAPHS] += 1
            count_copy(block, block_chars, counted, PARAGRAPH_COPIES, table, owner, mask)
            block, block_chars = PARAGRAPH, 0
    counted[STOPS] = count_stops(words[: counted[WORDS]], stops)
    return counted


@njit(cache=True)
def count_copy(key: Any, chars: int, counted: Numbers, place: int, table: Table, owner: int, mask: int) -> None:
    """Count a line or paragraph that came before, and its characters."""
    slot = slot_of(key, table, owner, mask)
    if table[slot, COUNT]:
        counted[place] += 1
        counted[place + 1] += chars
    table[slot, COUNT] += 1


@njit(cache=True)
def read_line(text: Bytes, at: int, classes: Bytes, words: Hashes, lengths: Numbers, counted: Numbers) -> Any:
    """Read up to the next line break.

    Returns:
        Where the next line starts, and the hash of this one's visible characters.
    """
    line, word, length, dots, bars = SEED, SEED, 0, 0, 0
    first, last, visible, glyphs = SPACE, SPACE, 0, 0
    while at < len(text):
        point, size = decoded(text, at)
        at += size
        kind = class_of(point, classes)
        if kind in (LETTER, DIGIT):
            word, length = mixed(word, point), length + 1
            counted[LETTERS] += kind == LETTER
        elif kind in (SPACE, BREAK, GLYPH):
            add_word(word, length, words, lengths, counted)
            word, length = SEED, 0
            if kind == BREAK:
                break
            if kind == SPACE:
                continue
            add_word(mixed(SEED, point), 1, words, lengths, counted)
            glyphs += 1
        line, visible = mixed(line, point), visible + 1
        bars += kind == BAR
        dots = dots_so_far(dots, point, kind)
        counted[SYMBOLS] += kind in (HASH, ELLIPSIS) or (dots == 3 and point == FULL_STOP)
        first = kind if first == SPACE else first
        last = last if kind == CLOSER else kind
    else:
        add_word(word, length, words, lengths, counted)
    if visible:
        count_line(first, last, dots, bars, visible + glyphs, counted)
    counted[VISIBLE] += visible
    counted[GLYPHS] += glyphs
    counted[LETTERS] += glyphs
    return at, line


@njit(cache=True, inline="always")
def dots_so_far(dots: int, point: int, kind: int) -> Any:
    """Count full stops in a row; an ellipsis is three, and closing quotes and brackets change nothing."""
    if point == FULL_STOP:
        return dots + 1
    if kind == ELLIPSIS:
        return 3
    return dots if kind == CLOSER else 0


@njit(cache=True, inline="always")
def add_word(word: Any, length: int, words: Hashes, lengths: Numbers, counted: Numbers) -> None:
    """Note a word's hash and the number of its letters and digits; without any it is no word."""
    if length:
        words[counted[WORDS]], lengths[counted[WORDS]] = word, length
        counted[WORDS] += 1


@njit(cache=True, inline="always")
def count_line(first: Any, last: Any, dots: int, bars: int, width: int, counted: Numbers) -> None:
    """Count what a line looks like; Han and kana are two columns wide."""
    counted[BULLETS] += first == BULLET
    counted[ELLIPSES] += dots >= 3
    counted[BARS] += bars >= 2
    counted[ENDS] += last in (TERMINAL, ELLIPSIS)
    counted[SHORT] += width <= SHORT_LINE


@njit(cache=True)
def count_stops(words: Hashes, stops: Hashes) -> Any:
    """Count the words that are among the stop words: an open hash table in which 0 is a free slot."""
    number, mask = 0, np.uint64(len(stops) - 1)
    for word in words:
        slot = word & mask
        while stops[slot] and stops[slot] != word:
            slot = (slot + np.uint64(1)) & mask
        number += stops[slot] == word
    return number


@njit(cache=True)
def shares(counted: Numbers, lengths: Numbers, found: NDArray[np.float64]) -> None:
    """Turn counters into the signals that need no n-grams."""
    words, lines, visible = max(counted[WORDS], 1), max(counted[LINES], 1), max(counted[VISIBLE], 1)
    in_words, in_long = 0, 0
    for length in lengths[: counted[WORDS]]:
        in_words += length
        in_long += length if length > LONG_WORD else 0
    found[0], found[1] = counted[WORDS], counted[LINES]
    found[2] = in_words / words
    found[3] = in_long / max(in_words, 1)
    found[4] = counted[LETTERS] / visible
    found[5] = counted[SYMBOLS] / words
    found[6] = counted[STOPS] / words
    for i, place in enumerate((BULLETS, ELLIPSES, BARS, ENDS, SHORT, LINE_COPIES)):
        found[8 + i] = counted[place] / lines
    found[14] = counted[LINE_COPY_CHARS] / visible
    found[15] = counted[PARAGRAPH_COPIES] / max(counted[PARAGRAPHS], 1)
    found[16] = counted[PARAGRAPH_COPY_CHARS] / visible


@njit(cache=True)
def diversity(words: Hashes, table: Table, owner: int) -> Any:
    """Give Herdan's C of some words: log(distinct) / log(all) (Herdan 1960, Type-token mathematics)."""
    distinct, mask = 0, mask_for(len(words))
    for word in words:
        slot = slot_of(word, table, owner, mask)
        distinct += table[slot, COUNT] == 0
        table[slot, COUNT] += 1
    return np.log(distinct) / np.log(len(words)) if len(words) > 1 else 1.0


@njit(cache=True)
def repeats(
    words: Hashes, lengths: Numbers, counted: Numbers, table: Table, owner: int, found: NDArray[np.float64]
) -> Any:
    """Measure repeated n-grams, from short ones to long ones.

    A longer n-gram can only come twice where the shorter one at its start does, so each length looks at the places that
    the one before has left. Of a text that is mostly Han and kana, n-grams have twice as many "words", for a Chinese or
    Japanese word is about two characters long.

    Returns:
        The next owner of the hash table.
    """
    number = counted[WORDS]
    unit = 2 if 2 * counted[GLYPHS] > number else 1
    ends = sums(lengths[:number])
    places, states, done = np.arange(number), np.full(number, SEED), 0
    for i, words_in_gram in enumerate(GRAMS):
        size = words_in_gram * unit
        places = extend(places, states, words[:number], done, size)
        slots = count_grams(places, states, table, owner)
        counts = counts_of(slots, table)
        if i < len(TOP):
            found[FIRST_GRAM + i] = top_share(places, counts, ends, size)
        else:
            found[FIRST_GRAM + i] = copied_share(places, slots, table, ends, size)
        places, done, owner = places[counts > 1], size, owner + 1
    return owner


@njit(cache=True)
def sums(lengths: Numbers) -> Any:
    """Give how many characters the words before each word have, and all words together at the end."""
    ends = np.zeros(len(lengths) + 1, np.int64)
    for i, length in enumerate(lengths):
        ends[i + 1] = ends[i] + length
    return ends


@njit(cache=True)
def extend(places: Numbers, states: Hashes, words: Hashes, done: int, size: int) -> Any:
    """Mix further words into the hashes of the n-grams at some places; give the places where such a long one fits."""
    fitting = places[places + size <= len(words)]
    for place in fitting:
        for word in words[place + done : place + size]:
            states[place] = mixed(states[place], word)
    return fitting


@njit(cache=True)
def count_grams(places: Numbers, states: Hashes, table: Table, owner: int) -> Any:
    """Count the n-grams at some places in the hash table, and give the slot of each."""
    slots, mask = np.empty(len(places), np.int64), mask_for(len(places))
    for i, place in enumerate(places):
        slots[i] = slot_of(states[place], table, owner, mask)
        table[slots[i], COUNT] += 1
    return slots


@njit(cache=True)
def counts_of(slots: Numbers, table: Table) -> Any:
    """Give how often the keys of some slots came."""
    counts = np.empty(len(slots), np.int64)
    for i, slot in enumerate(slots):
        counts[i] = table[slot, COUNT]
    return counts


@njit(cache=True)
def top_share(places: Numbers, counts: Numbers, ends: Numbers, size: int) -> Any:
    """Give the share of a text's characters that its most frequent n-gram has; of several, the longest."""
    top, chars = 1, 0
    for place, count in zip(places, counts):
        if count > 1 and count >= top:
            here = count * (ends[place + size] - ends[place])
            chars = max(here, chars) if count == top else here
            top = count
    return min(chars / max(ends[-1], 1), 1.0)


@njit(cache=True)
def copied_share(places: Numbers, slots: Numbers, table: Table, ends: Numbers, size: int) -> Any:
    """Give the share of a text's characters in n-grams that came before, each character counted once."""
    chars, covered = 0, 0
    for place, slot in zip(places, slots):
        if table[slot, OWNER] == SEEN:
            chars += ends[place + size] - ends[max(place, covered)]
            covered = place + size
        table[slot, OWNER] = SEEN
    return chars / max(ends[-1], 1)
