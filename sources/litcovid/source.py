"""LitCovid document classification: articles on COVID-19 with the topics that LitCovid's curators gave them.

Upstream format, from the script that writes it (`scripts/litcovid_dataset_from_xml.py`):
`hedwig-data/datasets/LitCovid/LitCovid.{train,dev,test}.csv`, columns pmid, title, text, clean_doc,
clean_doc_tokenized, human_label and label, the first column an index without a name. `text` holds the passages of the
article, title and abstract or the full text, with blank lines between them; `human_label` the topics joined by commas,
with `case_report` for case reports; `label` the same as eight bits. The files were not at hand: topics are read from
`human_label` with blanks or underscores. An article has one or several of eight topics; `train.tsv` and the like beside
these files are the same texts, tokenized and in lower case, and are not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from medcorpus import File, Label, Source, Task, each
from medcorpus.formats import delimited
from medcorpus.reading import Item

COMMIT = "fcb1668f362b31a87177923fedc5c8d88eb58876"
REPOSITORY = "https://github.com/dki-lab/covid19-classification"
TOPICS = (
    "prevention",
    "treatment",
    "diagnosis",
    "mechanism",
    "case report",
    "transmission",
    "forecasting",
    "general",
)
SPLITS = {"train": "train", "dev": "validation", "test": "test"}


def read(path: Path) -> Iterator[Item]:
    """Read one split."""
    return each(delimited.rows(path, columns=("pmid", "text", "human_label")), article)


def article(row: dict[str, str]) -> Label:
    """Turn one row into an article with its topics, in the order of `TOPICS`."""
    given = {topic.strip().lower().replace("_", " ") for topic in row["human_label"].split(",")}
    if not given.issubset(TOPICS):
        raise ValueError("a topic that is none of the eight")
    return Label(key=str(int(row["pmid"])), text=row["text"].strip(), labels=tuple(t for t in TOPICS if t in given))


source = Source(
    title="LitCovid document classification",
    about="About 23,000 articles on COVID-19 of August 2020 with one or several of eight topics.",
    homepage=REPOSITORY,
    langs=("en",),
    shape=Label,
    license="not stated for the data; code Apache-2.0",
    license_evidence="LICENSE: 'Apache License, Version 2.0' for the repository, which does not hold the data; "
    "README.md has no sentence on them",
    license_url=f"{REPOSITORY}/blob/{COMMIT}/README.md",
    redistribute="unknown",
    access="open",
    how=f"Download the folder hedwig-data from the Google Drive link in the README of {REPOSITORY}",
    files=tuple(
        File(path=f"hedwig-data/datasets/LitCovid/LitCovid.{name}.csv", split=split) for name, split in SPLITS.items()
    ),
    read=read,
    tasks=(
        Task(
            id="task108",
            name="litcovid_topic_classification",
            category="Text Classification",
            domain="Medical Knowledge",
            input="{text}",
            output="{topics}",
            adds=("topics",),
            fields=lambda record: {"topics": ", ".join(record.labels)},
        ),
    ),
    version=COMMIT,
)
