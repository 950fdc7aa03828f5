"""Compiled loops of near-duplicate detection: signatures, keys of bands, pairs, set similarity, stars.

They take and give NumPy arrays, know nothing of files or engines, and release the interpreter lock.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from medcorpus.ngrams.kernel import (
    BYTES,
    ENTRIES,
    HASHES,
    MULTIPLIER,
    NEW_HASHES,
    OFFSETS,
    SEED,
    TOKENS_PER_BYTE,
    compiled,
    inlined,
    join,
    mixed,
    tokenise,
)

MATRIX = types.Array(types.uint32, 2, "C", readonly=True)
NEW_MATRIX = types.uint32[:, ::1]
NEW_KEYS = types.uint64[:, ::1]
SHINGLES = ENTRIES
NEW_SHINGLES = types.uint32[::1]

UNSIGNED = np.uint32(0xFFFFFFFF)
"""The least hash of no shingles at all, as in datasketch."""
OTHER_MULTIPLIER = np.uint64(0xD1342543DE82EF95)
NO_KEY = np.uint64(0)
NOT_REMOVED = -1


@inlined
def premixed(value: Any) -> Any:
    """Spread 32 bits evenly: the finalizer of 32-bit MurmurHash3, which datasketch applies before it permutes."""
    value = np.uint32(value ^ (value >> np.uint32(16)))
    value = np.uint32(value * np.uint32(0x85EBCA6B))
    value = np.uint32(value ^ (value >> np.uint32(13)))
    value = np.uint32(value * np.uint32(0xC2B2AE35))
    return np.uint32(value ^ (value >> np.uint32(16)))


@inlined
def shingle_of(gram: Any) -> Any:
    """Give the 32-bit shingle of an n-gram's hash; never 0, which marks empty places of hash tables."""
    return max(np.uint32(gram >> np.uint64(32)), np.uint32(1))


@compiled(types.void(SHINGLES, types.int64, SHINGLES, SHINGLES, NEW_SHINGLES))
def sign(shingles: Any, count: Any, factors: Any, shifts: Any, signature: Any) -> None:
    """Write, for every permutation, the least of `factor * premixed shingle + shift` modulo 2^32."""
    for p in range(len(factors)):
        least, factor, shift = UNSIGNED, factors[p], shifts[p]
        for i in range(count):
            value = np.uint32(factor * shingles[i] + shift)
            least = min(least, value)
        signature[p] = least


@inlined
def whole_hashes(tokens: Any, count: Any, data: Any, begin: Any, end: Any) -> Any:
    """Hash all tokens of a document twice; of one without tokens its bytes, so that "!" and "?" stay apart."""
    one, two = SEED, MULTIPLIER
    for i in range(count):
        one = (one ^ tokens[i]) * MULTIPLIER
        two = (two + tokens[i]) * OTHER_MULTIPLIER
    if count == 0:
        for i in range(begin, end):
            one = (one ^ np.uint64(data[i])) * MULTIPLIER
            two = (two + np.uint64(data[i])) * OTHER_MULTIPLIER
    return mixed(one), mixed(two)


@compiled(
    types.void(
        BYTES, OFFSETS, ENTRIES, ENTRIES, types.int64, SHINGLES, SHINGLES, NEW_MATRIX, NEW_KEYS, types.int64[::1]
    )
)
def sketch(
    data: Any,
    offsets: Any,
    table: Any,
    sequences: Any,
    n: Any,
    factors: Any,
    shifts: Any,
    signatures: Any,
    exact: Any,
    counts: Any,
) -> None:
    """Write signature, two hashes of the whole and number of n-grams of every document."""
    longest: Any = 0
    for i in range(len(offsets) - 1):
        longest = max(longest, offsets[i + 1] - offsets[i])
    room = longest * TOKENS_PER_BYTE + 1
    tokens, grams, shingles = np.empty(room, np.uint64), np.empty(room, np.uint64), np.empty(room, np.uint32)
    starts, ends = np.empty(room, np.int64), np.empty(room, np.int64)
    for i in range(len(offsets) - 1):
        found = tokenise(data, offsets[i], offsets[i + 1], table, sequences, tokens, starts, ends, 0)
        exact[i, 0], exact[i, 1] = whole_hashes(tokens, found, data, offsets[i], offsets[i + 1])
        counts[i] = join(tokens, 0, found, n, grams, 0)
        for j in range(counts[i]):
            shingles[j] = premixed(shingle_of(grams[j]))
        sign(shingles, counts[i], factors, shifts, signatures[i])


