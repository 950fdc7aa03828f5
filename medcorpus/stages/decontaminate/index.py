"""The index of test items: what is looked for, and which item each hash belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from medcorpus import ngrams
from medcorpus.stage import write_table
from medcorpus.stages.decontaminate import kernel

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa
    from numpy.typing import NDArray

    from medcorpus.ngrams import Tokens


def write_items(items: pa.Table, common: int, path: Path) -> Mapping[str, int]:
    """Write the index of items; give how many there are, and how many are long enough to be looked for."""
    import polars as pl

    passages = passages_of(pl.DataFrame(items), common)
    kept = passages.filter(pl.col("item_weight") >= kernel.SHORTEST)
    write_table(path, kept.to_arrow(compat_level=pl.CompatLevel.oldest()))
    return {"items": passages["item"].n_unique(), "indexed": kept["item"].n_unique()}


def passages_of(items: pl.DataFrame, common: int) -> pl.DataFrame:
    """Give one row for each passage: its item, its units, its weight and the item's, in half words.

    Args:
        items: Rows of `medcorpus.items.schema`.
        common: A phrase that more different passages than this have is a common one.
    """
    import polars as pl

    rows = (
        items.with_row_index("item")
        .explode("passages", empty_as_null=True)
        .rename({"passages": "passage"})
        .drop_nulls("passage")
    )
    column = rows["passage"].to_arrow(compat_level=pl.CompatLevel.oldest())
    tokens = ngrams.tokens(column)
    weights = kernel.weights_of(tokens, column)
    whole, starts = np.empty(len(rows), dtype=np.uint64), np.empty(len(rows) + 1, dtype=np.int64)
    kernel.passage_hashes(tokens.offsets, tokens.hashes, whole)
    own = kernel.own_weights(tokens.offsets, weights, _common_phrases(tokens, weights, whole, common))
    units = kernel.units(tokens.offsets, tokens.hashes, weights, own, starts)
    total = np.concatenate([[0], np.cumsum(weights, dtype=np.int64)])
    rows = rows.select(
        "item", "id", "benchmarks", whole=pl.Series(whole), weight=pl.Series(np.diff(total[tokens.offsets]))
    )
    return rows.with_columns(
        units=_lists(units[:, 0], starts),
        begins=_lists(units[:, 1], starts),
        item_weight=pl.col("weight").sum().over("item"),
    )


def _common_phrases(
    tokens: Tokens, weights: NDArray[np.uint8], whole: NDArray[np.uint64], common: int
) -> NDArray[np.bool_]:
    """Say of every token whether the phrase that begins with it is in more than `common` different passages."""
    import polars as pl

    phrases = kernel.phrases(tokens.offsets, tokens.hashes, weights)
    frame = pl.DataFrame({"phrase": phrases, "whole": np.repeat(whole, np.diff(tokens.offsets))})
    often = (pl.col("whole").n_unique().over("phrase") > common) & (pl.col("phrase") > 0)
    return frame.select(often).to_series().to_numpy()


def _lists(values: NDArray[np.uint64], starts: NDArray[np.int64]) -> pl.Series:
    import polars as pl
    import pyarrow as pa

    return pl.Series(pa.LargeListArray.from_arrays(pa.array(starts), pa.array(values)))


@dataclass(frozen=True, slots=True)
class Index:
    """The index in memory.

    Args:
        passages: One row for each passage: its position `passage`, its item's position `item`, `weight`, `item_weight`,
            hash as a `whole`, `count` of units, and the item's `id` and `benchmarks`.
        keys: Every hash that is looked for, ascending.
        first: Where the passages of each key start in `owners`; one more than keys.
        owners: Positions of passages.
        words: Bitmap of the hashes that units begin with.
        bits: The log of its size.
    """

    passages: pl.DataFrame
    keys: NDArray[np.uint64]
    first: NDArray[np.int64]
    owners: NDArray[np.int64]
    words: NDArray[np.uint64]
    bits: int

    def short_passages(self, item: int) -> Iterator[tuple[int, int, int, int]]:
        """Give position, weight, item's weight and hash of an item's passages that are shorter than a window."""
        import polars as pl

        begin, end = (self.passages["item"].search_sorted(item, side) for side in ("left", "right"))
        own = self.passages.slice(begin, end - begin).filter(pl.col("weight").is_between(1, kernel.WINDOW - 1))
        yield from own.select("passage", "weight", "item_weight", "whole").iter_rows()


def index_of(table: pa.Table, common: int) -> Index:
    """Make the index from the rows of `write_index`.

    Args:
        table: The rows.
        common: A short passage that more items than this have is not looked for by itself.
    """
    import polars as pl

    rows = pl.DataFrame(table).with_row_index("passage").cast({"passage": pl.Int64})
    units = _looked_for(rows, common)
    runs = units["units"].rle().struct
    begins = units["begins"].unique(maintain_order=True).to_numpy()
    bits = kernel.bits_for(begins)
    return Index(
        passages=rows.with_columns(count=pl.col("units").list.len()).drop("units", "begins"),
        keys=runs.field("value").to_numpy(),
        first=np.concatenate([[0], np.cumsum(runs.field("len").to_numpy())]).astype(np.int64),
        owners=units["passage"].to_numpy(),
        words=kernel.bitmap(begins, bits),
        bits=bits,
    )


def _looked_for(rows: pl.DataFrame, common: int) -> pl.DataFrame:
    """Give each hash and passage to look for, sorted by hash, without short passages that too many items have."""
    import polars as pl

    rare = (pl.col("weight") >= kernel.WINDOW) | (pl.col("item").n_unique().over("whole") <= common)
    units = rows.filter(rare).select("passage", "units", "begins").explode("units", "begins", empty_as_null=True)
    return units.drop_nulls("units").unique(["passage", "units"], maintain_order=True).sort("units", "passage")
