"""cMedQA2: questions from a Chinese health community and the doctors' answers.

Upstream format: five zips of one file each. `dev_candidates.txt` and `test_candidates.txt` were checked on the files
of the commit: CSV, `question_id,ans_id,cnt,label`, 100 candidates for each of 4,000 questions, of them 7,527 and 7,552
with label 1, which are their answers. `question.csv` (`question_id,content`) and `answer.csv`
(`ans_id,question_id,content`) were not at hand; their columns are those that public loaders read. 108,000 questions
and 203,569 answers by the README, which calls the files questions.csv and answers.csv.

One record per answer: a question with several gives as many. The split is that of its question; what is in neither dev
nor test is train, so that `train_candidates.txt` (pairs of right and wrong answers) is not needed. MedS-Ins has about
226,000 instances before its own split and says nothing of how they came about; here each answer is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from medcorpus import File, Pair, Source, Task, each
from medcorpus.errors import FormatError
from medcorpus.formats import delimited
from medcorpus.reading import Item

from .. import _tables

COMMIT = "85feb9278c3ae552c591205cbf3e828368c91f8f"
HELD_OUT = {"dev_candidates.txt": "validation", "test_candidates.txt": "test"}


def read(path: Path) -> Iterator[Item]:
    """Read the answers, with the questions and the splits beside them."""
    asked = {row["question_id"]: row["content"].strip() for row in _beside(path, "question.csv", "content")}
    splits = {row["question_id"]: split for name, split in HELD_OUT.items() for row in _beside(path, name, "ans_id")}
    rows = delimited.rows(path, columns=("ans_id", "question_id", "content"))
    return each(rows, partial(answer, asked=asked, splits=splits))


def answer(row: dict[str, str], asked: Mapping[str, str], splits: Mapping[str, str]) -> Pair:
    """Turn an answer into a question and that answer."""
    number = row["question_id"]
    if number not in asked:
        raise ValueError("an answer to a question that is not there")
    return Pair(
        key=f"{number}-{row['ans_id']}",
        split=splits.get(number, "train"),
        text=asked[number],
        target=row["content"].strip(),
    )


def _beside(path: Path, name: str, column: str) -> Iterator[dict[str, str]]:
    if not path.with_name(name).is_file():
        raise FormatError(f"{name} is not beside it", where=path.name, fix="unpack all of upstream's archives there")
    return _tables.companion(path.with_name(name), ("question_id", column))


source = Source(
    title="cMedQA2",
    about="108,000 questions of patients to an online health community in Chinese, with 203,569 answers of doctors.",
    homepage="https://github.com/zhangsheng93/cMedQA2",
    langs=("zh",),
    shape=Pair,
    license="GPL-3.0 (file), non-commercial research (README)",
    license_evidence="LICENSE is the GPL-3.0; README.md: 'The dataset is in version 2.0 and is available for "
    "non-commercial research'; nothing says that it may be passed on",
    license_url=f"https://github.com/zhangsheng93/cMedQA2/blob/{COMMIT}/README.md",
    redistribute="unknown",
    access="open",
    how="download question.zip, answer.zip, dev_candidates.zip and test_candidates.zip from "
    "https://github.com/zhangsheng93/cMedQA2 and unpack all of them in DIR/cmedqa2, then pass --raw DIR",
    files=(
        File(path="answer.csv"),
        File(path="question.csv", companion=True),
        *(File(path=name, split=split, companion=True) for name, split in HELD_OUT.items()),
    ),
    read=read,
    tasks=(
        Task(
            id="task120",
            name="cmedqa2_community_answering",
            category="Question Answering",
            domain="Medical Knowledge",
            input="{text}",
            output="{target}",
        ),
    ),
    version=COMMIT,
)
