"""MMedBench: examination questions in six languages with rationales that GPT-4 wrote for their right answers.

Upstream format, from the dataset card, a description of the files and code that reads them; no file was at hand.
`MMedBench.zip` holds `MMedBench/{Train,Test}/{Chinese,English,French,Japanese,Russian,Spanish}.jsonl`; the folders
`Train` and `Test` are read unpacked as well. Lines of `{question, options {letter: text}, answer, answer_idx,
meta_info, rationale, human_checked, human_check_passed}`, the last two 0 or 1, or booleans. `answer_idx` is one letter
or several with commas between ("A,C"); a list is read too. Sizes: 45,048 train (zh 27,400, en 10,178, es 2,657, fr
2,171, ja 1,590, ru 1,052) and 8,518 test (3,426, 1,273, 2,742, 622, 199, 256).

The questions are those of the sources `medqa`, `igakuqa`, `frenchmedmcqa`, `rumedbench` and `headqa`, which serve the
tasks of answering them and the product mmedbench; this source serves the rationales, tasks 51-56. All rows of train
serve them; of test, as upstream evaluates, only those whose rationale people have checked and passed (1,136), all where
the fields are missing. A row without a rationale is in no task. Rows have no ids and are named by their content.

A row comes under two terms, the card's licence and those of its question: what the sources `frenchmedmcqa`,
`rumedbench` and `headqa` say of theirs, and nothing for the questions of `medqa` and `igakuqa`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from medcorpus import Choice, File, Source, Task, each
from medcorpus.formats import jsonl
from medcorpus.reading import Item
from medcorpus.records import Fields

from .. import _exam

LANGS = {"zh": "Chinese", "en": "English", "fr": "French", "ja": "Japanese", "ru": "Russian", "es": "Spanish"}
SPLITS = {"Train": "train", "Test": "test"}
PLACES = [(f"{part}/{name}.jsonl", split, lang) for part, split in SPLITS.items() for lang, name in LANGS.items()]
HUB = "https://huggingface.co/datasets/Henrychur/MMedBench/resolve/main/{path}"
LICENSE = "CC-BY-NC-4.0"
UNSTATED = "terms of the question not stated"
ORIGINS = {
    "Chinese": UNSTATED,
    "English": UNSTATED,
    "French": "Apache-2.0",
    "Japanese": UNSTATED,
    "Russian": "Apache-2.0",
    "Spanish": "conditions of the Spanish Ministry of Health (cite source and date, no denaturalization)",
}
"""Terms of the questions, as the sources state them that they are from."""
CHECKS = ("human_checked", "human_check_passed")
NUMBERS = {"zh": 51, "en": 52, "fr": 53, "ja": 54, "ru": 55, "es": 56}


def read(path: Path) -> Iterator[Item]:
    """Read one split of one language."""
    return each(jsonl.rows(path), partial(question, ORIGINS[path.stem]))


def question(origin: str, row: dict[str, Any]) -> Choice:
    """Turn a line into a question; `origin` is what is known of the terms of the question itself."""
    letters = sorted(row["options"])
    stated = row["answer_idx"]
    right = stated if isinstance(stated, list) else stated.split(",")
    checks = {name: row[name] for name in CHECKS if row.get(name) is not None}
    if not all(value in (0, 1) for value in checks.values()):
        raise ValueError("human_checked or human_check_passed is not yes or no")
    return Choice(
        question=row["question"],
        options=tuple(row["options"][letter] for letter in letters),
        answers=tuple(sorted(letters.index(letter.strip()) for letter in right)),
        rationale=row.get("rationale") or "",
        license=f"{LICENSE} AND {origin}",
        extra={name: "yes" if value else "no" for name, value in checks.items()},
    )


def justified(record: Choice) -> Fields | None:
    """Take the questions with a rationale, of test only those whose rationale was found right."""
    unsound = record.split == "test" and any(record.extra.get(name) == "no" for name in CHECKS)
    return None if unsound or not record.rationale.strip() else {}


def task(lang: str) -> Task:
    """Give the task of saying why the answer is right, in one language."""
    return Task(
        id=f"task{NUMBERS[lang]}",
        name=f"mmedbench_rationale_{lang}",
        category="Explanation",
        domain="Medical Knowledge",
        input=f"{_exam.QUESTION[lang]}: {{question}}\n{_exam.OPTIONS[lang]}:\n{{options}}\n{_exam.ANSWER[lang]}",
        output="{rationale}",
        joiner="; ",
        phrasings="rationale",
        lang=lang,
        fields=justified,
        bench=True,
    )


source = Source(
    title="MMedBench",
    about="53,566 questions of medical examinations in six languages, each with the rationale of its right answer, "
    "written by GPT-4 and in part checked by people.",
    homepage="https://huggingface.co/datasets/Henrychur/MMedBench",
    langs=tuple(LANGS),
    shape=Choice,
    license=LICENSE,
    license_evidence="licence field of the dataset card: cc-by-nc-4.0 (cc-by-4.0 until 26 May 2024); rows name the "
    "terms of their question besides",
    license_url="https://huggingface.co/datasets/Henrychur/MMedBench",
    redistribute="yes",
    access="open",
    files=(
        *(
            File(path="MMedBench.zip", url=HUB, member=f"MMedBench/{place}", split=split, lang=lang)
            for place, split, lang in PLACES
        ),
        *(File(path=place, split=split, lang=lang) for place, split, lang in PLACES),
    ),
    read=read,
    tasks=tuple(task(lang) for lang in LANGS),
    extras=CHECKS,
)
