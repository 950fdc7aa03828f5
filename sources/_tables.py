"""What sources of tables share: a row of a table, told line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from medcorpus.errors import FormatError
from medcorpus.formats import delimited
from medcorpus.reading import Reject

MISSING = "not recorded"
_EMPTY = frozenset(("", "nan", "na", "n/a", "null", "none", "nat", "blank(s)"))
_FLAGS = {"True": "yes", "False": "no"}


def companion(path: Path, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    """Yield the rows of a table that belongs to the one that is read.

    Raises:
        FormatError: It is not there, or one of its rows is broken: nobody can say which rows of the other it was for.
    """
    if not path.is_file():
        raise FormatError(f"{path.name} is not beside it", where=path.name, fix="fetch it, or fetch the source again")
    for row in delimited.rows(path, columns=columns):
        if isinstance(row, Reject):
            raise FormatError(f"row {row.row}: {row.reason}", where=path.name, fix="fetch the file again")
        yield row[1]


def value(cell: str, flag: bool = False) -> str:
    """Give what a cell says; one that is empty, or says so, is not recorded.

    >>> value("98.0"), value("NaN"), value("1.0", flag=True)
    ('98', 'not recorded', 'yes')
    """
    text = " ".join(cell.split())
    if text.casefold() in _EMPTY:
        return MISSING
    text = text.removesuffix(".0") if text.removesuffix(".0").lstrip("-").isdigit() else text
    return {"1": "yes", "0": "no", **_FLAGS}.get(text, text) if flag else text


def lines(row: Mapping[str, str], names: Mapping[str, str], flags: bool = False) -> str:
    """Tell some columns of a row, one a line, under other names.

    Args:
        row: The row.
        names: What each column is called.
        flags: Whether they hold yes or no.
    """
    return "\n".join(f"{name}: {value(row[column], flags)}" for column, name in names.items())
