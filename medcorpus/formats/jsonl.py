"""JSON and JSON Lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medcorpus.errors import FormatError
from medcorpus.formats import plain
from medcorpus.reading import Reject


def rows(path: Path, encoding: str = "utf-8") -> Iterator[tuple[int, Any] | Reject]:
    """Yield the value of every line of a JSON Lines file with its line number; broken lines are rejected."""
    for line in plain.lines(path, encoding):
        if isinstance(line, Reject):
            yield line
            continue
        try:
            yield line[0], json.loads(line[1])
        except (ValueError, RecursionError) as error:
            yield Reject(line[0], _fault(error).partition(" at line")[0])


def document(path: Path, encoding: str = "utf-8") -> Any:
    """Read a file that is one JSON value.

    Raises:
        FormatError: It is not valid JSON; line and column are named.
    """
    text = plain.text_of(path, encoding)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FormatError(_fault(error), where=path.name, fix="fetch the file again") from error


def elements(path: Path, encoding: str = "utf-8") -> Iterator[tuple[int, Any]]:
    """Yield the elements of a file that is one JSON array, numbered from 1.

    Raises:
        FormatError: It is not valid JSON or not an array.
    """
    value = document(path, encoding)
    if not isinstance(value, list):
        raise FormatError("not a JSON array", where=path.name, fix="fetch the file again")
    yield from enumerate(value, 1)


def entries(path: Path, encoding: str = "utf-8") -> Iterator[tuple[int, tuple[str, Any]]]:
    """Yield the `(key, value)` entries of a file that is one JSON object, numbered from 1.

    Raises:
        FormatError: It is not valid JSON or not an object.
    """
    value = document(path, encoding)
    if not isinstance(value, dict):
        raise FormatError("not a JSON object", where=path.name, fix="fetch the file again")
    yield from enumerate(value.items(), 1)


def _fault(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg} at line {error.lineno} column {error.colno}"
    return "JSON nested too deeply" if isinstance(error, RecursionError) else f"not JSON: {error}"
