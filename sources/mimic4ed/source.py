"""MIMIC-IV-ED benchmark: emergency stays as tables, and what became of the patients.

Upstream format, from the benchmark's scripts and notebooks: `master_dataset.csv`, which the user makes from MIMIC-IV
and MIMIC-IV-ED, one row for each stay, among its columns stay_id, those of `variables` and the outcomes
outcome_hospitalization, outcome_critical (death in hospital, or intensive care within 12 hours) and
outcome_ed_revisit_3d, all True or False. MIMIC-IV-ED 2.2, which fits the counts of MedS-Ins, has 425,087 stays; the
notebooks have 448,972 of version 1.0, 441,437 of them of adults with an acuity. No file was at hand.

The benchmark's next script writes `train.csv` and `test.csv`, without children and with medians in place of missing
values; of `test.csv`, where it lies beside, only stay_id is read: these stays are test, all others train. Without it
all are train. Cryptic column names are spelt out, missing values are said to be missing. The third task is told the end
of the stay and not the vital signs at triage, as in the benchmark; stays that end in a hospital are not left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from medcorpus import File, Label, Source, Task, each
from medcorpus.reading import Item
from medcorpus.records import Fields

from .. import _physionet, _tables
from . import variables

OUTCOMES = {
    "outcome_hospitalization": "hospitalization",
    "outcome_critical": "critical outcome",
    "outcome_ed_revisit_3d": "revisit within 72 hours",
}
NONE = "none of the outcomes"
VERDICTS = {"True": True, "False": False}


def read(path: Path) -> Iterator[Item]:
    """Read the table."""
    test = path.with_name("test.csv")
    rows = _tables.companion(test, ("stay_id",)) if test.is_file() else ()
    tested = frozenset(row["stay_id"] for row in rows)
    return each(_physionet.table(path, ("stay_id", *OUTCOMES)), partial(stay, tested=tested))


def stay(row: dict[str, str], tested: frozenset[str]) -> Label:
    """Turn one row into the stay, told line by line, and its outcomes."""
    person = _tables.lines(row, variables.PERSON | variables.VISITS)
    flags = _tables.lines(row, variables.COMPLAINTS | variables.HISTORY, flags=True)
    grades = _tables.lines(row, variables.GRADES)
    came_true = tuple(told for column, told in OUTCOMES.items() if VERDICTS[row[column]])
    return Label(
        key=row["stay_id"].removesuffix(".0"),
        split="test" if row["stay_id"] in tested else "train",
        text=f"{person}\n{grades}\n{flags}",
        labels=came_true or (NONE,),
        extra={"triage": _tables.lines(row, variables.TRIAGE), "stay": _tables.lines(row, variables.STAY)},
    )


def outcome(record: Label, name: str) -> Fields:
    """Say whether an outcome came true."""
    return {"verdict": str(name in record.labels)}


def prediction(task_id: str, job: str, name: str, told: str, **facts: Any) -> Task:
    """Give the task of predicting one outcome."""
    return Task(
        id=task_id,
        name=f"mimic4ed_{job}_prediction",
        category="Clinical Outcome Prediction",
        domain="Clinical Text",
        input=f"{{text}}\n{{{told}}}",
        output="{verdict}",
        labels=tuple(VERDICTS),
        adds=("verdict",),
        fields=partial(outcome, name=name),
        bench=True,
        **facts,
    )


source = Source(
    title="MIMIC-IV-ED benchmark",
    about="425,087 emergency stays in a hospital in Boston, USA, as a table of 81 variables, and their outcomes.",
    homepage="https://github.com/nliulab/mimic4ed-benchmark",
    langs=("en",),
    shape=Label,
    **_physionet.terms(
        "mimiciv/2.2",
        " and those of https://physionet.org/content/mimic-iv-ed/2.2/, signed for in the same way; run "
        "extract_master_dataset.py and data_general_processing.py of https://github.com/nliulab/mimic4ed-benchmark, "
        "which make master_dataset.csv and test.csv",
    ),
    files=(
        File(path="master_dataset.csv*"),
        File(path="test.csv", split="test", companion=True),
    ),
    read=read,
    tasks=(
        prediction("task117", "hospitalization", "hospitalization", "triage"),
        prediction(
            *("task118", "revisit_72h", "revisit within 72 hours", "stay"),
            exempt={"imbalance": "by the benchmark's notebook 4.6 % of those sent home return, and fewer of all"},
        ),
        prediction("task119", "critical_triage", "critical outcome", "triage"),
    ),
    extras=("triage", "stay"),
    version="2.2",
)
