"""JSON and JSON Lines. An object that has a key twice is refused: one of the two values would be lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medcorpus.errors import FormatError
from medcorpus.formats import plain
from medcorpus.reading import Reject

_FETCH = "fetch the file again"
_TWICE = "a key stands twice in an object"


def rows(path: Path, encoding: str = "utf-8") -> Iterator[tuple[int, Any] | Reject]:
    """Yield the value of every line of a JSON Lines file with its line number; broken lines are rejected.

    Raises:
        FormatError: The file is empty.
    """
    empty = True
    for line in plain.lines(path, encoding):
        empty = False
        if isinstance(line, Reject):
            yield line
            continue
        try:
            yield line[0], _DECODER.decode(line[1])
        except (ValueError, RecursionError) as error:
            yield Reject(line[0], _fault(error))
    if empty:
        raise FormatError("empty file", where=path.name, fix=_FETCH)


def document(path: Path, encoding: str = "utf-8") -> Any:
    """Read a file that is one JSON value.

    Raises:
        FormatError: It is empty or not valid JSON; line and column are named.
    """
    text = plain.text_of(path, encoding)
    if not text.strip():
        raise FormatError("empty file", where=path.name, fix=_FETCH)
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        place = f" at line {error.lineno} column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise FormatError(_fault(error) + place, where=path.name, fix=_FETCH) from error


def elements(path: Path, encoding: str = "utf-8") -> Iterator[tuple[int, Any]]:
    """Yield the elements of a file that is one JSON array, numbered from 1.

    Raises:
        FormatError: It is not valid JSON or not an array.
    """
    value = document(path, encoding)
    if not isinstance(value, list):
        raise FormatError("not a JSON array", where=path.name, fix=_FETCH)
    yield from enumerate(value, 1)


def entries(path: Path, encoding: str = "utf-8") -> Iterator[tuple[int, tuple[str, Any]]]:
    """Yield the `(key, value)` entries of a file that is one JSON object, numbered from 1.

    Raises:
        FormatError: It is not valid JSON or not an object.
    """
    value = document(path, encoding)
    if not isinstance(value, dict):
        raise FormatError("not a JSON object", where=path.name, fix=_FETCH)
    yield from enumerate(value.items(), 1)


def _fault(error: Exception) -> str:
    """Say what is wrong without saying where, so that broken lines can be counted by it."""
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg.removesuffix(' at')}"
    if isinstance(error, RecursionError):
        return "JSON nested too deeply"
    return _TWICE if _TWICE in str(error) else "a number of thousands of digits"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError(_TWICE)
    return value


_DECODER = json.JSONDecoder(object_pairs_hook=_once)
