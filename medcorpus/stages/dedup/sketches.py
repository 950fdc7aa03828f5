"""What is kept of a document: a MinHash signature's band keys, two hashes of the whole, and its number of n-grams.

MinHash: Broder, "On the resemblance and containment of documents" (1997). Signatures are those of datasketch's scheme
`affine32` for the same 32-bit shingles, seed and number of permutations.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from medcorpus.ngrams import utf8

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from medcorpus.ngrams import Offsets, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """How signatures are made and compared.

    Two documents are compared if some band of their signatures agrees. With s the share of equal values, one grouping
    finds a pair with probability `1 - (1 - s**rows)**bands`: 0.92 at 0.8 and 0.99 at 0.85 for 14 bands of 8. Two
    further groupings of the same values, across the first, make that 0.997 and more than 0.999 (simulated), for no
    further permutation.

    Args:
        n: Tokens in a shingle.
        bands: Bands of one grouping.
        rows: Values in a band.
        groupings: How many times the same values are grouped into bands, each time differently; 1 to 1 + bands.
        seed: Seed of the permutations.
    """

    n: int = 5
    bands: int = 14
    rows: int = 8
    groupings: int = 3
    seed: int = 1

    def __post_init__(self) -> None:
        if min(self.n, self.bands, self.rows, self.groupings) < 1 or self.groupings > 1 + self.bands:
            raise ValueError(f"n, bands and rows are at least 1, groupings 1 to 1 + bands, not {self}")

    @property
    def permutations(self) -> int:
        """Values in a signature."""
        return self.bands * self.rows

    @property
    def keys(self) -> int:
        """Band keys of a document."""
        return self.bands * self.groupings


@dataclass(frozen=True, slots=True)
class Sketches:
    """What is kept of some documents.

    Args:
        keys: uint64, `[band, document]`; 0 where a document has no n-grams.
        exact: uint64, `[document, 2]`: two hashes of all tokens.
        counts: int64, n-grams of each document, repeats included.
    """

    keys: NDArray[np.uint64]
    exact: NDArray[np.uint64]
    counts: NDArray[np.int64]


@cache
def permutations(seed: int, count: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Give factors and shifts of the permutations `factor * x + shift` modulo 2^32, drawn as datasketch draws them."""
    import numpy as np

    draw = np.random.RandomState(seed)
    factors = draw.randint(0, 1 << 31, count, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return factors, draw.randint(0, 1 << 32, count, dtype=np.uint32)


def signatures(text: Text, grid: Grid) -> tuple[NDArray[np.uint32], NDArray[np.uint64], NDArray[np.int64]]:
    """Sign every document of a text column.

    Returns:
        The signatures, uint32 `[document, permutation]`; the two hashes of the whole; and the n-grams of each document.
    """
    import numpy as np

    from medcorpus.ngrams import folding
    from medcorpus.stages.dedup import kernel

    parts = utf8(text)
    size = sum(len(offsets) - 1 for offsets, _ in parts)
    signed = np.empty((size, grid.permutations), np.uint32)
    exact, counts = np.empty((size, 2), np.uint64), np.empty(size, np.int64)
    at = 0
    for offsets, data in parts:
        own = slice(at, at + len(offsets) - 1)
        drawn = permutations(grid.seed, grid.permutations)
        kernel.sketch(data, offsets, *folding.table(), grid.n, *drawn, signed[own], exact[own], counts[own])
        at = own.stop
    return signed, exact, counts


def sketch(text: Text, grid: Grid) -> Sketches:
    """Sketch every document of a text column.

    >>> import pyarrow as pa
    >>> made = sketch(pa.array(["Fever and a dry cough.", "FEVER, and a dry cough!", "Fever."]), Grid())
    >>> bool((made.exact[0] == made.exact[1]).all()), made.counts.tolist(), made.keys.shape
    (True, [1, 1, 0], (42, 3))
    """
    import numpy as np

    from medcorpus.stages.dedup import kernel

    signed, exact, counts = signatures(text, grid)
    keys = np.empty((grid.keys, len(counts)), np.uint64)
    kernel.band_keys(signed, counts, grid.bands, grid.rows, grid.groupings, keys)
    return Sketches(keys, exact, counts)


def shingle_sets(text: Text, documents: NDArray[np.int64], n: int) -> tuple[Offsets, NDArray[np.uint32]]:
    """Give the distinct 32-bit shingles of some documents of a text column.

    Args:
        text: Documents.
        documents: Numbers of those that are asked for, ascending.
        n: Tokens in a shingle.

    Returns:
        Offsets, int64, one more than documents asked for, and the shingles.
    """
    import numpy as np

    found: list[NDArray[np.uint32]] = []
    sizes: list[NDArray[np.int64]] = [np.zeros(1, np.int64)]
    at = 0
    for offsets, data in utf8(text):
        first, last = np.searchsorted(documents, (at, at + len(offsets) - 1))
        own = documents[first:last] - at
        at += len(offsets) - 1
        if len(own):
            places, shingles = _sets_of(offsets[own], offsets[own + 1], data, n)
            found.append(shingles)
            sizes.append(np.diff(places))
    return np.cumsum(np.concatenate(sizes)), np.concatenate(found or [np.zeros(0, np.uint32)])


def _sets_of(begins: Offsets, ends: Offsets, data: NDArray[np.uint8], n: int) -> tuple[Offsets, NDArray[np.uint32]]:
    """Give the shingles of documents between these bytes; memory that they do not fill is never touched."""
    import numpy as np

    from medcorpus.ngrams import folding
    from medcorpus.ngrams.kernel import TOKENS_PER_BYTE
    from medcorpus.stages.dedup import kernel

    room = np.empty(int((ends - begins).sum()) * TOKENS_PER_BYTE, np.uint32)
    offsets = np.empty(len(begins) + 1, np.int64)
    kernel.shingle_sets(data, begins, ends, *folding.table(), n, room, offsets)
    return offsets, room[: offsets[-1]].copy()
