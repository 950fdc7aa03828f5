"""HoC: PubMed abstracts classified by the hallmarks of cancer they give evidence of.

Upstream format, checked on all 1,852 abstracts: `text/<PMID>.txt` holds one tokenised sentence per line and
`labels/<PMID>.txt` the classes of all sentences in a single line, each sentence's behind a `<`, so that there are as
many `<` as sentences. Several classes of a sentence stand with ` AND ` between them, often without the second space; a
class is a path such as `Resisting cell death--Apoptosis`, now and then with `--` at its end; `NULL` and nothing both
mean no class. 44 abstracts hold U+FFFD where upstream lost a character; they are left as they are.

One record per abstract: `labels` are its distinct hallmarks, the first steps of the paths, in the order of the
catalogue's ten, which are spelt as upstream spells them; `classes` are the distinct whole paths with ` | ` between
them. Sentences are kept on lines of their own. Zero classes are an annotation as well: the 272 abstracts without any
hallmark have the label `none`. They do not serve task106, whose 1,580 instances in BLUE and in MedS-Ins are the
abstracts with a hallmark. An abstract whose labels do not fit its sentences, or name another hallmark, would be
rejected; there is none.

Upstream has no splits, and those of the BLUE and BLURB benchmarks are not part of it: a tenth is held out
as test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from medcorpus import File, Label, Source, Task
from medcorpus.formats import paired
from medcorpus.reading import Item, each
from medcorpus.records import Fields

COMMIT = "3bc6e6deb90cf5bc4f9988c493fe2c32e9b3cf2a"
URL = f"https://raw.githubusercontent.com/sb895/Hallmarks-of-Cancer/{COMMIT}/{{path}}"
HALLMARKS = (
    "Sustaining proliferative signaling",
    "Evading growth suppressors",
    "Resisting cell death",
    "Enabling replicative immortality",
    "Inducing angiogenesis",
    "Activating invasion and metastasis",
    "Genomic instability and mutation",
    "Tumor promoting inflammation",
    "Cellular energetics",
    "Avoiding immune destruction",
)
NONE = "none"


def read(path: Path) -> Iterator[Item]:
    """Read one abstract and its labels."""
    return each(paired.documents(path, "labels"), abstract)


def abstract(document: paired.Document) -> Label:
    """Turn an abstract and its line of labels into a record."""
    sentences = [line for line in document.text.split("\n") if line.strip()]
    before, *labels = document.companion.split("<")
    if before.strip() or len(labels) != len(sentences):
        raise ValueError("labels for another number of sentences")
    classes = dict.fromkeys(name for label in labels for name in classes_of(label))
    hallmarks = {name.partition("--")[0] for name in classes}
    if hallmarks - set(HALLMARKS):
        raise ValueError("a hallmark that is none of the ten")
    return Label(
        key=document.name,
        text="\n".join(sentences),
        labels=tuple(h for h in HALLMARKS if h in hallmarks) or (NONE,),
        extra={"classes": " | ".join(classes)},
    )


def classes_of(label: str) -> Iterator[str]:
    """Give the classes of one sentence, without the dashes that some end in."""
    for name in re.split(" AND ?", label):
        name = name.strip().removesuffix("--")
        if name not in ("", "NULL"):
            yield name


def listed(record: Label) -> Fields | None:
    """Give the hallmarks as one answer, not as alternatives."""
    return None if record.labels == (NONE,) else {"hallmarks": ", ".join(record.labels)}


source = Source(
    title="HoC (Hallmarks of Cancer)",
    about="1,852 PubMed abstracts that experts classified, sentence by sentence, by the ten hallmarks of cancer.",
    homepage="https://github.com/sb895/Hallmarks-of-Cancer",
    langs=("en",),
    shape=Label,
    license="GPL-3.0-only",
    license_evidence="LICENSE: 'GNU GENERAL PUBLIC LICENSE Version 3', section 4 'You may convey verbatim copies', "
    "for the repository as a whole; neither it nor README.md sets the abstracts apart",
    license_url=f"https://github.com/sb895/Hallmarks-of-Cancer/blob/{COMMIT}/LICENSE",
    redistribute="yes",
    access="open",
    files=(
        File(path="text/*.txt", url=URL),
        File(path="labels/*.txt", url=URL, companion=True),
    ),
    read=read,
    held_out=0.1,
    extras=("classes",),
    tasks=(
        Task(
            id="task106",
            name="hoc_hallmark_classification",
            category="Text Classification",
            domain="Medical Knowledge",
            input="{text}",
            output="{hallmarks}",
            adds=("hallmarks",),
            fields=listed,
            bench=True,
        ),
    ),
    version=COMMIT,
)
