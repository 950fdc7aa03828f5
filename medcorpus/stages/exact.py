"""exact: rows that say the same as another row, white space aside.

| column | type | what |
| --- | --- | --- |
| `dup_of` | string | id of the row that stays; empty for that row itself and for rows without copies |
| `dup_size` | uint32 | number of rows that say the same, 1 without copies |

Of several copies the redistributable one stays, then the one of test before validation before train (a benchmark keeps
its rows and training loses them), then the one with the smallest id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from medcorpus.stage import write_table

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

    from medcorpus.stage import Work
    from medcorpus.store import Shards

SEEDS = (11, 29)
"""Two 64-bit hashes of a row: among 10^9 rows a chance collision of both has a probability of about 10^-21."""
SPLIT_ORDER = {"test": 0, "validation": 1, "train": 2}


@dataclass(frozen=True, slots=True)
class Exact:
    """Mark exact copies over all sources and splits.

    Args:
        columns: Columns that must be equal, white space folded; lists are compared value by value.
    """

    columns: tuple[str, ...] = ("clean_text",)

    name: ClassVar[str] = "exact"
    row_local: ClassVar[bool] = False
    uses: ClassVar[tuple[str, ...]] = ()
    bytes_per_row: ClassVar[int] = 440
    """Measured between 200,000 and 800,000 rows."""

    def prepare(self, shards: Sequence[Shards], work: Work) -> Shards:
        """Find every group of copies."""
        return work.layer("copies", [_Comparison(self, tuple(shards))], write_copies, over=shards)

    def copies(self, shards: Sequence[Shards]) -> pa.Table:
        """Give `id`, `dup_of` and `dup_size` of the rows that have copies."""
        import polars as pl

        rows = pl.concat([self._hashes(t) for s in shards for t in s.tables()] or [self._hashes(None)])
        rows = rows.filter(pl.struct("hash_0", "hash_1").is_duplicated())
        order = [pl.col("redistribute") != "yes", pl.col("split").replace_strict(SPLIT_ORDER, default=9), pl.col("id")]
        rows = rows.sort(order, maintain_order=True)
        group = ("hash_0", "hash_1")
        found = rows.select(
            "id", dup_of=pl.col("id").first().over(group), dup_size=pl.len().over(group).cast(pl.UInt32)
        )
        return found.sort("id").to_arrow(compat_level=pl.CompatLevel.oldest())

    def annotate(self, table: pa.Table, prepared: pa.Table | None) -> pa.Table:
        """Add `dup_of` and `dup_size`."""
        import polars as pl

        rows = pl.DataFrame(table.select(["id"]))
        found = pl.DataFrame(prepared)
        joined = rows.join(found, on="id", how="left", maintain_order="left", validate="m:1")
        own = pl.col("dup_of") == pl.col("id")
        return joined.select(
            dup_of=pl.when(own).then(pl.lit("")).otherwise(pl.col("dup_of").fill_null("")),
            dup_size=pl.col("dup_size").fill_null(1),
        ).to_arrow(compat_level=pl.CompatLevel.oldest())

    def _hashes(self, table: pa.Table | None) -> pl.DataFrame:
        import polars as pl

        names = ["id", "redistribute", "split"]
        if table is None:
            return pl.DataFrame(schema=dict.fromkeys(names, pl.String) | {f"hash_{i}": pl.UInt64 for i in (0, 1)})
        frame = pl.DataFrame(table.select([*names, *(c for c in self.columns if c not in names)]))
        said = pl.struct(*(_folded(c, frame.schema[c]) for c in self.columns))
        return frame.select(*names, *(said.hash(seed).alias(f"hash_{i}") for i, seed in enumerate(SEEDS)))


@dataclass(frozen=True, slots=True)
class _Comparison:
    stage: Exact
    shards: tuple[Shards, ...]


def write_copies(job: _Comparison, path: Path) -> Mapping[str, Any]:
    """Write which rows are copies of which."""
    return write_table(path, job.stage.copies(job.shards))


def _folded(column: str, kind: pl.DataType) -> pl.Expr:
    import polars as pl

    text = pl.col(column).list.join("\x1f") if isinstance(kind, pl.List) else pl.col(column)
    return text.str.replace_all(r"\s+", " ").str.strip_chars().alias(f"said_{column}")
