"""LiveQA: questions that people sent to the U.S. National Library of Medicine, with reference answers (TREC 2017).

Upstream format, checked on all four files. Test: `<NLM-QUESTION qid>` with `<Original-Question>` (`SUBJECT`,
`MESSAGE`), `<NIST-PARAPHRASE>`, `<ANNOTATIONS>` and `<ReferenceAnswers>`; each `<ReferenceAnswer aid>` (three times
`<RefAnswer>`) holds `ANSWER`, `AnswerURL` and an assessor's `COMMENT`. Two files hold the same 104 questions and 167
answers, word for word; `...-w-summaries.xml` adds `<NLM-Summary>`, so it is read and the other is a companion. 54
questions have one answer, the others up to five. Training: `<NLM-QUESTION questionid>` (or `qid`) with `SUBJECT`,
`MESSAGE` and `<SUB-QUESTION>`s, each with its `FOCUS`, `TYPE` and `<ANSWER answerid>`s; 200 questions with 388
answers, and 246 with one answer each, without ids. Both training files were deleted upstream in 2023; the commit
before still has them.

A record is one question with one answer; its key is the answer's id (`TQ1A1`, `Q1-S1-A1`), in the second training
file `Train-2-{qid}`. The text is subject and message on lines of their own; one test question and 107 of training
have no subject, two of training no message. Answers lose the indentation of their lines and keep the lines. Comments
are left out. The row is the question's place in its file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from medcorpus import File, Pair, Source, Task, each
from medcorpus.formats import xml
from medcorpus.reading import Item

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

COMMIT = "3f5a42ccbaa0b8ff1c665a6dc23785740ab0f09f"
WITH_TRAINING = "74d361222a641703edd9874211cd84081bf1b042"
URL = "https://raw.githubusercontent.com/abachaa/LiveQA_MedicalTask_TREC2017/{commit}/{{path}}"
TEST_URL, TRAINING_URL = URL.format(commit=COMMIT), URL.format(commit=WITH_TRAINING)


def read(path: Path) -> Iterator[Item]:
    """Read the questions of one file."""
    return each(xml.elements(path, "NLM-QUESTION"), pairs)


def pairs(question: Element) -> list[Pair]:
    """Turn one question into a pair for each of its answers."""
    text = "\n".join(filter(None, (told(question, ".//SUBJECT"), told(question, ".//MESSAGE"))))
    answers = list(question.iter("ANSWER"))
    if not answers:
        raise ValueError("a question without an answer")
    about = said_about(question)
    return [
        Pair(key=key_of(question, answer, number), text=text, target=unindented(answer), extra=extra(answer, about))
        for number, answer in enumerate(answers, 1)
    ]


def key_of(question: Element, answer: Element, number: int) -> str:
    """Give the answer's own id; the second training file has only the question's."""
    parent = answer.getparent()
    key = answer.get("answerid") or (parent.get("aid") if parent is not None else None)
    if key is None:
        key = f"Train-2-{str(question.attrib['qid']).removesuffix('.0')}" + (f"-{number}" if number > 1 else "")
    return key


def said_about(question: Element) -> dict[Element, dict[str, str]]:
    """Collect what is said about the question, about each part of it, and about each group of answers with an URL."""
    said = {question: {"paraphrase": told(question, "NIST-PARAPHRASE"), "summary": told(question, "NLM-Summary")}}
    for part in question.iter("NLM-QUESTION", "SUB-QUESTION"):
        focus = "; ".join(xml.line(e) for e in part.iterfind("ANNOTATIONS/FOCUS"))
        qtype = "; ".join(xml.line(e) for e in part.iterfind("ANNOTATIONS/TYPE"))
        said.setdefault(part, {}).update(focus=focus, qtype=qtype)
    for url in question.iter("AnswerURL"):
        if (group := url.getparent()) is not None:
            said.setdefault(group, {}).setdefault("url", xml.line(url))
    return said


def extra(answer: Element, about: dict[Element, dict[str, str]]) -> dict[str, str]:
    """Collect what is said about everything that an answer stands in, the nearest first."""
    said: dict[str, str] = {}
    for element in answer.iterancestors():
        said = about.get(element, {}) | said
    return {name: value for name, value in said.items() if value}


def told(element: Element, path: str) -> str:
    """Give the one line at a path."""
    return xml.line(element.find(path))


def unindented(answer: Element) -> str:
    """Give an answer without the blanks round its lines."""
    return "\n".join(one.strip() for one in xml.content(answer).split("\n")).strip()


source = Source(
    title="LiveQA Medical (TREC 2017)",
    about="Questions that the U.S. National Library of Medicine received from the public, with reference answers.",
    homepage="https://github.com/abachaa/LiveQA_MedicalTask_TREC2017",
    langs=("en",),
    shape=Pair,
    license="none stated",
    license_evidence="Readme.txt and the list of files were looked through: no licence; it asks to cite the paper",
    license_url=f"https://github.com/abachaa/LiveQA_MedicalTask_TREC2017/blob/{COMMIT}/Readme.txt",
    redistribute="unknown",
    access="open",
    files=(
        File(path="TrainingDatasets/TREC-2017-LiveQA-Medical-Train-1.xml", url=TRAINING_URL, split="train"),
        File(path="TrainingDatasets/TREC-2017-LiveQA-Medical-Train-2.xml", url=TRAINING_URL, split="train"),
        File(
            path="TestDataset/TREC-2017-LiveQA-Medical-Test-Questions-w-summaries.xml",
            url=TEST_URL,
            split="test",
        ),
        File(path="TestDataset/TREC-2017-LiveQA-Medical-Test.xml", url=TEST_URL, split="test", companion=True),
    ),
    read=read,
    tasks=(
        Task(
            id="task62",
            name="liveqa_consumer_answering",
            category="Dialogue",
            domain="Daily Conversation",
            input="{text}",
            output="{target}",
            lang="en",
            exempt={"conflicting": "a question has several right answers, each a row"},
        ),
    ),
    extras=("paraphrase", "summary", "focus", "qtype", "url"),
    version=COMMIT,
)
