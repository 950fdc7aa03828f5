"""SEER: patients with breast cancer as tables, and the sequence of radiation and surgery they were given.

Upstream format, from the published script of MedS-Ins, a published instance and public code on the same table:
`Query_5_years.csv`, made from a case listing of SEER*Stat, with the columns of `TOLD`, the answer `Radiation sequence
with surgery`, and what is not told here since it gives the answer away or was not known when the treatment was planned:
Radiation recode, COD to site recode, Vital status recode (study cutoff used), Last_fu _year, interva_years and, so
misspelt, stutus_5_years. MedS-Ins tells all of these but the last. Columns that are not known are told under their own
names. No file was at hand.

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
TOLD = {
    "Age at diagnosis": "Age at diagnosis",
    "Sex": "Sex",
    "Race recode": "Race",
    "Diagnosis_year": "Year of diagnosis",
    "Total number of in situ/malignant tumors for patient": "In situ or malignant tumors of the patient",
    "CS tumor size (2004-2015)": "Tumor size (mm)",
    "Regional nodes examined (1988+)": "Regional nodes examined",
    "Regional nodes positive (1988+)": "Regional nodes positive",
    "ER Status Recode Breast Cancer (1990+)": "Estrogen receptor status",
    "PR Status Recode Breast Cancer (1990+)": "Progesterone receptor status",
    "Derived HER2 Recode (2010+)": "HER2 status",
    "Chemotherapy recode": "Chemotherapy",
}
UNTOLD = {
    *(ANSWER, "Radiation recode", "COD to site recode", "Vital status recode (study cutoff used)", "Last_fu _year"),
    *("interva_years", "interval_years", "stutus_5_years", "status_5_years"),
}
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
    names = {column: name for column, name in TOLD.items() if column in row}
    names |= {column: column for column in row if column not in UNTOLD | TOLD.keys()}
    told = _tables.lines(row, names)
    return Label(split=split, text=told, labels=(row[ANSWER].strip(),))


source = Source(
    title="SEER: radiation and surgery in breast cancer",
    about="35,348 patients with breast cancer in registries of the USA, and how radiation and surgery were ordered.",
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
        "export with SEER*Stat a case listing of breast cancer with the columns that sources/seer/source.py names, as "
        "Query_5_years.csv"
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
