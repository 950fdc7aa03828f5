"""kind: what kind of text a row is, as its source states it.

| column | type | what |
| --- | --- | --- |
| `kind` | string | one of `medcorpus.kinds.KINDS`; null where the source has several kinds or is not known here |
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
class Kind:
    """Look up the kind of text that a row's source states. A mended fact changes the layers of its source only.

    Args:
        source: The column with the source's name.
    """

    source: str = "source"

    name: ClassVar[str] = "kind"
    row_local: ClassVar[bool] = True
    uses: ClassVar[tuple[str, ...]] = ()

    def prepare(self, shards: Sequence[Shards], work: Work) -> None:
        """Nothing: it is a fact of the source."""

    def annotate(self, table: pa.Table, prepared: pa.Table | None) -> pa.Table:
        """Add `kind`."""
        import polars as pl
        import pyarrow as pa

        if self.source not in table.column_names:
            return pa.table({"kind": pa.nulls(table.num_rows, pa.string())})
        names = pl.Series("kind", table.column(self.source), dtype=pl.String)
        kinds = {name: _kind_of(name) for name in names.unique(maintain_order=True).drop_nulls()}
        found = names.replace_strict(kinds, default=None, return_dtype=pl.String)
        return pa.table({"kind": found.to_arrow().cast(pa.string())})


def _kind_of(name: str) -> str | None:
    from medcorpus import registry

    return (registry.get(name).kind or None) if name in registry.names() else None
