"""Rows against the index: which items each row repeats, how much of them, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from medcorpus import ngrams
from medcorpus.stages.decontaminate import kernel

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa
    from numpy.typing import NDArray

    from medcorpus.ngrams import Tokens
    from medcorpus.stages.decontaminate.index import Index

CANDIDATE = 0.25
"""An item of which no whole window was found counts only when this share of it was."""
RUN = kernel.WINDOW
"""A row that shares a run of this length with a test item, 13 words or 26 characters, repeats it."""
SHARE = 0.5
"""A row that has this share of a test item repeats it, however short the item's passages are."""
SHOWN = 200
"""Characters of `overlap_text`."""


def columns_of(said: pa.Table, index: Index) -> pa.Table:
    """Give the stage's columns for rows.

    Args:
        said: What the rows say, in one or more columns.
        index: The test items.
    """
    import polars as pl

    text = _joined(pl.DataFrame(said))
    column = text.to_arrow(compat_level=pl.CompatLevel.oldest())
    tokens = ngrams.tokens(column)
    weights = kernel.weights_of(tokens, column)
    runs = _runs(_hits(tokens, weights, index), weights, index)
    pairs = _complete(_shares(runs), tokens, weights, index)
    found = _worst(pairs)
    found = found.with_columns(overlap_text=_texts(found, text, tokens))
    found = found.join(_benchmarks(pairs, index), on="row", how="left", maintain_order="left")
    rows = pl.DataFrame({"row": np.arange(len(text), dtype=np.int64)})
    return _columns(rows.join(found, on="row", how="left", maintain_order="left"), index)


def _joined(said: pl.DataFrame) -> pl.Series:
    """Put what a row says into one text; a line break ends a token but not a run."""
    import polars as pl

    parts = [pl.col(c).list.join("\n") if isinstance(t, pl.List) else pl.col(c) for c, t in said.schema.items()]
    return said.select(text=pl.concat_str(parts, separator="\n", ignore_nulls=True)).to_series()


def _hits(tokens: Tokens, weights: NDArray[np.uint8], index: Index) -> pl.DataFrame:
    """Give every run that is a unit of a passage: row, first token, end, passage."""
    import polars as pl

    hits = kernel.scan(tokens.offsets, tokens.hashes, weights, index.keys, index.words, index.bits)
    first, counts = index.first[hits[:, 3]], np.diff(index.first)[hits[:, 3]]
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    owners = index.owners[np.repeat(first, counts) + within]
    return pl.DataFrame(
        {n: np.repeat(hits[:, i], counts) for i, n in enumerate(("row", "start", "end", "key"))} | {"passage": owners}
    )


def _runs(hits: pl.DataFrame, weights: NDArray[np.uint8], index: Index) -> pl.DataFrame:
    """Join neighbouring hits of a passage to runs: row, passage, its item, units, first token, end, length."""
    import polars as pl

    place = ["row", "passage"]
    hits = hits.sort("row", "passage", "start")
    apart = (pl.col("start") != pl.col("start").shift() + 1).over(place).fill_null(True)
    hits = hits.with_columns(run=apart.cum_sum().over(place))
    runs = hits.group_by(*place, "run", maintain_order=True).agg(
        start=pl.col("start").min(), end=pl.col("end").max(), units=pl.col("key")
    )
    total = np.concatenate([[0], np.cumsum(weights, dtype=np.int64)])
    length = total[runs["end"].to_numpy()] - total[runs["start"].to_numpy()]
    facts = index.passages.select(pl.col("passage").cast(pl.Int64), "item", "weight", "item_weight", "count")
    return runs.with_columns(length=pl.Series(length, dtype=pl.Int64)).join(facts, on="passage", maintain_order="left")


def _shares(runs: pl.DataFrame) -> pl.DataFrame:
    """Give for each row and item its longest run, the share of the item found, and the passages that were."""
    import polars as pl

    passages = runs.group_by("row", "item", "passage", maintain_order=True).agg(
        pl.col("units").list.explode().n_unique().alias("matched"),
        pl.col("weight", "item_weight", "count").first(),
        pl.col("start", "end", "length").sort_by("length", descending=True, maintain_order=True).first(),
    )
    said = pl.col("weight") * pl.col("matched") / pl.col("count") / pl.col("item_weight")
    return (
        passages.with_columns(said=said)
        .group_by("row", "item", maintain_order=True)
        .agg(
            pl.col("said").sum().alias("overlap"),
            pl.col("item_weight").first(),
            pl.col("start", "end", "length").sort_by("length", descending=True, maintain_order=True).first(),
            pl.col("passage"),
        )
    )


