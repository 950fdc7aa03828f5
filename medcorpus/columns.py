"""The column path: rows that a source gives as Arrow record batches, sifted before they become records.

Of a firehose nearly every row is dropped, so no row becomes a Python object before it is known to stay: what is wrong
with rows and what the screen says of them is found on whole columns. Rows that stay become records and go the way of
all records, and so do rows with a fault, which gives them the same reason as anywhere else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING

from medcorpus.errors import SourceError
from medcorpus.reading import Columns, Item, Placed, Reject
from medcorpus.records import Record
from medcorpus.schema import arrow_schema
from medcorpus.screen import Step, sift
from medcorpus.source import SPLITS, Source

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

WITHHELD = "withheld"
"""Column of a batch that says why a row is left out on purpose, null where it is not."""
ROW = "raw_row"
NOT_BLANK = r"[^\s\x1c-\x1f]"
"""What `str.strip` leaves something of: a character that is not white space as Python understands it."""


class Sieve:
    """Turns what a source yields into records and rejects, and counts the rows that are not looked at further.

    Args:
        source: The source.
        steps: Its screen.
    """

    def __init__(self, source: Source, steps: Sequence[Step] = ()) -> None:
        self.source, self.steps = source, steps
        self.screened: Counter[tuple[str, str]] = Counter()
        own = [f for f in fields(source.shape) if f.name != "extra"]
        self._fields = [f.name for f in own]
        self._required = [f.name for f in own if f.default is MISSING]

    def items(self, items: Iterable[Item], raw_file: str, split: str, lang: str) -> Iterator[Record | Placed | Reject]:
        """Give records and rejects as they are, and of columns the rows that stay or have a fault.

        Raises:
            SourceError: The source names a screen and gives records, or columns that its shape does not have.
        """
        for item in items:
            if isinstance(item, Columns):
                yield from self._placed(item, raw_file, split, lang)
            else:
                if self.steps and not isinstance(item, Reject):
                    what = "its source names a screen, and read() gives records"
                    raise SourceError(what, where=raw_file, fix="give Columns, or name no screen")
                yield item

    def dropped_from(self, raw_file: str) -> int:
        """Count the rows of a raw file that were screened out or withheld."""
        return sum(n for (file, _), n in self.screened.items() if file == raw_file)

    def _placed(self, columns: Columns, raw_file: str, split: str, lang: str) -> Iterator[Placed]:
        table = self._without_withheld(self._table(columns, split, lang), raw_file)
        faulty, sound = _parted(table, self._fault)
        yield from self._records(faulty)
        kept, dropped = sift(sound, self.steps)
        self.screened.update({(raw_file, rule): n for rule, n in dropped.items()})
        yield from self._records(kept)

    def _table(self, columns: Columns, split: str, lang: str) -> pa.Table:
        """Give the columns as strings with the raw row beside them, and what the file says of all its rows."""
        import polars as pl
        import pyarrow as pa

        batch, rows = columns.batch, columns.batch.num_rows
        self._refuse_unknown(batch.schema.names)
        read = {n: pa.nulls(rows, pa.string()) for n in self._required}
        read |= {n: _strings(batch.column(n)) for n in batch.schema.names}
        for name, value in (("split", split), ("lang", lang or self.source.only_lang)):
            read[name] = _filled(read.get(name), value, rows)
        numbers = pl.int_range(columns.row, columns.row + rows, dtype=pl.Int64, eager=True)
        return pa.table({**read, ROW: numbers.to_arrow()})

    def _refuse_unknown(self, names: Sequence[str]) -> None:
        no_text = [f.name for f in arrow_schema(self.source.shape) if f.name != "extra" and str(f.type) != "string"]
        if no_text:
            raise SourceError(f"field {no_text[0]!r} is no string: there is no column for it", fix="give records")
        unknown = set(names) - {*self._fields, *self.source.extras, WITHHELD}
        if unknown:
            raise SourceError(f"column {min(unknown)!r} is neither field nor extra", fix="rename it or declare it")

    def _without_withheld(self, table: pa.Table, raw_file: str) -> pa.Table:
        if WITHHELD not in table.column_names:
            return table
        reasons = table.column(WITHHELD)
        for found in reasons.drop_null().value_counts():
            self.screened[raw_file, found["values"].as_py()] += found["counts"].as_py()
        return table.drop_columns(WITHHELD).filter(reasons.is_null())

    @property
    def _fault(self) -> pl.Expr:
        """Tell of every row whether the record path would reject it."""
        import polars as pl

        sound = [pl.col(n).fill_null("").str.contains(NOT_BLANK) for n in self._required]
        sound += [~pl.col(pl.String).fill_null("").str.contains("\x00", literal=True)]
        return ~pl.all_horizontal(*sound, pl.col("split").is_in(SPLITS), pl.col("lang").is_in(list(self.source.langs)))

    def _records(self, table: pa.Table) -> Iterator[Placed]:
        """Turn rows into records; what stages added is left behind."""
        own = [n for n in table.column_names if n in self._fields]
        extras = [n for n in table.column_names if n in self.source.extras]
        wanted = table.select([ROW, *own, *extras])
        for row, *values in zip(*(c.to_pylist() for c in wanted.columns)):
            said = dict(zip(own, values))
            given = {n: v for n, v in said.items() if v is not None or n in self._required}
            extra = {n: v for n, v in zip(extras, values[len(own) :]) if v}
            yield Placed(row, self.source.shape(**given, extra=extra))


def _strings(column: pa.Array) -> pa.Array:
    import pyarrow as pa

    return column if column.type == pa.string() else column.cast(pa.string())


def _filled(column: pa.Array | None, value: str, rows: int) -> pa.Array:
    """Give a column whose nulls and blanks are the file's value."""
    import polars as pl

    if column is None:
        return _strings(pl.repeat(value, rows, dtype=pl.String, eager=True).to_arrow())
    return _strings(pl.Series(column).replace("", None).fill_null(value).to_arrow())


def _parted(table: pa.Table, condition: pl.Expr) -> tuple[pa.Table, pa.Table]:
    """Give the rows that meet a condition, and the others; where none does nothing is copied."""
    import polars as pl

    meets = pl.DataFrame(table).select(condition.alias("meets")).to_series()
    if not meets.any():
        return table.slice(0, 0), table
    return table.filter(meets.to_arrow()), table.filter((~meets).to_arrow())
