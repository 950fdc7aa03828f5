"""What sources of named entities share: sentences of IOB files as records, and what is asked about them.

There are three tasks: one mention, any of them being right; every mention of one kind; every mention with its kind.
Where all are wanted they stand one to a line, since names hold commas, semicolons and parentheses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from medcorpus import Spans, Task
from medcorpus.formats import iob
from medcorpus.reading import Item, each
from medcorpus.records import Fields

NOTHING = "There is no related entity."
"""The paper's answer where nothing is to be found, rightly spelt."""
CATEGORY = "Named Entity Recognition"
DOMAIN = "Medical Knowledge"


def read(path: Path, label: str = "") -> Iterator[Item]:
    """Read an IOB file, one record for each sentence; upstream has no ids, so the key is left to the content.

    Args:
        path: The file.
        label: Label of mentions whose tags are just B and I.
    """
    return each(iob.sentences(path, label=label), record)


def record(sentence: iob.Sentence) -> Spans:
    """Turn a sentence into a record."""
    return Spans(text=sentence.text, spans=sentence.spans)


def names(found: Spans, labels: tuple[str, ...]) -> tuple[str, ...]:
    """Give the distinct mentions of some labels, of any where none is named, in the order of the text."""
    return tuple(dict.fromkeys(s.text for s in found.spans if not labels or s.label in labels))


def _alternatives(found: Spans, labels: tuple[str, ...]) -> Fields | None:
    named = names(found, labels)
    return {"names": named} if named else None


def _listed(found: Spans, labels: tuple[str, ...], split: str) -> Fields | None:
    if split and found.split != split:
        return None
    return {"names": "\n".join(names(found, labels)) or NOTHING}


def _typed(found: Spans, labels: tuple[str, ...]) -> Fields:
    known = (f"{s.text} ({s.label})" for s in found.spans if s.label in labels)
    return {"names": "\n".join(dict.fromkeys(known)) or NOTHING}


def any_of(task_id: str, name: str, *labels: str) -> Task:
    """Give the task of writing one mention; a text without any does not serve it."""
    return _task(task_id, name, partial(_alternatives, labels=labels))


def all_of(task_id: str, name: str, *labels: str, split: str = "", bench: bool = True) -> Task:
    """Give the task of listing every mention, for the rows of one split where it is named."""
    return _task(task_id, name, partial(_listed, labels=labels, split=split), bench)


def typed(task_id: str, *labels: str) -> Task:
    """Give a task beyond the paper: every mention of these labels, its label in parentheses after it."""
    return _task(task_id, task_id, partial(_typed, labels=labels))


def _task(task_id: str, name: str, fields: Callable[[Spans], Fields | None], bench: bool = False) -> Task:
    return Task(
        id=task_id,
        name=name,
        category=CATEGORY,
        domain=DOMAIN,
        input="{text}",
        output="{names}",
        adds=("names",),
        fields=fields,
        bench=bench,
    )