def _complete(pairs: pl.DataFrame, tokens: Tokens, weights: NDArray[np.uint8], index: Index) -> pl.DataFrame:
    """Look for the short passages of items of which no whole window was found, and drop those with too little."""
    import polars as pl

    whole = pairs.filter(pl.col("length") >= kernel.WINDOW)
    partly = pairs.filter(pl.col("length") < kernel.WINDOW, pl.col("overlap") >= CANDIDATE)
    more = [
        _rest(row, item, set(seen), tokens, weights, index)
        for row, item, seen in partly.select("row", "item", "passage").iter_rows()
    ]
    partly = partly.with_columns(overlap=pl.col("overlap") + pl.Series(more, dtype=pl.Float64))
    enough = partly.filter(pl.col("overlap") * pl.col("item_weight") >= kernel.SHORTEST)
    return pl.concat([whole, enough]).drop("passage", "item_weight")


def _rest(row: int, item: int, seen: set[int], tokens: Tokens, weights: NDArray[np.uint8], index: Index) -> float:
    """Give the share that an item's short passages have which are in the row but were not looked for by themselves."""
    begin, end = tokens.offsets[row], tokens.offsets[row + 1]
    found = 0.0
    for passage, weight, item_weight, units in index.short_passages(item):
        if passage not in seen and kernel.contains(
            tokens.hashes[begin:end], weights[begin:end], np.uint64(units), weight
        ):
            found += weight / item_weight
    return found


def _worst(pairs: pl.DataFrame) -> pl.DataFrame:
    """Give one item for each row: that of the longest run, else of the largest share."""
    import polars as pl

    run = pl.when(pl.col("length") >= kernel.WINDOW).then("length").otherwise(0)
    ordered = pairs.with_columns(run=run).sort(
        "row", "run", "overlap", "item", descending=[False, True, True, False], maintain_order=True
    )
    return ordered.unique("row", keep="first", maintain_order=True).rename({"length": "overlap_run"})


def _benchmarks(pairs: pl.DataFrame, index: Index) -> pl.DataFrame:
    """Give for each row the benchmarks of all items that it repeats."""
    import polars as pl

    repeated = pairs.filter((pl.col("length") >= RUN) | (pl.col("overlap") >= SHARE)).select("row", "item")
    named = repeated.join(_items(index).select("item", "benchmarks"), on="item", how="left", maintain_order="left")
    return named.group_by("row", maintain_order=True).agg(
        pl.col("benchmarks")
        .list.explode(keep_nulls=False, empty_as_null=False)
        .unique(maintain_order=True)
        .sort()
        .alias("overlap_in")
    )


def _items(index: Index) -> pl.DataFrame:
    return index.passages.unique("item", keep="first", maintain_order=True).select("item", "id", "benchmarks")


def _texts(found: pl.DataFrame, text: pl.Series, tokens: Tokens) -> pl.Series:
    import polars as pl

    rows = found["row"].to_list()
    first, last = tokens.starts[found["start"].to_numpy()], tokens.ends[found["end"].to_numpy() - 1]
    shown = [text[r].encode()[a:b].decode()[:SHOWN] for r, a, b in zip(rows, first, last)]
    return pl.Series(shown, dtype=pl.String)


def _columns(rows: pl.DataFrame, index: Index) -> pa.Table:
    import polars as pl

    rows = rows.join(_items(index).select("item", "id"), on="item", how="left", maintain_order="left")
    empty = pl.lit([], dtype=pl.List(pl.String))
    return rows.select(
        overlap=pl.col("overlap").fill_null(0).clip(0, 1).cast(pl.Float32),
        overlap_run=pl.col("overlap_run").fill_null(0).cast(pl.UInt32),
        overlap_with=pl.col("id").fill_null(""),
        overlap_in=pl.col("overlap_in").fill_null(empty),
        overlap_text=pl.col("overlap_text").fill_null(""),
        repeats_item=(pl.col("overlap_run").fill_null(0) >= RUN) | (pl.col("overlap").fill_null(0) >= SHARE),
    ).to_arrow(compat_level=pl.CompatLevel.oldest())
