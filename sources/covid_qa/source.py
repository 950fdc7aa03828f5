"""COVID-QA: questions on coronaviruses that biomedical experts asked and answered from articles of CORD-19.

Upstream format: `data/question-answering/COVID-QA.json`, laid out as SQuAD 2: `data[].paragraphs[]` with `context` (a
whole article), `document_id` and `qas[]` with `id`, `question`, `is_impossible` and `answers[]` of `text` and
`answer_start`. The file (over 4 MB) was not at hand; an earlier one of the same folder, `200423_covidQA.json` of 1,380
questions on 98 articles, was checked: every question has one answer, ids are unique, and answers stand in the context,
1,146 of them at `answer_start`, which is not used. Upstream counts 2,019 questions in 147 articles and has no splits:
all are train.

A record is a question with its first answer, without the blanks around it; a question without one is withheld. Most
articles name their licence in their first lines (92 of the 98 are `cc-by`); only such a one stands beside its questions
and serves the task of reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from medcorpus import File, Pair, Source, Task, Withheld, each
from medcorpus.formats import squad
from medcorpus.reading import Item
from medcorpus.records import Fields

COMMIT = "fb2eb5e249618457e5359806601086c635c8eb8f"
REPOSITORY = "https://github.com/deepset-ai/COVID-QA"
STATED = re.compile(r"^License:\s*cc-by\s*$", re.IGNORECASE | re.MULTILINE)


def read(path: Path) -> Iterator[Item]:
    """Read the questions."""
    return each(squad.questions(path), pair)


def pair(asked: squad.Asked) -> Pair | Withheld:
    """Turn one question into a pair, its article beside it."""
    if not asked.question["answers"]:
        return Withheld("no answer in the article")
    return Pair(
        key=str(asked.question["id"]),
        text=asked.question["question"].strip(),
        target=asked.question["answers"][0]["text"].strip(),
        extra={"article": article} if STATED.search(article := asked.paragraph["context"].strip()) else {},
    )


def with_article(record: Pair) -> Fields | None:
    """Take the questions whose article may stand beside them."""
    return {} if record.extra else None


source = Source(
    title="COVID-QA",
    about="2,019 questions on coronaviruses with answers that experts marked in 147 scientific articles.",
    homepage=REPOSITORY,
    langs=("en",),
    shape=Pair,
    license="Apache-2.0",
    license_evidence="LICENSE: 'Apache License, Version 2.0', for the repository in which the file lies; articles are "
    "given only where they state 'License:cc-by' themselves",
    license_url=f"{REPOSITORY}/blob/{COMMIT}/LICENSE",
    redistribute="yes",
    access="open",
    files=(
        File(
            path="data/question-answering/COVID-QA.json",
            url=f"https://raw.githubusercontent.com/deepset-ai/COVID-QA/{COMMIT}/{{path}}",
        ),
    ),
    read=read,
    tasks=(
        Task(
            id="task105",
            name="covidqa_answering",
            category="Question Answering",
            domain="Medical Knowledge",
            input="{text}",
            output="{target}",
        ),
        Task(
            id="covid_qa_reading",
            name="covid_qa_reading",
            category="Question Answering",
            domain="Academical Papers",
            input="Question: {text}\n\nArticle: {article}",
            output="{target}",
            fields=with_article,
        ),
    ),
    extras=("article",),
    version=COMMIT,
)
