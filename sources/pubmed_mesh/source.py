"""PubMed articles with their MeSH headings: title and abstract of 50,000 articles, taken from BioASQ task A.

Upstream format, from the description of the data set and programs that read it: `PubMed Multi Label Text
Classification Dataset Processed.csv`, columns Title, abstractText, meshMajor (the headings as a Python list of
strings, `['Humans', "Crohn's Disease"]`), pmid, meshid, meshroot and a 0/1 column for each branch of the tree (A to N,
Z). The file was not at hand: that it is UTF-8, and that pmids are unique, is assumed. A smaller file of 10,000 rows
without `Processed` in its name is part of this one and not read.

Headings hold commas (`Receptors, Steroid`), so the output joins them by semicolons, in upstream's order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from medcorpus import File, Label, Source, Task, each
from medcorpus.formats import delimited
from medcorpus.reading import Item

NAME = "PubMed Multi Label Text Classification Dataset Processed.csv"
HUB = "https://huggingface.co/datasets/owaiskha9654/PubMed_MultiLabel_Text_Classification_Dataset_MeSH"
STRING = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")


def read(path: Path) -> Iterator[Item]:
    """Read the articles."""
    return each(delimited.rows(path, columns=("Title", "abstractText", "meshMajor", "pmid")), article)


def article(row: dict[str, str]) -> Label:
    """Turn one row into an article with its headings."""
    title, abstract = row["Title"].strip(), row["abstractText"].strip()
    if not abstract:
        raise ValueError("no abstract")
    text = f"Title: {title}\n\nAbstract: {abstract}" if title else f"Abstract: {abstract}"
    return Label(key=str(int(float(row["pmid"]))), text=text, labels=tuple(dict.fromkeys(strings(row["meshMajor"]))))


def strings(literal: str) -> list[str]:
    """Read a list of strings as Python writes it."""
    found = STRING.findall(literal)
    if f"[{', '.join(found)}]" != literal.strip():
        raise ValueError("not a list of headings")
    return [re.sub(r"\\(['\"\\])", r"\1", text[1:-1]) for text in found]


source = Source(
    title="PubMed multi-label text classification (MeSH)",
    about="50,000 PubMed articles, each with the 10 to 15 MeSH headings that indexers gave it.",
    homepage="https://www.kaggle.com/datasets/owaiskha9654/pubmed-multilabel-text-classification",
    langs=("en",),
    shape=Label,
    license="CC0-1.0 by the card on Kaggle, AFL-3.0 by the one on Hugging Face; abstracts from PubMed",
    license_evidence="the two cards differ, and neither speaks of the abstracts or of the terms of BioASQ",
    license_url=HUB,
    redistribute="unknown",
    access="open",
    files=(File(path=NAME, url=f"{HUB}/resolve/main/{{path}}"),),
    read=read,
    tasks=(
        Task(
            id="task107",
            name="pubmed_mesh_indexing",
            category="Text Classification",
            domain="Medical Knowledge",
            input="{text}",
            output="{headings}",
            adds=("headings",),
            fields=lambda record: {"headings": "; ".join(record.labels)},
        ),
    ),
)
