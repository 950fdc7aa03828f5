"""A file that is one JSON array, read element by element: for arrays of which the whole would not fit into memory."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from medcorpus.errors import FormatError
from medcorpus.formats.jsonl import _DECODER, _FETCH, _fault

BLOCK = 2**20
"""Characters that are read at once; an element that is longer takes as many as it has, read in growing steps."""
MAX_ELEMENT = 64 * 2**20
"""Longest element in characters."""
_SPACE = re.compile(r"[ \t\n\r]*")


def elements(path: Path, encoding: str = "utf-8") -> Iterator[tuple[int, Any]]:
    """Yield the elements of a file that is one JSON array, numbered from 1, holding one block of it at a time.

    The file is checked while it is read, so that a fault is told only after the elements before it.

    Raises:
        FormatError: It is empty, not text in this encoding, not a JSON array, or has an element over `MAX_ELEMENT`.
    """
    number = 0
    with path.open(encoding=encoding, newline="") as stream:
        try:
            for value in _values(_Window(stream), path.name):
                number += 1
                yield number, value
        except UnicodeError as error:
            raise FormatError(f"not valid {encoding}", where=path.name, fix=_FETCH) from error
        except (ValueError, RecursionError) as error:
            place = f" in element {number + 1}" if number else ""
            raise FormatError(_fault(error) + place, where=path.name, fix=_FETCH) from error


def _values(window: _Window, name: str) -> Iterator[Any]:
    if (first := window.next()) != "[":
        raise FormatError("not a JSON array" if first else "empty file", where=name, fix=_FETCH)
    window.skip()
    while window.next() != "]":
        yield window.value()
        if (after := window.next()) == ",":
            window.skip()
        if after not in ("]", ",") or (after == "," and window.next() == "]"):
            raise FormatError("not JSON: no comma between elements, or no end", where=name, fix=_FETCH)
    window.skip()
    if window.next():
        raise FormatError("something after the array", where=name, fix=_FETCH)


class _Window:
    """The part of a file that is looked at: everything before it is forgotten."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream, self._text, self._at = stream, "", 0
        self._more()
        self._text = self._text.removeprefix("\ufeff")

    def next(self) -> str:
        """Give the next character that is not white space, without passing it; empty at the end."""
        while (found := _SPACE.match(self._text, self._at)) and (at := found.end()) == len(self._text):
            self._at = at
            if not self._more():
                return ""
        self._at = at
        return self._text[at]

    def skip(self) -> None:
        """Pass one character."""
        self._at += 1

    def value(self) -> Any:
        """Give the next value and pass it."""
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError:
                if len(self._text) - self._at > MAX_ELEMENT or not self._more():
                    raise
                continue
            if end < len(self._text) or not self._more():  # a number may go on behind the end of the window
                self._at = end
                return value

    def _more(self) -> bool:
        rest = self._text[self._at :]
        read = self._stream.read(max(BLOCK, len(rest)))
        self._text, self._at = rest + read, 0
        return bool(read)
