"""Medical Question Pairs: two questions of patients each, which doctors wrote to mean the same or not.

Upstream format, checked on the file of the commit: `mqp.csv`, CSV without a header: number of the doctor (1 to 11),
first question, second question, label (1 similar, 0 not). 3,048 pairs, half of them similar, no two alike; every first
question stands in one pair of each kind. There are no ids and no split.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from medcorpus import File, Label, Source, Task, each
from medcorpus.formats import delimited
from medcorpus.reading import Item

COMMIT = "6c7f7fd7a53cedc6fec105c0c6cb78f2e9a82cd1"
URL = f"https://raw.githubusercontent.com/curai/medical-question-pair-dataset/{COMMIT}/{{path}}"
LABELS = {"1": "Similar", "0": "Dissimilar"}


def read(path: Path) -> Iterator[Item]:
    """Read the pairs."""
    return each(delimited.rows(path, header=False), pair)


def pair(row: list[str]) -> Label:
    """Turn one row into a pair of questions."""
    doctor, first, second, label = row
    if label.strip() not in LABELS or not doctor.strip().isdecimal():
        raise ValueError("a label that is neither 1 nor 0, or no number of a doctor")
    return Label(text=first.strip(), second=second.strip(), labels=(LABELS[label.strip()],))


source = Source(
    title="Medical Question Pairs",
    about="3,048 pairs of medical questions, made by doctors from 1,524 questions of patients: one with the same and "
    "one with another meaning for each.",
    homepage="https://github.com/curai/medical-question-pair-dataset",
    langs=("en",),
    shape=Label,
    license="not stated",
    license_evidence="README.md of the repository has no licence line and there is no LICENSE file",
    license_url=f"https://github.com/curai/medical-question-pair-dataset/blob/{COMMIT}/README.md",
    redistribute="unknown",
    access="open",
    files=(File(path="mqp.csv", url=URL),),
    read=read,
    tasks=(
        Task(
            id="task38",
            name="medical_question_pair_similarity",
            category="Text Retrieval",
            domain="Daily Conversation",
            input="Question 1: {text}\nQuestion 2: {second}",
            output="{labels}",
            labels=("Similar", "Dissimilar"),
        ),
    ),
    version=COMMIT,
)
