"""What the sources of web crawls share: the screen they are read through, and how they write dates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from medcorpus.screen import Step

LANGS = ("en", "zh", "ja", "fr", "ru", "es")


def screen() -> Sequence[Step]:
    """Keep what reads like medicine in the language that upstream names, and is in a language of the corpus.

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
        Step(LangId(column="text"), {"language not in the corpus": pl.col("lid").is_in(LANGS)}),
    )


def dates(stated: pa.Array) -> pa.Array:
    """Cut the days out of times such as `2020/01/24 03:17:10` or `2019-09-15T06:54:03Z`; null where there is none.

    >>> import pyarrow as pa
    >>> dates(pa.array(["2020/01/24 03:17:10", "2019-09-15T06:54:03Z", "yesterday", None])).to_pylist()
    ['2020-01-24', '2019-09-15', None, None]
    """
    import polars as pl
    import pyarrow as pa

    found = pl.Series(stated, dtype=pl.String).str.extract(r"^(\d{4}[-/]\d\d[-/]\d\d)").str.replace_all("/", "-")
    return found.to_arrow().cast(pa.string())
