"""BioNLP13PC: PubMed sentences on molecular pathways with genes, complexes, chemicals and parts of cells.

Upstream format, checked on all three files: `data/BioNLP13PC-IOB/{train,devel,test}.tsv` of MTL-Bioinformatics-2016, a
token, a tab and an IOB2 tag per line, a blank line between sentences; ASCII. 2,499 / 857 / 1,695 sentences with
7,853 / 2,734 / 5,306 mentions of four labels. Events are left out.

One record per sentence: the text is the tokens with single spaces between them. Upstream keeps no ids: rows are named
by their content.

The task is beyond the paper: every mention with its label, one to a line, since names hold commas.
"""

from __future__ import annotations

from medcorpus import Source, Spans

from .. import _mtl_ner, _ner

LABELS = ("Cellular_component", "Complex", "Gene_or_gene_product", "Simple_chemical")

source = Source(
    title="BioNLP-ST 2013 Pathway Curation",
    about=(
        "Sentences of 525 PubMed abstracts on molecular pathways with genes, complexes, chemicals and parts of cells, "
        "from the National Centre for Text Mining and KISTI, as tokens with IOB tags."
    ),
    homepage=_mtl_ner.HOMEPAGE,
    langs=("en",),
    shape=Spans,
    license="CC-BY-SA-3.0",
    license_evidence=(
        "data/BioNLP13PC-IOB/LICENSE: 'Annotations are licensed under the Creative Commons Attribution-ShareAlike 3.0 "
        "Unported (CC BY-SA 3.0) license'; "
        "of the abstracts: 'subject to the PubMed(R) license terms'; README.md of the repository says of all its data "
        "'which can be re-distributed', without a licence for these texts"
    ),
    license_url=f"{_mtl_ner.HOMEPAGE}/blob/{_mtl_ner.COMMIT}/data/BioNLP13PC-IOB/LICENSE",
    redistribute="unknown",
    access="open",
    folder=_mtl_ner.FOLDER,
    files=_mtl_ner.files("BioNLP13PC-IOB"),
    read=_ner.read,
    tasks=(_ner.typed("bionlp13pc_ner", *LABELS),),
    version=_mtl_ner.COMMIT,
)
