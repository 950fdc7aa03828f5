"""superseded: rows of which there is a newer version, or that were taken back.

| column | type | what |
| --- | --- | --- |
| `superseded_by` | string | id of a row of the newest version, or `withdrawn`; empty for what is current |

A row that has the extras `work` and `version` is a version of that work within its source. All rows of the newest
version are current (an article's texts in several languages), rows of older ones are superseded. Where the source says
that a version was withdrawn (a retraction, a deletion, a revision without text), that version and all older ones are
`withdrawn`, until a newer one comes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from medcorpus.records import VERSION, WORK
from medcorpus.stage import write_table

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

    from medcorpus.stage import Work
    from medcorpus.store import Shards

WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Superseded:
    """Mark what is not the newest version of a work."""

    name: ClassVar[str] = "superseded"
    row_local: ClassVar[bool] = False
    uses: ClassVar[tuple[str, ...]] = ("medcorpus.records",)

    def prepare(self, shards: Sequence[Shards], work: Work) -> Shards:
        """Compare the versions of every work."""
        return work.layer("versions", [tuple(shards)], write_versions, over=shards)

    def annotate(self, table: pa.Table, prepared: pa.Table | None) -> pa.Table:
        """Add `superseded_by`."""
        import polars as pl

        rows, found = pl.DataFrame(table.select(["id"])), pl.DataFrame(prepared)
        joined = rows.join(found, on="id", how="left", maintain_order="left", validate="m:1")
        columns = joined.select(pl.col("superseded_by").fill_null(""))
        return columns.to_arrow(compat_level=pl.CompatLevel.oldest())


def write_versions(job: tuple[Shards, ...], path: Path) -> Mapping[str, Any]:
    """Write `id` and `superseded_by` of the rows that are not current to one Arrow file."""
    import polars as pl

    return write_table(path, superseded(job).to_arrow(compat_level=pl.CompatLevel.oldest()))


def superseded(shards: Sequence[Shards]) -> pl.DataFrame:
    """Give `id` and `superseded_by` of the rows that are not current, by id."""
    import polars as pl

    work = ("source", WORK)
    rows = pl.concat([_editions(t) for s in shards for t in s.tables()] or [_empty(id=pl.String)])
    gone = pl.DataFrame(list(_withdrawn(shards)), schema=_empty().schema, orient="row")
    gone = gone.group_by(work, maintain_order=True).agg(gone=pl.col(VERSION).max())
    newest = pl.col(VERSION).max().over(work)
    rows = rows.sort("id").join(gone, on=work, how="left", maintain_order="left")
    rows = rows.with_columns(
        newest=newest, by=pl.col("id").filter(pl.col(VERSION) == pl.col(VERSION).max()).first().over(work)
    )
    taken_back = (pl.col(VERSION) <= pl.col("gone")).fill_null(value=False)
    rows = rows.filter(taken_back | (pl.col(VERSION) < pl.col("newest")))
    return rows.select("id", superseded_by=pl.when(taken_back).then(pl.lit(WITHDRAWN)).otherwise(pl.col("by")))


def _empty(**more: type[pl.DataType]) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame(schema={**more, "source": pl.String, WORK: pl.String, VERSION: pl.String})


def _editions(table: pa.Table) -> pl.DataFrame:
    """Give `id`, `source`, work and version of the rows that are versions of something."""
    import polars as pl

    def named(name: str) -> pl.Expr:
        entry = pl.element().struct
        value = entry.field("value").filter(entry.field("key") == name)
        return pl.col("extra").list.eval(value).list.first().alias(name)

    frame = pl.DataFrame(table.select(["id", "source", "extra"]))
    return frame.select("id", "source", named(WORK), named(VERSION)).drop_nulls()


def _withdrawn(shards: Sequence[Shards]) -> Iterator[tuple[str, str, str]]:
    """Yield source, work and version of what the sources' raw files take back."""
    for layer in shards:
        taken_back = [edition for part in layer.parts for edition in part.notes.get("withdrawn", ())]
        source = _source_of(layer) if taken_back else ""
        yield from ((source, str(work), str(version)) for work, version in taken_back)


def _source_of(layer: Shards) -> str:
    """Give the source of a layer's rows; empty where it has none, and nothing can be taken back."""
    return next((str(t.column("source")[0]) for t in layer.tables() if t.num_rows), "")
