"""MeQSum: questions that people sent to the US National Library of Medicine, and a short question for each.

Upstream format, checked on the file: `MeQSum_ACL2019_BenAbacha_Demner-Fushman.xlsx`, sheet `QS`, columns `File`, `CHQ`
(the question as sent, often with a line `SUBJECT:` and one `MESSAGE:`) and `Summary`, all text. 1,000 rows; `File` is
unique and serves as the key; nothing is blank. Upstream has no split; a tenth is held
out as test.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from medcorpus import File, Pair, Source, Task, each
from medcorpus.formats import xlsx
from medcorpus.reading import Item

COMMIT = "51e36cf65c12602333b6fdc3ae8ecf10430529f7"
URL = f"https://raw.githubusercontent.com/abachaa/MeQSum/{COMMIT}/{{path}}"


def read(path: Path) -> Iterator[Item]:
    """Read the workbook."""
    yield from each(xlsx.rows(path, "QS", ("File", "CHQ", "Summary")), summary)


def summary(row: dict[str, str]) -> Pair:
    """Turn one row into a question and its summary."""
    return Pair(key=row["File"].strip(), text=row["CHQ"].strip(), target=row["Summary"].strip())


source = Source(
    title="MeQSum",
    about="1,000 consumer health questions, each summarised as one short question by medical experts.",
    homepage="https://github.com/abachaa/MeQSum",
    langs=("en",),
    shape=Pair,
    license="CC-BY-4.0",
    license_evidence=(
        "README.md: 'This work is released under the Creative Commons Attribution 4.0 International License "
        "(CC BY 4.0)'"
    ),
    license_url=f"https://github.com/abachaa/MeQSum/blob/{COMMIT}/README.md",
    redistribute="yes",
    access="open",
    files=(File(path="MeQSum_ACL2019_BenAbacha_Demner-Fushman.xlsx", url=URL),),
    read=read,
    held_out=0.1,
    tasks=(
        Task(
            id="task114",
            name="meqsum_question_summarization",
            category="Text Summarization",
            domain="Medical Knowledge",
            input="{text}",
            output="{target}",
            bench=True,
        ),
    ),
    version=COMMIT,
)
