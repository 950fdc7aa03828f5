"""Catalonia Independence Corpus: tweets in Catalan and Spanish and their stance on the independence of Catalonia.

Not medical: it is here because MedS-Ins has it (task39). Upstream format, checked on both archives of the commit:
`01_CIC_CA.zip` with `catalan_{train,val,test}.csv` and `02_CIC_ES.zip` with `spanish_{...}.csv`; columns `id_str,
TWEET, LABEL` separated by tabs, CRLF, nothing quoted. 6,028 / 2,010 / 2,010 and 6,046 / 2,015 / 2,016 tweets; against
3,988 and 4,105, in favour 3,902 and 4,104, neutral 2,158 and 1,868, as upstream's README says. Labels are AGAINST,
FAVOR and NEUTRAL, here written as the paper does. Ids were partly damaged by a spreadsheet (`1.02e+18`), so rows are
named by their content; three tweets stand twice in the Spanish train split.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from medcorpus import File, Label, Source, Task, each
from medcorpus.formats import delimited
from medcorpus.reading import Item

COMMIT = "ab1359326cfad0723046719f04cfac57e84c6bac"
URL = f"https://raw.githubusercontent.com/ixa-ehu/catalonia-independence-corpus/{COMMIT}/{{path}}"
LABELS = {"AGAINST": "Against", "FAVOR": "Favor", "NEUTRAL": "Neutral"}
ARCHIVES = (("01_CIC_CA.zip", "catalan", "ca"), ("02_CIC_ES.zip", "spanish", "es"))
SPLITS = {"train": "train", "val": "validation", "test": "test"}


def read(path: Path) -> Iterator[Item]:
    """Read one split in one language."""
    columns = ("id_str", "TWEET", "LABEL")
    return each(delimited.rows(path, delimiter="\t", quoted=False, columns=columns), tweet)


def tweet(row: dict[str, str]) -> Label:
    """Turn one row into a tweet with its stance."""
    label = row["LABEL"].strip()
    if label not in LABELS:
        raise ValueError("a label that is none of the three")
    return Label(text=row["TWEET"].strip(), labels=(LABELS[label],))


source = Source(
    title="Catalonia Independence Corpus",
    about="20,125 tweets in Catalan and Spanish, each for, against or neutral towards the independence of Catalonia; "
    "no medical text.",
    homepage="https://github.com/ixa-ehu/catalonia-independence-corpus",
    langs=("ca", "es"),
    shape=Label,
    license="CC-BY-NC-SA-4.0",
    license_evidence="LICENSE.md: 'Catalonia Independence Corpus is licensed under a Creative Commons "
    "Attribution-NonCommercial-ShareAlike 4.0 International License'",
    license_url=f"https://github.com/ixa-ehu/catalonia-independence-corpus/blob/{COMMIT}/LICENSE.md",
    redistribute="yes",
    access="open",
    files=tuple(
        File(path=archive, url=URL, member=f"{stem}_{name}.csv", lang=lang, split=split)
        for archive, stem, lang in ARCHIVES
        for name, split in SPLITS.items()
    ),
    read=read,
    tasks=(
        Task(
            id="task39",
            name="catalonia_stance_detection",
            category="Intent Identification",
            domain="Medical Knowledge",
            input="{text}",
            output="{labels}",
            labels=("Against", "Favor", "Neutral"),
            output_lang="en",
            exempt={"wrong_language": "one in seven Catalan tweets quotes Spanish or is in it"},
        ),
    ),
    version=COMMIT,
)
