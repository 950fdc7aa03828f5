"""The first pass: sketches of all rows, and the columns that say which row would rather stay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from medcorpus.deduplicate.reading import Batch, Input, Threads
from medcorpus.errors import MedcorpusError
from medcorpus.stages.dedup import preference
from medcorpus.stages.dedup.sketches import Grid, Sketches, sketch

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

ID = "id"


@dataclass(frozen=True, slots=True)
class Sketched:
    """The sketches of all rows; a document is a row, numbered in the order of preference.

    Args:
        order: int64, row number of each document; document 0 would rather stay than any other.
        ids: Id of each row; where one comes again, the second row is `id~2`.
        keys: uint64, `[band, row]`, in chunks of rows.
        exact: uint64, `[row, 2]`, hashes of the whole.
        counts: int64, n-grams of each row.
        bytes: UTF-8 bytes of all texts.
    """

    order: NDArray[np.int64]
    ids: pa.Array
    keys: Sequence[NDArray[np.uint64]]
    exact: NDArray[np.uint64]
    counts: NDArray[np.int64]
    bytes: int

    @property
    def bands(self) -> int:
        """Number of bands."""
        return len(self.keys[0])

    def band(self, band: int, documents: NDArray[np.int64]) -> NDArray[np.uint64]:
        """Give a band's keys of some documents."""
        import numpy as np

        return np.concatenate([chunk[band] for chunk in self.keys])[self.order[documents]]

    def between(self, first: int, last: int) -> NDArray[np.uint64]:
        """Give all bands' keys of neighbouring rows."""
        import numpy as np

        ends = np.cumsum([chunk.shape[1] for chunk in self.keys])
        begins = ends - [chunk.shape[1] for chunk in self.keys]
        near = range(np.searchsorted(ends, first, "right"), np.searchsorted(begins, last, "left"))
        return np.concatenate([self.keys[i][:, max(0, first - begins[i]) : last - begins[i]] for i in near], axis=1)


def sketch_all(source: Input, text: str, id_column: str, grid: Grid, threads: Threads) -> Sketched:
    """Sketch every row.

    Raises:
        MedcorpusError: A row has no id, or rows of the same id cannot be told apart as `id~2`.
    """
    import numpy as np
    import pyarrow as pa

    name = id_column or (ID if ID in source.schema.names else "")
    others = [n for n in dict.fromkeys((*preference.COLUMNS, name)) if n in source.schema.names and n != text]

    def own(batch: Batch) -> tuple[Sketches, pa.Table, int]:
        column = batch.rows.column(text)
        return sketch(column, grid), batch.rows.select(others), column.nbytes

    batches = threads.watched("sketch", source.batches(list(dict.fromkeys((text, *others)))), source.total)
    found = list(threads.in_order(own, batches))
    rows = pa.concat_tables([source.schema.empty_table().select(others), *(r for _, r, _ in found)])
    ids = _ids(source, rows.column(name) if name else None)
    order = _order(rows, ids if name else None, source.total)
    exact = np.concatenate([np.empty((0, 2), np.uint64), *(s.exact for s, _, _ in found)])
    counts = np.concatenate([np.empty(0, np.int64), *(s.counts for s, _, _ in found)])
    keys = [np.empty((grid.keys, 0), np.uint64), *(s.keys for s, _, _ in found)]
    return Sketched(order, ids, keys, exact, counts, sum(size for _, _, size in found))


def _order(rows: pa.Table, ids: pa.Array | None, total: int) -> NDArray[np.int64]:
    """Give the rows by preference; where none of the columns that decide is there, as they come."""
    import numpy as np

    table = rows.select([n for n in preference.COLUMNS if n in rows.column_names and n != ID])
    table = table if ids is None else table.append_column(ID, ids)
    return preference.preferred(table) if table.num_columns else np.arange(total, dtype=np.int64)


def _ids(source: Input, column: pa.ChunkedArray | None) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    if column is None:
        return _numbered(source)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if column.null_count:
        row = pc.index(pc.is_null(column), True).as_py()
        raise MedcorpusError("a row has no id", where=f"row {row + 1}", fix="name another column with --id-column")
    ids = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    return ids if pc.count_distinct(ids).as_py() == len(ids) else _told_apart(ids)


def _told_apart(ids: pa.Array) -> pa.Array:
    """Call the second row of an id `id~2`, the third `id~3`."""
    import pyarrow as pa
    import pyarrow.compute as pc

    counts = pc.value_counts(ids)
    repeated = pc.is_in(ids, counts.filter(pc.greater(counts.field("counts"), 1)).field("values"))
    seen: Counter[str] = Counter()
    names = []
    for name in ids.filter(repeated).cast(pa.string()).to_pylist():
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}~{seen[name]}")
    apart = pc.replace_with_mask(ids.cast(pa.string()), repeated, pa.array(names, pa.string()))
    if pc.count_distinct(apart).as_py() != len(apart):
        fix = "give every row its own id, or name another column with --id-column"
        raise MedcorpusError("two rows have the same id", where=names[0], fix=fix)
    return apart


def _numbered(source: Input) -> pa.Array:
    """Call rows by their file and their number in it, from 1."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    names = [p.name for p in source.paths]
    if len(set(names)) < len(names):
        names = [str(p) for p in source.paths]
    numbers = [pa.array(np.arange(1, rows + 1)).cast(pa.string()) for rows in source.rows]
    parts = [pc.binary_join_element_wise(name, own, ":") for name, own in zip(names, numbers)]
    return pa.concat_arrays([pa.array([], pa.string()), *parts])
