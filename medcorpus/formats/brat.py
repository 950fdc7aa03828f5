"""Brat standoff: a text file and, beside it, an `.ann` file whose character offsets point into the text.

One pair of files is one document, hence one row. Read are mentions (T, discontinuous ones too), relations (R, *),
events (E), attributes (A, M), normalisations (N) and notes (#), whatever their order. Annotations that cannot be used
reject the whole document: half of them would look like a complete annotation.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from medcorpus.errors import FormatError
from medcorpus.formats import plain, standoff
from medcorpus.reading import Reject
from medcorpus.records import Relation, Span, covered

_MENTION = re.compile(r"(\S+) (\d{1,9} \d{1,9}(?:;\d{1,9} \d{1,9})*)\Z", re.ASCII)
_Place = Callable[[int], int]
_Lines = Mapping[str, list[list[str]]]


class Event(NamedTuple):
    """An event: its trigger mention and the mentions that play a role in it, by their keys."""

    key: str
    label: str
    trigger: str
    roles: tuple[tuple[str, str], ...]


class Attribute(NamedTuple):
    """An attribute of a mention, an event (then of its trigger) or a relation; without a value it is just true."""

    label: str
    target: str
    value: str


class Note(NamedTuple):
    """A free-text note on a mention, on an event (then on its trigger) or on a relation."""

    label: str
    target: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One annotated text.

    Args:
        name: Name of the text file without its suffix.
        text: The text, its line ends made plain line feeds.
        spans: The mentions in text order; `norm` holds their normalisations, several separated by spaces.
        relations: Links between mentions; one to an event points to the event's trigger.
        events: Events in file order, with triggers in place of events that play a role.
        attributes: Attributes in file order.
        notes: Notes in file order.
        annotated: Whether the `.ann` file holds anything.
    """

    name: str
    text: str
    spans: tuple[Span, ...]
    relations: tuple[Relation, ...]
    events: tuple[Event, ...]
    attributes: tuple[Attribute, ...]
    notes: tuple[Note, ...]
    annotated: bool

    def role_relations(self) -> tuple[Relation, ...]:
        """Give the events as relations: from the trigger to each mention, labelled by its role."""
        return tuple(Relation(label=role, head=e.trigger, tail=key) for e in self.events for role, key in e.roles)


def documents(path: Path, annotations: Path | None = None) -> Iterator[tuple[int, Document] | Reject]:
    """Yield the one document of a text file, as row 1.

    Offsets count characters of the text as it is stored; where they do not fit a text with carriage returns or a
    byte order mark, they are tried again as counted without.

    Args:
        path: The text file, UTF-8.
        annotations: The `.ann` file; left out, it is the one of the same name.

    Raises:
        FormatError: The text file is empty.
    """
    raw = path.read_bytes()
    if not raw.removeprefix(BOM_UTF8).strip():
        raise FormatError("empty file", where=path.name, fix="fetch the file again")
    beside = annotations or path.with_suffix(".ann")
    if not beside.is_file():
        yield Reject(1, "no annotation file beside the text")
        return
    try:
        yield 1, document(path.stem, raw, beside.read_bytes())
    except ValueError as error:
        yield Reject(1, str(error))


def document(name: str, text: bytes, annotations: bytes) -> Document:
    """Read one document from the bytes of its two files, as they come out of an archive.

    Raises:
        ValueError: The annotations cannot be used, or do not fit the text; the message says why.
    """
    lines = _by_kind(_decoded(annotations, "the annotations"))
    norms = _norms(lines.get("N", []))
    plain_text, spans = _placed_spans(_decoded(text, "the text"), lines.get("T", []), norms)
    _check_ids(lines)
    triggers = {parts[0]: parts[1].split()[0].partition(":")[2] for parts in lines.get("E", [])}
    keys = {s.key for s in spans}
    if not keys.issuperset(norms):
        raise ValueError("the annotations: a normalisation of a mention that is not there")
    resolve = _Resolver(keys, triggers)
    return Document(
        name=name,
        text=plain_text,
        spans=tuple(spans),
        relations=(*map(resolve.relation, lines.get("R", [])), *resolve.equivalences(lines.get("*", []))),
        events=tuple(map(resolve.event, lines.get("E", []))),
        attributes=tuple(resolve.attribute(line) for kind in "AM" for line in lines.get(kind, [])),
        notes=tuple(map(resolve.note, lines.get("#", []))),
        annotated=bool(lines),
    )


def _decoded(raw: bytes, what: str) -> str:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise ValueError(f"{what}: not valid utf-8") from None
    if reason := plain.fault(text):
        raise ValueError(f"{what}: {reason}")
    return text


