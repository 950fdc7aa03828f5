"""DDI corpus: sentences of DrugBank and MEDLINE with pharmacological substances and the interactions between them.

Upstream format, checked on all files: `DDICorpus-2013.zip` with one XML file per text in `DDICorpus/Train/{DrugBank,
MedLine}`, `DDICorpus/Test/Test for DrugNER task/{DrugBank,MedLine}` and `DDICorpus/Test/Test for DDI Extraction
task/{DrugBank,MedLine}`, 714 / 112 / 191 texts, and litter of a Mac, which is not read. `<document id>` holds
`<sentence id text>`, that `<entity id charOffset type text>` and `<pair id e1 e2 ddi type>`. 6,976 / 665 / 1,299
sentences with 14,765 / 686 / 3,040 entities of the types drug, brand, group and drug_n, and 4,021 / 0 / 979 pairs
that interact, by advise, effect, mechanism and int. Offsets count characters of the sentence, the last one included,
with `;` between the fragments of the 49 discontinuous entities. No text is in two of the parts.

One record per sentence, its key is upstream's id; pairs that interact are relations. One of them, of train, has no type
and is an int, as upstream calls an interaction of which nothing more is said. Three entities differ from the text they
point at by spaces alone; one sentence of train, with an entity that is otherwise misplaced, is rejected, and the 71
without text, all of train, are left out.

Both tasks are beyond the paper. `ddi_corpus_drug_ner` asks for all substances with their types, `ddi_corpus_relations`
for all interacting pairs of sentences with at least two substances; none of them is from the test of the first task,
where interactions were not annotated.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from medcorpus import File, Source, Span, Spans, Task
from medcorpus.formats import standoff, xml
from medcorpus.reading import Item, Withheld, each
from medcorpus.records import Fields, Relation

from .. import _ner

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

COMMIT = "819b0fa538ed83ab2a8b4f5417bba3c03249b7f3"
URL = f"https://raw.githubusercontent.com/isegura/DDICorpus/{COMMIT}/{{path}}"
ARCHIVE = "DDICorpus-2013.zip"
TYPES = ("drug", "brand", "group", "drug_n")
ENTITIES_ONLY = "Test for DrugNER task"


def read(path: Path) -> Iterator[Item]:
    """Read one text."""
    return each(xml.elements(path, "sentence"), partial(sentence, part=path.parent.parent.name))


def sentence(element: Element, part: str) -> Spans | Withheld:
    """Turn a sentence into a record; `part` says what was annotated in it."""
    text = value(element, "text")
    if not text.strip():
        return Withheld("a sentence without text")
    spans = sorted((entity(e, text) for e in element.iterfind("entity")), key=lambda span: span.offsets)
    links = (pair for pair in element.iterfind("pair") if value(pair, "ddi") == "true")
    return Spans(
        key=value(element, "id"),
        text=text,
        spans=tuple(spans),
        relations=tuple(Relation(label=p.get("type", "int"), head=value(p, "e1"), tail=value(p, "e2")) for p in links),
        extra={"annotated": "entities" if part == ENTITIES_ONLY else "entities and interactions"},
    )


def entity(element: Element, text: str) -> Span:
    """Turn an entity into a mention."""
    ranges = (fragment.split("-") for fragment in value(element, "charOffset").split(";"))
    offsets = tuple((int(first), int(last) + 1) for first, last in ranges)
    found = standoff.text_at(text, offsets, value(element, "text"))
    return Span(label=value(element, "type"), offsets=offsets, text=found, key=value(element, "id"))


def value(element: Element, name: str) -> str:
    """Give an attribute that must be there."""
    if (found := element.get(name)) is None:
        raise KeyError(name)
    return found


def interactions(record: Spans) -> Fields | None:
    """Give the interacting pairs, one to a line, of a sentence where there may be any."""
    if record.extra["annotated"] == "entities" or len(record.spans) < 2:
        return None
    texts = {span.key: span.text for span in record.spans}
    lines = (f"{texts[r.head]} + {texts[r.tail]} ({r.label})" for r in record.relations)
    return {"pairs": "\n".join(dict.fromkeys(lines)) or "There is no interaction."}


source = Source(
    title="DDI corpus (DDIExtraction 2013)",
    about="1,017 texts of DrugBank and MEDLINE in which pharmacists marked drugs and their interactions, made at the "
    "University Carlos III of Madrid.",
    homepage="https://github.com/isegura/DDICorpus",
    langs=("en",),
    shape=Spans,
    license="CC-BY-NC-4.0",
    license_evidence="README: 'The licence of this dataset is Creative Commons Attribution-NonCommercial 4.0 "
    "InternationalUsers (CC BY-NC). It can share and adapt the DDI dataset if the users give credit to me and do not "
    "use my dataset for any commercial purposes.'",
    license_url=f"https://github.com/isegura/DDICorpus/blob/{COMMIT}/README",
    redistribute="yes",
    access="open",
    files=(
        File(path=ARCHIVE, url=URL, member="DDICorpus/Train/*/*.xml", split="train"),
        File(path=ARCHIVE, url=URL, member=f"DDICorpus/Test/{ENTITIES_ONLY}/*/*.xml", split="test"),
        File(path=ARCHIVE, url=URL, member="DDICorpus/Test/Test for DDI Extraction task/*/*.xml", split="test"),
    ),
    read=read,
    extras=("annotated",),
    tasks=(
        _ner.typed("ddi_corpus_drug_ner", *TYPES),
        Task(
            id="ddi_corpus_relations",
            name="ddi_corpus_relations",
            category="Information Extraction",
            domain="Medical Knowledge",
            input="{text}",
            output="{pairs}",
            adds=("pairs",),
            fields=interactions,
        ),
    ),
    version=COMMIT,
)
