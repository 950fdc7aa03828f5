"""eligible: rows that meet every rule that can be told before duplicates are looked for.

| column | type | what |
| --- | --- | --- |
| `eligible` | bool | whether the row meets all conditions |

Of several copies one stays. Were it one that a rule leaves out, what they say would be lost with it; `dedup` lets
eligible rows stay before others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    import pyarrow as pa

    from medcorpus.stage import Work
    from medcorpus.store import Shards


@dataclass(frozen=True, slots=True)
class Eligible:
    """Say whether a row meets all conditions; one that cannot be decided is not met.

    Args:
        conditions: SQL expressions over the row's columns, as `polars.sql_expr` reads them.
    """

    conditions: tuple[str, ...]

    name: ClassVar[str] = "eligible"
    row_local: ClassVar[bool] = True
    uses: ClassVar[tuple[str, ...]] = ()

    def prepare(self, shards: Sequence[Shards], work: Work) -> None:
        """Nothing: rows are judged one by one."""

    def annotate(self, table: pa.Table, prepared: pa.Table | None) -> pa.Table:
        """Add `eligible`.

        >>> import pyarrow as pa
        >>> rows = pa.table({"q_ok": [True, True, None], "lid": ["fr", "it", "fr"]})
        >>> Eligible(("q_ok", "lid in ('en', 'fr')")).annotate(rows, None)["eligible"].to_pylist()
        [True, False, False]
        """
        import polars as pl

        met = [pl.sql_expr(condition).fill_null(False) for condition in self.conditions]
        found = pl.DataFrame(table).select(eligible=pl.all_horizontal(pl.lit(True), *met))
        return found.to_arrow(compat_level=pl.CompatLevel.oldest())
