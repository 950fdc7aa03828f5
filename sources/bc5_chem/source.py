"""BC5CDR in IOB: PubMed sentences with the chemicals and diseases of the BioCreative V task.

Upstream format: `data/BC5CDR-IOB/{train,devel,test}.tsv`, a token, a tab and an IOB2 tag per line, a blank line
between sentences; labels Chemical and Disease. Checked on test.tsv: 4,797 sentences, ASCII, 5,385 chemicals and 4,424
diseases, every I after a B or I of its own label. train.tsv (4,560 sentences) and devel.tsv (4,581) are declared and
were not at hand. Upstream keeps no ids: rows are named by their content.

One record per sentence: the text is the tokens with single spaces between them, and both labels are kept. task126 asks
for the chemicals, task127 for the diseases; a sentence without any has the sentence of the paper, rightly spelt, as
its answer. task127 belongs to the benchmark alone: only sentences of the test split serve it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from medcorpus import File, Source, Spans, Task
from medcorpus.formats import iob
from medcorpus.reading import Item, each
from medcorpus.records import Fields

COMMIT = "df0df02fae6dbb87d88ffcf323b9096528f06f84"
URL = f"https://raw.githubusercontent.com/cambridgeltl/MTL-Bioinformatics-2016/{COMMIT}/{{path}}"
NOTHING = "There is no related entity."


def read(path: Path) -> Iterator[Item]:
    """Read one split."""
    return each(iob.sentences(path), annotated)


def annotated(sentence: iob.Sentence) -> Spans:
    """Turn a sentence into a record."""
    return Spans(text=sentence.text, spans=sentence.spans)


def names(record: Spans, label: str) -> str:
    """Give the distinct mentions of a label in text order, or say that there is none."""
    return ", ".join(dict.fromkeys(s.text for s in record.spans if s.label == label)) or NOTHING


def chemicals(record: Spans) -> Fields:
    """Give the chemicals of a sentence."""
    return {"names": names(record, "Chemical")}


def diseases(record: Spans) -> Fields | None:
    """Give the diseases of a sentence of the test split."""
    return {"names": names(record, "Disease")} if record.split == "test" else None


source = Source(
    title="BC5CDR (chemicals and diseases)",
    about="Sentences of the 1,500 PubMed abstracts of the BioCreative V Chemical Disease Relation task with their "
    "chemicals and diseases, as tokens with IOB tags.",
    homepage="https://github.com/cambridgeltl/MTL-Bioinformatics-2016",
    langs=("en",),
    shape=Spans,
    license="CC-BY-4.0",
    license_evidence="README.md, section License: 'The code is provided under MIT license and the other materials "
    "under Creative Commons Attribution 4.0.'",
    license_url=f"https://github.com/cambridgeltl/MTL-Bioinformatics-2016/blob/{COMMIT}/README.md",
    redistribute="yes",
    access="open",
    folder="mtl_ner",
    files=(
        File(path="data/BC5CDR-IOB/train.tsv", url=URL, split="train"),
        File(path="data/BC5CDR-IOB/devel.tsv", url=URL, split="validation"),
        File(path="data/BC5CDR-IOB/test.tsv", url=URL, split="test"),
    ),
    read=read,
    tasks=(
        Task(
            id="task126",
            name="bc5cdr_chemical_ner",
            category="Named Entity Recognition",
            domain="Medical Knowledge",
            input="{text}",
            output="{names}",
            adds=("names",),
            fields=chemicals,
            bench=True,
        ),
        Task(
            id="task127",
            name="bc5cdr_disease_ner",
            category="Named Entity Recognition",
            domain="Medical Knowledge",
            input="{text}",
            output="{names}",
            adds=("names",),
            fields=diseases,
            bench=True,
        ),
    ),
    version=COMMIT,
)
