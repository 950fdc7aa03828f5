"""MedicationQA: questions that people ask about medicines, answered with passages from trusted pages.

Upstream format, checked on the file: `MedInfo2019-QA-Medications.xlsx`, sheet `DrugQA`, columns `Question`,
`Focus (Drug)`, `Question Type`, `Answer`, `Section Title`, `URL`, all text. 690 rows (the paper speaks of 674): one
stands twice, and 38 more ask what an earlier one asks but have another answer or page. `Section Title` is blank twice
and `NA` where the page has no sections. Five rows have the type `not_drug_question`; they are kept. Upstream has no ids
and no split.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from medcorpus import File, Pair, Source, Task, each
from medcorpus.formats import xlsx
from medcorpus.reading import Item

COMMIT = "8756adc5f4bb99f6bcff690a13921337d9f9bb7e"
URL = f"https://raw.githubusercontent.com/abachaa/Medication_QA_MedInfo2019/{COMMIT}/{{path}}"
EXTRAS = {"focus": "Focus (Drug)", "type": "Question Type", "section": "Section Title", "url": "URL"}


def read(path: Path) -> Iterator[Item]:
    """Read the workbook."""
    yield from each(xlsx.rows(path, "DrugQA", ("Question", "Answer", *EXTRAS.values())), answer)


def answer(row: dict[str, str]) -> Pair:
    """Turn one row into a question and its answer."""
    extra = {name: row[column].strip() for name, column in EXTRAS.items()}
    return Pair(
        text=row["Question"].strip(),
        target=row["Answer"].strip(),
        extra={name: value for name, value in extra.items() if value not in ("", "NA")},
    )


source = Source(
    title="MedicationQA",
    about="690 consumer questions about medicines with answers taken from MedlinePlus, DailyMed and the like.",
    homepage="https://github.com/abachaa/Medication_QA_MedInfo2019",
    langs=("en",),
    shape=Pair,
    license="none stated",
    license_evidence="README.md has no licence line, the repository no LICENSE file; answers are copied from web pages",
    license_url=f"https://github.com/abachaa/Medication_QA_MedInfo2019/tree/{COMMIT}",
    redistribute="unknown",
    access="open",
    files=(File(path="MedInfo2019-QA-Medications.xlsx", url=URL),),
    read=read,
    tasks=(
        Task(
            id="task65",
            name="medicationqa_answering",
            category="Question Answering",
            domain="Exam",
            input="{text}",
            output="{target}",
            exempt={
                "conflicting": "upstream asks some questions several times and answers from several pages",
            },
        ),
    ),
    extras=tuple(EXTRAS),
    version=COMMIT,
)
