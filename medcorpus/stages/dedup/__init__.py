"""dedup: rows that say the same or nearly the same as another row, over all sources and splits.

| column | type | what |
| --- | --- | --- |
| `dup_cluster` | string | id of the row that stays; a row without copies is a cluster of its own |
| `dup_size` | uint32 | rows of the cluster; a row of an earlier release that it is removed for counts too |
| `dup_of` | string | id of the row that stays; empty for that row itself |
| `dup_jaccard` | float32 | Jaccard similarity of the shingles with the row that stays, 0-1; 1 for that row itself |

Copies, which differ in line breaks, case, width or punctuation at most, are found by a hash of all tokens, near-copies
by MinHash (`sketches.Grid`), verified on their shingles. A removed row is similar to the very row that stays: chains of
near-misses remove nothing that has no similar row left. A text shorter than a shingle has exact copies only.

Of several rows an `eligible` one stays, then the redistributable one, then the one of higher `q_score`, then that of
test before validation before train, then the newest, then the one with the smallest id (`preference`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from medcorpus.stages.dedup.sketches import Grid

if TYPE_CHECKING:
    import pyarrow as pa

    from medcorpus.stage import Work
    from medcorpus.store import Shards


@dataclass(frozen=True, slots=True)
class Dedup:
    """Mark near-duplicates.

    Args:
        column: The text column.
        threshold: Least similarity with the row that stays for which a row is removed, 0-1.
        n: Tokens in a shingle: words, or characters of scripts written without spaces.
        bands: Bands of one grouping of a signature.
        rows: Values in a band; a signature has bands x rows values.
        groupings: How many times the values are grouped into bands, each time differently.
        seed: Seed of the permutations.
        against: Folder of a signature index of earlier rows, which all stay; empty for none.
    """

    column: str = "clean_text"
    threshold: float = 0.7
    n: int = 5
    bands: int = 14
    rows: int = 8
    groupings: int = 3
    seed: int = 1
    against: str = ""

    name: ClassVar[str] = "dedup"
    row_local: ClassVar[bool] = False
    uses: ClassVar[tuple[str, ...]] = ("medcorpus.ngrams",)
    bytes_per_row: ClassVar[int] = 240
    """Measured between 200,000 and 800,000 rows."""

    @property
    def grid(self) -> Grid:
        """How candidates are found."""
        return Grid(n=self.n, bands=self.bands, rows=self.rows, groupings=self.groupings, seed=self.seed)

    def prepare(self, shards: Sequence[Shards], work: Work) -> Shards:
        """Find every cluster; what is prepared holds the rows of clusters of two or more, by a hash of their ids."""
        from medcorpus.stages.dedup import index, layers

        against = index.open_index(Path(self.against), self.grid) if self.against else None
        return layers.prepare(layers.Corpus(tuple(shards), self.column, self.grid), self.threshold, against, work)

    def annotate(self, table: pa.Table, prepared: pa.Table | None) -> pa.Table:
        """Add `dup_cluster`, `dup_size`, `dup_of` and `dup_jaccard`."""
        from medcorpus.stages.dedup import layers

        return layers.columns(table.column("id"), prepared)