@compiled(types.void(MATRIX, OFFSETS, types.int64, types.int64, types.int64, NEW_KEYS))
def band_keys(signatures: Any, counts: Any, bands: Any, rows: Any, groupings: Any, keys: Any) -> None:
    """Write a 64-bit key for every band and document to `keys[band, document]`, 0 where there are no n-grams.

    In the first grouping a band is `rows` neighbours of the signature, in the second every `bands`-th value, and in a
    further one g the values at `(band + g * row) mod bands` of each row of that second layout.
    """
    for document in range(len(signatures)):
        for g in range(groupings):
            for band in range(bands):
                state = SEED
                for row in range(rows):
                    at = band * rows + row if g == 0 else row * bands + (band + (g - 1) * row) % bands
                    state = (state ^ np.uint64(signatures[document, at])) * MULTIPLIER
                key = max(mixed(state), np.uint64(1))
                keys[g * bands + band, document] = key if counts[document] > 0 else NO_KEY


@compiled(types.int64(HASHES, types.int64, types.int64, NEW_HASHES))
def pairs_of(sorted_keys: Any, place_bits: Any, hubs: Any, pairs: Any) -> Any:
    """Give the pairs of places that share a key, as `better << 32 | worse`.

    Args:
        sorted_keys: Upper bits of a key, and a place below them in `place_bits` bits; sorted.
        place_bits: How many bits the places take.
        hubs: Every place of a group is paired with at most so many of the group's best, which are the lowest.
        pairs: Where they are written; too short, and they are counted only.

    Returns:
        How many there are.
    """
    shift = np.uint64(place_bits)
    mask = (np.uint64(1) << shift) - np.uint64(1)
    count, first = 0, 0
    for i in range(len(sorted_keys)):
        if sorted_keys[i] >> shift != sorted_keys[first] >> shift:
            first = i
        for j in range(first, min(i, first + hubs)):
            if count < len(pairs):
                pairs[count] = (sorted_keys[j] & mask) << np.uint64(32) | (sorted_keys[i] & mask)
            count += 1
    return count


@compiled(types.void(HASHES, types.int64, HASHES, HASHES, types.int64[::1]))
def best_copies(sorted_keys: Any, place_bits: Any, one: Any, two: Any, best: Any) -> None:
    """Write for every place the lowest place whose two hashes are the same, which may be itself.

    Places that share the key's upper bits but not the hashes are told apart by comparing with each distinct one.
    """
    shift = np.uint64(place_bits)
    mask = (np.uint64(1) << shift) - np.uint64(1)
    first = 0
    for i in range(len(sorted_keys)):
        if sorted_keys[i] >> shift != sorted_keys[first] >> shift:
            first = i
        place = np.int64(sorted_keys[i] & mask)
        best[place] = place
        for j in range(first, i):
            other = np.int64(sorted_keys[j] & mask)
            if best[other] == other and one[other] == one[place] and two[other] == two[place]:
                best[place] = other
                break


@inlined
def add(table: Any, value: Any) -> Any:
    """Put a shingle into a hash table of a power of two of places; give 1 if it was not there, else 0."""
    mask = np.uint32(len(table) - 1)
    at = np.uint32(value) & mask
    while table[at] != 0:
        if table[at] == value:
            return 0
        at = (at + np.uint32(1)) & mask
    table[at] = value
    return 1


@inlined
def has(table: Any, value: Any) -> Any:
    """Give 1 if a shingle is in the hash table, else 0."""
    mask = np.uint32(len(table) - 1)
    at = np.uint32(value) & mask
    while table[at] != 0:
        if table[at] == value:
            return 1
        at = (at + np.uint32(1)) & mask
    return 0


@inlined
def table_size(count: Any) -> Any:
    """Give the least power of two that is at least twice a count."""
    size = 2
    while size < 2 * count:
        size *= 2
    return size


