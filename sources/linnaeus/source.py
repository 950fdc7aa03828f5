"""LINNAEUS: sentences of full-text articles with the species that they name.

Upstream format, checked on all three files: the conversion of MTL-Bioinformatics-2016, `data/linnaeus-IOB/{train,devel,
test}.tsv`, a token, a tab and an IOB2 tag per line, a blank line between sentences; one label, Species; ASCII. 11,935 /
4,078 / 7,142 sentences with 2,119 / 711 / 1,433 mentions. (Public loaders count one more in each split: they yield an
empty sentence at the end of the file.) The original corpus, `manual-corpus-species-1.0.tar.gz` with a text and a row
of `tags.tsv` per mention, has whole articles instead of sentences and no splits; it is not read.

One record per sentence: the text is the tokens with single spaces between them. Upstream keeps no ids: rows are named
by their content. About every tenth sentence stands there more than once, mostly headings; those have no mention.

task33 is called gene extraction in MedS-Ins, and its instruction asks there for a gene or protein, but its answers are
species, as the corpus has no others. Here the instruction asks for what the answers are: a species. Any mention in the
sentence is right; sentences without one do not serve the task.
"""

from __future__ import annotations

from medcorpus import Source, Spans

from .. import _mtl_ner, _ner

source = Source(
    title="LINNAEUS",
    about="Sentences of 100 full-text articles of PubMed Central in which every species is marked, made at the "
    "University of Manchester to evaluate the LINNAEUS tagger; as tokens with IOB tags.",
    homepage="http://linnaeus.sourceforge.net/",
    langs=("en",),
    shape=Spans,
    license="CC-BY-4.0",
    license_evidence=_mtl_ner.EVIDENCE,
    license_url=_mtl_ner.README,
    redistribute="yes",
    access="open",
    folder=_mtl_ner.FOLDER,
    files=_mtl_ner.files("linnaeus-IOB"),
    read=_ner.read,
    tasks=(_ner.any_of("task33", "linnaeus_species_extraction"),),
    version=_mtl_ner.COMMIT,
)
