"""BioNLP13CG: PubMed sentences on cancer with genes, chemicals, organisms and anatomy down to parts of cells.

Upstream format, checked on all three files: `data/BioNLP13CG-IOB/{train,devel,test}.tsv` of MTL-Bioinformatics-2016, a
token, a tab and an IOB2 tag per line, a blank line between sentences; ASCII. 3,033 / 1,003 / 1,906 sentences with
10,826 / 3,616 / 6,881 mentions of 16 labels. Of overlapping mentions upstream kept the shorter; events are left out.

One record per sentence: the text is the tokens with single spaces between them. Upstream keeps no ids: rows are named
by their content.

The task is beyond the paper: every mention with its label, one to a line, since names hold commas.
"""

from __future__ import annotations

from medcorpus import Source, Spans

from .. import _mtl_ner, _ner

LABELS = (
    "Amino_acid",
    "Anatomical_system",
    "Cancer",
    "Cell",
    "Cellular_component",
    "Developing_anatomical_structure",
    "Gene_or_gene_product",
    "Immaterial_anatomical_entity",
    "Multi-tissue_structure",
    "Organ",
    "Organism",
    "Organism_subdivision",
    "Organism_substance",
    "Pathological_formation",
    "Simple_chemical",
    "Tissue",
)

source = Source(
    title="BioNLP-ST 2013 Cancer Genetics",
    about=(
        "Sentences of 600 PubMed abstracts on the biology of cancer with genes, chemicals, organisms and anatomy from "
        "the National Centre for Text Mining, as tokens with IOB tags."
    ),
    homepage=_mtl_ner.HOMEPAGE,
    langs=("en",),
    shape=Spans,
    license="CC-BY-SA-3.0",
    license_evidence=(
        "data/BioNLP13CG-IOB/LICENSE: 'Annotations are licensed under the Creative Commons Attribution-ShareAlike 3.0 "
        "Unported (CC BY-SA 3.0) license'; "
        "of the abstracts: 'subject to the PubMed(R) license terms'; README.md of the repository says of all its data "
        "'which can be re-distributed', without a licence for these texts"
    ),
    license_url=f"{_mtl_ner.HOMEPAGE}/blob/{_mtl_ner.COMMIT}/data/BioNLP13CG-IOB/LICENSE",
    redistribute="unknown",
    access="open",
    folder=_mtl_ner.FOLDER,
    files=_mtl_ner.files("BioNLP13CG-IOB"),
    read=_ner.read,
    tasks=(_ner.typed("bionlp13cg_ner", *LABELS),),
    version=_mtl_ner.COMMIT,
)