@compiled(types.void(BYTES, OFFSETS, OFFSETS, ENTRIES, ENTRIES, types.int64, NEW_SHINGLES, types.int64[::1]))
def shingle_sets(
    data: Any, begins: Any, stops: Any, table: Any, sequences: Any, n: Any, shingles: Any, offsets: Any
) -> None:
    """Write the distinct shingles of documents one after the other, in the order of the text, and where each begins."""
    longest: Any = 0
    for i in range(len(begins)):
        longest = max(longest, stops[i] - begins[i])
    room = longest * TOKENS_PER_BYTE + 1
    tokens, grams = np.empty(room, np.uint64), np.empty(room, np.uint64)
    starts, ends = np.empty(room, np.int64), np.empty(room, np.int64)
    seen = np.empty(table_size(room), np.uint32)
    at = 0
    offsets[0] = 0
    for i in range(len(begins)):
        found = tokenise(data, begins[i], stops[i], table, sequences, tokens, starts, ends, 0)
        count = join(tokens, 0, found, n, grams, 0)
        places = seen[: table_size(count)]
        places[:] = 0
        for j in range(count):
            shingle = shingle_of(grams[j])
            if add(places, shingle):
                shingles[at] = shingle
                at += 1
        offsets[i + 1] = at


@compiled(types.void(SHINGLES, OFFSETS, OFFSETS, SHINGLES, OFFSETS, OFFSETS, types.float32[::1]))
def jaccard(left: Any, left_offsets: Any, ones: Any, right: Any, right_offsets: Any, twos: Any, similar: Any) -> None:
    """Write the similarity of set `ones[i]` of the left and `twos[i]` of the right; quickest sorted by the left."""
    longest: Any = 0
    for i in range(len(ones)):
        longest = max(longest, left_offsets[ones[i] + 1] - left_offsets[ones[i]])
    seen = np.zeros(table_size(longest), np.uint32)
    places, held = seen, np.int64(-1)
    for i in range(len(ones)):
        begin, end = left_offsets[ones[i]], left_offsets[ones[i] + 1]
        if ones[i] != held:
            held = ones[i]
            places = seen[: table_size(end - begin)]
            places[:] = 0
            for j in range(begin, end):
                add(places, left[j])
        shared = 0
        for j in range(right_offsets[twos[i]], right_offsets[twos[i] + 1]):
            shared += has(places, right[j])
        both = (end - begin) + (right_offsets[twos[i] + 1] - right_offsets[twos[i]]) - shared
        similar[i] = shared / both if both else 0.0


@compiled(types.void(HASHES, types.Array(types.float32, 1, "C", readonly=True), types.int64[::1], types.float32[::1]))
def stars(edges: Any, similar: Any, parents: Any, nearness: Any) -> None:
    """Remove every place that is similar to a better one that stays.

    Args:
        edges: Verified pairs as `worse << 32 | better`, sorted; a place is decided after all better ones.
        similar: Their similarities.
        parents: `NOT_REMOVED`, or where it is removed already the place it is removed for; written to.
        nearness: The similarity with that place; written to.
    """
    low = np.uint64(0xFFFFFFFF)
    first: Any = 0
    while first < len(edges):
        worse = np.int64(edges[first] >> np.uint64(32))
        last: Any = first
        best: Any = np.int64(-1)
        while last < len(edges) and np.int64(edges[last] >> np.uint64(32)) == worse:
            stays = parents[np.int64(edges[last] & low)] == NOT_REMOVED
            if stays and (best < 0 or similar[last] > similar[best]):
                best = last
            last += 1
        if best >= 0 and parents[worse] == NOT_REMOVED:
            parents[worse], nearness[worse] = np.int64(edges[best] & low), similar[best]
        first = last


@compiled(types.void(BYTES, OFFSETS, NEW_HASHES))
def hash_bytes(data: Any, offsets: Any, hashes: Any) -> None:
    """Hash the bytes of every string, for looking up ids."""
    for i in range(len(offsets) - 1):
        state = SEED
        for j in range(offsets[i], offsets[i + 1]):
            state = (state ^ np.uint64(data[j])) * MULTIPLIER
        hashes[i] = mixed(state)
