"""BioCreative V CDR: PubMed abstracts with chemicals, diseases, and which chemical induces which disease.

Upstream format: PubTator blocks, `PMID|t|title`, `PMID|a|abstract`, then `PMID, start, end, mention, kind, MeSH ids`
and for composite mentions a seventh column with their parts, which is passed over; `PMID, CID, chemical, disease` are
relations between concepts. Checked on `CDR_sample.txt`: 50 abstracts with 502 chemicals, 423 diseases and 124
relations; all offsets fit. `CDR_Data.zip` was not at hand; that it holds `CDR_Data/CDR.Corpus.v010516/CDR_{TrainingSet,
DevelopmentSet,TestSet}.PubTator.txt`, 500 abstracts each, is known from public readers. The same in BioC XML, and the
sample once more in the evaluation package, are not read.

One record per block: the text is title, line feed, abstract; `norm` holds the MeSH ids, several with `|` between them,
`-1` where there is none. A relation between concepts becomes one between their first mentions; where a concept has no
mention it is left out (1 of the 124), and two that join the same mentions are one (1). The sample is an earlier round
over abstracts that, but for two, are in the training set too: its keys are `<PMID>-sample`.

task28 shows the whole text and takes any disease in it; `biocreative_v_cid` asks for all pairs of a chemical and a
disease that it induces, one to a line. Texts without any disease do not serve the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from medcorpus import File, Source, Spans, Task
from medcorpus.formats import pubtator
from medcorpus.reading import Item, each
from medcorpus.records import Fields, Relation

from .. import _ner

COMMIT = "dd0b3165a94338874979a2a8aaedf74b67466b9c"
REPOSITORY = "https://github.com/JHnlp/BioCreative-V-CDR-Corpus"
URL = f"https://raw.githubusercontent.com/JHnlp/BioCreative-V-CDR-Corpus/{COMMIT}/{{path}}"
MEMBER = "CDR_Data/CDR.Corpus.v010516/CDR_{}Set.PubTator.txt"


def read(path: Path) -> Iterator[Item]:
    """Read one set."""
    suffix = "-sample" if path.name == "CDR_sample.txt" else ""
    return each(pubtator.documents(path), partial(abstract, suffix=suffix))


def abstract(document: pubtator.Document, suffix: str) -> Spans:
    """Turn a block into a record."""
    first = {c: span.key for span in reversed(document.spans) for c in span.norm.split("|")}
    links = (
        Relation(label=r.label, head=first[r.head], tail=first[r.tail])
        for r in document.relations
        if r.head in first and r.tail in first
    )
    return Spans(
        key=document.id + suffix,
        text=document.text,
        spans=document.spans,
        relations=tuple(dict.fromkeys(links)),
    )


def induced(record: Spans) -> Fields:
    """Give the pairs of a chemical and a disease, one to a line."""
    texts = {span.key: span.text for span in record.spans}
    pairs = (f"{texts[r.head]} -> {texts[r.tail]}" for r in record.relations)
    return {"pairs": "\n".join(dict.fromkeys(pairs)) or "There is no such pair."}


source = Source(
    title="BioCreative V CDR",
    about="1,500 PubMed abstracts in which MeSH indexers marked chemicals and diseases, and curators of the "
    "Comparative Toxicogenomics Database which chemical induces which disease, for the BioCreative V task.",
    homepage="https://biocreative.bioinformatics.udel.edu/tasks/biocreative-v/track-3-cdr/",
    langs=("en",),
    shape=Spans,
    license="not stated",
    license_evidence="README.md has no licence line; the evaluation package's DISCLAIMER.txt is a public domain notice "
    "of the NCBI for 'this software/database'; the abstracts are their publishers'",
    license_url=f"{REPOSITORY}/blob/{COMMIT}/README.md",
    redistribute="unknown",
    access="open",
    files=(
        File(path="CDR_Data.zip", url=URL, member=MEMBER.format("Training"), split="train"),
        File(path="CDR_Data.zip", url=URL, member=MEMBER.format("Development"), split="validation"),
        File(path="CDR_Data.zip", url=URL, member=MEMBER.format("Test"), split="test"),
        File(path="CDR_sample.txt", url=URL, split="train"),
    ),
    read=read,
    tasks=(
        _ner.any_of("task28", "bc5cdr_disease_extraction", "Disease"),
        Task(
            id="biocreative_v_cid",
            name="biocreative_v_cid",
            category="Information Extraction",
            domain="Academical Papers",
            input="{text}",
            output="{pairs}",
            adds=("pairs",),
            fields=induced,
        ),
    ),
    version=COMMIT,
)
