"""Columns of a dataset: their names and types, as a dataset card writes them or as a file stores them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

MOST = 200
"""Columns that are looked at."""
NAME = re.compile(r"[^\x00-\x1f\x7f\"\\]{1,60}\Z")
"""What the name of a column may be, for it stands in Python code."""
TEXT, WHOLE, REAL, BOOLEAN, LIST, STRUCT, LABEL = "text", "integer", "number", "boolean", "list", "struct", "label"
_TODO = "FILL IN"


@dataclass(frozen=True, slots=True)
class Feature:
    """A column.

    Args:
        name: Its name.
        kind: `text`, `integer`, `number`, `boolean`, `list`, `struct` or `label`.
        labels: Names of the labels whose numbers it holds.
        item: What a list holds.
        fields: What a struct holds.
    """

    name: str
    kind: str
    labels: tuple[str, ...] = ()
    item: Feature | None = None
    fields: tuple[Feature, ...] = ()

    @property
    def arrow(self) -> pa.DataType:
        """Its Arrow type."""
        import pyarrow as pa

        plain = {TEXT: pa.string(), WHOLE: pa.int64(), REAL: pa.float64(), BOOLEAN: pa.bool_(), LABEL: pa.int64()}
        if self.kind == LIST:
            return pa.list_(self.item.arrow if self.item else pa.string())
        if self.kind == STRUCT:
            return pa.struct([(field.name, field.arrow) for field in self.fields])
        return plain[self.kind]

    def made_up(self, number: int) -> Any:
        """Give a value that is none of the corpus."""
        if self.kind == LIST:
            return [self.item.made_up(n) for n in (number, number + 1)] if self.item else []
        if self.kind == STRUCT:
            return {field.name: field.made_up(number) for field in self.fields}
        values = {
            WHOLE: number,
            REAL: float(number),
            BOOLEAN: number % 2 == 0,
            LABEL: number % max(1, len(self.labels)),
        }
        return values.get(self.kind, f"{_TODO}: {self.name} {number}")


def features_of(card: Mapping[str, Any]) -> list[Feature]:
    """Give the columns that a dataset card tells in `dataset_info`, of its first configuration."""
    info = card.get("dataset_info")
    first = info[0] if isinstance(info, list) and info else info
    listed = first.get("features") if isinstance(first, Mapping) else None
    return list(_features(listed))


def _features(listed: Any, depth: int = 0) -> Iterator[Feature]:
    for value in listed[:MOST] if isinstance(listed, list) and depth < 10 else ():
        name = value.get("name") if isinstance(value, Mapping) else None
        if isinstance(name, str) and NAME.match(name):
            yield _feature(name, value, depth)


def _feature(name: str, value: Mapping[str, Any], depth: int) -> Feature:
    """Read one entry: a type by its name, `class_label`, or a list or struct of such."""
    dtype = value.get("dtype")
    if isinstance(dtype, Mapping) and isinstance(dtype.get("class_label"), Mapping):
        names = dtype["class_label"].get("names")
        labels = list(names.values()) if isinstance(names, Mapping) else names if isinstance(names, list) else []
        return Feature(name, LABEL, tuple(map(str, labels)))
    for word in ("list", "sequence"):
        if word in value:
            return Feature(name, LIST, item=_item(value[word], depth + 1))
    if "struct" in value:
        return Feature(name, STRUCT, fields=tuple(_features(value["struct"], depth + 1)))
    return Feature(name, _kind(str(dtype)))


def _item(value: Any, depth: int) -> Feature:
    if isinstance(value, str):
        return Feature("item", _kind(value))
    if isinstance(value, list):
        return Feature("item", STRUCT, fields=tuple(_features(value, depth)))
    return _feature("item", value, depth) if isinstance(value, Mapping) and depth < 10 else Feature("item", TEXT)


def _kind(dtype: str) -> str:
    """Name the kind of a plain type.

    >>> _kind("int32"), _kind("float64"), _kind("large_string"), _kind("bool")
    ('integer', 'number', 'text', 'boolean')
    """
    kinds = (("int", WHOLE), ("uint", WHOLE), ("float", REAL), ("double", REAL), ("halffloat", REAL), ("bool", BOOLEAN))
    return next((kind for start, kind in kinds if dtype.startswith(start)), TEXT)


def stored(data: bytes, size: int, ending: str) -> list[Feature]:
    """Give the columns that a file stores; none where they cannot be told.

    Args:
        data: The end of a Parquet file, or the start of another one.
        size: Size of the whole file.
        ending: Ending of its name.
    """
    if ending == ".parquet":
        return _of_footer(data, size)
    text = data.decode("utf-8-sig", errors="replace")
    if ending in (".csv", ".tsv"):
        names: Sequence[str] = next(csv.reader(io.StringIO(text), delimiter="\t" if ending == ".tsv" else ","), [])
        return [Feature(name, TEXT) for name in names[:MOST] if NAME.match(name)]
    return _of_value(_first_object(text))


def _of_footer(data: bytes, size: int) -> list[Feature]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    # the footer says where it starts counting from the end: what lies before it need not be there
    known = b"PAR1" + data[-max(0, size - 4) :] if size > len(data) else data
    try:
        schema = pq.read_schema(pa.BufferReader(known))
    except (pa.ArrowException, OSError):
        return []
    return [_of_arrow(field.name, field.type) for field in schema if NAME.match(field.name)][:MOST]


def _of_arrow(name: str, kind: Any) -> Feature:
    import pyarrow as pa

    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return Feature(name, LIST, item=_of_arrow("item", kind.value_type))
    if pa.types.is_struct(kind):
        return Feature(name, STRUCT, fields=tuple(_of_arrow(field.name, field.type) for field in kind))
    return Feature(name, _kind(str(kind)))


def _first_object(text: str) -> Any:
    start = text.find("{")
    try:
        return json.JSONDecoder().raw_decode(text, start)[0] if start >= 0 else None
    except (ValueError, RecursionError):
        return None


def _of_value(value: Any) -> list[Feature]:
    if not isinstance(value, dict):
        return []
    return [_of_json(name, inner) for name, inner in list(value.items())[:MOST] if NAME.match(name)]


def _of_json(name: str, value: Any, depth: int = 0) -> Feature:
    if isinstance(value, list):
        return Feature(name, LIST, item=_of_json("item", value[0] if value else "", depth + 1))
    if isinstance(value, dict) and depth < 10:
        fields = (_of_json(key, inner, depth + 1) for key, inner in list(value.items())[:MOST] if NAME.match(key))
        return Feature(name, STRUCT, fields=tuple(fields))
    kinds = {bool: BOOLEAN, int: WHOLE, float: REAL}
    return Feature(name, kinds.get(type(value), TEXT))
