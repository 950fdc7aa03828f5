"""IgakuQA: the Japanese national medical licensing examinations of 2018 to 2022 (112th to 116th).

Upstream format, checked on the files: `data/<year>/<exam>-<block>.jsonl` (blocks A to F), one
`{problem_id, problem_text, choices [..], text_only, answer [..], points}` a line. 400 problems a year; ids are unique.
Answers are the letters of one to three right options. There are 5 options but for two problems with 6 and two with 8.
`points` are 1, 3 or 0, which is what a problem got that the ministry took out of the marking. `text_only` is false
where an image belongs to the problem, 529 times; such problems are kept without it.

Twelve problems (nine before 2022) ask for a number and have no choices, and four of the five choices of 114C11 are
blank: they are withheld. 112B30 accepts either of two answers ("a or d"): both are given as right, and `accepts` says
"any".

Upstream has no split. The paper scores each year by itself; here the newest exam, 2022, is test and the four before it
are train: 1,590 and 397, so that nothing newer than the test is trained on. MMedBench has 1,590 and 199 by a rule that
is not published; the first number equals ours, the second is about half of it.

Beside the problems stand `*_translate.jsonl` (by machine, into English) and `*_metadata.jsonl` (field, share of right
answers): not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medcorpus import Choice, File, Source, Withheld, each
from medcorpus.formats import jsonl
from medcorpus.reading import Item

from .. import _exam

COMMIT = "2bc4c3d159cf5505f6253d24a909fbd53237e239"
URL = f"https://raw.githubusercontent.com/jungokasai/IgakuQA/{COMMIT}/{{path}}"
EXAMS = {2018: 112, 2019: 113, 2020: 114, 2021: 115, 2022: 116}
TEST = 2022


def read(path: Path) -> Iterator[Item]:
    """Read one block of one exam."""
    yield from each(jsonl.rows(path), problem)


def problem(row: dict[str, Any]) -> Choice | Withheld:
    """Turn one problem into a question."""
    choices, given = row["choices"], row["answer"]
    if not isinstance(choices, list) or not isinstance(given, list):
        raise TypeError
    if not choices:
        return Withheld("numeric answer, no choices")
    if not all(choice.strip() for choice in choices):
        return Withheld("a choice is blank")
    either = [letter for answer in given for letter in answer.split(" or ")]
    extra = {"points": row["points"], "text_only": "yes" if row["text_only"] else "no"}
    return Choice(
        key=row["problem_id"],
        question=row["problem_text"],
        options=tuple(choices),
        answers=tuple(sorted(_position(letter) for letter in either)),
        extra=extra | ({"accepts": "any"} if len(either) > len(given) else {}),
    )


def _position(letter: str) -> int:
    if len(letter) != 1 or not "a" <= letter <= "z":
        raise ValueError("an answer that is no letter")
    return ord(letter) - ord("a")


source = Source(
    title="IgakuQA",
    about="2,000 problems of the Japanese national medical licensing exams of 2018 to 2022, with the official answers.",
    homepage="https://github.com/jungokasai/IgakuQA",
    langs=("ja",),
    shape=Choice,
    license="none stated",
    license_evidence="README.md has no licence line, the repository no LICENSE file; the problems are the ministry's",
    license_url=f"https://github.com/jungokasai/IgakuQA/tree/{COMMIT}",
    redistribute="unknown",
    access="open",
    files=tuple(
        File(path=f"data/{year}/{exam}-{block}.jsonl", url=URL, split="test" if year == TEST else "train")
        for year, exam in EXAMS.items()
        for block in "ABCDEF"
    ),
    read=read,
    tasks=(_exam.task("task59", "igakuqa_mcqa_ja", "ja"),),
    extras=("points", "text_only", "accepts"),
    version=COMMIT,
)
