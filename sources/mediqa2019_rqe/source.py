"""MEDIQA 2019, task 2: does every answer to one health question answer another one, at least in part?

Upstream format, checked on all three files: `<pair pid value>` with `<chq>` (the question of a consumer or doctor) and
`<faq>` (the other question); value is true or false. Training 8,588 pairs (clinical questions, from 2016; 4,655 true),
validation 302 (129 true), test 230 (115 true, `...-wLabels.xml`). Pids count from 1 in each file and are prefixed with
its split. One pair of training has no text for one question and is withheld; 23 of training and seven of validation
stand twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from medcorpus import File, Label, Source, Task, Withheld, each
from medcorpus.formats import xml
from medcorpus.reading import Item

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

COMMIT = "ae5d3826d6c841923b9db831159fef0f1b893593"
REPOSITORY = "https://github.com/abachaa/MEDIQA2019"
URL = f"https://raw.githubusercontent.com/abachaa/MEDIQA2019/{COMMIT}/{{path}}"
LABELS = ("true", "false")
FILES = {
    "TrainingSet-AMIA2016": "train",
    "ValidationSet-AMIA2016": "validation",
    "TestSet-wLabels": "test",
}


def read(path: Path) -> Iterator[Item]:
    """Read one split."""
    split = FILES.get(path.stem.partition("-RQE-")[2], path.stem)
    return each(xml.elements(path, "pair"), partial(pair, split=split))


def pair(element: Element, split: str) -> Label | Withheld:
    """Turn one pair of questions into a record."""
    value, texts = element.attrib["value"], [xml.line(element.find(name)) for name in ("chq", "faq")]
    if value not in LABELS:
        raise ValueError("a value that is neither true nor false")
    if not all(texts):
        return Withheld("a question without text")
    return Label(key=f"{split}-{element.attrib['pid']!s}", text=texts[0], second=texts[1], labels=(str(value),))


source = Source(
    title="MEDIQA 2019, recognizing question entailment",
    about="9,120 pairs of health questions with whether the answers to the second one answer the first one as well.",
    homepage=REPOSITORY,
    langs=("en",),
    shape=Label,
    license="not stated",
    license_evidence="README.md and Task2_README.txt have no licence line; they ask to cite the papers",
    license_url=f"{REPOSITORY}/blob/{COMMIT}/README.md",
    redistribute="unknown",
    access="open",
    files=tuple(
        File(path=f"MEDIQA_Task2_RQE/MEDIQA2019-Task2-RQE-{name}.xml", url=URL, split=split)
        for name, split in FILES.items()
    ),
    read=read,
    tasks=(
        Task(
            id="mediqa2019_rqe_entailment",
            name="mediqa2019_rqe_entailment",
            category="Natural Language Inference",
            domain="Daily Conversation",
            input="Question A: {text}\n\nQuestion B: {second}",
            output="{labels}",
            labels=LABELS,
        ),
    ),
    version=COMMIT,
)
