"""ChatDoctor: messages of patients and replies of doctors from two websites and from ChatGPT, and a table of diseases.

Checked on the files: `format_dataset.csv` with columns `idx, disease, Symptom, reason, TestsAndProcedures,
commonMedications`, 796 diseases, three of the columns lists printed by Python (two lists of tests are empty);
`Autonomous_ChatGPT_API/disease_database_mini.csv` is the first 100 of them without `reason` and with other names of
columns, so its rows are withheld where the large table lies beside it. `reason` is a description of the disease, or
for 138 of them the name of a drug, and is not used.

Not at hand, format by public code that reads them: `HealthCareMagic-100k.json` (112,165 rows) and `GenMedGPT-5k.json`
(5,452), JSON arrays of `{instruction, input, output}`, and `iCliniq.json` (7,321), whose reply of the doctor is
`answer_icliniq` beside those of two models; `output` is taken there where the former is missing. `chatdoctor5k.json`,
in the repository's history, holds what GenMedGPT-5k does and is withheld where that is there. Which of the paper's
tasks has which of the three sets is a guess of the catalogue. Names in diseases and drugs hold commas: lists are
written one a line.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from medcorpus import File, Pair, Source, Task, Withheld, each
from medcorpus.formats import delimited, jsonl, literal
from medcorpus.reading import Item

from .. import _tasks

COMMIT = "e77bd7ebafbffb6d82be3410cd0d4ebebe75a516"
FORMER = "1b0c03698c327bb84293bfd398c308a3950725bf"
ROOT = "https://raw.githubusercontent.com/Kent0n-Li/ChatDoctor"
TABLE, MINI = "format_dataset.csv", "Autonomous_ChatGPT_API/disease_database_mini.csv"
GENERATED, FORMERLY = "GenMedGPT-5k.json", "chatdoctor5k.json"
SETS = {"task66": "HealthCareMagic-100k", "task67": "iCliniq", "task68": "GenMedGPT-5k"}
TESTS = ("TestsAndProcedures", "Medical Tests")
DRUGS = ("commonMedications", "Medications")


def read(path: Path) -> Iterator[Item]:
    """Read a set of messages or a table of diseases."""
    if path.suffix == ".csv":
        again = path.name == Path(MINI).name and (path.parent.parent / TABLE).is_file()
        rows = delimited.rows(path, columns=("disease", "Symptom"))
        return each(rows, _withheld if again else partial(disease, stem=path.stem))
    again = path.name == FORMERLY and path.with_name(GENERATED).is_file()
    subset = SETS["task68"] if path.name == FORMERLY else path.stem
    return each(jsonl.elements(path), _withheld if again else partial(reply, subset=subset))


def reply(row: dict[str, Any], subset: str) -> Pair:
    """Turn one object into a patient's message and the doctor's reply."""
    target = row["answer_icliniq"] if "answer_icliniq" in row else row["output"]
    return Pair(text=row["input"].strip(), target=target.strip(), extra={"subset": subset})


def disease(row: dict[str, str], stem: str) -> Pair:
    """Turn one row of the table into a disease and its symptoms, with its tests and drugs."""
    lists = {"tests": TESTS, "drugs": DRUGS}
    listed = {name: _lines(row[long if long in row else short]) for name, (long, short) in lists.items()}
    more = {name: value for name, value in listed.items() if value}
    return Pair(key=f"{stem}-{row['idx']}", text=row["disease"].strip(), target=_lines(row["Symptom"]), extra=more)


def _lines(cell: str) -> str:
    return "\n".join(dict.fromkeys(literal.texts(cell)))


def _withheld(_: object) -> Withheld:
    return Withheld("also in a larger file")


def _consultation(task_id: str, subset: str) -> Task:
    return Task(
        id=task_id,
        name=f"chatdoctor_{subset.partition('-')[0].lower()}_dialogue",
        category="Dialogue",
        domain="Daily Conversation",
        input="{text}",
        output="{target}",
        phrasings="consultation",
        fields=_tasks.having("subset", subset),
    )


def _listing(job: str, slot: str, category: str) -> Task:
    return _tasks.own(
        *(f"chatdoctor_{job}", category, "Medical Knowledge", "en"),
        output=f"{{{slot}}}",
        fields=_tasks.lacking("subset") if slot == "target" else _tasks.having(slot),
        exempt={"wrong_language": "names of drugs alone pass for another language"} if slot == "drugs" else {},
    )


source = Source(
    title="ChatDoctor",
    about="About 125,000 messages of patients with a doctor's reply, from HealthCareMagic, iCliniq and ChatGPT, and a "
    "table of 796 diseases with symptoms, tests and drugs.",
    homepage="https://github.com/Kent0n-Li/ChatDoctor",
    langs=("en",),
    shape=Pair,
    license="Apache-2.0 (repository), academic research only (README)",
    license_evidence="LICENSE: 'Apache License, Version 2.0'; README.md: 'ChatDoctor is for academic research only "
    "and any commercial use and clinical use is prohibited'; the dialogues are from commercial websites",
    license_url=f"https://github.com/Kent0n-Li/ChatDoctor/blob/{COMMIT}/README.md",
    redistribute="unknown",
    access="open",
    how="download HealthCareMagic-100k.json, iCliniq.json and GenMedGPT-5k.json from the Google Drive links at "
    "https://github.com/Kent0n-Li/ChatDoctor; put them at DIR/chatdoctor and pass --raw DIR",
    files=(
        *(File(path=f"{name}.json") for name in SETS.values()),
        File(path=FORMERLY, url=f"{ROOT}/{FORMER}/{{path}}"),
        File(path=TABLE, url=f"{ROOT}/{COMMIT}/{{path}}"),
        File(path=MINI, url=f"{ROOT}/{COMMIT}/{{path}}"),
    ),
    read=read,
    tasks=(
        *(_consultation(task_id, subset) for task_id, subset in SETS.items()),
        _listing("disease_symptoms", "target", "Explanation"),
        _listing("disease_tests", "tests", "Question Answering"),
        _listing("disease_drugs", "drugs", "Treatment Planning"),
    ),
    extras=("subset", "tests", "drugs"),
    version=COMMIT,
)
