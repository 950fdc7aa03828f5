"""HEAD-QA: examination questions for specialised posts in the Spanish health system, in Spanish and in English.

Upstream format, checked on the files: `data/HEAD/{train,dev,test}_HEAD.json` (Spanish) and, machine-translated from it,
`data/HEAD_EN/{train,dev,test}_HEAD_EN.json` (English), each `{version, language, exams: {name: {name, year, category,
data [{qid, qtext, ra, answers [{aid, atext}], image}]}}}`. 2,657 / 1,366 / 2,742 questions per language, the exams of
2013 and 2014 / 2015 / 2016 and 2017; five options in train, four in dev and test. `ra` is the `aid` of the one right
answer, as text. qids are unique inside an exam and have gaps, where the ministry withdrew a question. Categories:
biology, chemistry, medicine, nursery (nursing), pharmacology, psychology.

68 / 30 / 67 questions of medicine ask about an image; they are kept with its path as `image`, the image is not here. A
few rows have two options of the same text. Each file is read with the other language's file beside it, if there is one:
both have the same exams, qids and right answers, and the other's question becomes `translation`. The `.gold` files
repeat `ra` and `HEAD.json` repeats all questions; both are left out. The English side was made by a machine, so that
task24 asks for what a machine wrote.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from medcorpus import Choice, File, Source, Task, each
from medcorpus.errors import FormatError
from medcorpus.formats import jsonl
from medcorpus.reading import Item, Reject, Rows
from medcorpus.records import Fields

from .. import _exam

COMMIT = "9a8c0b3be470a1d3a271dac15e9b0ef400e70d75"
URL = f"https://raw.githubusercontent.com/claudiaqw/head-qa-afi/{COMMIT}/{{path}}"
SPLITS = {"train": "train", "dev": "validation", "test": "test"}
CATEGORIES = ("biology", "chemistry", "medicine", "nursery", "pharmacology", "psychology")

Asked = tuple[str, dict[str, Any], dict[str, Any]]


def read(path: Path) -> Iterator[Item]:
    """Read one split in one language."""
    language = "en" if path.stem.endswith("_EN") else "es"
    yield from each(_asked(path), partial(question, language=language, translations=_translations(path)))


def _asked(path: Path) -> Rows[Asked]:
    """Yield every question with the name and the facts of its exam, numbered through the file."""
    document = jsonl.document(path)
    exams = document.get("exams") if isinstance(document, dict) else None
    if not isinstance(exams, dict):
        raise FormatError("no exams in it", where=path.name, fix="fetch the file again")
    number = 0
    for name, exam in exams.items():
        rows = exam.get("data") if isinstance(exam, dict) else None
        if not isinstance(rows, list):
            number += 1
            yield Reject(number, "an exam without questions")
            continue
        for row in rows:
            number += 1
            yield number, (name, exam, row)


def _translations(path: Path) -> dict[tuple[str, str], str]:
    """Give the questions of the other language's file by exam and qid; nothing if there is no such file."""
    there, here = ("HEAD", "HEAD_EN") if path.stem.endswith("_EN") else ("HEAD_EN", "HEAD")
    other = path.parent.parent / there / path.name.replace(here, there)
    if path.parent.name != here or not other.is_file():
        return {}
    read = [row[1] for row in _asked(other) if not isinstance(row, Reject)]
    return {(exam, str(row.get("qid"))): str(row.get("qtext")) for exam, _, row in read if isinstance(row, dict)}


def question(asked: Asked, language: str, translations: dict[tuple[str, str], str]) -> Choice:
    """Turn one upstream question into a record."""
    name, exam, row = asked
    ids = [str(answer["aid"]) for answer in row["answers"]]
    more = {"image": row.get("image", ""), "translation": translations.get((name, str(row["qid"])), "")}
    return Choice(
        key=f"{name}-{row['qid']}-{language}",
        question=row["qtext"],
        options=tuple(answer["atext"] for answer in row["answers"]),
        answers=(_position(ids, row["ra"]),),
        extra={"category": exam["category"], "year": exam["year"]} | {n: value for n, value in more.items() if value},
    )


def _position(ids: list[str], right: object) -> int:
    if str(right) not in ids:
        raise ValueError("the right answer is none of the answers")
    return ids.index(str(right))


def numbered(record: Choice) -> Fields:
    """Give the options with their numbers, and the number of the right one."""
    lines = [f"{number}. {option}" for number, option in enumerate(record.options, 1)]
    return {"numbered": "\n".join(lines), "number": str(record.answers[0] + 1)}


def translated(record: Choice) -> Fields | None:
    """Take only questions whose translation is known."""
    return {} if "translation" in record.extra else None


source = Source(
    title="HEAD-QA",
    about="6,765 questions of Spanish exams for specialised health posts, and their machine translation into English.",
    homepage="https://aghie.github.io/head-qa/",
    langs=("es", "en"),
    shape=Choice,
    license="conditions of the Spanish Ministry of Health (cite source and date, no denaturalization) AND MIT",
    license_evidence=(
        "data/HEAD/README.txt: the ministry 'allows the redistribution of the exams and their content under certain "
        "conditions'; LICENSE of aghie/head-qa, over the translation too: 'MIT License'; date of the last update of "
        "the documents: January, 14th, 2019"
    ),
    license_url=f"https://github.com/claudiaqw/head-qa-afi/blob/{COMMIT}/data/HEAD/README.txt",
    redistribute="yes",
    access="open",
    files=tuple(
        File(path=f"data/{folder}/{name}_{folder}.json", url=URL, split=split, lang=lang)
        for folder, lang in (("HEAD", "es"), ("HEAD_EN", "en"))
        for name, split in SPLITS.items()
    ),
    read=read,
    tasks=(
        Task(
            id="task22",
            name="headqa_answer_selection",
            category="Question Answering",
            domain="Exam",
            input="Question: {question}\nOptions:\n{numbered}",
            output="{number}",
            labels=("1", "2", "3", "4", "5"),
            lang="en",
            adds=("numbered", "number"),
            fields=numbered,
        ),
        Task(
            id="task23",
            name="headqa_translation_en_es",
            category="Translation",
            domain="Exam",
            input="{question}",
            output="{translation}",
            lang="en",
            output_lang="es",
            fields=translated,
        ),
        Task(
            id="task24",
            name="headqa_translation_es_en",
            category="Translation",
            domain="Exam",
            input="{question}",
            output="{translation}",
            lang="es",
            output_lang="en",
            fields=translated,
        ),
        Task(
            id="task25",
            name="headqa_topic_classification",
            category="Text Classification",
            domain="Exam",
            input="Question: {question}\nOptions:\n{numbered}",
            output="{category}",
            labels=CATEGORIES,
            lang="en",
            adds=("numbered", "number"),
            fields=numbered,
        ),
        _exam.task("task129", "headqa_mcqa_es", "es"),
    ),
    extras=("category", "year", "image", "translation"),
    version=COMMIT,
)
