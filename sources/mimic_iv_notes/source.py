"""MIMIC-IV discharge summaries, and the instructions for the patient that end them.

Upstream format, from the public documentation (mimic.mit.edu, module note) and PhysioNet's page: MIMIC-IV-Note 2.2,
`note/discharge.csv.gz`, columns note_id, subject_id, hadm_id, note_type, note_seq, charttime, storetime, text; 331,794
summaries of 145,915 patients; unpacked `note/discharge.csv` is read as well. No file was at hand: that the section
begins with a line `Discharge Instructions:` and ends at `Followup Instructions:` is what public readers rely on.

Given is everything before the last such line, wanted the section without heading. A summary without the section, or
with nothing but de-identified blanks in it, is withheld. Lines are kept. Upstream has no split: all rows are train.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from medcorpus import File, Pair, Source, Task, each
from medcorpus.reading import Item, Withheld

from .. import _physionet

HEADING = re.compile(r"^[ \t]*Discharge Instructions:", re.IGNORECASE | re.MULTILINE)
END = re.compile(r"^[ \t]*Follow-?up Instructions:", re.IGNORECASE | re.MULTILINE)
WORD = re.compile(r"[^\W_]")


def read(path: Path) -> Iterator[Item]:
    """Read the table of notes."""
    return each(_physionet.table(path, ("note_id", "text")), note)


def note(row: dict[str, str]) -> Pair | Withheld:
    """Split one note before its instructions."""
    marks = list(HEADING.finditer(row["text"]))
    if not marks:
        return Withheld("no discharge instructions")
    instructions = END.split(row["text"][marks[-1].end() :])[0].strip()
    if not WORD.search(instructions):
        return Withheld("discharge instructions left blank")
    return Pair(key=row["note_id"], text=row["text"][: marks[-1].start()].strip(), target=instructions)


source = Source(
    title="MIMIC-IV-Note: discharge summaries",
    about="331,794 de-identified discharge summaries of a hospital in Boston, USA, and what they tell the patient.",
    homepage="https://physionet.org/content/mimic-iv-note/2.2/",
    langs=("en",),
    shape=Pair,
    **_physionet.terms("mimic-iv-note/2.2"),
    files=(File(path="note/discharge.csv*"),),
    read=read,
    tasks=(
        Task(
            id="task76",
            name="mimic_iv_discharge_instruction_completion",
            category="Text Completion",
            domain="Medical Knowledge",
            input="{text}",
            output="{target}",
        ),
    ),
    folder="mimic_iv_note",
    version="2.2",
)
