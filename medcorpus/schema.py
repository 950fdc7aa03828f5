"""Arrow schemas and JSON Schemas, read off the annotations of the records.

`python -m medcorpus.schema` writes `schemas/<shape>.schema.json`; a test fails when the files drift.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin, get_type_hints

from medcorpus.records import SHAPES, Instruction, Origin, Record

if TYPE_CHECKING:
    import pyarrow as pa

_INSIDE = Path(__file__).resolve().parent / "schemas"
SCHEMAS = _INSIDE if _INSIDE.is_dir() else _INSIDE.parent.parent / "schemas"
"""The schema files: inside the wheel, or in the checkout."""
PLACED_BY_ORIGIN = ("key", "lang", "split", "license")
"""Record fields that the row's `Origin` columns carry, so that they are stored once."""


def arrow_schema(kind: type) -> pa.Schema:
    """Give the Arrow schema of a record shape, `Origin` or `Instruction`.

    >>> from medcorpus.records import Pair
    >>> arrow_schema(Pair).field("target").type
    DataType(string)
    """
    import pyarrow as pa

    return pa.schema([pa.field(name, _arrow(hint), nullable=False) for name, hint in _hints(kind).items()])


def row_schema(shape: type[Record]) -> pa.Schema:
    """Give the schema of a stored row of a shape: where it comes from, then what it holds."""
    import pyarrow as pa

    own = [f for f in arrow_schema(shape) if f.name not in PLACED_BY_ORIGIN]
    return pa.schema([*arrow_schema(Origin), *own], metadata={"shape": shape.__name__})


def json_schema(kind: type) -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of a record shape or of `Instruction`."""
    hints = _hints(kind)
    required = [f.name for f in fields(kind) if f.default is f.default_factory]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": kind.__name__,
        "description": (kind.__doc__ or "").split("\n")[0],
        **_json_object(hints, required),
    }


_HINTS: dict[type, dict[str, Any]] = {}


def _hints(kind: type) -> dict[str, Any]:
    if kind not in _HINTS:
        hints = get_type_hints(kind, include_extras=True)
        _HINTS[kind] = {f.name: hints[f.name] for f in fields(kind)}
    return _HINTS[kind]


def _arrow(hint: Any) -> pa.DataType:
    import pyarrow as pa

    base, _ = _bare(hint)
    if base in (str, int, float, bool):
        return {str: pa.string(), int: pa.int32(), float: pa.float64(), bool: pa.bool_()}[base]
    if isinstance(base, type) and is_dataclass(base):
        return pa.struct([pa.field(n, _arrow(h), nullable=False) for n, h in _hints(base).items()])
    if get_origin(base) is Mapping:
        pair = [pa.field("key", pa.string(), nullable=False), pa.field("value", pa.string(), nullable=False)]
        return pa.list_(pa.field("item", pa.struct(pair), nullable=False))
    if get_origin(base) is tuple:
        return pa.list_(pa.field("item", _arrow(get_args(base)[0]), nullable=False))
    raise TypeError(f"no Arrow type for {hint!r}")


def _json(hint: Any) -> dict[str, Any]:
    base, doc = _bare(hint)
    described = {"description": doc} if doc else {}
    if base in (str, int, float, bool):
        names = {str: "string", int: "integer", float: "number", bool: "boolean"}
        return {"type": names[base], **described}
    if isinstance(base, type) and is_dataclass(base):
        required = [f.name for f in fields(base) if f.default is f.default_factory]
        return {**_json_object(_hints(base), required), **described}
    if get_origin(base) is Mapping:
        return {"type": "object", "additionalProperties": {"type": "string"}, **described}
    if get_origin(base) is tuple and get_args(base)[-1] is not Ellipsis:
        size = len(get_args(base))
        return {"type": "array", "items": _json(get_args(base)[0]), "minItems": size, "maxItems": size, **described}
    if get_origin(base) is tuple:
        return {"type": "array", "items": _json(get_args(base)[0]), **described}
    raise TypeError(f"no JSON type for {hint!r}")


def _json_object(hints: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {n: _json(h) for n, h in hints.items()},
        "required": required,
        "additionalProperties": False,
    }


def _bare(hint: Any) -> tuple[Any, str]:
    if get_origin(hint) is Annotated:
        base, doc = get_args(hint)[:2]
        return base, doc
    return hint, ""


def values_of(shape: type[Record]) -> Callable[[Record], tuple[Any, ...]]:
    """Give the function that turns a record into the values of its own columns, in the order of `row_schema`."""
    names = [n for n in _hints(shape) if n not in PLACED_BY_ORIGIN]
    return _values(names, [_writer(h) for n, h in _hints(shape).items() if n in names])


def _values(names: list[str], writers: list[Callable[[Any], Any] | None]) -> Callable[[Any], tuple[Any, ...]]:
    get = attrgetter(*names)
    changed = [(i, write) for i, write in enumerate(writers) if write]
    if not changed:
        return get

    def values(value: Any) -> tuple[Any, ...]:
        out = list(get(value))
        for i, write in changed:
            out[i] = write(out[i])
        return tuple(out)

    return values


def _writer(hint: Any) -> Callable[[Any], Any] | None:
    """Give the function that turns a value into what Arrow takes; None where Arrow takes it as it is."""
    base, _ = _bare(hint)
    if isinstance(base, type) and is_dataclass(base):
        return _values(list(_hints(base)), [_writer(h) for h in _hints(base).values()])
    if get_origin(base) is Mapping:
        return lambda value: sorted(value.items())
    if get_origin(base) is tuple and (item := _writer(get_args(base)[0])):
        return lambda value: list(map(item, value))
    return None


def records_of(table: pa.Table, shape: type[Record]) -> list[Record]:
    """Turn stored rows back into records; `key` is the row's id, without the source's name."""
    convert = {name: _reader(hint) for name, hint in _hints(shape).items()}
    own = [n for n in convert if n in table.column_names]
    columns = {n: [convert[n](v) for v in table.column(n).to_pylist()] for n in own}
    columns["key"] = [i.partition("/")[2] for i in table.column("id").to_pylist()]
    return [shape(**dict(zip(columns, values))) for values in zip(*columns.values())]


def _reader(hint: Any) -> Callable[[Any], Any]:
    """Give the function that turns an Arrow value back into what an annotation says."""
    base, _ = _bare(hint)
    if is_dataclass(base) and isinstance(base, type):
        inner = {n: _reader(h) for n, h in _hints(base).items()}
        return lambda value: base(**{n: inner[n](v) for n, v in value.items()})
    if get_origin(base) is Mapping:
        return lambda value: {pair["key"]: pair["value"] for pair in value}
    if get_origin(base) is tuple:
        item = _reader(get_args(base)[0])
        return lambda value: tuple(map(item, value))
    return lambda value: value


def schema_files() -> dict[str, str]:
    """Give the content of every generated schema file by its name."""
    kinds = (*SHAPES, Instruction)
    return {
        f"{k.__name__.lower()}.schema.json": json.dumps(json_schema(k), indent=2, ensure_ascii=False) + "\n"
        for k in kinds
    }


def main() -> None:
    """Write the generated schema files."""
    for name, text in schema_files().items():
        (SCHEMAS / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
