"""BioNLP11ID: sentences of articles on bacterial infections with proteins, organisms, chemicals and operons.

Upstream format, checked on all three files: `data/BioNLP11ID-IOB/{train,devel,test}.tsv` of MTL-Bioinformatics-2016, a
token, a tab and an IOB2 tag per line, a blank line between sentences; ASCII. 2,496 / 721 / 1,961 sentences with
5,674 / 1,598 / 3,810 mentions of four labels. Of overlapping mentions upstream kept the shorter; events are left out.

One record per sentence: the text is the tokens with single spaces between them. Upstream keeps no ids: rows are named
by their content.

The task is beyond the paper: every mention with its label, one to a line, since names hold commas.
"""

from __future__ import annotations

from medcorpus import Source, Spans

from .. import _mtl_ner, _ner

LABELS = ("Chemical", "Organism", "Protein", "Regulon-operon")

source = Source(
    title="BioNLP-ST 2011 Infectious Diseases",
    about=(
        "Sentences of 30 full-text articles on bacterial infections and two-component systems with proteins, "
        "organisms, chemicals and operons, from the GENIA project, as tokens with IOB tags."
    ),
    homepage=_mtl_ner.HOMEPAGE,
    langs=("en",),
    shape=Spans,
    license="CC-BY-3.0",
    license_evidence=(
        "data/BioNLP11ID-IOB/LICENSE: 'Annotations created by the GENIA Project are licensed under the Creative "
        "Commons Attribution 3.0 Unported License'; "
        "of the texts: 'subject to the license terms applying to each publication'; README.md of the repository says "
        "of all its data 'which can be re-distributed', without a licence for these texts"
    ),
    license_url=f"{_mtl_ner.HOMEPAGE}/blob/{_mtl_ner.COMMIT}/data/BioNLP11ID-IOB/LICENSE",
    redistribute="unknown",
    access="open",
    folder=_mtl_ner.FOLDER,
    files=_mtl_ner.files("BioNLP11ID-IOB"),
    read=_ner.read,
    tasks=(_ner.typed("bionlp11id_ner", *LABELS),),
    version=_mtl_ner.COMMIT,
)
