"""PMC-Patients: patient summaries from case reports in PubMed Central, with age, gender and similar patients.

Upstream format, from the description in its repository (version 1: 167,034 patients of 140,897 articles): either
`PMC-Patients.json`, one JSON array, or `PMC-Patients.csv` with the same fields, of which those that are not text are
written as Python writes them. Fields: patient_id, patient_uid (PMID and number of the patient), PMID, file_path, title
(of the article), patient (the summary), age (`[[60.0, 'year'], [2.0, 'month']]`), gender (M or F), relevant_articles
and similar_patients (`{patient_uid: 1 or 2}`). Neither file (about 600 MB) was at hand: that age may be empty and
gender missing is assumed. They hold the same patients, so only one of them is to be there. The split is that of
upstream's retrieval benchmark and not in these files: a tenth is held out as test.

The file is read twice, an element at a time: first the beginnings of all summaries (`OPENING` characters each, about
100 MB) are kept, then each patient is given four cases (task75): up to two similar patients, the others unlike and of
other articles, chosen and put in order by check sums; about cases of which none is similar the answer is that.
"""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from zlib import crc32

from medcorpus import File, Pair, Source, Task, each
from medcorpus.formats import delimited, json_array
from medcorpus.reading import Item, Reject, Rows
from medcorpus.records import Fields

REPOSITORY = "https://github.com/zhao-zy15/PMC-Patients"
COLUMNS = ("patient_uid", "title", "patient", "age", "gender", "similar_patients")
OPENING, CASES, SIMILAR = 400, 4, 2
STEP = 7919  # a prime: steps of this size come by all patients
MISSING = "not recorded"
NONE = "None of the cases is related."


def read(path: Path) -> Iterator[Item]:
    """Read the patients."""
    openings = dict(_openings(path))
    return each(_rows(path), partial(patient, openings=openings, order=tuple(openings)))


def _rows(path: Path) -> Rows[dict[str, Any]]:
    with path.open("rb") as stream:
        is_array = stream.read(64).removeprefix(BOM_UTF8).lstrip().startswith(b"[")
    return json_array.elements(path) if is_array else delimited.rows(path, columns=COLUMNS)


def _openings(path: Path) -> Iterator[tuple[str, str]]:
    for row in _rows(path):
        match row:
            case (_, {"patient_uid": str(uid), "patient": str(text)}) if not isinstance(row, Reject):
                short = " ".join(text[:OPENING].split())
                yield uid, f"{short.rpartition(' ')[0]} ..." if len(text) > OPENING else short


def patient(row: dict[str, Any], openings: dict[str, str], order: tuple[str, ...]) -> Pair:
    """Turn one row into a patient: the summary, the title of the article, and cases to compare with."""
    key = row["patient_uid"]
    chosen = cases(key, [uid for uid in structured(row["similar_patients"]) if uid in openings], order)
    told = "\n\n".join(f"Case{n}: {openings[uid]}" for n, uid in enumerate(chosen, 1))
    related = ", ".join(f"Case{n}" for n, uid in enumerate(chosen, 1) if uid in structured(row["similar_patients"]))
    return Pair(
        key=key,
        text=row["patient"].strip(),
        target=row["title"].strip(),
        extra={"age": age_of(row), "gender": gender_of(row)}
        | ({"cases": told, "related": related or NONE} if chosen else {}),
    )


def structured(value: Any) -> Any:
    """Give a value that is no text; in the CSV file it is written with single quotes."""
    return json.loads(value.replace("'", '"')) if isinstance(value, str) else value


def cases(key: str, similar: list[str], order: tuple[str, ...]) -> list[str]:
    """Choose patients to compare one with, some of them similar to it."""
    start, article = crc32(key.encode()), key.partition("-")[0]
    candidates = (order[(start + n * STEP) % len(order)] for n in range(min(len(order), 1000)))
    unlike = (uid for uid in candidates if uid not in similar and uid.partition("-")[0] != article)
    chosen = similar[:SIMILAR] + list(dict.fromkeys(islice(unlike, CASES - len(similar[:SIMILAR]))))
    return sorted(chosen, key=lambda uid: crc32(f"{key} {uid}".encode()))


def age_of(row: dict[str, Any]) -> str:
    """Give the age as upstream's description writes it."""
    parts = ", ".join(f"[{float(value)}, '{unit}']" for value, unit in structured(row["age"] or []))
    return f"[{parts}]" if parts else MISSING


def gender_of(row: dict[str, Any]) -> str:
    """Give M or F, or say that it is missing."""
    gender = row["gender"] or MISSING
    if gender not in ("M", "F", MISSING):
        raise ValueError("a gender that is neither M nor F")
    return str(gender)


def compared(record: Pair) -> Fields | None:
    """Take the patients who were given cases."""
    return {} if "cases" in record.extra else None


source = Source(
    title="PMC-Patients",
    about="167,034 patient summaries from case reports in PubMed Central, with age, gender and similar patients.",
    homepage=REPOSITORY,
    langs=("en",),
    shape=Pair,
    license="CC-BY-NC-SA-4.0",
    license_evidence="README.md: 'PMC-Patients dataset is released under CC BY-NC-SA 4.0 License'",
    license_url=f"{REPOSITORY}/blob/20cba9b40b9c7b6462da9ba7f2149e17c6bd8221/README.md",
    redistribute="yes",
    access="open",
    how="Download PMC-Patients.csv from https://huggingface.co/datasets/zhengyun21/PMC-Patients or PMC-Patients.json "
    "from https://figshare.com/collections/PMC-Patients/6723465, one of them only",
    files=(File(path="PMC-Patients.*"),),
    read=read,
    held_out=0.1,
    tasks=(
        Task(
            id="task73",
            name="pmc_patient_title_generation",
            category="Text Completion",
            domain="Academical Papers",
            input="{text}",
            output="{target}",
        ),
        Task(
            id="task74",
            name="pmc_patient_age_gender_extraction",
            category="Information Extraction",
            domain="Academical Papers",
            input="{text}",
            output="Gender: {gender}\n\nAge: {age}",
            bench=True,
        ),
        Task(
            id="task75",
            name="pmc_patient_similar_case_retrieval",
            category="Text Retrieval",
            domain="Academical Papers",
            input="Query: {text}\n\n{cases}",
            output="{related}",
            fields=compared,
        ),
    ),
    extras=("age", "gender", "cases", "related"),
)
