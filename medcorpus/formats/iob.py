"""IOB files: a token and its tag per line, a blank line between sentences.

IOB1, IOB2, BIOES and BILOU need no telling apart: B, S and U open a mention, I, M, E and L go on with one (or open
one where there is none of the same label), E, L, S and U close it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from medcorpus.errors import FormatError
from medcorpus.formats import plain
from medcorpus.reading import Reject
from medcorpus.records import Span

_OPENING, _GOING_ON, _CLOSING = frozenset("BSU"), frozenset("IMEL"), frozenset("ELSU")
_Line = tuple[int, str] | Reject
_Tag = tuple[str, str]


class Sentence(NamedTuple):
    """The tokens of one sentence, joined by single spaces, and its mentions."""

    tokens: tuple[str, ...]
    text: str
    spans: tuple[Span, ...]


def sentences(path: Path, encoding: str = "utf-8", label: str = "") -> Iterator[tuple[int, Sentence] | Reject]:
    """Yield the sentences of a file, numbered by the line they start at.

    The first column is the token and the last one the tag, whatever stands between; columns are split at tabs, or at
    spaces in lines without one. A sentence with a line that cannot be used is rejected as a whole and the next
    one is read. `-DOCSTART-` and `###MEDLINE:` lines, which mark documents, are passed over.

    Args:
        path: The file.
        encoding: Any of Python's; a BOM is dropped.
        label: Label of mentions whose tags are just B and I.

    Raises:
        FormatError: The file is empty.
    """
    empty, tags = True, _Tags(label)
    for group in _groups(plain.lines(path, encoding)):
        empty = False
        lines = [line for line in group if not _is_mark(line)]
        if lines:
            yield _sentence(lines, tags)
    if empty:
        raise FormatError("empty file", where=path.name, fix="fetch the file again")


def sentence(tokens: Sequence[str], tags: Sequence[str], label: str = "") -> Sentence:
    """Give the sentence of tokens and tags that stand in two lists, as JSON files have them.

    >>> sentence(["Гастал", "не", "помог"], ["B-Drug", "O", "O"]).spans[0].text
    'Гастал'

    Raises:
        ValueError: They are not of one length, a tag is of no known scheme, or a token is blank.
    """
    if len(tokens) != len(tags):
        raise ValueError("not one tag for each token")
    if not all(map(str.strip, tokens)):
        raise ValueError("a blank token")
    known, text = _Tags(label), " ".join(tokens)
    return Sentence(tuple(tokens), text, tuple(_spans(text, list(tokens), [known[tag] for tag in tags])))


def _groups(lines: Iterable[_Line]) -> Iterator[list[_Line]]:
    group: list[_Line] = []
    last = 0
    for line in lines:
        if group and line[0] > last + 1:  # `plain.lines` leaves blank lines out: a gap in the numbers is one
            yield group
            group = []
        group.append(line)
        last = line[0]
    if group:
        yield group


def _is_mark(line: _Line) -> bool:
    return not isinstance(line, Reject) and line[1][0] in "-#" and line[1].startswith(("-DOCSTART-", "###MEDLINE:"))


def _sentence(lines: list[_Line], known: _Tags) -> tuple[int, Sentence] | Reject:
    tokens, tags = [], []
    for line in lines:
        if isinstance(line, Reject):
            return Reject(lines[0][0], line.reason)
        try:
            token, tag = _columns(line[1])
            tags.append(known[tag])
        except ValueError as error:
            return Reject(lines[0][0], str(error))
        tokens.append(token)
    text = " ".join(tokens)
    return lines[0][0], Sentence(tuple(tokens), text, tuple(_spans(text, tokens, tags)))


def _columns(line: str) -> tuple[str, str]:
    columns = line.split("\t") if "\t" in line else [c for c in line.split(" ") if c]
    token = columns[0].strip(" ")
    if len(columns) < 2 or not token or token.isspace():
        raise ValueError("a line without token and tag")
    if "\r" in line:  # line ends of another system would pass for one long line
        raise ValueError("a carriage return within a line")
    return token, columns[-1].strip(" ")


class _Tags(dict[str, _Tag]):
    """What tags mean, each looked at once: whether it opens a mention or goes on with one, and its label."""

    def __init__(self, label: str) -> None:
        super().__init__(O=("O", ""))
        self._label = label

    def __missing__(self, tag: str) -> _Tag:
        prefix, _, own = tag.partition("-")
        if prefix not in _OPENING | _GOING_ON or not (own or self._label):
            raise ValueError("a tag of no known scheme")
        self[tag] = meant = (prefix, own or self._label)
        return meant


def _spans(text: str, tokens: list[str], tags: list[_Tag]) -> Iterator[Span]:
    for number, (label, start, end) in enumerate(_mentions(tokens, tags), 1):
        yield Span(label=label, offsets=((start, end),), text=text[start:end], key=f"T{number}")


def _mentions(tokens: list[str], tags: list[_Tag]) -> Iterator[tuple[str, int, int]]:
    """Yield label, start and end of every mention."""
    open_label, start, end, position = "", 0, 0, 0
    for token, (prefix, label) in zip(tokens, tags):
        if open_label and (label != open_label or prefix in _OPENING):
            yield open_label, start, end
            open_label = ""
        if label and not open_label:
            open_label, start = label, position
        end = position + len(token)
        position = end + 1
        if open_label and prefix in _CLOSING:
            yield open_label, start, end
            open_label = ""
    if open_label:
        yield open_label, start, end
