"""decontaminate: rows that say what a test item of a benchmark says.

| column | type | what |
| --- | --- | --- |
| `overlap` | float32 | share of the item that stands in the row, 0 to 1, by length |
| `overlap_run` | uint32 | the longest run they share, in half words: a word is 2, a Chinese or Japanese character 1 |
| `overlap_with` | string | id of the item's record; empty where nothing was found |
| `overlap_in` | list of string | the benchmarks of all items that the row repeats |
| `overlap_text` | string | the longest run as the row has it, cut at 200 characters |
| `repeats_item` | bool | whether the run has `RUN` half words or the share is `SHARE` |

The others are of one item: the one with the longest run, or where no run is a window long, the one with the largest
share. Case, width, punctuation and white space make no difference, nor does the order of an item's options, because its
passages are looked for one by one. A phrase of 8 words or 16 characters that more than `common` different passages of
the tests have is the exams' way of speaking ("which of the following is the most likely") and says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from medcorpus.errors import SourceError

if TYPE_CHECKING:
    import pyarrow as pa

    from medcorpus.stage import Work
    from medcorpus.store import Shards


@dataclass(frozen=True, slots=True)
class Decontaminate:
    """Mark the rows that repeat a test item.

    Args:
        columns: What a row says; columns that are lists are taken value by value.
        common: How many different passages of the tests may have a phrase before it says nothing.
    """

    columns: tuple[str, ...] = ("clean_text",)
    common: int = 10

    name: ClassVar[str] = "decontaminate"
    row_local: ClassVar[bool] = False
    uses: ClassVar[tuple[str, ...]] = ("medcorpus.ngrams", "medcorpus.items")

    def prepare(self, shards: Sequence[Shards], work: Work) -> Shards:
        """Make the index of the test items; the rows themselves are looked at part by part."""
        from medcorpus.stages.decontaminate.indexing import Indexing, write_index

        return work.layer("index", [Indexing(work.items, self.common)], write_index, over=work.items)

    def annotate(self, table: pa.Table, prepared: pa.Table | None) -> pa.Table:
        """Add the columns.

        Raises:
            SourceError: There is no index.
        """
        from medcorpus.stages.decontaminate.index import index_of
        from medcorpus.stages.decontaminate.matching import columns_of

        if prepared is None:
            raise SourceError("decontaminate has no index to compare with", fix="run prepare first")
        return columns_of(table.select(list(self.columns)), index_of(prepared, self.common))
