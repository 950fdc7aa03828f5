"""Species-800: PubMed sentences with the organisms that they name, mostly species.

Upstream format, as public loaders read it: `s800/{train,devel,test}.tsv`, a token, a tab and one of the tags B, I and O
per line, a blank line between sentences; the tags carry no label, so the mentions get Species. The sets are the split
of 800 abstracts that the conversion on GitHub (`spyysalo/s800`) makes; 5,733 / 830 / 1,630 sentences are expected (the
published counts are one higher in each split, as loaders yield an empty sentence at the end of the file). None of the
files was at hand. The corpus itself, `S800-1.0.tar.gz` with `abstracts/*.txt` and a row of `S800.tsv` per mention, has
abstracts instead of sentences and no splits; it is not read.

One record per sentence: the text is the tokens with single spaces between them. The files keep no ids: rows are named
by their content.

task128 asks for all organisms, one to a line. A sentence without any has the sentence of the paper, rightly spelt, as
its answer.
"""

from __future__ import annotations

from functools import partial

from medcorpus import File, Source, Spans

from .. import _ner

source = Source(
    title="Species-800 (S800)",
    about="Sentences of 800 PubMed abstracts, a hundred from each of eight fields from bacteriology to zoology, in "
    "which experts marked the names of organisms.",
    homepage="https://species.jensenlab.org/",
    langs=("en",),
    shape=Spans,
    license="not stated",
    license_evidence="the data set's card on the Hub says 'license: unknown'; no licence in public descriptions of it",
    license_url="https://huggingface.co/datasets/spyysalo/species_800",
    redistribute="unknown",
    access="open",
    how="Download `NERdata.zip`, which the section Datasets of https://github.com/dmis-lab/biobert links to, and put "
    "its folder `s800` into the source's folder; or convert the corpus as https://github.com/spyysalo/s800 says, and "
    "put the three files of `conll` into a folder `s800` there.",
    files=(
        File(path="s800/train.tsv", split="train"),
        File(path="s800/devel.tsv", split="validation"),
        File(path="s800/test.tsv", split="test"),
    ),
    read=partial(_ner.read, label="Species"),
    tasks=(_ner.all_of("task128", "species800_organism_ner"),),
)
