"""Screen: row-local stages and rules that a firehose is read through, so that what is not wanted is never stored.

A source of terabytes names a screen; every batch of its rows goes through the screen's steps, the cheap ones first,
and a row that fails a rule is not looked at by later steps. Dropped rows are counted under the rule's name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from medcorpus import stage as stages
from medcorpus.errors import SourceError
from medcorpus.product import KEPT, judge
from medcorpus.stage import Stage

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Step:
    """A row-local stage, and the rules that can be decided once its columns are there.

    Args:
        stage: The stage, or None where the rules need only the columns that are read.
        rules: Named conditions a row must meet; a row is counted under the first that it fails.
    """

    stage: Stage | None
    rules: Mapping[str, pl.Expr]


Screen = Callable[[], Sequence[Step]]
"""What a source names: a function, so that a source can be looked at without importing its stages."""


def steps_of(screen: Screen | None) -> tuple[Step, ...]:
    """Give the steps of a screen, none where a source names none.

    Raises:
        SourceError: A stage of it looks at more than one row.
    """
    steps = tuple(screen()) if screen else ()
    for step in steps:
        if step.stage is not None and not step.stage.row_local:
            raise SourceError(
                f"stage {step.stage.name} looks at all rows", fix="a screen sees one batch: name row-local stages only"
            )
    return steps


def recipe_of(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """Give what decides which rows a screen drops, beside the code that states the rules."""
    return [{**(stages.recipe_of(s.stage) if s.stage else {}), "rules": list(s.rules)} for s in steps]


def sift(table: pa.Table, steps: Iterable[Step]) -> tuple[pa.Table, Counter[str]]:
    """Give the rows that meet all rules, and how many rows each rule dropped.

    Returns:
        The kept rows in their order, with the stages' columns beside their own.

    Raises:
        SourceError: A stage gave another number of rows than it got.
    """
    dropped: Counter[str] = Counter()
    for step in steps:
        if not table.num_rows:
            break
        table = _annotated(table, step.stage)
        table = _kept(table, step.rules, dropped)
    return table, dropped


def _annotated(table: pa.Table, stage: Stage | None) -> pa.Table:
    if stage is None:
        return table
    columns = stages.columns_of(stage, table)
    for field in columns.schema:
        table = table.append_column(field, columns.column(field.name))
    return table


def _kept(table: pa.Table, rules: Mapping[str, pl.Expr], dropped: Counter[str]) -> pa.Table:
    """Drop the rows that fail a rule; a table that keeps all of its rows is not copied."""
    import polars as pl

    names = {n for rule in rules.values() for n in rule.meta.root_names()}
    frame = pl.DataFrame(table.select([n for n in table.column_names if n in names]))
    verdict = judge(frame, rules) if rules else pl.repeat(KEPT, table.num_rows, eager=True)
    kept = verdict == KEPT
    if kept.all():
        return table
    dropped.update(dict(verdict.filter(~kept).value_counts(sort=True).iter_rows()))
    return table.filter(kept.to_arrow())
