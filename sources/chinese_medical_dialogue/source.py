"""Chinese medical dialogue data: questions of patients to doctors of six departments, with the doctor's answer.

Upstream format, checked on the sample file `样例_内科5000-6000.csv`: GB18030, columns `department`, `title`, `ask`,
`answer`, values with commas or line breaks in double quotes. 7,644 rows in 11 departments; 378 of them repeat an
earlier row in every column, which is left to deduplication; no column is ever blank, but `ask` is "无" (none) six
times, where the title says all. There are no ids and no split.

The data proper are one file for each of six departments, 792,099 rows by the README (which calls the third column
`question`). Their names are those in upstream's repository; the files were not at hand, and it is assumed that they
look like the sample. The sample is the beginning of the file of internal medicine: a text that upstream made from the
first 5,000 lines of that file holds the same rows. So where that file is there, the sample's rows are withheld.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from medcorpus import File, Pair, Source, Task, Withheld, each
from medcorpus.formats import delimited
from medcorpus.reading import Item

COMMIT = "26724a4357fcd142f0cab81188cacf1a2dd8a827"
URL = f"https://raw.githubusercontent.com/Toyhom/Chinese-medical-dialogue-data/{COMMIT}/{{path}}"
SAMPLE = "样例_内科5000-6000.csv"
INTERNAL_MEDICINE = "Data_数据/IM_内科/内科5000-33000.csv"
OTHERS = (
    "Data_数据/Andriatria_男科/男科5-13000.csv",
    "Data_数据/OAGD_妇产科/妇产科6-28000.csv",
    "Data_数据/Oncology_肿瘤科/肿瘤科5-10000.csv",
    "Data_数据/Pediatric_儿科/儿科5-14000.csv",
    "Data_数据/Surgical_外科/外科5-14000.csv",
)
NONE = "无"


def read(path: Path) -> Iterator[Item]:
    """Read one department."""
    again = path.name == SAMPLE and (path.parent / INTERNAL_MEDICINE).is_file()
    rows = delimited.rows(path, encoding="gb18030", columns=("department", "title", "ask", "answer"))
    yield from each(rows, withheld if again else answer)


def answer(row: dict[str, str]) -> Pair:
    """Turn one row into a patient's question and the doctor's answer."""
    title, ask = row["title"].strip(), row["ask"].strip()
    parts = [part for part in dict.fromkeys((title, ask)) if part not in ("", NONE)]
    return Pair(text="\n".join(parts), target=row["answer"].strip(), extra={"department": row["department"].strip()})


def withheld(_: dict[str, str]) -> Withheld:
    """Leave a row of the sample to the file it was taken from."""
    return Withheld("also in the file of internal medicine")


source = Source(
    title="Chinese medical dialogue data",
    about="792,099 questions of patients with doctors' answers, in Chinese, from six hospital departments.",
    homepage="https://github.com/Toyhom/Chinese-medical-dialogue-data",
    langs=("zh",),
    shape=Pair,
    license="MIT",
    license_evidence="LICENSE: 'MIT License, Copyright (c) 2019 Toyhom'",
    license_url=f"https://github.com/Toyhom/Chinese-medical-dialogue-data/blob/{COMMIT}/LICENSE",
    redistribute="yes",
    access="open",
    files=tuple(File(path=path, url=URL) for path in (SAMPLE, INTERNAL_MEDICINE, *OTHERS)),
    read=read,
    tasks=(
        Task(
            id="chinese_medical_dialogue_answering",
            name="chinese_medical_dialogue_answering",
            category="Dialogue",
            domain="Daily Conversation",
            input="{text}",
            output="{target}",
            instruction_lang="zh",
        ),
    ),
    extras=("department",),
    version=COMMIT,
)
