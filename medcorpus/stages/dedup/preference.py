"""Which of several similar rows would rather stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

SPLITS = ("test", "validation", "train")
"""A benchmark keeps its rows and training loses them."""
QUALITY = "q_score"
ELIGIBLE = "eligible"
COLUMNS = (ELIGIBLE, "redistribute", QUALITY, "split", "date", "id")
"""The columns that decide, the first one first; rows need not have all of them."""


def preferred(rows: pa.Table) -> NDArray[np.int64]:
    """Give the row numbers from the row that would rather stay than any other to the last.

    Eligible rows go first, then redistributable ones, then those of higher quality, then test before validation before
    train, then the newest, then the smallest id; rows that are alike in all this stay in their order. A value that is
    missing goes last. Columns of a type that has no order are left out.

    >>> import pyarrow as pa
    >>> preferred(pa.table({"id": ["b", "a", "c"], "redistribute": ["no", "no", "yes"]})).tolist()
    [2, 1, 0]
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    keys = {name: _key(rows.column(name), name) for name in COLUMNS if name in rows.column_names}
    keys = {name: key for name, key in keys.items() if not (pa.types.is_nested(key.type) or pa.types.is_null(key.type))}
    if not keys:
        return np.arange(rows.num_rows, dtype=np.int64)
    directions = [(name, "descending" if name in (ELIGIBLE, QUALITY, "date") else "ascending") for name in keys]
    order = pc.sort_indices(pa.table(keys), sort_keys=directions)
    found: NDArray[np.int64] = order.to_numpy().astype(np.int64)
    return found


def _key(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    if name == "redistribute":
        return pc.not_equal(column.cast(pa.string()), "yes")
    if name == "split":
        return pc.index_in(column.cast(pa.string()), value_set=pa.array(SPLITS))
    return column
