"""From counts to evidence: about ten numbers a row that say how medical it reads, whatever its length."""

from __future__ import annotations

from typing import TYPE_CHECKING

from medcorpus.stages.medical.kernel import CHARACTERS, COVERED, DISTINCT, FIELDS, HITS
from medcorpus.stages.medical.vocabulary import FIELDS as NAMES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EVIDENCE = (
    "hits",
    "plain hits",
    "strong hits",
    "terms",
    "plain terms",
    "strong terms",
    "density",
    "fields",
)
"""Names of the columns of `evidence`.

hits: log(1 + hits per 1,000 characters); terms: log(1 + distinct terms) over log(characters), which grow alike in
running text (Heaps 1978); both for all terms, for plain and strong ones, and for strong ones alone; density: the square
root of the share of characters covered; fields: share of the fields that occur.
"""
PRIOR = 200
"""Characters added to every text, so that one hit in a short line is not a thousand in a page."""


def evidence(counts: NDArray[np.uint32]) -> NDArray[np.float64]:
    """Give the evidence of each row of counts (`kernel`): float64, rows by `EVIDENCE`."""
    import numpy as np

    characters = counts[:, CHARACTERS].astype(np.float64) + PRIOR
    hits = np.log1p(1000 * _and_stronger(counts[:, HITS:DISTINCT]) / characters[:, None])
    terms = np.log1p(_and_stronger(counts[:, DISTINCT:])) / np.log(characters)[:, None]
    density = np.sqrt(counts[:, COVERED] / characters)
    bits = counts[:, FIELDS, None] >> np.arange(len(NAMES), dtype=np.uint32) & 1
    fields = bits.mean(axis=1)
    return np.column_stack([hits, terms, density, fields])


def _and_stronger(counts: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Turn counts of weak, plain and strong terms into all, plain or strong, and strong."""
    import numpy as np

    return np.cumsum(counts[:, ::-1], axis=1)[:, ::-1]
