"""NEREL-BIO: Russian PubMed abstracts with nested mentions of biomedical and general entities and their relations.

Upstream format, checked on all files of the commit: `nerel-bio-v1.0/{train,dev,test}/<PMID>_ru.txt` and `.ann` in
brat, 612 / 77 / 77 abstracts, none of them in two splits, with 66,818 mentions of 41 labels and 52,211 relations of
49. (200 abstracts of train with 17,670 mentions, 79 of them discontinuous, and 12,246 relations are what `tests/real`
runs on.) Mentions lie inside and across each other; the text holds paragraph headings on lines of their own.

The 41 labels are the 37 of upstream's README and AWARD, CRIME, LANGUAGE and LAW, which `annotation.conf` allows as
well; what they stand for, as the instructions say it, was read off their mentions. 22 of the 532 discontinuous mentions
name their fragments out of order, where upstream sorted offsets as strings (`103 113;83 92`); the record has them in
reading order. Every mention is its text, and no abstract is without annotations: one would be rejected.

One record per abstract, its key is the file's name (`<PMID>_ru`). `BioNNE-R/data/` repeats abstracts with part of the
labels as tables for a shared task and `nested-mcn/` adds UMLS ids to the mentions; neither is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from medcorpus import File, Source, Spans
from medcorpus.formats import brat
from medcorpus.reading import Item, each

from .. import _entities

COMMIT = "a7d0d16043850166a4e378190e53968fc4a2ab72"
URL = f"https://raw.githubusercontent.com/nerel-ds/NEREL-BIO/{COMMIT}/{{path}}"


def read(path: Path) -> Iterator[Item]:
    """Read one abstract."""
    return each(brat.documents(path), abstract)


def abstract(document: brat.Document) -> Spans:
    """Turn an annotated abstract into a record."""
    if not document.annotated:
        raise ValueError("no annotations")
    return Spans(key=document.name, text=document.text, spans=document.spans, relations=document.relations)


source = Source(
    title="NEREL-BIO",
    about="766 PubMed abstracts in Russian in which biomedical and general entities, nested ones included, and the "
    "relations between them are annotated.",
    homepage="https://github.com/nerel-ds/NEREL-BIO",
    langs=("ru",),
    shape=Spans,
    license="not stated",
    license_evidence="README.md has no licence line and the repository no LICENSE file for the data",
    license_url=f"https://github.com/nerel-ds/NEREL-BIO/blob/{COMMIT}/README.md",
    redistribute="unknown",
    access="open",
    files=(
        File(path="nerel-bio-v1.0/train/*.txt", url=URL, split="train"),
        File(path="nerel-bio-v1.0/train/*.ann", url=URL, split="train", companion=True),
        File(path="nerel-bio-v1.0/dev/*.txt", url=URL, split="validation"),
        File(path="nerel-bio-v1.0/dev/*.ann", url=URL, split="validation", companion=True),
        File(path="nerel-bio-v1.0/test/*.txt", url=URL, split="test"),
        File(path="nerel-bio-v1.0/test/*.ann", url=URL, split="test", companion=True),
    ),
    read=read,
    tasks=(
        _entities.listing("nerel_bio_ner", "ru", "Academical Papers"),
        _entities.listing("nerel_bio_disorders", "ru", "Academical Papers", "DISO", typed=False),
    ),
    version=COMMIT,
)
