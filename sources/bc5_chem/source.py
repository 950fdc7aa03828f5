"""BC5CDR in IOB: PubMed sentences with the chemicals and diseases of the BioCreative V task.

Upstream format, checked on all three files: `data/BC5CDR-IOB/{train,devel,test}.tsv`, a token, a tab and an IOB2 tag
per line, a blank line between sentences; labels Chemical and Disease; ASCII, every I after a B or I of its own label.
4,560 / 4,581 / 4,797 sentences with 5,203 / 5,347 / 5,385 chemicals and 4,182 / 4,246 / 4,424 diseases. Upstream keeps
no ids: rows are named by their content.

One record per sentence: the text is the tokens with single spaces between them, and both labels are kept. task126 asks
for the chemicals, task127 for the diseases, one to a line: 122 of the names hold a comma. A sentence without any has
the sentence of the paper, rightly spelt, as its answer. task127 belongs to the benchmark alone: only sentences of the
test split serve it.
"""

from __future__ import annotations

from medcorpus import Source, Spans

from .. import _mtl_ner, _ner

source = Source(
    title="BC5CDR (chemicals and diseases)",
    about="Sentences of the 1,500 PubMed abstracts of the BioCreative V Chemical Disease Relation task with their "
    "chemicals and diseases, as tokens with IOB tags.",
    homepage=_mtl_ner.HOMEPAGE,
    langs=("en",),
    shape=Spans,
    license="CC-BY-4.0",
    license_evidence=_mtl_ner.EVIDENCE,
    license_url=_mtl_ner.README,
    redistribute="yes",
    access="open",
    folder=_mtl_ner.FOLDER,
    files=_mtl_ner.files("BC5CDR-IOB"),
    read=_ner.read,
    tasks=(
        _ner.all_of("task126", "bc5cdr_chemical_ner", "Chemical"),
        _ner.all_of("task127", "bc5cdr_disease_ner", "Disease", split="test"),
    ),
    version=_mtl_ner.COMMIT,
)
