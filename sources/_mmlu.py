"""What the medical subjects of MMLU and of its Japanese counterpart share: their CSV files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from medcorpus import Choice, each
from medcorpus.formats import delimited
from medcorpus.reading import Item, Reject, Rows

LETTERS = ("A", "B", "C", "D")


def read(path: Path) -> Iterator[Item]:
    """Read the questions of one subject."""
    return each(_placed(path), question)


def _placed(path: Path) -> Rows[tuple[str, list[str]]]:
    """Yield the rows without a header, each with its key: the file's name and the number of the question."""
    for number, row in enumerate(delimited.rows(path, header=False), 1):
        yield row if isinstance(row, Reject) else (row[0], (f"{path.stem}-{number}", row[1]))


def question(row: tuple[str, list[str]]) -> Choice:
    """Turn a row of question, four options and the right letter into a record."""
    key, values = row
    if len(values) != 6:
        raise ValueError("not 6 values")
    asked, *options, letter = (value.strip() for value in values)
    return Choice(key=key, question=asked, options=tuple(options), answers=(LETTERS.index(letter),))
