"""MedMCQA: questions of Indian entrance examinations for medical postgraduates, many with an explanation.

Upstream format, read from upstream's README and from code that reads it; no file was at hand. The archive `data.zip`
(Google Drive) holds `train.json`, `dev.json` and `test.json`, JSON Lines of `{id, question, opa, opb, opc, opd, cop,
choice_type, exp, subject_name, topic_name}`. `cop` is the number of the right option, from 1; `exp`, the explanation,
is null or missing in 21,953 of the 182,822 rows of train. `test.json` has no `cop`: its 6,150 rows are withheld. (The
README exchanges the sizes of dev, 4,183, and test.) The dataset repository has the same rows as
`data/{train,validation,test}-00000-of-00001.parquet`; there `cop` counts from 0 and is -1 in test. Bring one of the
two: rows have the same keys in both.

dev.json is read as the test split: upstream gives out no other questions with answers that are not for training, and
all published results, and the benchmark's task122, are on it. `choice_type` multi does not mean several right options:
`cop` is one number in every row. Options that upstream leaves blank make a row a reject.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from medcorpus import Choice, File, Source, Task, Withheld, each
from medcorpus.formats import jsonl, parquet_rows
from medcorpus.reading import Item
from medcorpus.records import Fields

OPTIONS = ("opa", "opb", "opc", "opd")
EXTRAS = ("choice_type", "subject_name", "topic_name")
COLUMNS = ("id", "question", *OPTIONS, "cop", "exp")
HUB = "https://huggingface.co/datasets/openlifescienceai/medmcqa/resolve/main/{path}"
INPUT = "Question: {question}\nOptions:\n{options}"


def read(path: Path) -> Iterator[Item]:
    """Read one split."""
    if path.suffix == ".parquet":
        return each(parquet_rows.rows(path, COLUMNS, EXTRAS), partial(question, first=0))
    return each(jsonl.rows(path), partial(question, first=1))


def question(row: dict[str, Any], first: int) -> Choice | Withheld:
    """Turn a row into a question; `first` is the number of the first option."""
    if row.get("cop") in (None, "", "-1", -1):
        return Withheld("answer withheld upstream")
    right = int(row["cop"]) - first
    if right not in range(len(OPTIONS)):
        raise ValueError("cop is not the number of an option")
    return Choice(
        key=row["id"],
        question=row["question"].strip(),
        options=tuple(row[name].strip() for name in OPTIONS),
        answers=(right,),
        rationale=(row.get("exp") or "").strip(),
        extra={name: row[name] for name in EXTRAS if row.get(name)},
    )


def trained(record: Choice) -> Fields | None:
    """Take the questions for training."""
    return {} if record.split == "train" else None


def explained(record: Choice) -> Fields | None:
    """Take the questions for training that have an explanation."""
    return {} if record.split == "train" and record.rationale else None


def tested(record: Choice) -> Fields | None:
    """Take the questions of the benchmark."""
    return {} if record.split == "test" else None


source = Source(
    title="MedMCQA",
    about="About 187,000 questions with four options and their answers, and explanations for most, from AIIMS and NEET "
    "PG entrance examinations.",
    homepage="https://medmcqa.github.io",
    langs=("en",),
    shape=Choice,
    license="Apache-2.0",
    license_evidence="README.md, badge 'License-Apache_2.0', and the licence field of the dataset card: apache-2.0 "
    "(the repository's LICENSE is said to be MIT)",
    license_url="https://github.com/medmcqa/medmcqa/blob/main/README.md",
    redistribute="yes",
    access="open",
    how="download data.zip from the Google Drive link in https://github.com/medmcqa/medmcqa#data-download-and-"
    "preprocessing and unpack it into the folder 'medmcqa'",
    files=(
        File(path="data/train-00000-of-00001.parquet", url=HUB),
        File(path="data/validation-00000-of-00001.parquet", url=HUB, split="test"),
        File(path="data/test-00000-of-00001.parquet", url=HUB, split="test"),
        File(path="train.json"),
        File(path="dev.json", split="test"),
        File(path="test.json", split="test"),
    ),
    read=read,
    tasks=(
        Task(
            id="task63",
            name="medmcqa_explanation_and_choice",
            category="Explanation",
            domain="Exam",
            input=INPUT,
            output="Explanation: {rationale}\n\nAnswer: {answer}",
            fields=explained,
        ),
        Task(
            id="task64",
            name="medmcqa_mcqa",
            category="Question Answering",
            domain="Exam",
            input=INPUT,
            output="The right answer is {answer}",
            phrasings="mcqa",
            fields=trained,
        ),
        Task(
            id="task122",
            name="medmcqa_mcqa_test",
            category="Question Answering",
            domain="Exam",
            input=INPUT,
            output="The right answer is {answer}",
            phrasings="mcqa",
            fields=tested,
            bench=True,
        ),
    ),
    extras=EXTRAS,
)
