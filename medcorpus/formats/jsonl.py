"""JSON and JSON Lines. An object that has a key twice is refused: one of the two values would be lost.

Texts go through msgspec first, which is quicker than Python's own parser and takes less than it: wherever it refuses,
and wherever a key may stand twice, the strict parser decides and says what is wrong.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from medcorpus.errors import FormatError
from medcorpus.formats import plain
from medcorpus.reading import Reject

_FETCH = "fetch the file again"
_ESCAPED_QUOTE = b"\\u0022"
_REFUSED = (ValueError, RecursionError)
"""What the quick parser raises: `msgspec.DecodeError` is a ValueError."""
_TWICE = "a key stands twice in an object"


def rows(path: Path, encoding: str = "utf-8") -> Iterator[tuple[int, Any] | Reject]:
    """Yield the value of every line of a JSON Lines file with its line number; broken lines are rejected.

    Raises:
        FormatError: The file is empty.
    """
    quick = _quick(encoding, plain.MAX_LINE)
    empty = True
    with path.open("rb") as stream:
        for number, raw in enumerate(stream, 1):
            row: tuple[int, Any] | Reject | None
            try:
                row = number, quick(raw)
            except _REFUSED:
                row = _strict(number, raw, encoding)
            if row:
                empty = False
                yield row
    if empty:
        raise FormatError("empty file", where=path.name, fix=_FETCH)


def _strict(number: int, raw: bytes, encoding: str) -> tuple[int, Any] | Reject | None:
    """Give the value of a line, or say what is wrong with it; None for a blank one."""
    line = plain.line_of(number, raw, encoding)
    if line is None or isinstance(line, Reject):
        return line
    try:
        return number, _DECODER.decode(line[1])
    except (ValueError, RecursionError) as error:
        return Reject(number, _fault(error))


def document(path: Path, encoding: str = "utf-8") -> Any:
    """Read a file that is one JSON value.

    Raises:
        FormatError: It is empty or not valid JSON; line and column are named.
    """
    with suppress(*_REFUSED):
        return _quick(encoding, sys.maxsize)(path.read_bytes())
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


def _quick(encoding: str, most: int) -> Callable[[bytes], Any]:
    """Give a quick parser of JSON texts of a size, which refuses what it does not take and what has a key twice."""
    import msgspec

    decode, encode = msgspec.json.Decoder().decode, msgspec.json.Encoder().encode

    def parse(raw: bytes) -> Any:
        if len(raw) > most or encoding != "utf-8" or _ESCAPED_QUOTE in raw:
            raise ValueError
        value = decode(raw)
        # a value that was lost took the quotes of its key with it; those inside strings stand escaped, one for one
        if raw.count(b'"') != encode(value).count(b'"'):
            raise ValueError(_TWICE)
        return value

    return parse


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError(_TWICE)
    return value


_DECODER = json.JSONDecoder(object_pairs_hook=_once)
