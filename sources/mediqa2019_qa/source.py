"""MEDIQA 2019, task 3: answers that a system found for health questions, rated and ranked by experts.

Upstream format, checked on all four files: `<Question QID>` with `<QuestionText>` and an `<AnswerList>` of `<Answer AID
SystemRank ReferenceRank ReferenceScore>`, each with `<AnswerURL>` and `<AnswerText>`. Training: 104 questions of LiveQA
with 839 answers, and 104 simple ones with 862; validation 25 with 234; test (`...-wLabels.xml`) 150 with 1,107. Scores
are 4 (excellent), 3 (correct but incomplete), 2 (related) and 1 (incorrect). Ids count from 1 in each file and are
prefixed with its name. The LiveQA questions are also in the source `liveqa`, with other answers.

A record is a question with one answer. The task of answering takes the answers with rank 1 that are correct (score 3
or 4): 174, 25 and 150.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from medcorpus import File, Label, Source, Task, each
from medcorpus.formats import xml
from medcorpus.reading import Item
from medcorpus.records import Fields

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

COMMIT = "ae5d3826d6c841923b9db831159fef0f1b893593"
REPOSITORY = "https://github.com/abachaa/MEDIQA2019"
URL = f"https://raw.githubusercontent.com/abachaa/MEDIQA2019/{COMMIT}/{{path}}"
SCORES = ("1", "2", "3", "4")
CORRECT = ("3", "4")
FILES = {
    "TrainingSet1-LiveQAMed": "train",
    "TrainingSet2-Alexa": "train",
    "ValidationSet": "validation",
    "TestSet-wLabels": "test",
}


def read(path: Path) -> Iterator[Item]:
    """Read the answers of one file."""
    return each(xml.elements(path, "Question"), partial(answers, name=path.stem.partition("-QA-")[2]))


def answers(question: Element, name: str) -> list[Label]:
    """Turn one question into a record for each of its answers."""
    text = xml.line(question.find("QuestionText"))
    return [answer(element, text, name) for element in question.iter("Answer")]


def answer(element: Element, question: str, name: str) -> Label:
    """Give an answer with its score and rank."""
    score = str(element.attrib["ReferenceScore"])
    if score not in SCORES:
        raise ValueError("a score that is none of 1 to 4")
    said = {"rank": str(element.attrib["ReferenceRank"]), "url": xml.line(element.find("AnswerURL"))}
    return Label(
        key=f"{name or 'file'}-{element.attrib['AID']!s}",
        text=question,
        second=xml.line(element.find("AnswerText")),
        labels=(score,),
        extra={name: value for name, value in said.items() if value},
    )


def best(record: Label) -> Fields | None:
    """Take the best answer of a question, if it is correct."""
    return {} if record.extra.get("rank") == "1" and record.labels[0] in CORRECT else None


def correctness(record: Label) -> Fields:
    """Say whether the answer is correct."""
    return {"verdict": "1" if record.labels[0] in CORRECT else "0"}


source = Source(
    title="MEDIQA 2019, question answering",
    about="383 health questions with 3,042 answers found by a system and rated by experts.",
    homepage=REPOSITORY,
    langs=("en",),
    shape=Label,
    license="not stated",
    license_evidence="README.md and Task3_README.txt have no licence line; they ask to cite the paper",
    license_url=f"{REPOSITORY}/blob/{COMMIT}/README.md",
    redistribute="unknown",
    access="open",
    files=tuple(
        File(path=f"MEDIQA_Task3_QA/MEDIQA2019-Task3-QA-{name}.xml", url=URL, split=split)
        for name, split in FILES.items()
    ),
    read=read,
    tasks=(
        Task(
            id="mediqa2019_qa_rating",
            name="mediqa2019_qa_rating",
            category="Text Retrieval",
            domain="Medical Knowledge",
            input="Question: {text}\n\nAnswer: {second}",
            output="{labels}",
            labels=SCORES,
        ),
        Task(
            id="mediqa2019_qa_filtering",
            name="mediqa2019_qa_filtering",
            category="Fact Verification",
            domain="Medical Knowledge",
            input="Question: {text}\n\nAnswer: {second}",
            output="{verdict}",
            labels=("1", "0"),
            adds=("verdict",),
            fields=correctness,
        ),
        Task(
            id="mediqa2019_qa_answering",
            name="mediqa2019_qa_answering",
            category="Question Answering",
            domain="Medical Knowledge",
            input="{text}",
            output="{second}",
            fields=best,
        ),
    ),
    extras=("rank", "url"),
    version=COMMIT,
)
