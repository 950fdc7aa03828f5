"""The job that makes the index, apart from compiled code: an index that is there is looked up without loading any."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from medcorpus.store import Shards


@dataclass(frozen=True, slots=True)
class Indexing:
    """The job: the layers of items, and how many passages may have a phrase that is looked for."""

    items: tuple[Shards, ...]
    common: int


def write_index(job: Indexing, path: Path) -> Mapping[str, Any]:
    """Write one row for each passage of each item, and note how many items are too short to be looked for."""
    import pyarrow as pa

    from medcorpus.items import schema
    from medcorpus.stages.decontaminate.index import write_items

    items = [schema().empty_table(), *(t for s in job.items for t in s.tables())]
    return write_items(pa.concat_tables(items), job.common, path)
