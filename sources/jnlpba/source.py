"""JNLPBA: MEDLINE sentences with proteins, DNA, RNA, cell lines and cell types, from the shared task of 2004.

Upstream format: a token, a tab and an IOB2 tag per line, a blank line between sentences. `data/JNLPBA/devel.tsv`, which
was taken out of the task's train by MTL-Bioinformatics-2016, and the task's test, `data/JNLPBA/original-data/test/
Genia4EReval1-2.iob2`, were checked: 1,739 and 3,855 sentences with 4,551 and 8,662 mentions, ASCII; lines `-DOCSTART-`,
which mark 200 documents in devel, are passed over. `data/JNLPBA/train.tsv` was not at hand. (The repository also has a
`test.tsv` with the same sentences and one more.)

One record per sentence: the text is the tokens with single spaces between them. Upstream keeps no ids: rows are named
by their content.

The task is beyond the paper: every mention with its label, one to a line.
"""

from __future__ import annotations

from medcorpus import File, Source, Spans

from .. import _mtl_ner, _ner

LABELS = ("protein", "DNA", "RNA", "cell_line", "cell_type")

source = Source(
    title="JNLPBA",
    about=(
        "Sentences of 2,404 MEDLINE abstracts on human blood cells and transcription factors, from the GENIA corpus, "
        "with five kinds of biological entities."
    ),
    homepage=_mtl_ner.HOMEPAGE,
    langs=("en",),
    shape=Spans,
    license="CC-BY-3.0",
    license_evidence=(
        "data/JNLPBA/original-data/test/LICENSE: 'Annotations created by the GENIA Project are licensed under the "
        "Creative Commons Attribution 3.0 Unported License'; the abstracts are subject to PubMed's terms"
    ),
    license_url=f"{_mtl_ner.HOMEPAGE}/blob/{_mtl_ner.COMMIT}/data/JNLPBA/original-data/test/LICENSE",
    redistribute="unknown",
    access="open",
    folder=_mtl_ner.FOLDER,
    files=(
        File(path="data/JNLPBA/train.tsv", url=_mtl_ner.URL, split="train"),
        File(path="data/JNLPBA/devel.tsv", url=_mtl_ner.URL, split="validation"),
        File(path="data/JNLPBA/original-data/test/Genia4EReval1-2.iob2", url=_mtl_ner.URL, split="test"),
    ),
    read=_ner.read,
    tasks=(_ner.typed("jnlpba_ner", *LABELS),),
    version=_mtl_ner.COMMIT,
)
