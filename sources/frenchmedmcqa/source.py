"""FrenchMedMCQA: pharmacy examination questions in French, with one or several right answers of five.

Upstream format, checked on the files: `corpus/{train,dev,test}.json`, each one JSON array of
`{id, question, answers {a..e}, correct_answers [..], subject_name, type, nbr_correct_answers}`; `type` is missing in
test. 2,171 / 312 / 622 questions. 15 stems of test stand in train as well; they are kept here and left to
decontamination. One question of train stands twice with its id, the second time it gets the suffix `-2`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from medcorpus import Choice, File, Source, each
from medcorpus.formats import jsonl
from medcorpus.reading import Item

from .. import _exam

COMMIT = "4e36a4055245feec3218573c9f6bb1a9ecb1756b"
URL = f"https://raw.githubusercontent.com/qanastek/FrenchMedMCQA/{COMMIT}/{{path}}"


def read(path: Path) -> Iterator[Item]:
    """Read one split."""
    yield from each(jsonl.elements(path), partial(question, seen=Counter()))


def question(row: dict[str, Any], seen: Counter[str]) -> Choice:
    """Turn one upstream object into a question; its id gets a suffix when it was seen before."""
    names = sorted(row["answers"])
    seen[row["id"]] += 1
    return Choice(
        key=row["id"] if seen[row["id"]] == 1 else f"{row['id']}-{seen[row['id']]}",
        question=row["question"],
        options=tuple(row["answers"][n] for n in names),
        answers=tuple(sorted(names.index(n) for n in row["correct_answers"])),
    )


source = Source(
    title="FrenchMedMCQA",
    about="3,105 questions of the French diploma of specialised studies in pharmacy, with one to five right answers.",
    homepage="https://github.com/qanastek/FrenchMedMCQA",
    langs=("fr",),
    shape=Choice,
    license="Apache-2.0",
    license_evidence="README.md, badge 'License-Apache_2.0'; the repository has no LICENSE file",
    license_url=f"https://github.com/qanastek/FrenchMedMCQA/blob/{COMMIT}/README.md",
    redistribute="yes",
    access="open",
    files=(
        File(path="corpus/train.json", url=URL, split="train"),
        File(path="corpus/dev.json", url=URL, split="validation"),
        File(path="corpus/test.json", url=URL, split="test"),
    ),
    read=read,
    tasks=(_exam.task("task60", "frenchmedmcqa_mcqa_fr", "fr"),),
    version=COMMIT,
)
