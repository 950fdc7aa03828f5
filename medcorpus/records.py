"""The shapes medical corpora come in: frozen records that sources yield and products publish.

Every field's annotation carries its one-line description; `medcorpus.schema` reads the Arrow
schema and the JSON Schema off these annotations, so nothing is said twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from operator import attrgetter
from typing import Annotated, ClassVar

Fields = dict[str, str | tuple[str, ...]]
"""Named values a task template can ask for; a tuple is several alternatives or items."""


UNDETERMINED = "und"
"""ISO 639-2's code for a language that is not known: it takes a detector to tell."""
WORK, VERSION = "work", "version"
"""Extras of a row of which there may be others that are newer: what it is a version of, within its source, and which;
versions are compared as text."""
LETTERS = 26
"""Options have letters for names."""


def letters(indices: tuple[int, ...]) -> tuple[str, ...]:
    """Name option positions by letter: 0 is A, 25 is Z.

    >>> letters((0, 2))
    ('A', 'C')
    """
    return tuple(chr(ord("A") + i) for i in indices)


def covered(text: str, offsets: tuple[tuple[int, int], ...]) -> str:
    """Give the text that a span covers, its fragments joined by one space.

    >>> covered("left and right lung", ((0, 4), (15, 19)))
    'left lung'
    """
    if len(offsets) == 1:
        return text[offsets[0][0] : offsets[0][1]]
    return " ".join([text[start:end] for start, end in offsets])


