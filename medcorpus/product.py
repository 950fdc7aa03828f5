"""Product: which sources, which stages, and the named rules that keep a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from medcorpus.errors import SourceError, UnknownNameError

if TYPE_CHECKING:
    import polars as pl

    from medcorpus.source import Source
    from medcorpus.stage import Stage

Kind = Literal["text", "choice", "instructions"]
KEPT = "kept"
TASK = "task_id"
CONFIGS = {"mmedc": "lang", "meds-ins": TASK, "mmedbench": "lang", "meds-bench": TASK}
"""The products, each with the column whose values are its configurations: all that a reader of releases has to know."""


def check_name(name: str) -> None:
    """See that there is a product of this name.

    Raises:
        UnknownNameError: There is none; the nearest names are suggested.
    """
    if name not in CONFIGS:
        raise UnknownNameError("product", name, CONFIGS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A data set that is published: a selection of rows and nothing else.

    Args:
        name: Name users type.
        title: Name people read.
        about: One or two sentences.
        kind: Rows are texts, multiple-choice questions, or rendered instructions.
        takes: Whether a source, by name, belongs to it.
        stages: Stages run over its rows, in order.
        rules: Gives the named conditions every row must meet; a row is counted under the first that it fails.
        columns: Gives the published columns, in order.
        config: Column whose values are the release's configurations.
        protects: Products whose test items the stages compare the rows with.
    """

    name: str
    title: str
    about: str
    kind: Kind
    takes: Callable[[str, Source], bool]
    stages: tuple[Stage, ...]
    rules: Callable[[], Mapping[str, pl.Expr]]
    columns: Callable[[], Mapping[str, pl.Expr]]
    config: str
    protects: tuple[str, ...] = ()


def judge(frame: pl.DataFrame, rules: Mapping[str, pl.Expr]) -> pl.Series:
    """Give for every row the first rule that it fails, or `KEPT`.

    A rule that cannot decide (null) fails the row: nothing is published by accident.

    >>> import polars as pl
    >>> rows = pl.DataFrame({"n": [1, -1, None]})
    >>> judge(rows, {"not positive": pl.col("n") > 0}).to_list()
    ['kept', 'not positive', 'not positive']
    """
    import polars as pl

    if KEPT in rules:
        raise SourceError(f"a rule may not be called {KEPT!r}", fix="name it after what is wrong with the row")
    verdict = pl.lit(KEPT)
    for name, keep in reversed(list(rules.items())):
        verdict = pl.when(keep.fill_null(False)).then(verdict).otherwise(pl.lit(name))
    return (
        frame.select(verdict.alias("verdict")).to_series()
        if frame.height
        else pl.Series("verdict", [], dtype=pl.String)
    )
