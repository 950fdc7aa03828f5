"""Ontologies in OBO format 1.2 and 1.4: stanzas of `tag: value` lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from medcorpus.errors import FormatError
from medcorpus.formats import plain
from medcorpus.reading import Reject

Tags = dict[str, list[str]]
"""The values of each tag of a stanza, in order, as they stand in the file."""

_HEAD = re.compile(r"\[(\w+)\]\s*\Z")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\(.)")
_WHITE = {"n": "\n", "t": "\t", "W": " "}


def stanzas(path: Path, kind: str = "Term") -> Iterator[tuple[int, Tags] | Reject]:
    """Yield the stanzas of a kind, placed at the line of their heads; the header of the file is left out.

    A stanza with a line that is no tag with a value is rejected, and the next one is read.

    Raises:
        FormatError: There is no such stanza.
    """
    start, tags, fault, found = 0, Tags(), "", False
    for row in plain.lines(path):
        head = None if isinstance(row, Reject) else _HEAD.match(row[1])
        if head is None:
            fault = fault or _added(row, tags)
            continue
        if start:
            yield Reject(start, fault) if fault else (start, tags)
        start, tags, fault = (row[0] if head[1] == kind else 0), Tags(), ""
        found = found or bool(start)
    if start:
        yield Reject(start, fault) if fault else (start, tags)
    if not found:
        raise FormatError(f"no [{kind}] in it", where=path.name, fix="fetch the file again")


def _added(row: tuple[int, str] | Reject, tags: Tags) -> str:
    """Put a line to the tags of its stanza; say what is wrong with it."""
    if isinstance(row, Reject):
        return row.reason
    if row[1].startswith("!"):
        return ""
    tag, colon, value = row[1].partition(":")
    if not colon or not tag.strip() or not value.strip():
        return "a line that is no tag with a value"
    tags.setdefault(tag.strip(), []).append(value.strip())
    return ""


def text(value: str) -> str:
    r"""Give a value that is plain text, without comment and escapes.

    >>> text("disease \\: of the foot ! not the hand")
    'disease : of the foot'
    """
    return _unescaped(value.partition(" ! ")[0]).strip()


def identifier(value: str) -> str:
    """Give a value that is an identifier, without modifiers and comment.

    >>> identifier('DOID:4 {source="made up"} ! disease')
    'DOID:4'
    """
    return value.split(None, 1)[0]


def quoted(value: str) -> tuple[str, str]:
    r"""Give the quoted text that a value starts with, and what follows it.

    >>> quoted('"a \\"dry\\" cough" EXACT []')
    ('a "dry" cough', 'EXACT []')

    Raises:
        ValueError: It does not start with one.
    """
    found = _QUOTED.match(value)
    if not found:
        raise ValueError("a value without its quoted text")
    return _unescaped(found[1]), value[found.end() :].strip()


def _unescaped(value: str) -> str:
    return _ESCAPE.sub(lambda escape: _WHITE.get(escape[1], escape[1]), value)
