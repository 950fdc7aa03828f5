"""The screens that sources may name: a source knows no stage, so what it screens by stands here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from medcorpus.screen import Step


def medical(langs: Sequence[str]) -> tuple[Step, ...]:
    """Keep what reads like medicine in the language that upstream names, and is in one of some languages.

    The medical vocabulary comes first: it drops nearly everything, and costs less than naming the language of every
    page. A page that upstream filed under another language than its own is judged by the wrong vocabulary and mostly
    lost. The text is looked at as upstream cleaned it; the product cleans and judges again what is kept here.
    """
    import polars as pl

    from medcorpus.screen import Step
    from medcorpus.stages.langid import LangId
    from medcorpus.stages.medical import Medical

    return (
        Step(Medical(column="text", lang="lang"), {"not medical": pl.col("is_medical")}),
        Step(LangId(column="text"), {"language not in the corpus": pl.col("lid").is_in(list(langs))}),
    )
