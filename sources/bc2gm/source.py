"""BC2GM: MEDLINE sentences with their genes and proteins, from the gene mention task of BioCreative II.

Upstream format, checked on all three files: `conll/{train,devel,test}.tsv`, a token, a tab and an IOB2 tag per line, a
blank line between sentences; one label, GENE; ASCII. 12,500 / 2,500 / 5,000 sentences with 15,197 / 3,061 / 6,325
mentions. (Public loaders count one sentence more in each split: they yield an empty one at the end of the file.)
Upstream made these files from the task's own, `original-data/{train,test}/*.in` with `GENE.eval`, and took devel out of
the task's train; what the task also accepts (`ALTGENE.eval`) is not in them, and neither is read.

One record per sentence: the text is the tokens with single spaces between them. The files keep no ids: rows are named
by their content.

task31 takes any mention in the sentence; sentences without one (about half) do not serve it.
"""

from __future__ import annotations

from medcorpus import File, Source, Spans

from .. import _ner

COMMIT = "018161681145daf751af037cb890f3a54f62a74d"
URL = f"https://raw.githubusercontent.com/spyysalo/bc2gm-corpus/{COMMIT}/{{path}}"

source = Source(
    title="BC2GM (BioCreative II gene mention)",
    about="20,000 sentences of MEDLINE in which the National Library of Medicine marked every gene and protein, as "
    "tokens with IOB tags.",
    homepage="https://github.com/spyysalo/bc2gm-corpus",
    langs=("en",),
    shape=Spans,
    license="PUBLIC DOMAIN NOTICE of the National Library of Medicine; conversion MIT",
    license_evidence="original-data/NOTICE: 'The National Library of Medicine and the U.S. Government have not placed "
    "any restriction on its use or reproduction'; LICENSE of the repository: MIT; the abstracts are their publishers'",
    license_url=f"https://github.com/spyysalo/bc2gm-corpus/blob/{COMMIT}/original-data/NOTICE",
    redistribute="unknown",
    access="open",
    files=(
        File(path="conll/train.tsv", url=URL, split="train"),
        File(path="conll/devel.tsv", url=URL, split="validation"),
        File(path="conll/test.tsv", url=URL, split="test"),
    ),
    read=_ner.read,
    tasks=(_ner.any_of("task31", "bc2gm_gene_extraction"),),
    version=COMMIT,
)