def _storage_faults(texts: Iterable[str]) -> tuple[str, ...]:
    whole = "".join(texts)
    nul = ("a NUL character",) if "\x00" in whole else ()
    return nul if whole.isascii() or _is_unicode(whole) else (*nul, "half a surrogate pair")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What every shape carries; `key`, `lang`, `split` and `license` may be left to the source."""

    key: Annotated[str, "the upstream's own id, unique in the source; empty: the content is hashed"] = ""
    lang: Annotated[str, "ISO 639-1 code; empty: the file's, else the source's only language"] = ""
    split: Annotated[str, "train, validation or test; empty: the file's"] = ""
    license: Annotated[str, "licence of this row where it differs from the source's"] = ""
    extra: Annotated[Mapping[str, str], "further named values the source declares in `extras`"] = field(
        default_factory=dict
    )

    SLOTS: ClassVar[tuple[str, ...]] = ()

    def fields(self) -> Fields:
        """Give the named values that templates may use: the shape's `SLOTS` and the extras."""
        return {**self.slots(), **self.extra}

    def slots(self) -> Fields:
        """Give the values of `SLOTS`; each shape defines its own."""
        return {}

    def prose(self) -> tuple[str, ...]:
        """Give the texts that are written in the record's language."""
        return ()

    def faults(self) -> tuple[str, ...]:
        """Say what is wrong with this record, in words that can be counted; empty when it is sound.

        >>> Text(text=" ").faults()
        ('blank text',)
        """
        return (*self._own_faults(), *_storage_faults((self.key, *self.extra, *self.extra.values(), *self._texts())))

    def _own_faults(self) -> Iterator[str]:
        yield from ()

    def _texts(self) -> Iterable[str]:
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Record):
    """Running text: an abstract, an article, a chapter, a web page."""

    text: Annotated[str, "the text, paragraphs separated by line breaks"]
    title: Annotated[str, "its title, not repeated in the text"] = ""
    url: Annotated[str, "where a reader finds it"] = ""
    date: Annotated[str, "publication date as far as known: YYYY, YYYY-MM or YYYY-MM-DD"] = ""

    SLOTS: ClassVar[tuple[str, ...]] = ("title", "text")

    def slots(self) -> Fields:
        """Give title and text."""
        return {"title": self.title, "text": self.text}

    def prose(self) -> tuple[str, ...]:
        """Give the text."""
        return (self.text,)

    def _own_faults(self) -> Iterator[str]:
        if not self.text.strip():
            yield "blank text"

    def _texts(self) -> Iterable[str]:
        return (self.text, self.title, self.url, self.date)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Record):
    """A multiple-choice question with one or more right options."""

    question: Annotated[str, "the question, without its options"]
    options: Annotated[tuple[str, ...], "the options in upstream order, without letters or numbers"]
    answers: Annotated[tuple[int, ...], "0-based positions of every right option, ascending"]
    context: Annotated[str, "a passage the question is about"] = ""
    rationale: Annotated[str, "why the answer is right"] = ""

    SLOTS: ClassVar[tuple[str, ...]] = ("question", "context", "options", "letters", "answers", "answer", "rationale")

    def slots(self) -> Fields:
        """Give the question's parts; `options` is a lettered block, `answer` the right ones lettered."""
        lettered = tuple(f"{a}. {o}" for a, o in zip(letters(tuple(range(len(self.options)))), self.options))
        return {
            "question": self.question,
            "context": self.context,
            "options": "\n".join(lettered),
            "letters": letters(self.answers),
            "answers": tuple(self.options[i] for i in self.answers),
            "answer": tuple(lettered[i] for i in self.answers),
            "rationale": self.rationale,
        }

    def prose(self) -> tuple[str, ...]:
        """Give question, context and options."""
        return (self.question, self.context, *self.options)

    def _own_faults(self) -> Iterator[str]:
        if not self.question.strip():
            yield "blank question"
        if len(self.options) < 2:
            yield "fewer than two options"
        if len(self.options) > LETTERS:
            yield "more options than letters"
        if not all(map(str.strip, self.options)):
            yield "blank option"
        if not self.answers:
            yield "no right answer"
        elif min(self.answers) < 0 or max(self.answers) >= len(self.options):
            yield "answer out of range"
        if len(self.answers) > 1 and tuple(sorted(set(self.answers))) != self.answers:
            yield "answers repeated or out of order"

    def _texts(self) -> Iterable[str]:
        return (self.question, self.context, self.rationale, *self.options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A labelled mention; several offsets when it is discontinuous."""

    label: Annotated[str, "the upstream's label"]
    offsets: Annotated[tuple[tuple[int, int], ...], "half-open character ranges in reading order"]
    text: Annotated[str, "the covered text, fragments joined by one space"]
    key: Annotated[str, "the upstream's id of the mention"] = ""
    norm: Annotated[str, "concept ids it is normalised to, as upstream writes them"] = ""


_WRITTEN = attrgetter("label", "key", "norm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A labelled link between two mentions of the same record."""

    label: Annotated[str, "the upstream's label"]
    head: Annotated[str, "key of the span it starts from"]
    tail: Annotated[str, "key of the span it points to"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spans(Record):
    """A text with labelled character spans and, where annotated, relations between them."""

    text: Annotated[str, "the text the offsets count in, in characters"]
    spans: Annotated[tuple[Span, ...], "the mentions in text order"]
    relations: Annotated[tuple[Relation, ...], "links between mentions"] = ()

    SLOTS: ClassVar[tuple[str, ...]] = ("text", "mentions", "labelled")

    def slots(self) -> Fields:
        """Give the text, its distinct mentions in text order, and the same as `mention (label)`."""
        return {
            "text": self.text,
            "mentions": tuple(dict.fromkeys(s.text for s in self.spans)),
            "labelled": tuple(dict.fromkeys(f"{s.text} ({s.label})" for s in self.spans)),
        }

    def prose(self) -> tuple[str, ...]:
        """Give the text."""
        return (self.text,)

    def _own_faults(self) -> Iterator[str]:
        if not self.text.strip():
            yield "blank text"
        if not all(map(self._is_sound, self.spans)):
            yield from self._span_faults()
        if self.relations:
            keys = {s.key for s in self.spans}
            if not keys.issuperset([key for r in self.relations for key in (r.head, r.tail)]):
                yield "relation to a span that is not there"

    def _is_sound(self, span: Span) -> bool:
        """Say whether a mention has a label and a place, and is the text there."""
        inside = [0 <= start < end <= len(self.text) for start, end in span.offsets]
        return bool(inside and all(inside) and span.label and span.text == covered(self.text, span.offsets))

    def _span_faults(self) -> Iterator[str]:
        if any(not 0 <= start < end <= len(self.text) for s in self.spans for start, end in s.offsets):
            yield "span outside the text"
        elif any(s.text != covered(self.text, s.offsets) for s in self.spans):
            yield "span differs from the text it points at"
        if not all(s.label and s.offsets for s in self.spans):
            yield "span without label or place"

    def _texts(self) -> Iterable[str]:
        return (self.text, *chain.from_iterable(map(_WRITTEN, self.spans)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Label(Record):
    """A text, or a pair of texts, with one or more labels."""

    text: Annotated[str, "the text, or the first of the pair"]
    labels: Annotated[tuple[str, ...], "every label, in upstream's vocabulary"]
    second: Annotated[str, "the second text of a pair, such as a hypothesis"] = ""

    SLOTS: ClassVar[tuple[str, ...]] = ("text", "second", "labels")

    def slots(self) -> Fields:
        """Give both texts and the labels."""
        return {"text": self.text, "second": self.second, "labels": self.labels}

    def prose(self) -> tuple[str, ...]:
        """Give both texts."""
        return (self.text, self.second)

    def _own_faults(self) -> Iterator[str]:
        if not self.text.strip():
            yield "blank text"
        if not self.labels:
            yield "no label"
        if not all(label.strip() for label in self.labels):
            yield "blank label"

    def _texts(self) -> Iterable[str]:
        return (self.text, self.second, *self.labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair(Record):
    """A text and what is to be made of it: a summary, an answer, a translation, a reply.

    The given side is called `text`, as in the other shapes: `source` is the column that says where a row is from.
    """

    text: Annotated[str, "what is given"]
    target: Annotated[str, "what is wanted"]

    SLOTS: ClassVar[tuple[str, ...]] = ("text", "target")

    def slots(self) -> Fields:
        """Give text and target."""
        return {"text": self.text, "target": self.target}

    def prose(self) -> tuple[str, ...]:
        """Give both sides."""
        return (self.text, self.target)

    def _own_faults(self) -> Iterator[str]:
        if not self.text.strip():
            yield "blank text"
        if not self.target.strip():
            yield "blank target"

    def _texts(self) -> Iterable[str]:
        return (self.text, self.target)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a row comes from and what may be done with it: the first columns of every stored row."""

    id: Annotated[str, "source/key, or source/hash of the content"]
    source: Annotated[str, "name of the source, as in `medcorpus list`"]
    split: Annotated[str, "train, validation or test"]
    lang: Annotated[str, "ISO 639-1 code"]
    license: Annotated[str, "SPDX id, or the publisher's own words"]
    access: Annotated[str, "open, account, agreement or manual"]
    redistribute: Annotated[str, "yes, no or unknown"]
    raw_file: Annotated[str, "path of the raw file inside the source's folder"]
    raw_row: Annotated[int, "1-based line, row or element in that file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """One instruction-following example, as `meds-ins` and `meds-bench` publish it."""

    id: Annotated[str, "task id and record id"]
    record_id: Annotated[str, "id of the record it was rendered from"]
    task_id: Annotated[str, "the paper's task id, or the source's own for tasks beyond the paper"]
    task: Annotated[str, "the task's name"]
    category: Annotated[str, "one of the 19 categories of MedS-Ins"]
    source: Annotated[str, "name of the source"]
    split: Annotated[str, "train, validation or test"]
    license: Annotated[str, "SPDX id, or the publisher's own words"]
    access: Annotated[str, "open, account, agreement or manual"]
    redistribute: Annotated[str, "yes, no or unknown"]
    raw_file: Annotated[str, "path of the raw file inside the source's folder"]
    raw_row: Annotated[int, "1-based line, row or element in that file"]
    instruction: Annotated[str, "what to do"]
    phrasing: Annotated[int, "which of the task's instructions this is; 0 is its own, the others say it in other words"]
    input: Annotated[str, "what to do it with"]
    output: Annotated[tuple[str, ...], "every acceptable answer; the first is the reference"]
    instruction_lang: Annotated[str, "ISO 639-1 code of the instruction"]
    lang: Annotated[str, "ISO 639-1 code of the input"]
    output_lang: Annotated[str, "ISO 639-1 code of the output"]


SHAPES: tuple[type[Record], ...] = (Text, Choice, Spans, Label, Pair)
"""The five shapes, in the order of the documentation."""
