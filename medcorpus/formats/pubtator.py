"""PubTator: blocks of `id|t|title`, `id|a|abstract` and tab-separated annotations, separated by blank lines.

Offsets count in title + one separator + abstract; the text puts a line feed there. Annotations of five columns or more
are mentions (id, start, end, mention, label, concepts), others are relations between concepts (id, label, concept,
concept). A block that cannot be used is rejected as a whole and the next one is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from medcorpus.errors import FormatError
from medcorpus.formats import plain, standoff
from medcorpus.reading import Reject
from medcorpus.records import Span

_POSITIONS = re.compile(r"\d{1,9}\t\d{1,9}\Z", re.ASCII)
_Line = tuple[int, str] | Reject


class ConceptRelation(NamedTuple):
    """A link between two concepts of a document, wherever they are mentioned."""

    label: str
    head: str
    tail: str


class Document(NamedTuple):
    """One abstract: its text is the title, a line feed and the abstract."""

    id: str
    title: str
    abstract: str
    text: str
    spans: tuple[Span, ...]
    relations: tuple[ConceptRelation, ...]


def documents(path: Path, encoding: str = "utf-8") -> Iterator[tuple[int, Document] | Reject]:
    """Yield the documents of a file, numbered by the line they start at.

    Raises:
        FormatError: The file is empty.
    """
    empty = True
    for block in _blocks(plain.lines(path, encoding)):
        empty = False
        yield _document(block)
    if empty:
        raise FormatError("empty file", where=path.name, fix="fetch the file again")


def _blocks(lines: Iterable[_Line]) -> Iterator[list[_Line]]:
    block: list[_Line] = []
    last = 0
    for line in lines:
        # `plain.lines` leaves blank lines out: a gap in the numbers is one
        if block and (line[0] > last + 1 or _is_title(line)):
            yield block
            block = []
        block.append(line)
        last = line[0]
    if block:
        yield block


def _is_title(line: _Line) -> bool:
    if isinstance(line, Reject):
        return False
    key, _, rest = line[1].partition("|")
    return "\t" not in key and rest.startswith("t|")


def _document(block: list[_Line]) -> tuple[int, Document] | Reject:
    number = block[0][0]
    lines = []
    for line in block:
        if isinstance(line, Reject):
            return Reject(number, line.reason)
        lines.append(line[1])
    try:
        return number, _parsed(lines)
    except ValueError as error:
        return Reject(number, str(error))


def _parsed(lines: list[str]) -> Document:
    heads = [line.split("|", 2) for line in lines[:2]]
    if [head[1:2] for head in heads] != [["t"], ["a"]] or heads[0][0] != heads[1][0]:
        raise ValueError("a block without title and abstract")
    key, title, abstract = heads[0][0], heads[0][2], heads[1][2]
    text = f"{title}\n{abstract}"
    annotations = [line.split("\t") for line in lines[2:]]
    if any(columns[0] != key for columns in annotations):
        raise ValueError("an annotation of another document")
    mentions = sorted((_mention(c) for c in annotations if _is_mention(c)), key=itemgetter(0))
    return Document(
        id=key,
        title=title,
        abstract=abstract,
        text=text,
        spans=tuple(_span(columns, place, text, number) for number, (place, columns) in enumerate(mentions, 1)),
        relations=tuple(_relation(c) for c in annotations if not _is_mention(c)),
    )


def _is_mention(columns: list[str]) -> bool:
    return len(columns) > 1 and columns[1].isdecimal()


def _mention(columns: list[str]) -> tuple[tuple[int, int], list[str]]:
    """Give the place of a mention and its columns."""
    if len(columns) < 5 or not columns[4].strip() or not _POSITIONS.match(f"{columns[1]}\t{columns[2]}"):
        raise ValueError("a mention without place or label")
    return (int(columns[1]), int(columns[2])), columns


def _span(columns: list[str], place: tuple[int, int], text: str, number: int) -> Span:
    covered = standoff.text_at(text, (place,), columns[3])
    concepts = columns[5].strip() if len(columns) > 5 else ""
    return Span(label=columns[4].strip(), offsets=(place,), text=covered, norm=concepts, key=f"T{number}")


def _relation(columns: list[str]) -> ConceptRelation:
    if len(columns) < 4 or not all(c.strip() for c in columns[:4]):
        raise ValueError("a line that is neither a mention nor a relation")
    return ConceptRelation(*columns[1:4])
