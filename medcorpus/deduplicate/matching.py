"""From sketches of all rows to what becomes of each: compared in threads, verified on the texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from medcorpus.deduplicate.reading import Batch, Input, Threads
from medcorpus.deduplicate.sketching import Sketched
from medcorpus.stages.dedup import clusters, groups, index
from medcorpus.stages.dedup.sketches import Grid, shingle_sets

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from medcorpus.ngrams import Offsets
    from medcorpus.stages.dedup.clusters import Fates
    from medcorpus.stages.dedup.groups import Pairs
    from medcorpus.stages.dedup.index import Index, Matches

    Sets = tuple[Offsets, NDArray[np.uint32]]

ROUND_BYTES = 32 * 2**20
ROUND_BYTES_PER_ROW = 400
"""Shingles of so many bytes are held at once; what takes more is verified in several rounds, each reading the texts."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Where the texts are read again for the shingles of those rows that are compared."""

    input: Input
    column: str
    grid: Grid
    threads: Threads

    def sets(self, rows: NDArray[np.int64], most: int) -> Sets:
        """Give the shingle sets of some rows, ascending, which have so many shingles at most."""
        import numpy as np

        def own(batch: Batch) -> Sets:
            first, last = np.searchsorted(rows, (batch.first, batch.first + batch.rows.num_rows))
            return shingle_sets(batch.rows.column(self.column), rows[first:last] - batch.first, self.grid.n)

        shingles, sizes, at = np.empty(most, np.uint32), [np.zeros(1, np.int64)], 0
        for offsets, found in self.threads.in_order(own, self.input.batches([self.column], wanted=rows)):
            shingles[at : at + len(found)] = found
            sizes.append(np.diff(offsets))
            at += len(found)
        return np.concatenate(sizes).cumsum(), shingles[:at]


def fates(sketched: Sketched, texts: Texts, threshold: float, against: Index | None) -> Fates:
    """Decide what becomes of every document."""
    import numpy as np

    best = groups.copies(sketched.exact[sketched.order])
    own = np.flatnonzero(best == np.arange(len(best)))
    matches = _matches(sketched, texts, threshold, against, own)
    signed = own[(sketched.counts[sketched.order[own]] > 0) & ~np.isin(own, matches[0])]
    pairs = _candidates(sketched, texts, signed)
    return clusters.fates(best, matches, pairs, _verified(pairs, sketched, texts), threshold)


def _candidates(sketched: Sketched, texts: Texts, documents: NDArray[np.int64]) -> Pairs:
    import numpy as np

    def of_band(band: int) -> Pairs:
        return groups.candidates(sketched.band(band, documents), documents.astype(np.uint64))

    found = list(texts.threads.pool.map(of_band, range(sketched.bands)))
    return np.unique(np.concatenate([np.zeros(0, np.uint64), *found]))


def _verified(pairs: Pairs, sketched: Sketched, texts: Texts) -> NDArray[np.float32]:
    """Give the similarity of every pair; pairs are sorted by the better document."""
    import numpy as np

    similar = np.empty(len(pairs), np.float32)
    for part in _rounds(pairs, sketched.counts[sketched.order]):
        better, worse = groups.better(pairs[part]), groups.worse(pairs[part])
        documents = np.unique(np.concatenate([better, worse]))
        rows = np.sort(sketched.order[documents])
        sets = texts.sets(rows, int(sketched.counts[rows].sum()))
        places = tuple(np.searchsorted(rows, sketched.order[d]) for d in (better, worse))
        similar[part] = _in_slices(texts, (places[0], places[1]), sets, sets)
    return similar


def _rounds(pairs: Pairs, counts: NDArray[np.int64]) -> Iterator[slice]:
    """Cut pairs, sorted by the better document, where the shingles they need grow too large to be held at once."""
    import numpy as np

    better = groups.better(pairs)
    new = np.concatenate([np.ones(min(1, len(pairs)), bool), better[1:] != better[:-1]])
    return groups.cut((counts[groups.worse(pairs)] + counts[better] * new).cumsum(), _most(len(counts)))


def _most(rows: int) -> int:
    return (ROUND_BYTES + ROUND_BYTES_PER_ROW * rows) // 4


def _in_slices(
    texts: Texts, places: tuple[NDArray[np.int64], NDArray[np.int64]], left: Sets, right: Sets
) -> NDArray[np.float32]:
    import numpy as np

    cuts = np.linspace(0, len(places[0]), 4 * texts.threads.workers + 1).astype(int)
    slices = [(places[0][a:b], places[1][a:b]) for a, b in pairwise(cuts)]
    return np.concatenate(list(texts.threads.pool.map(lambda own: groups.similarities(own, left, right), slices)))


def _matches(
    sketched: Sketched, texts: Texts, threshold: float, against: Index | None, documents: NDArray[np.int64]
) -> Matches:
    """Give those of the documents that a row of the index stands for."""
    rows = sketched.order[documents]

    def keys(band: int) -> NDArray[np.uint64]:
        return sketched.band(band, documents)

    def sets(asked: NDArray[np.int64]) -> Sets:
        most = int(sketched.counts[rows[asked]].sum())
        return groups.in_other_order(lambda own: texts.sets(own, most), rows[asked])

    most = _most(len(sketched.order))
    asked = index.Asked(sketched.exact[rows], sketched.counts[rows], keys, sketched.bands, sets, most)
    found = [(asked.matches(table, threshold), first) for first, table in against.tables()] if against else []
    own, earlier, similar = index.best_of([(d, r + first, s) for (d, r, s), first in found])
    return documents[own], earlier, similar
