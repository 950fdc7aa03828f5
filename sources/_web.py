"""What the sources of web crawls share: the screen they are read through, and how they write dates."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from medcorpus import screens

if TYPE_CHECKING:
    import pyarrow as pa

LANGS = ("en", "zh", "ja", "fr", "ru", "es")
screen = partial(screens.medical, LANGS)


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
