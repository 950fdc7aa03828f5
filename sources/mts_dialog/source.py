"""MTS-Dialog: short conversations of doctors with patients, and the section of a note that says the same.

Upstream format, checked on the files: `Main-Dataset/MTS-Dialog-<set>.csv`, UTF-8, line breaks inside quotes (CRLF, in
places LF), columns `ID, section_header, section_text, dialogue`; `ID` counts from 0 in every file. 1,201 + 100 + 2 x
200 rows, nothing blank, 20 headers. A line of a dialogue is `<speaker>: <what is said>`; the names of speakers that are
misspelt there (`Docotr_2`, `Gest_family`, `Guest_clinican`) are put right, and the one text that ends in `None`
without a full stop gets it. Five conversations stand twice or more, most with another text or header. The two test sets
are those of two challenges.

Texts of a section such as `None.` are the same for dozens of conversations, so only those of 100 characters and more
are asked to be put into a dialogue. The augmented training sets, translations there and back, are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from medcorpus import File, Pair, Source, Task, each
from medcorpus.formats import delimited
from medcorpus.reading import Item
from medcorpus.records import Fields

COMMIT = "3ff0801933608d6f570468c13125125fb5cabdea"
URL = f"https://raw.githubusercontent.com/abachaa/MTS-Dialog/{COMMIT}/{{path}}"
SETS = {
    "TrainingSet": "train",
    "ValidationSet": "validation",
    "TestSet-1-MEDIQA-Chat-2023": "test",
    "TestSet-2-MEDIQA-Sum-2023": "test",
}
SECTIONS = {
    "FAM/SOCHX": "family history and social history",
    "GENHX": "history of present illness",
    "PASTMEDICALHX": "past medical history",
    "CC": "chief complaint",
    "PASTSURGICAL": "past surgical history",
    "ALLERGY": "allergies",
    "ROS": "review of systems",
    "MEDICATIONS": "medications",
    "ASSESSMENT": "assessment",
    "EXAM": "physical examination",
    "DIAGNOSIS": "diagnosis",
    "DISPOSITION": "disposition",
    "PLAN": "plan",
    "EDCOURSE": "emergency department course",
    "IMMUNIZATIONS": "immunizations",
    "IMAGING": "imaging",
    "GYNHX": "gynecologic history",
    "PROCEDURES": "procedures",
    "OTHER_HISTORY": "other history",
    "LABS": "laboratory results",
}
MISSPELT = (("Docotr", "Doctor"), ("Gest_family", "Guest_family"), ("Guest_clinican:", "Guest_clinician:"))
LONG = 100
_SPACES = re.compile(r"\s+")


def read(path: Path) -> Iterator[Item]:
    """Read one set."""
    prefix = path.stem.removeprefix("MTS-Dialog-").partition("-MEDIQA")[0].lower()
    rows = delimited.rows(path, columns=("ID", "section_header", "section_text", "dialogue"))
    return each(rows, partial(section, prefix=prefix))


def section(row: dict[str, str], prefix: str) -> Pair:
    """Turn one row into a conversation and a section of a note."""
    header = row["section_header"].strip()
    if header not in SECTIONS:
        raise ValueError("a header that is none of the 20")
    written = _lines(row["section_text"])
    return Pair(
        key=f"{prefix}-{row['ID'].strip()}",
        text=_dialogue(row["dialogue"]),
        target=f"{written}." if written.endswith("None") else written,
        extra={"header": header},
    )


def _dialogue(text: str) -> str:
    for wrong, right in MISSPELT:
        text = text.replace(wrong, right)
    return _lines(text)


def _lines(text: str) -> str:
    lines = (_SPACES.sub(" ", line).strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def title(record: Pair) -> Fields:
    """Give the section's name in words."""
    return {"title": SECTIONS[record.extra["header"]]}


def telling(record: Pair) -> Fields | None:
    """Take sections from which a conversation can be made up."""
    return title(record) if len(record.target) >= LONG else None


source = Source(
    title="MTS-Dialog",
    about="1,701 short conversations of doctors and patients, written from sections of real clinical notes, with the "
    "header and text of the section.",
    homepage="https://github.com/abachaa/MTS-Dialog",
    langs=("en",),
    shape=Pair,
    license="CC-BY-4.0",
    license_evidence="README.md: 'This work is published under a Creative Commons Attribution 4.0 International "
    "License (CC BY 4.0)'",
    license_url=f"https://github.com/abachaa/MTS-Dialog/blob/{COMMIT}/README.md",
    redistribute="yes",
    access="open",
    files=tuple(File(path=f"Main-Dataset/MTS-Dialog-{name}.csv", url=URL, split=split) for name, split in SETS.items()),
    read=read,
    tasks=(
        Task(
            id="mts_dialog_section",
            name="mts_dialog_section",
            category="Text Summarization",
            domain="Clinical Text",
            input="Section: {title}\n\n{text}",
            output="{target}",
            adds=("title",),
            fields=title,
        ),
        Task(
            id="mts_dialog_header",
            name="mts_dialog_header",
            category="Text Classification",
            domain="Clinical Text",
            input="{text}",
            output="{header}",
            labels=tuple(SECTIONS),
        ),
        Task(
            id="mts_dialog_conversation",
            name="mts_dialog_conversation",
            category="Dialogue",
            domain="Clinical Text",
            input="Section: {title}\n\n{target}",
            output="{text}",
            adds=("title",),
            fields=telling,
        ),
    ),
    extras=("header",),
    version=COMMIT,
)
