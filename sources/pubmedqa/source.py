"""PubMedQA: research questions that are article titles, answered yes, no or maybe from the abstract.

Upstream format, checked on the files: `data/ori_pqal.json`, one JSON object of 1,000 `{PMID: {QUESTION, CONTEXTS [..],
LABELS [..], MESHES [..], YEAR, reasoning_required_pred, reasoning_free_pred, final_decision, LONG_ANSWER}}`, labelled
by experts: 552 yes, 338 no, 110 maybe. CONTEXTS are the abstract's sections without its conclusion, LABELS their
headings, LONG_ANSWER the conclusion; YEAR is null 58 times. `data/test_ground_truth.json` gives PMID and label of the
500 test records (its labels equal those of the first file); the other 500 are train.

Not in the repository, and so assumed to look the same: `ori_pqaa.json` (PQA-A, 211,269 questions made from titles, with
only yes and no) and `ori_pqau.json` (PQA-U, 61,249 without a label, withheld). No PMID is assumed to stand in two of
the three.

Two tasks need what no single record has. Whether an answer settles a question (task12): records whose PMID has an odd
checksum carry the long answer of the next record of their split as `foreign_answer`, and are a no; the others are a yes
with their own. Whether a passage states an aim (task14): it is one section of the abstract, a yes if its heading says
objective, aim, purpose or goal, a no if the heading says methods, results or who was studied and the section has none
of these words; sections of background are in neither, since many of them end with the aim. Of records with both kinds
four in five show the aim, which makes the two answers about as frequent.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from medcorpus import Choice, File, Source, Task, each
from medcorpus.errors import FormatError
from medcorpus.formats import jsonl
from medcorpus.reading import Item, Withheld
from medcorpus.records import Fields

COMMIT = "1cbae8e92f72f20c8d3747cbb3bf5bc53554d997"
URL = f"https://raw.githubusercontent.com/pubmedqa/pubmedqa/{COMMIT}/{{path}}"
OPTIONS = ("yes", "no", "maybe")
SUBSETS = {"ori_pqal": "labelled", "ori_pqaa": "artificial", "ori_pqau": "unlabelled"}
AIM = re.compile(r"\b(OBJECT|OBJECTIVES?|AIMS?|PURPOSES?|GOALS?)\b", re.IGNORECASE)
NO_AIM = re.compile(r"METHOD|RESULT|FINDING|PATIENT|PARTICIPANT|SUBJECT|SETTING|MEASURE|INTERVENTION")

Entry = tuple[str, dict[str, Any]]


def read(path: Path) -> Iterator[Item]:
    """Read PQA-L, PQA-A or PQA-U."""
    rows = list(jsonl.entries(path))
    test = _test_ids(path) if path.stem == "ori_pqal" else set()
    foreign = _foreign_answers([entry for _, entry in rows], test)
    yield from each(rows, partial(question, subset=SUBSETS.get(path.stem, path.stem), test=test, foreign=foreign))


def question(entry: Entry, subset: str, test: set[str], foreign: dict[str, str]) -> Choice | Withheld:
    """Turn one entry into a question about its abstract."""
    pmid, row = entry
    decision = row.get("final_decision")
    if decision is None:
        return Withheld("no label")
    if decision not in OPTIONS:
        raise ValueError("final_decision is not yes, no or maybe")
    sections, labels = _lines(row["CONTEXTS"]), _lines(row["LABELS"])
    if len(sections) != len(labels):
        raise ValueError("not one label for each section")
    more = {"year": row.get("YEAR") or "", "foreign_answer": foreign.get(pmid, "")}
    return Choice(
        key=pmid,
        split="test" if pmid in test else "train",
        question=row["QUESTION"],
        context="\n".join(sections),
        options=OPTIONS,
        answers=(OPTIONS.index(decision),),
        rationale=row["LONG_ANSWER"],
        extra={"subset": subset, "labels": "\n".join(labels)} | {name: value for name, value in more.items() if value},
    )


def _lines(values: list[str]) -> list[str]:
    if not isinstance(values, list):
        raise TypeError
    return [value.replace("\n", " ") for value in values]


def _test_ids(path: Path) -> set[str]:
    truth = path.with_name("test_ground_truth.json")
    if not truth.is_file():
        raise FormatError(
            "test_ground_truth.json is not beside it", where=path.name, fix="fetch it: it holds the split"
        )
    return {pmid for _, (pmid, _) in jsonl.entries(truth)}


def _foreign_answers(entries: list[Entry], test: set[str]) -> dict[str, str]:
    """Give about half of the records the long answer of the next record of their split."""
    foreign = {}
    for held_out in (False, True):
        answers = [(pmid, _long_answer(row)) for pmid, row in entries if (pmid in test) is held_out]
        answers = [(pmid, answer) for pmid, answer in answers if answer]
        for (pmid, own), (_, other) in zip(answers, answers[1:] + answers[:1]):
            if _checksum(pmid) % 2 and other != own:
                foreign[pmid] = other
    return foreign


def _long_answer(row: object) -> str:
    answer = row.get("LONG_ANSWER") if isinstance(row, dict) else None
    return answer if isinstance(answer, str) and answer.strip() else ""


def _checksum(key: str) -> int:
    return zlib.crc32(key.encode("utf-8", "replace"))


def candidate(record: Choice) -> Fields:
    """Give an answer that is the record's own or another's, and whether it settles the question."""
    foreign = record.extra.get("foreign_answer")
    return {"candidate": foreign or record.rationale, "verdict": "no" if foreign else "yes"}


def passage(record: Choice) -> Fields | None:
    """Give one section of the abstract, and whether it states an aim."""
    sections = list(zip(record.context.split("\n"), record.extra["labels"].split("\n")))
    aims = [text for text, label in sections if AIM.search(label)]
    others = [text for text, label in sections if NO_AIM.search(label.upper()) and not AIM.search(f"{label} {text}")]
    if aims and (_checksum(record.key) % 5 or not others):
        return {"passage": aims[0], "verdict": "1"}
    return {"passage": others[0], "verdict": "0"} if others else None


def tested(record: Choice) -> Fields | None:
    """Take only the expert-labelled questions of the test split."""
    return {} if record.split == "test" else None


def untested(record: Choice) -> Fields | None:
    """Take all questions but those of the test split."""
    return None if record.split == "test" else {}


YES_NO_MAYBE = (
    "Answer the research question from the context, which is the abstract of the article without its conclusion. "
    "Say yes or no as the findings have it, and maybe if they leave it open; give only that word."
)

source = Source(
    title="PubMedQA",
    about="Yes/no/maybe questions about PubMed abstracts: 1,000 labelled by experts, 211,269 made from titles.",
    homepage="https://pubmedqa.github.io",
    langs=("en",),
    shape=Choice,
    license="MIT",
    license_evidence="LICENSE: 'MIT License, Copyright (c) 2019 pubmedqa'",
    license_url=f"https://github.com/pubmedqa/pubmedqa/blob/{COMMIT}/LICENSE",
    redistribute="yes",
    access="open",
    how="download PQA-A and PQA-U from the Google Drive links at https://github.com/pubmedqa/pubmedqa#download",
    files=(
        File(path="data/ori_pqal.json", url=URL),
        File(path="data/test_ground_truth.json", url=URL, split="test", companion=True),
        File(path="data/ori_pqaa.json"),
        File(path="data/ori_pqau.json"),
    ),
    read=read,
    tasks=(
        Task(
            id="task11",
            name="pubmedqa_question_generation_from_answer",
            category="Text Completion",
            domain="Academical Papers",
            input="Context: {context}\n\nAnswer: {rationale}",
            output="{question}",
        ),
        Task(
            id="task12",
            name="pubmedqa_answer_verification",
            category="Fact Verification",
            domain="Academical Papers",
            input="Question: {question}\n\nAnswer: {candidate}",
            output="{verdict}",
            labels=("yes", "no"),
            adds=("candidate", "verdict"),
            fields=candidate,
            bench=True,
        ),
        Task(
            id="task13",
            name="pubmedqa_question_generation_from_context",
            category="Text Completion",
            domain="Academical Papers",
            input="{context}",
            output="{question}",
        ),
        Task(
            id="task14",
            name="pubmedqa_objective_classification",
            category="Intent Identification",
            domain="Academical Papers",
            input="{passage}",
            output="{verdict}",
            labels=("1", "0"),
            adds=("passage", "verdict"),
            fields=passage,
        ),
        Task(
            id="task15",
            name="pubmedqa_answer_generation",
            category="Question Answering",
            domain="Academical Papers",
            input="Question: {question}\n\nContext: {context}",
            output="{rationale}",
        ),
        Task(
            id="task123",
            name="pubmedqa_yes_no_maybe_test",
            category="Question Answering",
            domain="Academical Papers",
            input="Context: {context}\n\nQuestion: {question}",
            output="{answers}",
            phrasings="yes_no_maybe",
            labels=OPTIONS,
            fields=tested,
            bench=True,
        ),
        Task(
            id="task124",
            name="pubmedqa_yes_no_maybe",
            category="Question Answering",
            domain="Academical Papers",
            input="Context: {context}\n\nQuestion: {question}",
            output="{answers}",
            phrasings="yes_no_maybe",
            labels=OPTIONS,
            fields=untested,
        ),
    ),
    extras=("subset", "labels", "year", "foreign_answer"),
    version=COMMIT,
)
