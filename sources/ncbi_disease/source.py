"""NCBI Disease Corpus: PubMed abstracts with every disease mention, its kind and its concept in MeSH or OMIM.

Upstream format, checked on the files: `original-data/{train,devel,test}/NCBI{train,develop,test}set_corpus.txt`,
PubTator blocks without any inline markup: `PMID|t|title`, `PMID|a|abstract`, then `PMID, start, end, mention, kind,
concept` separated by tabs. 593 / 100 / 100 blocks with 5,145 / 787 / 960 mentions, ASCII, a blank line first in train
and devel. Kinds are SpecificDisease, Modifier, DiseaseClass and CompositeMention; concepts are MeSH or OMIM ids,
several of them with `|` (a composite mention's parts) or `+` between them, kept as they stand but for spaces around
them. Offsets count in title + one separator + abstract and all fit; one mention of train differs from its text by
spaces alone.

One record per block: the text is title, line feed, abstract. The key is the PMID; PMID 8528200 stands twice in train,
word for word, and its second block has the key `8528200-2`. No PMID stands in two splits.

task27 shows the whole text, not a sentence as in the paper: upstream marks no sentences, and cutting them would need a
splitter of its own. Any mention of the text is an acceptable answer; every text has at least one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from medcorpus import File, Source, Spans, Task
from medcorpus.formats import pubtator
from medcorpus.reading import Item, each
from medcorpus.records import Fields

COMMIT = "5a266c6fc76fb2b5184cfa397ff0a5ecdb133aec"
URL = f"https://raw.githubusercontent.com/spyysalo/ncbi-disease/{COMMIT}/{{path}}"


def read(path: Path) -> Iterator[Item]:
    """Read one split."""
    seen: Counter[str] = Counter()
    return each(pubtator.documents(path), lambda document: abstract(document, seen))


def abstract(document: pubtator.Document, seen: Counter[str]) -> Spans:
    """Turn a block into a record; `seen` tells a PMID's second block from its first."""
    seen[document.id] += 1
    copy = seen[document.id]
    return Spans(
        key=document.id if copy == 1 else f"{document.id}-{copy}",
        text=document.text,
        spans=document.spans,
    )


def annotated(record: Spans) -> Fields | None:
    """Leave out texts without a mention."""
    return {} if record.spans else None


source = Source(
    title="NCBI Disease Corpus",
    about="793 PubMed abstracts in which every disease is marked, with its concept in MeSH or OMIM, by annotators of "
    "the National Center for Biotechnology Information.",
    homepage="https://www.ncbi.nlm.nih.gov/CBBresearch/Dogan/DISEASE/",
    langs=("en",),
    shape=Spans,
    license="PUBLIC DOMAIN NOTICE of the National Library of Medicine",
    license_evidence="original-data/LICENSE: 'The National Library of Medicine and the U.S. Government have not "
    "placed any restriction on its use or reproduction'; README.md has no licence line, and the abstracts are their "
    "publishers'",
    license_url=f"https://github.com/spyysalo/ncbi-disease/blob/{COMMIT}/original-data/LICENSE",
    redistribute="unknown",
    access="open",
    files=(
        File(path="original-data/train/NCBItrainset_corpus.txt", url=URL, split="train"),
        File(path="original-data/devel/NCBIdevelopset_corpus.txt", url=URL, split="validation"),
        File(path="original-data/test/NCBItestset_corpus.txt", url=URL, split="test"),
    ),
    read=read,
    tasks=(
        Task(
            id="task27",
            name="ncbi_disease_extraction",
            category="Named Entity Recognition",
            domain="Medical Knowledge",
            input="{text}",
            output="{mentions}",
            fields=annotated,
        ),
    ),
    version=COMMIT,
)
