"""Which rows repeat test items: one row of a report for each of them, and the matrix of sources and benchmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

COLUMNS = ("source", "id", "split", "overlap", "overlap_run", "overlap_with", "overlap_in", "overlap_text")


def rows_of(frame: pl.DataFrame) -> pl.DataFrame:
    """Give the report's rows: the rows of other splits than test that repeat a test item.

    What they share with it is quoted only where the row may be passed on.

    Args:
        frame: Rows with their origin and the columns of `decontaminate`.
    """
    import polars as pl

    quoted = pl.when(pl.col("redistribute") == "yes").then("overlap_text").otherwise(pl.lit(""))
    return frame.filter("repeats_item", pl.col("split") != "test").with_columns(overlap_text=quoted).select(COLUMNS)


def matrix(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """Count the report's rows by source and benchmark, each with the row that repeats the longest run.

    Args:
        rows: Rows with `source`, `id` and the columns of `decontaminate`.
    """
    import polars as pl

    each = rows.explode("overlap_in", empty_as_null=True).drop_nulls("overlap_in").rename({"overlap_in": "benchmark"})
    worst = each.sort("overlap_run", "overlap", "id", descending=[True, True, False], maintain_order=True)
    found = worst.group_by("source", "benchmark", maintain_order=True).agg(
        pl.len().alias("rows"), pl.col("id", "overlap_with", "overlap_run", "overlap", "overlap_text").first()
    )
    return found.sort("source", "benchmark").rename({"id": "worst", "overlap_text": "text"}).to_dicts()
