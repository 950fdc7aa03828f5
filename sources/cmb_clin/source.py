"""CMB-Clin: Chinese case reports from textbooks, each with one to four questions and their answers.

Upstream format, checked on the file: `Data/CME-test-qa/CMB-test-qa.json`, one JSON array of 74 `{id, title,
description, QA_pairs [{question, answer}]}`, CRLF between lines; 208 questions, mostly on diagnosis, differential
diagnosis and treatment. One record per question with its case. The title names the disease and is not shown. Made for
evaluation: all is test. The multiple-choice part of CMB is not here (its files are not in the repository at hand).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medcorpus import File, Pair, Source, each
from medcorpus.formats import jsonl
from medcorpus.reading import Item

from .. import _tasks

COMMIT = "b8d1005cc1c67b4fb9d96c2bcf43d741cfd45470"
URL = f"https://raw.githubusercontent.com/FreedomIntelligence/CMB/{COMMIT}/{{path}}"


def read(path: Path) -> Iterator[Item]:
    """Read the cases."""
    return each(jsonl.elements(path), questions)


def questions(case: dict[str, Any]) -> list[Pair]:
    """Turn a case into a record for each of its questions."""
    told = _lines(case["description"])
    return [
        Pair(
            key=f"{case['id']}-{number}",
            text=_lines(pair["question"]),
            target=_lines(pair["answer"]),
            extra={"case": told},
        )
        for number, pair in enumerate(case["QA_pairs"], 1)
    ]


def _lines(text: str) -> str:
    """Give a text without the indentation of its lines."""
    return "\n".join(line.strip() for line in text.strip().splitlines())


source = Source(
    title="CMB-Clin",
    about="74 Chinese clinical cases with 208 questions on diagnosis and treatment, and their answers.",
    homepage="https://github.com/FreedomIntelligence/CMB",
    langs=("zh",),
    shape=Pair,
    license="Apache-2.0",
    license_evidence="LICENSE: 'Apache License, Version 2.0'",
    license_url=f"https://github.com/FreedomIntelligence/CMB/blob/{COMMIT}/LICENSE",
    redistribute="yes",
    access="open",
    files=(File(path="Data/CME-test-qa/CMB-test-qa.json", url=URL, split="test"),),
    read=read,
    tasks=(
        _tasks.own(
            *("cmb_clin_answering", "Question Answering", "Clinical Text", "zh"),
            input="{case}\n\n问题：{text}",
        ),
    ),
    extras=("case",),
    version=COMMIT,
)
