"""Counts of terms in the rows of a column, each row by the automaton of its language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    import pyarrow as pa
    from numpy.typing import NDArray

    from medcorpus.stages.medical.automaton import Automaton

HALF_WIDTH_VOICED = "[\uff9e\uff9f]"
"""Half-width voicing marks: two characters are one there, which a table by character cannot fold."""


def count(
    texts: pa.ChunkedArray, langs: pl.Series, automata: Mapping[str, Callable[[], Automaton]], nested: bool
) -> NDArray[np.uint32]:
    """Count the terms of each row's language; rows of other languages get zeros.

    Args:
        texts: Strings; null counts as empty.
        langs: The language of each row, ISO 639-1 or null.
        automata: What gives the automaton of a language; called only for those that occur.
        nested: Whether hits of different patterns may overlap.

    Returns:
        uint32, rows by the columns of `kernel`.
    """
    import numpy as np

    from medcorpus.stages.medical.kernel import WIDTH, scan, scan_all

    data, offsets = _buffers(texts)
    counts = np.zeros((len(langs), WIDTH), dtype=np.uint32)
    for lang, automaton in automata.items():
        if len(rows := rows_of(lang, langs)):
            (scan_all if nested else scan)(data, offsets, rows, *automaton(), counts)
    return counts


def rows_of(lang: str, langs: pl.Series) -> NDArray[np.int64]:
    """Give the numbers of a language's rows."""
    import numpy as np

    return np.flatnonzero((langs == lang).fill_null(False).to_numpy())


def _buffers(texts: pa.ChunkedArray) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Give the bytes of all texts and where each begins, without a copy where the column has one chunk."""
    import numpy as np
    import polars as pl

    column = pl.Series(texts).cast(pl.String).fill_null("")
    if (voiced := column.str.contains(HALF_WIDTH_VOICED)).any():
        column = column.zip_with(~voiced, column.str.normalize("NFKC"))
    array = column.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    _, offsets, data = array.buffers()
    places = np.frombuffer(offsets, dtype=np.int64)[array.offset : array.offset + len(array) + 1]
    return np.frombuffer(data or b"\0", dtype=np.uint8), places
