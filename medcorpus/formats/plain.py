"""Bytes to text, and text to numbered lines: what every reader of a text format starts from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from medcorpus.errors import FormatError
from medcorpus.reading import Reject

MAX_LINE = 64 * 2**20
"""Longest line in bytes; a longer one is rejected instead of filling the memory."""


BLOCK = 2**20
"""Bytes of lines that are decoded together."""


def fault(text: str) -> str | None:
    r"""Say why a text cannot be stored as it is: NUL characters or half a surrogate pair.

    >>> fault("blood\x00pressure")
    'a NUL character'
    """
    if "\x00" in text:
        return "a NUL character"
    if text.isascii():
        return None
    try:
        text.encode()
    except UnicodeEncodeError:
        return "half a surrogate pair"
    return None


def text_of(path: Path, encoding: str = "utf-8") -> str:
    r"""Read a whole text file, without its BOM and with `\n` line ends.

    Raises:
        FormatError: The bytes are not text in this encoding; the byte's position is named.
    """
    try:
        text = path.read_bytes().decode(encoding)
    except UnicodeDecodeError as error:
        raise FormatError(
            f"byte {error.start} is not {encoding}", where=path.name, fix="fetch the file again or state its encoding"
        ) from error
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def lines(path: Path, encoding: str = "utf-8") -> Iterator[tuple[int, str] | Reject]:
    """Yield the lines of a text file with their 1-based numbers, without line ends; blank lines are left out.

    A line that is not valid in the encoding, or holds a NUL character, is rejected; the following ones are read.
    """
    number = 0
    with path.open("rb") as stream:
        while block := stream.readlines(BLOCK):
            for line in _texts(block, encoding):
                number += 1
                if isinstance(line, _Unreadable):
                    yield Reject(number, line.reason)
                    continue
                text = line.removeprefix("\ufeff") if number == 1 else line
                if text and not text.isspace():
                    yield number, text


class _Unreadable(NamedTuple):
    reason: str


def _texts(block: list[bytes], encoding: str) -> Iterator[str | _Unreadable]:
    """Decode lines together, and one by one only where something is wrong with one of them."""
    try:
        whole = b"".join(block).decode(encoding)
    except UnicodeDecodeError:
        whole = "\x00"
    if "\x00" not in whole and max(map(len, block)) <= MAX_LINE:
        texts = whole.removesuffix("\n").split("\n")
        yield from (text.rstrip("\r") for text in texts) if "\r" in whole else texts
        return
    for raw in block:
        yield _text(raw, encoding)


def _text(raw: bytes, encoding: str) -> str | _Unreadable:
    if len(raw) > MAX_LINE:
        return _Unreadable(f"a line of over {MAX_LINE // 2**20} MiB")
    try:
        line = raw.decode(encoding).rstrip("\r\n")
    except UnicodeDecodeError:
        return _Unreadable(f"not valid {encoding}")
    reason = fault(line)
    return _Unreadable(reason) if reason else line
