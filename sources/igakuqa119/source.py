"""IgakuQA119: the Japanese national medical licensing examination of 2025 (119th).

Upstream format, checked on the files: `questions/119<block>_json.json` (blocks A to F), JSON arrays of `{number,
question, choices [..], has_image}`, choices beginning with their letter (`a. `); `results/correct_answers.csv` with
columns `問題番号` and `解答`, the letters of one to three right choices. 400 problems, 103 with an
image, which is not here.

The texts were read from scans upstream. 391 problems have their five choices. Three have four, since two choices ran
together, two have theirs in the text of the question, one has lost its question: they are withheld, and so are four
that ask for a number. Two questions begin with the number of their block (`119C`), which is cut off. All are for
testing: nothing newer is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from medcorpus import Choice, File, Source, Withheld, each
from medcorpus.errors import FormatError
from medcorpus.formats import jsonl
from medcorpus.reading import Item

from .. import _exam, _tables, _tasks

COMMIT = "2d942397cbaa1031ca139184bc4af16e1ffa202d"
URL = f"https://raw.githubusercontent.com/docto-rin/IgakuQA119/{COMMIT}/{{path}}"
ANSWERS = "results/correct_answers.csv"
NUMBER, ANSWER = "問題番号", "解答"
LETTERS = "abcde"
BLOCK = re.compile(r"\A119[A-F](?=\D)")


def read(path: Path) -> Iterator[Item]:
    """Read one block of the exam."""
    return each(jsonl.elements(path), partial(problem, right=_answers(path)))


def problem(row: dict[str, Any], right: Mapping[str, str]) -> Choice | Withheld:
    """Turn one problem into a question."""
    choices, given = row["choices"], right.get(row["number"], "")
    asked = BLOCK.sub("", row["question"].strip())
    if not isinstance(choices, list) or not isinstance(row["has_image"], bool):
        raise TypeError
    if [choice[:2] for choice in choices] != [f"{letter}." for letter in LETTERS]:
        return Withheld("choices are lost" if choices else "no choices")
    if not asked:
        return Withheld("the question is lost")
    return Choice(
        key=row["number"],
        question=asked,
        options=tuple(choice[2:].strip() for choice in choices),
        answers=tuple(sorted(LETTERS.index(letter) for letter in given)),
        extra={"has_image": "yes" if row["has_image"] else "no"},
    )


def _answers(path: Path) -> dict[str, str]:
    table = path.parent.parent / ANSWERS
    if not table.is_file():
        raise FormatError(f"{ANSWERS} is not there", where=path.name, fix="fetch it: it holds the right answers")
    return {row[NUMBER]: row[ANSWER].strip() for row in _tables.companion(table, (NUMBER, ANSWER))}


source = Source(
    title="IgakuQA119",
    about="The 400 problems of the Japanese national medical licensing exam of 2025, with the official answers.",
    homepage="https://github.com/docto-rin/IgakuQA119",
    langs=("ja",),
    shape=Choice,
    license="Apache-2.0",
    license_evidence="README.md: 'This repository is licensed under the Apache License 2.0'; problems by the Ministry "
    "of Health, Labour and Welfare",
    license_url=f"https://github.com/docto-rin/IgakuQA119/blob/{COMMIT}/README.md",
    redistribute="yes",
    access="open",
    files=(
        File(path="questions/*_json.json", url=URL, split="test"),
        File(path=ANSWERS, url=URL, split="test", companion=True),
    ),
    read=read,
    tasks=(
        _tasks.own(
            *("igakuqa119_exam", "Question Answering", "Exam", "ja"),
            input="問題: {question}\n選択肢:\n{options}",
            output=_exam.ANSWER["ja"],
            joiner="; ",
        ),
    ),
    extras=("has_image",),
    kind="exam",
    version=COMMIT,
)
