"""Bytes to text, and text to numbered lines: what every reader of a text format starts from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from medcorpus.errors import FormatError
from medcorpus.reading import Reject

MAX_LINE = 64 * 2**20
"""Longest line in bytes; a longer one is rejected instead of filling the memory."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def fault(text: str) -> str | None:
    r"""Say why a text cannot be stored as it is: NUL characters or half a surrogate pair.

    >>> fault("blood\x00pressure")
    'a NUL character'
    """
    found = _UNSTORABLE.search(text)
    if found is None:
        return None
    return "a NUL character" if found.group() == "\x00" else "half a surrogate pair"


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
    with path.open("rb") as stream:
        for number, raw in enumerate(stream, 1):
            if len(raw) > MAX_LINE:
                yield Reject(number, f"a line of over {MAX_LINE // 2**20} MiB")
                continue
            try:
                line = raw.decode(encoding).rstrip("\r\n")
            except UnicodeDecodeError:
                yield Reject(number, f"not valid {encoding}")
                continue
            line = line.removeprefix("\ufeff") if number == 1 else line
            if reason := fault(line):
                yield Reject(number, reason)
            elif line.strip():
                yield number, line
