"""BC4CHEMD: PubMed sentences with the chemicals and drugs of the CHEMDNER task of BioCreative IV.

Upstream format, assumed: the conversion of MTL-Bioinformatics-2016, `data/BC4CHEMD/{train,devel,test}.tsv`, laid out as
that repository's other corpora are (checked on seven of them): a token, a tab and an IOB2 tag per line, a blank line
between sentences, one label. That the three files stand there was checked, they themselves were not at hand; public
copies count 30,682 / 30,639 / 26,364 sentences, and the paper's 27,612 training rows are nine tenths of the first.
Whatever label the tags carry is taken. The task's own distribution has whole abstracts (`PMID, title, abstract` and a
table of mentions) instead of sentences; it is not read.

One record per sentence: the text is the tokens with single spaces between them. The files keep no ids: rows are named
by their content.

task125 asks for all chemicals, one to a line, since names hold commas. A sentence without any has the sentence of the
paper, rightly spelt, as its answer.
"""

from __future__ import annotations

from medcorpus import Source, Spans

from .. import _mtl_ner, _ner

source = Source(
    title="BC4CHEMD (CHEMDNER)",
    about="Sentences of 10,000 PubMed abstracts in which every chemical and drug is marked, from the CHEMDNER task of "
    "BioCreative IV; as tokens with IOB tags.",
    homepage=_mtl_ner.HOMEPAGE,
    langs=("en",),
    shape=Spans,
    license="not stated",
    license_evidence="README.md: 'The re-distribution status of the BioCreative IV Chemical and Drug (BC4CHEMD) named "
    "entity recognition task corpus is unclear'",
    license_url=_mtl_ner.README,
    redistribute="unknown",
    access="open",
    folder=_mtl_ner.FOLDER,
    files=_mtl_ner.files("BC4CHEMD"),
    read=_ner.read,
    tasks=(_ner.all_of("task125", "bc4chemd_chemical_ner"),),
    version=_mtl_ner.COMMIT,
)
