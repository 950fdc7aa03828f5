"""SEER: patients with cancer as tables, and the sequence of radiation and surgery they were given.

Upstream format, from the published script of MedS-Ins: `Query_5_years.csv`, a case listing exported from SEER*Stat
with a header; among its columns `Radiation sequence with surgery` (the answer) and `stutus_5_years`, so misspelt
(whether the patient lived five years; not told). What the other columns, about 15, are is not published: ASSUMED are
the usual ones of a case listing, and all that are there are told, whatever their names. No file was at hand.

The published file had 35,348 rows, of which the first nine tenths, 31,813, are train and the other 3,535 test; that
rule is kept. Seven answers are known; a patient with another one, such as an unknown sequence, is withheld. Missing
values are said to be missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from medcorpus import File, Label, Source, Task, each
from medcorpus.formats import delimited
from medcorpus.reading import Item, Withheld

from .. import _tables

ANSWER = "Radiation sequence with surgery"
UNTOLD = (ANSWER, "stutus_5_years", "status_5_years")
LABELS = (
    "Intraoperative rad with other rad before/after surgery",
    "Intraoperative radiation",
    "No radiation and/or cancer-directed surgery",
    "Radiation after surgery",
    "Radiation before and after surgery",
    "Radiation prior to surgery",
    "Surgery both before and after radiation",
)


def read(path: Path) -> Iterator[Item]:
    """Read the case listing."""
    rows = list(delimited.rows(path, columns=(ANSWER,)))
    train = len(rows) * 9 // 10
    yield from each(rows[:train], partial(patient, split="train"))
    yield from each(rows[train:], partial(patient, split="test"))


def patient(row: dict[str, str], split: str) -> Label | Withheld:
    """Turn one row into the patient, told line by line, and the treatment."""
    if row[ANSWER].strip() not in LABELS:
        return Withheld("a sequence of treatments that is none of the seven")
    told = _tables.lines(row, {column: column for column in row if column not in UNTOLD})
    return Label(split=split, text=told, labels=(row[ANSWER].strip(),))


source = Source(
    title="SEER: radiation and surgery",
    about="35,348 patients of the cancer registries of the USA, and how radiation and surgery followed each other.",
    homepage="https://seer.cancer.gov/data/access.html",
    langs=("en",),
    shape=Label,
    license="SEER Research Data Use Agreement",
    license_evidence=(
        "SEER Research Data Use Agreement: 'No Release to Others. Authorized User will not release, nor permit others "
        "to release, the Data to any other person.'"
    ),
    license_url="https://seer.cancer.gov/data/agreements.html",
    redistribute="no",
    access="agreement",
    how=(
        "request access at https://seer.cancer.gov/data/access.html, sign the SEER Research Data Use Agreement, and "
        "export with SEER*Stat a case listing with the column 'Radiation sequence with surgery' as Query_5_years.csv"
    ),
    files=(File(path="Query_5_years.csv"),),
    read=read,
    tasks=(
        Task(
            id="task131",
            name="seer_treatment_planning",
            category="Treatment Planning",
            domain="Medical Knowledge",
            input="{text}",
            output="{labels}",
            labels=LABELS,
            bench=True,
        ),
    ),
)
