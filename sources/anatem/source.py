"""AnatEM: sentences of abstracts and articles with every mention of anatomy, without its kind.

Upstream format, checked on all three files: the conversion of MTL-Bioinformatics-2016, `data/AnatEM-IOB/{train,devel,
test}.tsv`, a token, a tab and an IOB2 tag per line, a blank line between sentences; ASCII; one label, Anatomy, in which
the corpus's twelve kinds are merged. 5,861 / 2,118 / 3,830 sentences with 6,946 / 2,139 / 4,616 mentions. The corpus
extends AnEM, which the source `anem` gives with its kinds.

One record per sentence: the text is the tokens with single spaces between them. Upstream keeps no ids: rows are named
by their content.

The task is beyond the paper: every mention, one to a line, since some hold commas or semicolons.
"""

from __future__ import annotations

from medcorpus import Source, Spans

from .. import _mtl_ner, _ner

source = Source(
    title="AnatEM (extended Anatomical Entity Mention)",
    about=(
        "Sentences of 1,212 PubMed abstracts and extracts of PubMed Central articles with anatomical entities, made at "
        "the National Centre for Text Mining, as tokens with IOB tags."
    ),
    homepage="http://nactem.ac.uk/anatomytagger/#AnatEM",
    langs=("en",),
    shape=Spans,
    license="CC-BY-SA-3.0",
    license_evidence=(
        "page of the corpus: 'The annotations in the anatomy resources are copyrighted and licensed under the Creative "
        "Commons BY-SA 3.0 license'; nothing there licenses the abstracts and articles, although README.md of the "
        "repository that the files are from puts all that is no code under CC BY 4.0"
    ),
    license_url="https://nactem.ac.uk/anatomy/",
    redistribute="unknown",
    access="open",
    folder=_mtl_ner.FOLDER,
    files=_mtl_ner.files("AnatEM-IOB"),
    read=_ner.read,
    tasks=(_ner.all_of("anatem_ner", "anatem_ner", bench=False),),
    version=_mtl_ner.COMMIT,
)
