"""Synthea: the encounters of made-up patients, from tables like those of a hospital.

Upstream format, checked on the files: `seeds/synthea/*.csv` as Synthea 3.0.0 exports them. Read are encounters (604, of
27 patients, 1968 to 2024), patients, conditions (438), medications (663), allergies (40), procedures (249) and
observations (990; the seed has them for 37 encounters only), linked by PATIENT and ENCOUNTER; the other ten tables
(claims, payers, ...) are not. Dates are days or UTC instants; they are compared by the day.

A record is one encounter; its text is the chart as it was before: age, sex, encounters of a year, and the conditions,
medicines and allergies that had begun and not ended. Its label is the encounter's class, and the extras are what
happened in it, items joined by `; `, which no name holds, or `not recorded`. Conditions called `(finding)` or
`(situation)`, most of them about employment or education, are left out. The tables are joined in memory. Upstream has
no split: all rows are train.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from medcorpus import File, Label, Source, Task, each
from medcorpus.formats import delimited
from medcorpus.reading import Item, Reject
from medcorpus.records import Fields

from .. import _tables

COMMIT = "b9486865d6c2f95e6bda34187391244131243585"
URL = f"https://raw.githubusercontent.com/OHDSI/dbt-synthea/{COMMIT}/{{path}}"
FOLDER = "seeds/synthea"
ENCOUNTERS = ("Id", "START", "STOP", "PATIENT", "ENCOUNTERCLASS", "DESCRIPTION", "REASONDESCRIPTION")
TABLES = {
    "patients": ("Id", "BIRTHDATE", "GENDER"),
    "conditions": ("START", "STOP", "PATIENT", "ENCOUNTER", "DESCRIPTION"),
    "medications": ("START", "STOP", "PATIENT", "ENCOUNTER", "DESCRIPTION"),
    "allergies": ("START", "STOP", "PATIENT", "ENCOUNTER", "DESCRIPTION"),
    "procedures": ("PATIENT", "ENCOUNTER", "DESCRIPTION"),
    "observations": ("PATIENT", "ENCOUNTER", "CATEGORY", "DESCRIPTION", "VALUE", "UNITS"),
}
CLASSES = (
    *("ambulatory", "emergency", "home", "hospice", "inpatient"),
    *("outpatient", "snf", "urgentcare", "virtual", "wellness"),
)
HAPPENED = ("conditions", "procedures", "medications")
RETURN = timedelta(days=30)

Row = dict[str, str]
Charts = dict[str, dict[str, list[Row]]]


def read(path: Path) -> Iterator[Item]:
    """Read the encounters, each with what the other tables have of its patient."""
    charts: Charts = defaultdict(lambda: defaultdict(list))
    for name, columns in TABLES.items():
        for row in _tables.companion(path.with_name(f"{name}.csv"), columns):
            charts[row["Id" if name == "patients" else "PATIENT"]][name].append(row)
    rows = list(delimited.rows(path, columns=ENCOUNTERS))
    for found in rows:
        if not isinstance(found, Reject):
            charts[found[1]["PATIENT"]]["encounters"].append(found[1])
    return each(rows, partial(encounter, charts=charts))


def encounter(row: Row, charts: Charts) -> Label:
    """Turn one encounter into the chart before it, its class, and what happened in it."""
    own = charts[row["PATIENT"]]
    if not own["patients"]:
        raise ValueError("a patient that patients.csv lacks")
    if row["ENCOUNTERCLASS"] not in CLASSES:
        raise ValueError("an unknown class of encounter")
    here = {name: [r for r in own[name] if r.get("ENCOUNTER") == row["Id"]] for name in TABLES}
    measured = [r for r in here["observations"] if r["CATEGORY"] in ("vital-signs", "laboratory")]
    return Label(
        key=row["Id"],
        text=chart(own, row["START"][:10]),
        labels=(row["ENCOUNTERCLASS"],),
        extra={
            "visit": _tables.value(row["DESCRIPTION"]),
            "reason": _tables.value(row["REASONDESCRIPTION"]),
            "observations": joined(f"{r['DESCRIPTION']} {r['VALUE']} {r['UNITS']}" for r in measured),
            **{n: joined(r["DESCRIPTION"] for r in here[n]) for n in ("conditions", "medications", "procedures")},
            "returns": str(returns(row, own["encounters"])),
        },
    )


def joined(names: Iterator[str]) -> str:
    """Put distinct names together, without findings and situations."""
    told = (" ".join(name.split()) for name in names)
    kept = dict.fromkeys(name for name in told if name and not name.endswith(("(finding)", "(situation)")))
    return "; ".join(kept) or _tables.MISSING


def chart(own: dict[str, list[Row]], day: str) -> str:
    """Tell what was known of a patient before a day."""
    born = own["patients"][0]["BIRTHDATE"]
    age = int(day[:4]) - int(born[:4]) - (day[5:] < born[5:10])
    year = f"{int(day[:4]) - 1}{day[4:]}"
    seen = sorted(r["START"][:10] for r in own["encounters"] if year <= r["START"][:10] < day)
    lines = [f"Age: {age} years", f"Sex: {_tables.value(own['patients'][0]['GENDER'])}"]
    lines.append(
        f"Encounters in the year before: {len(seen)}{f', the last {apart(seen[-1], day)} days ago' if seen else ''}"
    )
    for name in ("conditions", "medications", "allergies"):
        valid = (r for r in own[name] if r["START"][:10] < day and (not r["STOP"] or r["STOP"][:10] >= day))
        lines.append(f"Known {name}: {joined(r['DESCRIPTION'] for r in valid)}")
    return "\n".join(lines)


def apart(first: str, second: str) -> int:
    """Count the days between two."""
    return (date.fromisoformat(second) - date.fromisoformat(first)).days


def returns(row: Row, encounters: list[Row]) -> bool:
    """Say whether the patient has another encounter within 30 days of the end of this one."""
    end = date.fromisoformat(row["STOP"][:10])
    later = (r["START"][:10] for r in encounters if r["START"] > row["START"])
    return any(end <= date.fromisoformat(day) <= end + RETURN for day in later)


def having(record: Label, names: tuple[str, ...]) -> Fields | None:
    """Take the encounters in which one of several things is recorded."""
    return {} if any(record.extra[name] != _tables.MISSING for name in names) else None


def task(
    job: str, category: str, told: tuple[str, ...], output: str, *needed: str, labels: tuple[str, ...] = ()
) -> Task:
    """Give the task of telling one thing about an encounter from the chart and other things about it."""
    return Task(
        id=f"synthea_csv_{job}",
        name=f"synthea_csv_{job}",
        category=category,
        domain="Clinical Text",
        input="\n".join(("{text}", *(f"{name.capitalize()}: {{{name}}}" for name in told))),
        output=f"{{{output}}}",
        labels=labels,
        fields=partial(having, names=needed) if needed else None,
    )


source = Source(
    title="Synthea seed of dbt-synthea",
    about="604 encounters of 27 patients made up by Synthea, as the tables of a health record.",
    homepage="https://github.com/OHDSI/dbt-synthea",
    langs=("en",),
    shape=Label,
    license="Apache-2.0",
    license_evidence="LICENSE: 'Apache License, Version 2.0, January 2004', over the whole repository",
    license_url=f"https://github.com/OHDSI/dbt-synthea/blob/{COMMIT}/LICENSE",
    redistribute="yes",
    access="open",
    files=(
        File(path=f"{FOLDER}/encounters.csv", url=URL),
        *(File(path=f"{FOLDER}/{name}.csv", url=URL, companion=True) for name in TABLES),
    ),
    read=read,
    tasks=(
        task("diagnosis", "Diagnosis", ("visit", "observations", "procedures"), "conditions", "conditions"),
        task("medication", "Treatment Planning", ("visit", "reason", "conditions"), "medications", "medications"),
        task(
            *("encounter_class", "Text Classification", ("reason", *HAPPENED, "observations"), "labels"),
            *HAPPENED,
            labels=CLASSES,
        ),
        task(
            *("return_30d", "Clinical Outcome Prediction", ("visit", "reason", "conditions", "medications"), "returns"),
            labels=("True", "False"),
        ),
    ),
    extras=("visit", "reason", "conditions", "medications", "procedures", "observations", "returns"),
    version=COMMIT,
)
