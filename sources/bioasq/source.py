"""BioASQ Task B: questions of biomedical experts, with the answers they wrote.

Upstream format, from the participants' guidelines and the BigBIO reader: one JSON object `{questions: [{id, body, type,
ideal_answer, exact_answer, documents, snippets, ...}]}` in `BioASQ-training11b/training11b.json` (4,719 questions) and
in the golden files of the test batches, `Task11BGoldenEnriched/11B<n>_golden.json`. `ideal_answer` is a list of texts,
in older files one text; all are acceptable answers, of which the first is the target and the others are kept with their
line breaks made spaces. A question without one is withheld. No file was at hand.

The release behind the 8,224 instances of MedS-Ins is not published; ASSUMED is 11b, the newest when it was made, with
an instance for each of about two ideal answers a question; here one question has all its answers. Later releases hold
the questions of the earlier ones, so only one may be read.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medcorpus import File, Pair, Source, Task, each
from medcorpus.errors import FormatError
from medcorpus.formats import jsonl
from medcorpus.reading import Item, Withheld
from medcorpus.records import Fields


def read(path: Path) -> Iterator[Item]:
    """Read the questions of one file."""
    value = jsonl.document(path)
    questions = value.get("questions") if isinstance(value, dict) else None
    if not isinstance(questions, list):
        raise FormatError("no list of questions", where=path.name, fix="fetch the file again")
    yield from each(enumerate(questions, 1), question)


def question(row: dict[str, Any]) -> Pair | Withheld:
    """Turn one question into the question and its answers."""
    given = row.get("ideal_answer") or []
    answers = [given] if isinstance(given, str) else given
    distinct = list(dict.fromkeys(filter(None, (answer.strip() for answer in answers))))
    if not distinct:
        return Withheld("no ideal answer")
    further = "\n".join(" ".join(answer.split()) for answer in distinct[1:])
    return Pair(
        key=row["id"],
        text=row["body"].strip(),
        target=distinct[0],
        extra={"type": row["type"]} | ({"further": further} if further else {}),
    )


def answers(record: Pair) -> Fields:
    """Give every acceptable answer."""
    return {"answers": (record.target, *filter(None, record.extra.get("further", "").split("\n")))}


source = Source(
    title="BioASQ Task 11b",
    about="Questions of biomedical experts, asked and answered for the BioASQ challenge, with answers in prose.",
    homepage="http://participants-area.bioasq.org/datasets/",
    langs=("en",),
    shape=Pair,
    license="BioASQ terms of use; data of the NLM under its own conditions",
    license_evidence=(
        "guidelines of Task B: 'Data from NLM are distributed based on the conditions described here. License Code: "
        "8283NLM123.'; no licence of the questions themselves was found there"
    ),
    license_url="http://participants-area.bioasq.org/general_information/Task5b/",
    redistribute="unknown",
    access="account",
    how=(
        "register at http://participants-area.bioasq.org, accept the terms, and from its page of datasets download and "
        "unpack BioASQ-training11b.zip and Task11BGoldenEnriched.zip"
    ),
    files=(
        File(path="BioASQ-training11b/training11b.json"),
        File(path="Task11BGoldenEnriched/11B*_golden.json", split="test"),
    ),
    read=read,
    tasks=(
        Task(
            id="task104",
            name="bioasq_answering",
            category="Question Answering",
            domain="Medical Knowledge",
            input="{text}",
            output="{answers}",
            adds=("answers",),
            fields=answers,
        ),
    ),
    extras=("type", "further"),
    version="11b",
)
