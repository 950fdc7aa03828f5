"""ACI-BENCH: conversations of doctors with patients, and the note that was written of the visit.

Upstream format, checked on all files of the commit: `data/challenge_data/<set>.csv`, UTF-8 with line breaks inside
quotes, columns `dataset, encounter_id, dialogue, note`, 67 + 20 + 3 x 40 rows; every line of a dialogue begins with
`[doctor]`, `[patient]` or `[patient_guest]`, and the tags are swapped in places, as speech recognition gave them.
`data/challenge_data_json/<set>_<part>.json`, `{data: [{src, tgt, file}]}`, holds the part of each note that is
subjective, exam, results, or assessment and plan. A note without such a part has `<part>: #####EMPTY#####.` there: 6
exams and 48 results; it is said here that nothing is documented.

`<set>.json` and `<set>_full.json` repeat the CSV files, row for row, and are not read; neither are the other
transcripts of the same visits in `data/src_experiment_data`. The three test sets of the two challenges are all test.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from medcorpus import File, Pair, Source, Task, each
from medcorpus.errors import FormatError
from medcorpus.formats import delimited, jsonl
from medcorpus.reading import Item
from medcorpus.records import Fields

COMMIT = "b909b2bb9cf1d19de08df15cddde7bd0179665e4"
URL = f"https://raw.githubusercontent.com/wyim/aci-bench/{COMMIT}/{{path}}"
NOTE = "note"
PARTS = ("subjective", "objective_exam", "objective_results", "assessment_and_plan")
SETS = {
    "train": "train",
    "valid": "validation",
    "clinicalnlp_taskB_test1": "test",
    "clinicalnlp_taskC_test2": "test",
    "clef_taskC_test3": "test",
}
EMPTY, NOTHING = "#####EMPTY#####", "Nothing is documented."


def read(path: Path) -> Iterator[Item]:
    """Read one set: whole notes from a table, a part of each from JSON."""
    if path.suffix == ".csv":
        return each(delimited.rows(path, columns=("dataset", "encounter_id", "dialogue", "note")), whole)
    part = next((part for part in PARTS if path.stem.endswith(part)), "")
    return each(_elements(path), partial(division, part=part))


def _elements(path: Path) -> Iterator[tuple[int, Any]]:
    value = jsonl.document(path)
    if not isinstance(value, dict) or not isinstance(value.get("data"), list):
        raise FormatError("no list 'data' in it", where=path.name, fix="fetch the file again")
    yield from enumerate(value["data"], 1)


def whole(row: dict[str, str]) -> Pair:
    """Turn one row into a conversation and its note."""
    key = f"{row['encounter_id']}-{row['dataset']}"
    return Pair(key=key, text=row["dialogue"].strip(), target=row["note"].strip(), extra={"part": NOTE})


def division(row: dict[str, Any], part: str) -> Pair:
    """Turn one object into a conversation and a part of its note."""
    target = NOTHING if EMPTY in row["tgt"] else row["tgt"].strip()
    return Pair(key=row["file"], text=row["src"].strip(), target=target, extra={"part": part})


def _task(job: str, part: str) -> Task:
    def of_part(record: Pair) -> Fields | None:
        return {} if record.extra["part"] == part else None

    return Task(
        id=f"aci_bench_{job}",
        name=f"aci_bench_{job}",
        category="Text Summarization",
        domain="Clinical Text",
        input="{text}",
        output="{target}",
        fields=of_part,
    )


source = Source(
    title="ACI-BENCH",
    about="207 conversations of doctors with patients, role-played, and the clinical note of each, whole and in parts.",
    homepage="https://github.com/wyim/aci-bench",
    langs=("en",),
    shape=Pair,
    license="CC-BY-4.0",
    license_evidence="README.md: 'The data here is published under a Creative Commons Attribution 4.0 International "
    "License (CC BY)'",
    license_url=f"https://github.com/wyim/aci-bench/blob/{COMMIT}/README.md",
    redistribute="yes",
    access="open",
    files=(
        *(File(path=f"data/challenge_data/{name}.csv", url=URL, split=split) for name, split in SETS.items()),
        *(
            File(path=f"data/challenge_data_json/{name}_{part}.json", url=URL, split=split)
            for name, split in SETS.items()
            for part in PARTS
        ),
    ),
    read=read,
    tasks=(
        _task("note", NOTE),
        _task("history", "subjective"),
        _task("exam", "objective_exam"),
        _task("results", "objective_results"),
        _task("plan", "assessment_and_plan"),
    ),
    extras=("part",),
    version=COMMIT,
)
