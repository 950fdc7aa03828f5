"""What becomes of every row, and how it is written down.

A document is a row, numbered in the order of preference: document 0 would rather stay than any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from medcorpus.stages.dedup import groups

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from medcorpus.stages.dedup.groups import Pairs
    from medcorpus.stages.dedup.index import Index, Matches


@dataclass(frozen=True, slots=True)
class Fates:
    """What becomes of each document.

    Args:
        parents: int64, the document it is removed for; -1 where it stays or is removed for a row of the index.
        earlier: int64, the row of the index it is removed for, else -1.
        nearness: float32, similarity with that document or row; 1 where it stays.
    """

    parents: NDArray[np.int64]
    earlier: NDArray[np.int64]
    nearness: NDArray[np.float32]

    @property
    def stays(self) -> NDArray[np.bool_]:
        """Whether each document stays."""
        return (self.parents < 0) & (self.earlier < 0)


def fates(
    best: NDArray[np.int64], matches: Matches, pairs: Pairs, similar: NDArray[np.float32], threshold: float
) -> Fates:
    """Decide what becomes of every document.

    Args:
        best: The best copy of each document, which may be itself.
        matches: Documents, none of them a copy of a better one, that a row of the index stands for.
        pairs: Candidate pairs of the other documents that are no copies of a better one.
        similar: Their similarities.
        threshold: Least similarity for which a document is removed.
    """
    import numpy as np

    made = Fates(np.full(len(best), -1), np.full(len(best), -1), np.ones(len(best), np.float32))
    documents, made.earlier[documents], made.nearness[documents] = matches
    keep = similar >= np.float32(threshold)
    groups.stars(pairs[keep], similar[keep], made.parents, made.nearness)
    _settle_copies(best, made)
    return made


def _settle_copies(best: NDArray[np.int64], made: Fates) -> None:
    """Let every copy follow its best copy: removed for it where that one stays, else for what that one is removed for.

    Copies have the same shingles, so what is similar to one is as similar to the other.
    """
    import numpy as np

    copied = np.flatnonzero(best != np.arange(len(best)))
    roots = best[copied]
    made.earlier[copied], made.nearness[copied] = made.earlier[roots], made.nearness[roots]
    made.parents[copied] = np.where(made.stays[roots], roots, made.parents[roots])


def table(ids: pa.Array, order: NDArray[np.int64], made: Fates, against: Index | None) -> pa.Table:
    """Give for every row `id`, `dup_cluster`, `dup_size`, `dup_of` and `dup_jaccard`.

    Args:
        ids: Id of each row.
        order: Row number of each document.
        made: What becomes of each document.
        against: The index whose rows `made` speaks of; ids become strings with one, as its ids are.
    """
    import numpy as np
    import pyarrow as pa

    size = len(order)
    known, earlier_ids = _earlier_ids(made.earlier, against)
    parents = np.where(made.parents < 0, np.arange(size), made.parents)
    codes, nearness = np.empty(size, np.int64), np.empty(size, np.float32)
    codes[order] = np.where(made.earlier < 0, order[parents], size + np.searchsorted(known, made.earlier))
    nearness[order] = made.nearness
    counts = np.bincount(codes, minlength=size + len(known)) + (np.arange(size + len(known)) >= size)
    ids = ids if against is None else ids.cast(pa.string())
    cluster = pa.concat_arrays([ids, earlier_ids.cast(ids.type)]).take(pa.array(codes))
    return pa.table(
        {
            "id": ids,
            "dup_cluster": cluster,
            "dup_size": pa.array(counts[codes].astype(np.uint32)),
            "dup_of": _without(cluster, codes == np.arange(size)),
            "dup_jaccard": pa.array(nearness),
        }
    )


def _without(labels: pa.Array, own: NDArray[np.bool_]) -> pa.Array:
    """Empty the labels of rows that stay; ids that are no text become null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    textual = pa.types.is_string(labels.type) or pa.types.is_large_string(labels.type)
    return pc.if_else(pa.array(own), pa.scalar("" if textual else None, labels.type), labels)


def _earlier_ids(earlier: NDArray[np.int64], against: Index | None) -> tuple[NDArray[np.int64], pa.Array]:
    """Give the rows of the index that documents are removed for, ascending, and their ids."""
    import numpy as np
    import pyarrow as pa

    known = np.unique(earlier[earlier >= 0])
    ids = pa.chunked_array([], pa.string())
    for first, rows in against.tables() if against else ():
        own = known[(known >= first) & (known < first + rows.num_rows)] - first
        ids = pa.chunked_array([*ids.chunks, *rows.column("id").take(pa.array(own)).chunks])
    return known, pa.concat_arrays([pa.array([], pa.string()), *ids.chunks])
