"""MedQA: questions of medical licensing examinations from the US, mainland China and Taiwan.

Upstream format: `data_clean/questions/<region>/{train,dev,test}.jsonl`, one `{question, answer, options {letter: text},
meta_info, answer_idx}` a line; `answer` is the text of the right option, `answer_idx` its letter, `meta_info` the exam
("step1", "step2&3", a Chinese subject). Five options in US and Mainland, four in Taiwan. Beside them a version of US
and Mainland with four options, `US/4_options/phrases_no_exclude_{split}.jsonl` (with `metamap_phrases`, not read here)
and `Mainland/4_options/{split}.jsonl`; its letters differ from those of the five options. There are no ids.

Checked on a file: `US/test.jsonl`, 1,273 questions with five options (679 of step 1, 594 of steps 2 and 3), each answer
the text of the option it names. All else is assumed from upstream's README and from code that reads these files: 10,178
/ 1,272 / 1,273 US, 27,400 / 3,425 / 3,426 Mainland and 14,123 Taiwan questions.

Both benchmarks use the four options. Where the file with four options is there, the questions of the one with five are
withheld, so that nobody gets a question twice; where it is not, the five options are read. Taiwan's questions are in
traditional characters; they have a task of their own, since task58 is Mainland's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from medcorpus import Choice, File, Source, Withheld, each
from medcorpus.formats import jsonl
from medcorpus.reading import Item
from medcorpus.records import Fields

from .. import _exam

QUESTIONS = "data_clean/questions"
MIRROR = (
    "https://raw.githubusercontent.com/gersteinlab/MedAgents/aaeff0499e169b41faf810cbca59504e3ee2788c"
    "/datasets/MedQA/test.jsonl"
)
FOUR_OPTIONS = {"US": "4_options/phrases_no_exclude_{}.jsonl", "Mainland": "4_options/{}.jsonl"}
LANGS = {"US": "en", "Mainland": "zh", "Taiwan": "zh"}
SPLITS = {"train": "train", "dev": "validation", "test": "test"}


def read(path: Path) -> Iterator[Item]:
    """Read one split of one region."""
    region = path.parent.parent.name if path.parent.name == "4_options" else path.parent.name
    other = path.parent / FOUR_OPTIONS.get(region, "").format(path.stem)
    convert = partial(question, region=region)
    yield from each(jsonl.rows(path), withheld if other.is_file() else convert)


def question(row: dict[str, Any], region: str) -> Choice:
    """Turn one upstream object into a question."""
    letters = sorted(row["options"])
    right = row["answer_idx"]
    if right not in letters:
        raise ValueError("the answer is none of the options")
    if row["options"][right].strip() != row["answer"].strip():
        raise ValueError("the answer is not the option it names")
    exam = {"exam": row["meta_info"]} if row.get("meta_info") else {}
    return Choice(
        question=row["question"],
        options=tuple(row["options"][letter] for letter in letters),
        answers=(letters.index(right),),
        extra={"region": region, **exam},
    )


def withheld(_: dict[str, Any]) -> Withheld:
    """Leave a question to the file that has it with four options."""
    return Withheld("read with four options instead")


def mainland(record: Choice) -> Fields | None:
    """Take only questions from mainland China."""
    return {} if record.extra["region"] == "Mainland" else None


def taiwan(record: Choice) -> Fields | None:
    """Take only questions from Taiwan."""
    return {} if record.extra["region"] == "Taiwan" else None


def _files() -> Iterator[File]:
    for region, lang in LANGS.items():
        for name, split in SPLITS.items():
            if region in FOUR_OPTIONS:
                four = FOUR_OPTIONS[region].format(name)
                yield File(path=f"{QUESTIONS}/{region}/{four}", split=split, lang=lang)
            url = MIRROR if (region, name) == ("US", "test") else ""
            yield File(path=f"{QUESTIONS}/{region}/{name}.jsonl", url=url, split=split, lang=lang)


source = Source(
    title="MedQA",
    about="61,097 questions of medical licensing examinations from the US, mainland China and Taiwan.",
    homepage="https://github.com/jind11/MedQA",
    langs=("en", "zh"),
    shape=Choice,
    license="MIT",
    license_evidence=(
        "LICENSE of jind11/MedQA: 'MIT License, Copyright (c) 2022 Di Jin'; the data lie outside of that repository, "
        "without terms of their own, and were collected from exam preparation sites"
    ),
    license_url="https://github.com/jind11/MedQA/blob/27b02f66aac217933c9648a06f82e9f720377925/LICENSE",
    redistribute="unknown",
    access="open",
    how="download data_clean.zip from the Google Drive link at https://github.com/jind11/MedQA#data and unpack it",
    files=tuple(_files()),
    read=read,
    tasks=(
        _exam.task("task57", "medqa_mcqa_en", "en"),
        replace(_exam.task("task58", "medqa_mcqa_zh", "zh"), fields=mainland),
        replace(
            _exam.task("medqa_mcqa_zh_taiwan", "medqa_mcqa_zh_taiwan", "zh"),
            input="問題: {question}\n選項:\n{options}",
            output="正確答案是 {answer}",
            fields=taiwan,
            bench=False,
        ),
    ),
    extras=("region", "exam"),
)
