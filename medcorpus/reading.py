"""What a source's `read` may yield, and the loop that turns raw rows into it without losing any.

A reader in `medcorpus.formats` yields `(row number, value)` for every row it can parse and a `Reject` for
every row it cannot. `each` applies the source's own function to the values; whatever goes wrong in one row
becomes a `Reject` of that row, and the next row is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from medcorpus.records import Record

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T")


class Edition(NamedTuple):
    """A version of a work, as the extras `work` and `version` of its rows name it."""

    work: str
    version: str


class Reject(NamedTuple):
    """A raw row that could not be used: counted, kept in the layer's rejects, never silently lost.

    `withheld` rows are left out on purpose (an answer that upstream removed): they are counted under their
    reason but do not speak against the source. `withdraws` names the edition that, with all older ones, such a row
    takes back: a retraction, a deletion, a revision without text.
    """

    row: int
    reason: str
    withheld: bool = False
    withdraws: Edition | None = None


class Withheld(NamedTuple):
    """What a source's function returns for a row that upstream leaves without the part that matters."""

    reason: str
    withdraws: Edition | None = None


class Placed(NamedTuple):
    """A record with the 1-based row of the raw file it was read from."""

    row: int
    record: Record


class Columns(NamedTuple):
    """Rows of a raw file as an Arrow record batch, for sources so large that a Python object per row costs too much.

    Its columns are named as the fields of the record's shape, or as extras that the source declares, and are read as
    strings; a field without a column, or null in it, is left empty. A column `withheld` says of rows that are left
    out on purpose why they are, and is null for the others. `row` is the 1-based raw row of the first one.
    """

    row: int
    batch: pa.RecordBatch


Item = Record | Placed | Reject | Columns
Converted = Record | Withheld | Iterable[Record | Withheld]
Rows = Iterable[tuple[int, T] | Reject]
Read = Callable[..., Iterable[Item]]
"""A source's `read`: the local path of one raw file to what it holds."""


def each(rows: Rows[T], convert: Callable[[T], Converted]) -> Iterator[Item]:
    """Apply a source's function to every raw row, turning its errors into rejects of that row.

    Args:
        rows: What a reader of `medcorpus.formats` yields.
        convert: Gives one record, several, or `Withheld` for one raw value. KeyError, IndexError, ValueError,
            TypeError and AttributeError mean that the row is not as documented.

    Yields:
        Records placed at their row, and rejects.
    """
    for row in rows:
        if isinstance(row, Reject):
            yield row
            continue
        number, value = row
        try:
            result = convert(value)
            several = () if isinstance(result, Record) else _several(number, result)
        except (KeyError, IndexError, ValueError, TypeError, AttributeError) as error:
            yield Reject(number, fault_of(error))
            continue
        if isinstance(result, Record):
            yield Placed(number, result)
        else:
            yield from several


def each_batch(
    batches: Iterable[Columns | Reject], convert: Callable[[pa.RecordBatch], pa.RecordBatch]
) -> Iterator[Item]:
    """Apply a source's function to every batch of columns, which renames and derives columns and keeps all rows."""
    for item in batches:
        yield item if isinstance(item, Reject) else Columns(item.row, convert(item.batch))


def _several(number: int, result: Withheld | Iterable[Record | Withheld]) -> list[Item]:
    results = [result] if isinstance(result, Withheld) else list(result)
    if not results:
        return [Reject(number, "nothing in it")]
    return [
        Reject(number, one.reason, withheld=True, withdraws=one.withdraws)
        if isinstance(one, Withheld)
        else Placed(number, one)
        for one in results
    ]


_BUILT_IN = (
    ("invalid literal for int", "a number is expected and is not there"),
    ("could not convert string", "a number is expected and is not there"),
    ("x not in", "a value that is none of those listed"),
    ("is not in list", "a value that is none of those listed"),
    ("values to unpack", "another number of values than documented"),
    ("dictionary update sequence", "a value is of another type than documented"),
)
"""How Python words a ValueError of its own, often with the value in it, and what is said instead."""


def fault_of(error: Exception) -> str:
    """Name what is wrong with a row, short and without the row's content, so that rejects can be counted by it."""
    if isinstance(error, KeyError):
        return f"no field {str(error.args[0])[:40]!r}" if error.args else "a field is missing"
    if isinstance(error, UnicodeError):
        return f"not valid {getattr(error, 'encoding', 'text')}"
    if isinstance(error, IndexError):
        return "too few values"
    if isinstance(error, TypeError | AttributeError):
        return "a value is of another type than documented"
    text = str(error).split("\n")[0]
    return next((told for words, told in _BUILT_IN if words in text), text[:120]) or type(error).__name__
