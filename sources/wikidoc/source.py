"""WikiDoc in Medical Meadow: questions and answers from WikiDoc's textbook and from its pages for patients.

Upstream format, from upstream's table, the datasets' listings and code that reads them; no file was at hand. Two
datasets, each one JSON array of `{instruction, input, output}`: `medical_meadow_wikidoc` (10,000 rows; headings of the
"Living Textbook" that GPT-3.5 turned into questions, with the paragraphs below them) and
`medical_meadow_wikidoc_patient_information` (5,942 rows; the pages' own questions). The instruction is the same in
every row and is not read. Copies on the hub have the same columns as `train-*.parquet`. The name of the second
dataset's JSON file is not known for certain, hence the pattern. Rows without a question or an answer are withheld.

task70 is the textbook, task71 the patient information: inferred from the paper's counts and from the wording of its
instructions. Splits: none, all is train. Keys: the subset and the row's number.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from medcorpus import File, Pair, Source, Task
from medcorpus.reading import Item
from medcorpus.records import Fields

from .. import _meadow

TEXTBOOK, PATIENTS = "medical_meadow_wikidoc", "medical_meadow_wikidoc_patient_information"
HUB = "https://huggingface.co/datasets/medalpaca"


def read(path: Path) -> Iterator[Item]:
    """Read one of the two datasets."""
    return _meadow.read(path, "patients" if path.parent.name == PATIENTS else "textbook")


def of(record: Pair, subset: str) -> Fields | None:
    """Take the records of a subset."""
    return {} if record.extra["subset"] == subset else None


source = Source(
    title="Medical Meadow WikiDoc",
    about="15,942 questions with answers from WikiDoc: chapters of its medical textbook, and what it tells patients.",
    homepage=f"{HUB}/{TEXTBOOK}",
    langs=("en",),
    shape=Pair,
    license="cc (which one is not stated)",
    license_evidence="licence field of the dataset cards: cc, without saying which",
    license_url=f"{HUB}/{TEXTBOOK}",
    redistribute="unknown",
    access="open",
    how=f"download the JSON file of {HUB}/{PATIENTS} into the folder 'wikidoc/{PATIENTS}'",
    files=(
        File(path=f"{TEXTBOOK}/{TEXTBOOK}.json", url=f"{HUB}/{TEXTBOOK}/resolve/main/{TEXTBOOK}.json"),
        File(path=f"{PATIENTS}/*.json"),
        File(path=f"{TEXTBOOK}/train-*.parquet"),
        File(path=f"{PATIENTS}/train-*.parquet"),
    ),
    read=read,
    tasks=(
        Task(
            id="task70",
            name="wikidoc_textbook_qa",
            category="Question Answering",
            domain="Medical Knowledge",
            input="{text}",
            output="{target}",
            fields=partial(of, subset="textbook"),
        ),
        Task(
            id="task71",
            name="wikidoc_patient_information_qa",
            category="Question Answering",
            domain="Medical Knowledge",
            input="{text}",
            output="{target}",
            fields=partial(of, subset="patients"),
        ),
    ),
    extras=("subset",),
)
