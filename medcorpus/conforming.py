"""A quick yes for values that conform to a JSON Schema: the schema turned into functions, read once.

It knows the few keywords that `schemas/manifest.schema.json` is written with, references to itself apart, and takes
nothing it is not sure of: a value it does not take, and any value under a schema with another keyword, is for
`jsonschema` to judge. So it never takes what `jsonschema` refuses, and a manifest of thousands of files is checked in
milliseconds, without that import.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Test = Callable[[Any], bool]
_SAYS_NOTHING = frozenset({"$schema", "$defs", "title", "description"})
_TYPES: Mapping[str, frozenset[type]] = {
    "object": frozenset({dict}),
    "array": frozenset({list}),
    "string": frozenset({str}),
    "boolean": frozenset({bool}),
    "integer": frozenset({int}),
    "number": frozenset({int, float}),
    "null": frozenset({type(None)}),
}


def conforms_to(schema: Mapping[str, Any]) -> Test:
    """Turn a schema into a test that a value passes only if it conforms.

    >>> test = conforms_to({"type": "array", "items": {"type": "integer", "minimum": 0}})
    >>> test([1, 2]), test([1, -2]), test([True])
    (True, False, False)
    """
    test = _test(schema, schema.get("$defs", {}))

    def conforms(value: Any) -> bool:
        try:
            return test(value)
        except (TypeError, AttributeError):  # a keyword met a value of a type that the schema does not ask for
            return False

    return conforms


def _test(schema: Any, defs: Mapping[str, Any]) -> Test:
    if isinstance(schema, bool):
        return lambda value: schema
    known = {k: v for k, v in schema.items() if k not in _SAYS_NOTHING}
    try:
        tests = [_KEYWORDS[keyword](argument, known, defs) for keyword, argument in known.items()]
    except KeyError:
        return lambda value: False
    return tests[0] if len(tests) == 1 else lambda value: all(test(value) for test in tests)


def _type(names: str | list[str], schema: Any, defs: Any) -> Test:
    wanted = frozenset().union(*(_TYPES[name] for name in ([names] if isinstance(names, str) else names)))
    return lambda value: type(value) in wanted


def _fields(fields: Mapping[str, Any], schema: Any, defs: Any) -> Test:
    tests = {name: _test(field, defs) for name, field in fields.items()}
    return lambda value: all(tests[name](v) for name, v in value.items() if name in tests)


def _other_fields(other: Any, schema: Mapping[str, Any], defs: Any) -> Test:
    named, test = frozenset(schema.get("properties", ())), _test(other, defs)
    return lambda value: all(test(v) for name, v in value.items() if name not in named)


def _items(item: Any, schema: Any, defs: Any) -> Test:
    test = _test(item, defs)
    return lambda value: all(map(test, value))


def _names(name: Any, schema: Any, defs: Any) -> Test:
    test = _test(name, defs)
    return lambda value: all(map(test, value))


def _any(schemas: list[Any], schema: Any, defs: Any) -> Test:
    tests = [_test(one, defs) for one in schemas]
    return lambda value: any(test(value) for test in tests)


def _pattern(pattern: str, schema: Any, defs: Any) -> Test:
    search = re.compile(pattern).search
    return lambda value: search(value) is not None


_KEYWORDS: Mapping[str, Callable[[Any, Any, Any], Test]] = {
    "type": _type,
    "properties": _fields,
    "additionalProperties": _other_fields,
    "items": _items,
    "propertyNames": _names,
    "pattern": _pattern,
    "anyOf": _any,
    "required": lambda names, schema, defs: lambda value: value.keys() >= set(names),
    "minimum": lambda least, schema, defs: lambda value: value >= least,
    "maximum": lambda most, schema, defs: lambda value: value <= most,
    "enum": lambda values, schema, defs: lambda value: type(value) is str and value in values,
    "const": lambda wanted, schema, defs: lambda value: type(value) is type(wanted) and value == wanted,
    "$ref": lambda place, schema, defs: _test(defs[place.removeprefix("#/$defs/")], defs),
}
