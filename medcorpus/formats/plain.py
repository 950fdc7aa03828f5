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
            texts = _texts(block, encoding)
            if texts and not number:
                texts[0] = texts[0].removeprefix("\ufeff")
            for text in texts:
                number += 1
                if text and not text.isspace():
                    yield number, text
            for raw in () if texts else block:
                number += 1
                if (line := line_of(number, raw, encoding)) is not None:
                    yield line


def _texts(block: list[bytes], encoding: str) -> list[str]:
    """Decode lines together; nothing where something is wrong with one of them."""
    try:
        whole = b"".join(block).decode(encoding)
    except UnicodeDecodeError:
        return []
    if "\x00" in whole or max(map(len, block)) > MAX_LINE:
        return []
    texts = whole.removesuffix("\n").split("\n")
    return [text.rstrip("\r") for text in texts] if "\r" in whole else texts


def line_of(number: int, raw: bytes, encoding: str) -> tuple[int, str] | Reject | None:
    """Give one line of a file as `lines` does; None if it is blank."""
    text = _text(raw, encoding)
    if isinstance(text, _Unreadable):
        return Reject(number, text.reason)
    text = text.removeprefix("\ufeff") if number == 1 else text
    return None if not text or text.isspace() else (number, text)


class _Unreadable(NamedTuple):
    reason: str


def _text(raw: bytes, encoding: str) -> str | _Unreadable:
    if len(raw) > MAX_LINE:
        return _Unreadable(f"a line of over {MAX_LINE // 2**20} MiB")
    try:
        line = raw.decode(encoding).rstrip("\r\n")
    except UnicodeDecodeError:
        return _Unreadable(f"not valid {encoding}")
    reason = fault(line)
    return _Unreadable(reason) if reason else line
