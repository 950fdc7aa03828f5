"""Which of a task's instructions the rows of a release carry: one each, the task's own, or all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from medcorpus import registry

if TYPE_CHECKING:
    import polars as pl

ONE, FIRST, ALL = "one", "first", "all"
MODES = (ONE, FIRST, ALL)
"""Each row the one it was rendered with; each the task's own; each row as often as its task has instructions."""


def worded(rows: pl.DataFrame, mode: str) -> pl.DataFrame:
    """Give instruction rows the instructions that a mode asks for, in order.

    With `ALL`, a row of phrasing 3 has the id of the row and `#3`; phrasing 0 keeps the id. Test rows stand once.

    Args:
        rows: Rows with the columns of `Instruction`.
        mode: One of `MODES`.
    """
    if mode == ONE or "phrasing" not in rows.columns:
        return rows
    import polars as pl

    wanted = rows.drop("instruction", "phrasing").join(
        _wordings(mode), on="task_id", how="left", maintain_order="left_right"
    )
    wanted = wanted.filter((pl.col("phrasing") == 0) | (pl.col("split") != "test"))
    again = pl.concat_str("id", pl.lit("#"), pl.col("phrasing").cast(pl.String))
    return wanted.with_columns(id=pl.when(pl.col("phrasing") == 0).then("id").otherwise(again)).select(rows.columns)


def _wordings(mode: str) -> pl.DataFrame:
    import polars as pl

    texts = {i: registry.instructions(name, task) for i, (name, task) in registry.tasks().items()}
    kept = {i: lines if mode == ALL else lines[:1] for i, lines in texts.items()}
    rows = [(i, number, line) for i, lines in kept.items() for number, line in enumerate(lines)]
    return pl.DataFrame(
        rows, schema={"task_id": pl.String, "phrasing": pl.Int32, "instruction": pl.String}, orient="row"
    )
