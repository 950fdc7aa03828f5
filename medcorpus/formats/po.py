"""Translation catalogues of GNU gettext (`.po`): a message, its context and its translation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from medcorpus.errors import FormatError
from medcorpus.formats import plain
from medcorpus.reading import Reject

_LINE = re.compile(r'(?:(msgctxt|msgid|msgid_plural|msgstr(?:\[\d+\])?)[ \t]+)?"((?:[^"\\]|\\.)*)"[ \t]*\Z')
_ESCAPE = re.compile(r"\\(.)")
_PLAIN = {"n": "\n", "t": "\t", "r": "\r"}
_FUZZY = re.compile(r"#,.*\bfuzzy\b")


class Message(NamedTuple):
    """A message with its translation, empty where it has none."""

    context: str
    text: str
    translation: str
    fuzzy: bool = False


def messages(path: Path) -> Iterator[tuple[int, Message] | Reject]:
    """Yield the messages of a catalogue, placed at the line they start in; its header, which has no text, is left out.

    Of a message with plural forms the singular is given. Comments, and messages that are commented out (`#~`), are
    not read. A message with a line that is none of the format is rejected, and the next one is read.

    Raises:
        FormatError: There is nothing in it, or nothing but a header.
    """
    found = False
    block: list[tuple[int, str] | Reject] = []
    last = 0
    for row in plain.lines(path):
        number = row.row if isinstance(row, Reject) else row[0]
        if block and (number > last + 1 or _starts(row, block)):
            yield from (made := _message(block))
            found, block = found or bool(made), []
        block.append(row)
        last = number
    made = _message(block)
    yield from made
    if not found and not made:
        raise FormatError("no messages in it", where=path.name, fix="fetch the file again")


def _starts(row: tuple[int, str] | Reject, block: list[tuple[int, str] | Reject]) -> bool:
    """Say whether a line starts a message although no blank line stands before it."""
    lines = [line[1] for line in block if not isinstance(line, Reject)]
    if isinstance(row, Reject) or not any(line.startswith("msgstr") for line in lines):
        return False
    return row[1].startswith(("msgctxt", "msgid", "#"))


def _message(block: list[tuple[int, str] | Reject]) -> list[tuple[int, Message] | Reject]:
    """Read the lines of one message; nothing where there are only comments, or it is the header."""
    for row in block:
        if isinstance(row, Reject):
            return [row]
    lines = [row for row in block if not isinstance(row, Reject)]
    said = [row for row in lines if not row[1].startswith("#")]
    if not said:
        return []
    values = _values(said)
    if isinstance(values, Reject):
        return [values]
    if "msgid" not in values or not {"msgstr", "msgstr[0]"} & values.keys():
        return [Reject(said[0][0], "a message without msgid or msgstr")]
    text = values["msgid"]
    translation = values.get("msgstr", values.get("msgstr[0]", ""))
    fuzzy = any(_FUZZY.match(line) for _, line in lines)
    return [(said[0][0], Message(values.get("msgctxt", ""), text, translation, fuzzy))] if text else []


def _values(said: list[tuple[int, str]]) -> dict[str, str] | Reject:
    """Put the quoted pieces of each keyword together."""
    pieces: dict[str, list[str]] = {}
    keyword = ""
    for number, line in said:
        found = _LINE.match(line)
        keyword = (found[1] or keyword) if found else ""
        if not found or not keyword or (found[1] and keyword in pieces):
            return Reject(number, "a line that is no keyword with a quoted text")
        pieces.setdefault(keyword, []).append(_ESCAPE.sub(lambda e: _PLAIN.get(e[1], e[1]), found[2]))
    return {name: "".join(texts) for name, texts in pieces.items()}
