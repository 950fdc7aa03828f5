"""Which column of a dataset plays which part in a record: guessed from names and types, for a person to judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medcorpus.contributions.features import LABEL, LIST, TEXT, WHOLE, Feature
from medcorpus.skeleton import quoted

KEYS = ("id", "key", "qid", "pubid", "pmid", "uid", "idx", "guid", "question_id", "row_id")
QUESTIONS = ("question", "query", "input", "prompt", "sent1", "premise", "source", "src")
TEXTS = ("text", "sentence", "abstract", "article", "document", "passage", "dialogue", "note", "context", "content")
TARGETS = (
    "answer",
    "output",
    "response",
    "summary",
    "target",
    "translation",
    "completion",
    "long_answer",
    "highlights",
)
OPTIONS = ("options", "choices", "endings")
RIGHT = ("answer", "answer_idx", "answer_index", "label", "correct", "correct_answer", "answerkey", "cop")
LABELS = ("label", "labels", "category", "class", "final_decision", "verdict")

MOST_LABELS, LONGEST = 20, 60
"""Labels that a phrasing can name, and their longest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """How a record is made of columns, as Python code, and the task that it serves."""

    shape: str
    record: tuple[str, ...]
    used: tuple[str, ...]
    key: str = '""'
    job: str = ""
    category: str = ""
    templates: tuple[str, str] = ("", "")
    labels: tuple[str, ...] = ()
    guessed: bool = True


def roles_of(columns: Sequence[Feature]) -> Roles:
    """Guess how records are made of some columns."""
    made = _choice(columns) or _label(columns) or _pair(columns) or _text(columns)
    key = _named(columns, KEYS, (TEXT, WHOLE))
    if not key:
        return made
    with_key = {"key": f"str({_of(key)})", "used": (key.name, *made.used)}
    return Roles(**{**{name: getattr(made, name) for name in Roles.__dataclass_fields__}, **with_key})


def _choice(columns: Sequence[Feature]) -> Roles | None:
    question, right = _named(columns, QUESTIONS, (TEXT,)), _named(columns, RIGHT, (TEXT, WHOLE, LABEL))
    options = _named(columns, OPTIONS, (LIST,))
    if not (question and options and right) or (options.item and options.item.kind != TEXT):
        return None
    answer = f'"ABCDEFGHIJ".index({_of(right)})' if right.kind == TEXT else _of(right)
    return Roles(
        shape="Choice",
        record=(f"question={_of(question)}", f"options=tuple({_of(options)})", f"answers=({answer},)"),
        used=(question.name, options.name, right.name),
        job="mcqa",
        category="Question Answering",
        templates=("{question}\n{options}", "{answer}"),
    )


def _label(columns: Sequence[Feature]) -> Roles | None:
    label = next((c for c in columns if c.kind == LABEL), None) or _named(columns, LABELS, (TEXT,))
    text = _named(columns, (*TEXTS, *QUESTIONS), (TEXT,))
    if not (label and text):
        return None
    names = (
        label.labels if len(label.labels) <= MOST_LABELS and max(map(len, label.labels), default=0) <= LONGEST else ()
    )
    return Roles(
        shape="Label",
        record=(f"text={_of(text)}", f"labels=({f'LABELS[{_of(label)}]' if names else f'str({_of(label)})'},)"),
        used=(text.name, label.name),
        job="classification",
        category="Text Classification",
        templates=("{text}", "{labels}"),
        labels=names,
    )


def _pair(columns: Sequence[Feature]) -> Roles | None:
    target = _named(columns, TARGETS, (TEXT,))
    text = _named(columns, (*QUESTIONS, *TEXTS), (TEXT,))
    if not (target and text):
        return None
    summary = target.name.lower() in ("summary", "highlights")
    return Roles(
        shape="Pair",
        record=(f"text={_of(text)}", f"target={_of(target)}"),
        used=(text.name, target.name),
        job="summarization" if summary else "qa",
        category="Text Summarization" if summary else "Question Answering",
        templates=("{text}", "{target}"),
    )


def _text(columns: Sequence[Feature]) -> Roles:
    text = _named(columns, TEXTS, (TEXT,)) or next((c for c in columns if c.kind == TEXT), columns[0])
    return Roles(shape="Text", record=(f"text=str({_of(text)})",), used=(text.name,))


def _named(columns: Sequence[Feature], names: Sequence[str], kinds: Sequence[str]) -> Feature | None:
    """Give the column of some kinds whose name comes first among some names."""
    by_name = {column.name.lower(): column for column in reversed(columns) if column.kind in kinds}
    return next((by_name[name] for name in names if name in by_name), None)


def _of(column: Feature) -> str:
    return f"row[{quoted(column.name)}]"
