"""Characters and words: one table of character classes, and the one meaning of "word" in this library.

A **word** is a run of characters other than white space that holds at least one letter or digit; every Han character
and every kana is a word of its own, as Chinese and Japanese write no spaces between words. Hangul is spaced and counts
like Latin or Cyrillic.

The classes lie in `classes.tsv` and not in `unicodedata`, whose answers change with the Python version: they are the
general categories of Unicode 14 for the code points below U+40000, with some characters set apart that say how a line
is laid out (sentence ends, bullets, bars, closing quotes).
"""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

CLASSES = (
    "other",
    "space",
    "break",
    "letter",
    "digit",
    "glyph",
    "terminal",
    "closer",
    "bullet",
    "bar",
    "hash",
    "ellipsis",
    "mark",
    "symbol",
)
"""Names of the classes; a class is its place in this list. `glyph`: Han and kana. `mark`: other punctuation."""
CODE_POINTS = 0x40000
"""Code points that have a class; those above are private use, tags and variation selectors, and count as `other`."""


@cache
def classes() -> NDArray[np.uint8]:
    """Give the class of every code point below `CODE_POINTS`.

    >>> [CLASSES[classes()[ord(c)]] for c in "aя患ア5。"]
    ['letter', 'letter', 'glyph', 'glyph', 'digit', 'terminal']
    """
    import numpy as np

    table = np.zeros(CODE_POINTS, dtype=np.uint8)
    with resources.files(__package__).joinpath("classes.tsv").open(encoding="ascii") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            table[int(row["first"], 16) : int(row["last"], 16) + 1] = CLASSES.index(row["class"])
    table.setflags(write=False)
    return table


def buffers(text: pl.Series) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Give the UTF-8 bytes of a text column and the offsets of its rows in them; a null counts as empty.

    Returns:
        Offsets in bytes, one more than there are rows, and the bytes of all rows one after the other.
    """
    import numpy as np
    import polars as pl

    array = text.fill_null("").rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    _, offsets, data = array.buffers()
    starts = np.frombuffer(offsets, dtype=np.int64)[array.offset : array.offset + len(array) + 1]
    return starts, np.frombuffer(data or b"", dtype=np.uint8)


def count_words(text: pl.Series) -> pl.Series:
    """Count the words of every row.

    >>> import polars as pl
    >>> count_words(pl.Series(["l'eau, 5 mg/kg - matin", "使用CT检查。", None])).to_list()
    [4, 5, 0]
    """
    import polars as pl

    from medcorpus.characters.counting import words_of_rows

    return pl.Series("n_words", words_of_rows(*buffers(text), classes()))
