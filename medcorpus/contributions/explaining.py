"""JSON Schema's findings in words: what is wrong, and what to write instead."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from medcorpus.schema import SCHEMAS

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

PUBLISHED, CONTRIBUTION = "task_file.schema.json", "contribution.schema.json"
INSTANCE = f"{PUBLISHED}#/$defs/instance"
_WANTED = {
    "Definition": 'write a list of texts, ["what is to be done"]: readers take its first element',
    "Instances": 'write a list of {"input": "...", "output": ["..."]}',
    "Split Type": "write Train, Test or Train/Test",
    "Positive Examples": 'write a list of {"input": "...", "output": "...", "explanation": "..."}',
    "Negative Examples": 'write a list of {"input": "...", "output": "...", "explanation": "..."}',
    "input": "write the text that the instruction is applied to",
    "output": "write the right answer, or a list of right answers",
    "id": "write a text that is unique in the file, or leave the field out",
}
_MISSING = re.compile(r"'(.*)' is a required property\Z", re.DOTALL)
_LONG = 40


def faults_of(value: Any, schema: str) -> Iterator[tuple[str, str]]:
    """Give what is wrong with a value under a schema, and for each fault what to do.

    Args:
        value: The value.
        schema: File name of the schema, or of one with the place of a part in it.
    """
    errors = sorted(_validator(schema).iter_errors(value), key=lambda e: list(map(str, e.absolute_path)))
    return (_explained(error) for error in errors)


@cache
def _validator(schema: str) -> Draft202012Validator:
    from jsonschema import Draft202012Validator
    from referencing import Registry, Resource

    files = {name: json.loads((SCHEMAS / name).read_text(encoding="utf-8")) for name in (PUBLISHED, CONTRIBUTION)}
    registry: Registry[Any] = Registry().with_resources(
        [(name, Resource.from_contents(content)) for name, content in files.items()]
    )
    return Draft202012Validator({"$ref": schema}, registry=registry)


def _explained(error: ValidationError) -> tuple[str, str]:
    path = list(error.absolute_path)
    inside = [e for e in error.context or () if len(e.absolute_path) > len(path)]
    if inside:  # of several forms, the one that fits but for a part
        return _explained(inside[0])
    if missing := _MISSING.match(error.message):
        within = f" in {_place(path)}" if path else ""
        return f"no {missing[1]}{within}", _fix(missing[1])
    if error.validator == "additionalProperties":
        schema, instance = cast(dict[str, Any], error.schema), cast(dict[str, Any], error.instance)
        known = sorted(schema["properties"])
        odd = sorted(set(instance) - set(known))
        return f"{_short(odd[0])} is no field of an instance", f"there are: {', '.join(known)}"
    named = [part for part in path if isinstance(part, str)]
    return f"{_place(path)} is {_kind(error.instance)}", _fix(named[-1] if named else "")


def _place(path: list[Any]) -> str:
    """Name a place: fields by name, elements of lists by number."""
    words = [_short(part) if isinstance(part, str) else f"element {part + 1}" for part in path]
    return " ".join(words) or "it"


def _short(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[:_LONG]}..."


def _fix(name: str) -> str:
    return _WANTED.get(name, "write a text, or a list of texts" if name else 'write {"input": "...", "output": "..."}')


def _kind(value: Any) -> str:
    """Name what a value is.

    >>> [_kind(v) for v in (None, " ", 2.5, [], [1], {}, True)]
    ['null', 'blank', 'a number', 'an empty list', 'a list of other things', 'an object', 'true or false']
    """
    if value is None or isinstance(value, bool):
        return "null" if value is None else "true or false"
    if isinstance(value, str):
        return "a text" if value.strip() else "blank"
    if isinstance(value, list):
        return "a list of other things" if value else "an empty list"
    return "an object" if isinstance(value, dict) else "a number"
