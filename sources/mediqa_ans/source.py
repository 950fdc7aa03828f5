"""MEDIQA-AnS: consumer health questions with the pages that answer them and summaries of these by experts.

Upstream format, from the statistics script in upstream's repository and programs that read the file:
`summarization_datasets/question_driven_answer_summarization_primary_dataset.json`, one JSON object of
`{number: {question, multi_abs_summ, multi_ext_summ, answers: {id: {answer_abs_summ, answer_ext_summ, section, article,
url, rating}}}}`; `abs` are summaries in the expert's words, `ext` sentences of the pages. The file was not at hand; the
authors count 156 questions with 552 answers. The other files beside it hold parts of this one.

A record is a question with the summary over all of its answers in the expert's own words; the `section`s of the pages
(the whole `article` where there is none) stand beside it as numbered passages. No splits: all are train.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medcorpus import File, Pair, Source, Task, each
from medcorpus.formats import jsonl
from medcorpus.reading import Item

NAME = "summarization_datasets/question_driven_answer_summarization_primary_dataset.json"
HOME = "https://doi.org/10.17605/OSF.IO/FYG46"


def read(path: Path) -> Iterator[Item]:
    """Read the questions."""
    return each(jsonl.entries(path), pair)


def pair(entry: tuple[str, dict[str, Any]]) -> Pair:
    """Turn one question into a pair."""
    key, row = entry
    pages = [(page.get("section") or page["article"]).strip() for page in row["answers"].values()]
    return Pair(
        key=key,
        text=row["question"].strip(),
        target=row["multi_abs_summ"].strip(),
        extra={"passages": "\n\n".join(f"Passage {number}\n{text}" for number, text in enumerate(pages, 1))},
    )


source = Source(
    title="MEDIQA-AnS",
    about="156 consumer health questions with 552 passages that answer them and expert summaries of the passages.",
    homepage=HOME,
    langs=("en",),
    shape=Pair,
    license="not stated for the data; code MIT",
    license_evidence="LICENSE of the code repository saverymax/qdriven-chiqa-summarization: 'MIT License'; no sentence "
    "on the data, which lie on OSF, was found",
    license_url="https://github.com/saverymax/qdriven-chiqa-summarization/blob/master/README.md",
    redistribute="unknown",
    access="open",
    how=f"Download summarization_datasets.zip from {HOME} and unpack it",
    files=(File(path=NAME),),
    read=read,
    tasks=(
        Task(
            id="task102",
            name="mediqa_ans_answering",
            category="Question Answering",
            domain="Medical Knowledge",
            input="{text}",
            output="{target}",
        ),
        Task(
            id="mediqa_ans_summarization",
            name="mediqa_ans_summarization",
            category="Text Summarization",
            domain="Medical Knowledge",
            input="Question: {text}\n\n{passages}",
            output="{target}",
        ),
    ),
    extras=("passages",),
)