def _by_kind(annotations: str) -> _Lines:
    """Sort the lines by their first letter, each split at its tabs."""
    lines: dict[str, list[list[str]]] = {}
    for line in annotations.removeprefix("\ufeff").replace("\r", "\n").split("\n"):
        if not line.strip():
            continue
        parts = line.split("\t", 2)
        if line[0] not in "TREAMN#*" or len(parts) < 2 or not parts[1].strip():
            raise ValueError("the annotations: a line of no known kind")
        lines.setdefault(line[0], []).append(parts)
    return lines


def _check_ids(lines: _Lines) -> None:
    ids = [parts[0] for kind in "TRE" for parts in lines.get(kind, [])]
    if len(set(ids)) < len(ids):
        raise ValueError("the annotations: an id is used twice")


def _placed_spans(raw: str, mentions: list[list[str]], norms: Mapping[str, str]) -> tuple[str, list[Span]]:
    """Give the text with plain line ends and the mentions in it, under the first way of counting that fits all."""
    text = raw.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    found = list(map(_mention, mentions))
    for place in _ways_of_counting(raw):
        with suppress(ValueError):
            spans = [m.placed(text, place, norms.get(m.key, "")) for m in found]
            return text, sorted(spans, key=attrgetter("offsets"))
    raise ValueError(standoff.DIFFERS)


def _ways_of_counting(raw: str) -> Iterator[_Place]:
    bom = raw.startswith("\ufeff")
    breaks = [found.start() for found in re.finditer("\r\n", raw)]
    if bom:
        yield lambda offset: offset - 1 - bisect_left(breaks, offset)
    if breaks:
        yield lambda offset: offset - bisect_left(breaks, offset + bom)
    yield _as_counted


def _as_counted(offset: int) -> int:
    return offset


class _Mention(NamedTuple):
    key: str
    label: str
    offsets: standoff.Offsets
    written: str

    def placed(self, text: str, place: _Place, norm: str) -> Span:
        offsets = self.offsets if place is _as_counted else tuple([(place(a), place(b)) for a, b in self.offsets])
        found = standoff.text_at(text, offsets, self.written)
        if len(offsets) > 1:  # some tools sort fragments as strings: "103 113;83 92"
            offsets = tuple(sorted(offsets))
            found = covered(text, offsets)
        return Span(label=self.label, offsets=offsets, text=found, key=self.key, norm=norm)


def _mention(parts: list[str]) -> _Mention:
    found = _MENTION.match(parts[1].strip())
    if found is None or len(parts) < 3:
        raise ValueError("the annotations: a mention without label, place or text")
    label, places = found.groups()
    pairs = [fragment.split(" ") for fragment in places.split(";")]
    return _Mention(parts[0], label, tuple([(int(start), int(end)) for start, end in pairs]), parts[2])


def _norms(lines: list[list[str]]) -> dict[str, str]:
    """Give the concepts of each mention that has any."""
    norms: dict[str, list[str]] = {}
    for _, content, *_ in lines:
        _, target, concept = _words(content, 3, "a normalisation")
        norms.setdefault(target, []).append(concept)
    return {target: " ".join(concepts) for target, concepts in norms.items()}


def _words(content: str, count: int, what: str) -> list[str]:
    words = content.strip().split(maxsplit=count - 1)
    if len(words) < count:
        raise ValueError(f"the annotations: {what} that is incomplete")
    return words


class _Resolver:
    """Turns references to events into references to their triggers, and refuses those to nothing."""

    def __init__(self, mentions: set[str], triggers: Mapping[str, str]) -> None:
        self._mentions, self._triggers = mentions, triggers

    def relation(self, parts: list[str]) -> Relation:
        label, head, tail = _words(parts[1], 3, "a relation")
        return Relation(label=label, head=self._argument(head)[1], tail=self._argument(tail)[1])

    def event(self, parts: list[str]) -> Event:
        (label, trigger), *roles = [self._argument(word) for word in parts[1].split()]
        return Event(parts[0], label, trigger, tuple((role.rstrip("0123456789"), key) for role, key in roles))

    def attribute(self, parts: list[str]) -> Attribute:
        label, rest = _words(parts[1], 2, "an attribute")
        target, _, value = rest.partition(" ")
        return Attribute(label, self._triggers.get(target, target), value.strip())

    def note(self, parts: list[str]) -> Note:
        label, target = _words(parts[1], 2, "a note")
        return Note(label, self._triggers.get(target, target), parts[2].strip() if len(parts) > 2 else "")

    def equivalences(self, lines: list[list[str]]) -> Iterator[Relation]:
        for parts in lines:
            label, *keys = parts[1].split()
            for head, tail in pairwise(map(self._mention, keys)):
                yield Relation(label=label, head=head, tail=tail)

    def _argument(self, word: str) -> tuple[str, str]:
        role, _, key = word.partition(":")
        return role, self._mention(key)

    def _mention(self, key: str) -> str:
        key = self._triggers.get(key, key)
        if key not in self._mentions:
            raise ValueError("the annotations: a reference to a mention that is not there")
        return key
