"""From sketches to groups: copies, candidate pairs, their verification, and which row each removed row stands for.

Documents are numbered by preference here: number 0 is the one that would rather stay than any other. Pairs are packed
into 64 bits, the better document in the upper 32.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from medcorpus.ngrams import Offsets

    Pairs = NDArray[np.uint64]
    Sets = tuple[Offsets, NDArray[np.uint32]]

MOST = 2**32
"""So many documents there may be: their numbers are packed into 32 bits."""
HUBS = 32
"""In a group of documents that share a band, each is compared with so many of the most preferred ones."""


def _packed(keys: NDArray[np.uint64], places: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], int]:
    """Give keys with places in place of their lower bits, sorted, and how many bits the places take.

    One sort of integers is several times faster than sorting keys and carrying the places along. What two keys
    differ in below may be lost; whoever uses the groups verifies them.
    """
    import numpy as np

    bits = max(1, int(places[-1]).bit_length()) if len(places) else 1
    packed = (keys >> np.uint64(bits) << np.uint64(bits)) | places
    packed.sort()
    return packed, bits


def copies(exact: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Give for every document the best one with the same two hashes: itself, or the one it is a copy of.

    Raises:
        ValueError: There are more documents than places that can be packed.

    >>> import numpy as np
    >>> copies(np.array([[5, 6], [7, 8], [5, 6], [5, 9]], dtype=np.uint64)).tolist()
    [0, 1, 0, 3]
    """
    import numpy as np

    from medcorpus.stages.dedup import kernel

    if len(exact) > MOST:
        raise ValueError(f"at most {MOST:,} rows can be compared at once, not {len(exact):,}")
    best = np.arange(len(exact), dtype=np.int64)
    one, two = np.ascontiguousarray(exact[:, 0]), np.ascontiguousarray(exact[:, 1])
    packed, bits = _packed(one, np.arange(len(exact), dtype=np.uint64))
    kernel.best_copies(packed, bits, one, two, best)
    return best


def candidates(keys: NDArray[np.uint64], places: NDArray[np.uint64], hubs: int = HUBS) -> Pairs:
    """Give the pairs of documents that share a band's key.

    Args:
        keys: One band's keys, none of them 0.
        places: The documents' numbers, ascending, below 2^32.
        hubs: Each document of a group is paired with so many of its best.
    """
    import numpy as np

    from medcorpus.stages.dedup import kernel

    packed, bits = _packed(keys, places)
    pairs = np.empty(kernel.pairs_of(packed, bits, hubs, np.empty(0, np.uint64)), np.uint64)
    kernel.pairs_of(packed, bits, hubs, pairs)
    return pairs


def better(pairs: Pairs) -> NDArray[np.int64]:
    """Give the better document of each pair."""
    import numpy as np

    return (pairs >> np.uint64(32)).astype(np.int64)


def worse(pairs: Pairs) -> NDArray[np.int64]:
    """Give the other document of each pair."""
    import numpy as np

    return (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)


def similarities(
    pairs: tuple[NDArray[np.int64], NDArray[np.int64]],
    left: Sets,
    right: Sets,
) -> NDArray[np.float32]:
    """Give the Jaccard similarity of pairs of shingle sets: number i of the left with number j of the right."""
    import numpy as np

    from medcorpus.stages.dedup import kernel

    similar = np.empty(len(pairs[0]), np.float32)
    kernel.jaccard(left[1], left[0], pairs[0], right[1], right[0], pairs[1], similar)
    return similar


def stars(
    pairs: Pairs, similar: NDArray[np.float32], parents: NDArray[np.int64], nearness: NDArray[np.float32]
) -> None:
    """Decide who stays: from the best document to the worst, one that is similar to a better one that stays is removed.

    So every removed document is similar to the very document it is removed for, and no two that stay are a verified
    pair. A chain a-b-c, where a and c differ, loses b alone.

    Args:
        pairs: Verified pairs.
        similar: Their similarities.
        parents: -1 for every document that is not removed yet, else the one it is removed for. Written to.
        nearness: The similarity with that one. Written to.
    """
    import numpy as np

    from medcorpus.stages.dedup import kernel

    turned = (pairs << np.uint64(32)) | (pairs >> np.uint64(32))
    order = np.argsort(turned)
    kernel.stars(turned[order], similar[order], parents, nearness)


def cut(cost: NDArray[np.int64], most: int) -> Iterator[slice]:
    """Cut a row of pairs where what they cost, added up so far, passes another multiple of the most allowed at once."""
    import numpy as np

    cuts = [0, *(np.flatnonzero(np.diff(cost // most)) + 1).tolist(), len(cost)]
    return (slice(a, b) for a, b in pairwise(cuts) if b > a)


def in_other_order(sets_of: Callable[[NDArray[np.int64]], Sets], rows: NDArray[np.int64]) -> Sets:
    """Give the sets of rows in any order, from what gives those of rows in ascending order."""
    import numpy as np

    order = np.argsort(rows)
    return taken(sets_of(rows[order]), np.argsort(order))


def taken(sets: Sets, numbers: NDArray[np.int64]) -> Sets:
    """Give sets in another order.

    >>> import numpy as np
    >>> offsets, values = taken((np.array([0, 2, 3]), np.array([7, 8, 9], dtype=np.uint32)), np.array([1, 0]))
    >>> offsets.tolist(), values.tolist()
    ([0, 1, 3], [9, 7, 8])
    """
    import numpy as np

    sizes = np.diff(sets[0])[numbers]
    offsets = np.concatenate([np.zeros(1, np.int64), sizes.cumsum()])
    within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], sizes)
    return offsets, sets[1][np.repeat(sets[0][:-1][numbers], sizes) + within]
