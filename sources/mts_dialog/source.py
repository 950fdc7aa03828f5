"""MTS-Dialog: short conversations of doctors and patients, each with the section of a note that sums it up.

Upstream format, checked on the files: `Main-Dataset/MTS-Dialog-{TrainingSet,ValidationSet,TestSet-1-MEDIQA-Chat-2023,
TestSet-2-MEDIQA-Sum-2023}.csv`, CSV with columns `ID, section_header, section_text, dialogue`, line ends mixed inside
the values. 1,201 / 100 / 200 / 200 rows, 20 headers, nothing blank; two dialogues of train stand twice. IDs count from
0 in each file. 51 sections say "None." and one "None", which gets its full stop. The translated copies in
`Augmented-Data` are not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from medcorpus import File, Pair, Source, Task, each
from medcorpus.formats import delimited
from medcorpus.reading import Item

COMMIT = "3ff0801933608d6f570468c13125125fb5cabdea"
URL = f"https://raw.githubusercontent.com/abachaa/MTS-Dialog/{COMMIT}/{{path}}"
FILES = {
    "TrainingSet": "train",
    "ValidationSet": "validation",
    "TestSet-1-MEDIQA-Chat-2023": "test",
    "TestSet-2-MEDIQA-Sum-2023": "test",
}
SECTIONS = (
    *("ALLERGY", "ASSESSMENT", "CC", "DIAGNOSIS", "DISPOSITION", "EDCOURSE", "EXAM", "FAM/SOCHX", "GENHX", "GYNHX"),
    *("IMAGING", "IMMUNIZATIONS", "LABS", "MEDICATIONS", "OTHER_HISTORY", "PASTMEDICALHX", "PASTSURGICAL", "PLAN"),
    *("PROCEDURES", "ROS"),
)


def read(path: Path) -> Iterator[Item]:
    """Read one split."""
    rows = delimited.rows(path, columns=("ID", "section_header", "section_text", "dialogue"))
    return each(rows, partial(section, stem=path.stem.removeprefix("MTS-Dialog-")))


def section(row: dict[str, str], stem: str) -> Pair:
    """Turn one row into a conversation and its section."""
    header = row["section_header"].strip().upper()
    if header not in SECTIONS:
        raise ValueError("a section header that is none of the twenty")
    written = row["section_text"].strip()
    turns = [line.strip() for line in row["dialogue"].splitlines()]
    return Pair(
        key=f"{stem}-{row['ID']}",
        text="\n".join(turn for turn in turns if turn),
        target="None." if written == "None" else written,
        extra={"section": header},
    )


source = Source(
    title="MTS-Dialog",
    about="1,701 short conversations of doctor and patient, each written from a section of a clinical note, with it.",
    homepage="https://github.com/abachaa/MTS-Dialog",
    langs=("en",),
    shape=Pair,
    license="CC-BY-4.0",
    license_evidence="README.md: 'This work is published under a Creative Commons Attribution 4.0 International "
    "License (CC BY 4.0)'",
    license_url=f"https://github.com/abachaa/MTS-Dialog/blob/{COMMIT}/README.md",
    redistribute="yes",
    access="open",
    files=tuple(
        File(path=f"Main-Dataset/MTS-Dialog-{name}.csv", url=URL, split=split) for name, split in FILES.items()
    ),
    read=read,
    tasks=(
        Task(
            id="mts_dialog_summary",
            name="mts_dialog_summary",
            category="Text Summarization",
            domain="Clinical Text",
            input="Section: {section}\n\n{text}",
            output="{target}",
        ),
        Task(
            id="mts_dialog_section",
            name="mts_dialog_section",
            category="Text Classification",
            domain="Clinical Text",
            input="{text}",
            output="{section}",
            labels=SECTIONS,
        ),
    ),
    extras=("section",),
    version=COMMIT,
)
