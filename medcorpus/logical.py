"""A hash over what rows say, whatever file, chunking or library version holds them.

Each column is flattened into its primitive buffers: validity as bytes, list and string lengths as little-endian
int64, values as their bytes. Every such stream has its own SHA-256; the root is the SHA-256 over the schema's names
and types, the number of rows and the streams' digests. Order matters; batch borders, offset widths, buffer
padding and dictionaries do not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

CHUNK = 1 << 16


class RowHash:
    """Takes tables one after the other and gives the root hash of all their rows.

    Args:
        schema: Columns that count, in this order; further columns of the tables are ignored.
    """

    def __init__(self, schema: pa.Schema) -> None:
        self._names = [f.name for f in schema]
        self._types = [f"{f.name}:{_type_name(f.type)}" for f in schema]
        self._streams: dict[str, Any] = {}
        self._rows = 0

    def update(self, table: pa.Table) -> None:
        """Take the rows of a table or record batch."""
        self._rows += table.num_rows
        for name in self._names:
            column = table.column(name)
            for chunk in getattr(column, "chunks", [column]):
                self._take(name, chunk)

    def hexdigest(self) -> str:
        """Give the root of all rows taken so far, as 64 hexadecimal digits."""
        root = hashlib.sha256("\n".join([*self._types, str(self._rows)]).encode())
        for name in sorted(self._streams):
            root.update(name.encode() + b"\0" + self._streams[name].digest())
        return root.hexdigest()

    def _feed(self, stream: str, data: Any) -> None:
        if not len(data):
            return
        if stream not in self._streams:
            self._streams[stream] = hashlib.sha256()
        self._streams[stream].update(data)

    def _take(self, path: str, array: pa.Array) -> None:
        import pyarrow as pa

        if pa.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        self._feed(f"{path}/valid", _bytes(array.is_valid().cast(pa.uint8())))
        kind = array.type
        if pa.types.is_struct(kind):
            for i, field in enumerate(kind):
                self._take(f"{path}/{field.name}", array.flatten()[i])
        elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
            self._feed(f"{path}/lengths", _lengths(array))
            self._take(f"{path}/item", array.flatten())
        elif pa.types.is_boolean(kind):
            self._feed(path, _bytes(array.fill_null(False).cast(pa.uint8())))
        elif pa.types.is_integer(kind) or pa.types.is_floating(kind):
            self._feed(path, _bytes(array.fill_null(0)))
        else:
            self._take_strings(path, array)

    def _take_strings(self, path: str, array: pa.Array) -> None:
        import pyarrow as pa

        for start in range(0, len(array), CHUNK):
            part = array.slice(start, CHUNK).cast(pa.large_binary()).fill_null(b"")
            self._feed(f"{path}/lengths", _lengths(part))
            offsets = _offsets(part)
            self._feed(path, memoryview(part.buffers()[2] or b"")[int(offsets[0]) : int(offsets[-1])])


def root_of(tables: Iterable[pa.Table], schema: pa.Schema) -> str:
    """Give the root hash over the rows of several tables in order.

    >>> import pyarrow as pa
    >>> whole = pa.table({"a": ["x", "y", "z"]})
    >>> root_of([whole], whole.schema) == root_of([whole.slice(0, 1), whole.slice(1)], whole.schema)
    True
    """
    row_hash = RowHash(schema)
    for table in tables:
        row_hash.update(table)
    return row_hash.hexdigest()


def _lengths(array: pa.Array) -> bytes:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        counts = pc.list_value_length(array)
    else:
        counts = pc.binary_length(array)
    return bytes(_bytes(counts.cast(pa.int64()).fill_null(0)))


def _offsets(array: pa.Array) -> Any:
    import numpy as np

    return np.frombuffer(array.buffers()[1], dtype=np.int64)[array.offset : array.offset + len(array) + 1]


def _bytes(array: pa.Array) -> bytes:
    return bytes(array.to_numpy(zero_copy_only=False).tobytes())


def _type_name(kind: pa.DataType) -> str:
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        return _type_name(kind.value_type)
    if pa.types.is_struct(kind):
        return "{" + ",".join(f"{f.name}:{_type_name(f.type)}" for f in kind) + "}"
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return f"[{_type_name(kind.value_type)}]"
    return {"large_string": "string", "string_view": "string"}.get(str(kind), str(kind))
