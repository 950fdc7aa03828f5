"""ACI-Bench: whole visits to a doctor, transcribed, with the clinical note of each and its parts.

Upstream format, checked on the files: `data/challenge_data/{train,valid}.csv`, columns `dataset, encounter_id,
dialogue, note`, 67 and 20 visits; `data/challenge_data_json/valid_subjective.json`, `{data: [{src, tgt, file}]}`, the
same dialogues with the subjective part of each note, 20. A dialogue is lines that begin with `[doctor]`, `[patient]`
or another speaker; some are swapped, as upstream's README says. `valid.json` repeats `valid.csv`.

Not at hand, but in upstream's list of files: the three test sets (40 visits each), `clinicalnlp_taskB_test1`,
`clinicalnlp_taskC_test2` and `clef_taskC_test3`, and the other parts (objective_exam, objective_results,
assessment_and_plan) of all five sets; assumed to look like those that are. A note without a part has an empty one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from medcorpus import File, Pair, Source, Task, Withheld, each
from medcorpus.errors import FormatError
from medcorpus.formats import delimited, jsonl
from medcorpus.reading import Item
from medcorpus.records import Fields

COMMIT = "b909b2bb9cf1d19de08df15cddde7bd0179665e4"
URL = f"https://raw.githubusercontent.com/wyim/aci-bench/{COMMIT}/{{path}}"
SETS = {"train": "train", "valid": "validation", "clinicalnlp_taskB_test1": "test"}
SETS |= {"clinicalnlp_taskC_test2": "test", "clef_taskC_test3": "test"}
PARTS = {
    "subjective": "subjective",
    "objective_exam": "objective, physical examination",
    "objective_results": "objective, results",
    "assessment_and_plan": "assessment and plan",
}


def read(path: Path) -> Iterator[Item]:
    """Read the notes of a set, or one part of them."""
    if path.suffix == ".csv":
        return each(delimited.rows(path, columns=("encounter_id", "dialogue", "note")), note)
    document = jsonl.document(path)
    rows = document.get("data") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise FormatError("no list of data in it", where=path.name, fix="fetch the file again")
    name = next((part for part in PARTS if path.stem.endswith(part)), "")
    return each(enumerate(rows, 1), partial(part_of, name=name))


def note(row: dict[str, str]) -> Pair:
    """Turn a row into a visit and its note."""
    return Pair(key=row["encounter_id"], text=row["dialogue"].strip(), target=row["note"].strip())


def part_of(row: dict[str, Any], name: str) -> Pair | Withheld:
    """Turn an object into a visit and one part of its note."""
    if not row["tgt"].strip():
        return Withheld("the note has no such part")
    return Pair(key=row["file"], text=row["src"].strip(), target=row["tgt"].strip(), extra={"part": PARTS[name]})


def whole(record: Pair) -> Fields | None:
    """Take only whole notes."""
    return None if "part" in record.extra else {}


def partly(record: Pair) -> Fields | None:
    """Take only parts of notes."""
    return {} if "part" in record.extra else None


source = Source(
    title="ACI-Bench",
    about="207 transcribed visits to a doctor, acted, with the clinical note that was written for each.",
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
        Task(
            id="aci_bench_note",
            name="aci_bench_note",
            category="Text Summarization",
            domain="Clinical Text",
            input="{text}",
            output="{target}",
            fields=whole,
        ),
        Task(
            id="aci_bench_part",
            name="aci_bench_part",
            category="Text Summarization",
            domain="Clinical Text",
            input="Part of the note: {part}\n\n{text}",
            output="{target}",
            fields=partly,
        ),
    ),
    extras=("part",),
    version=COMMIT,
)
