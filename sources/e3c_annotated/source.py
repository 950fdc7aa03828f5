"""E3C, annotated: clinical cases in five languages with clinical entities, events, body parts and times.

Upstream format, checked on all 1,208 files of commit 8196181: `data_annotation/{Language}/layer{1,2}/{id}.xml`, UIMA
CAS XMI exported from WebAnno, one text each. Layer 1 is annotated by hand: 6,475 CLINENTITY, 25,259 EVENT, 2,271
ACTOR, 4,179 BODYPART, 2,032 TIMEX3 and 2,863 RML (results of tests) in 442 documents; layer 2 by dictionary look-up,
with clinical entities only (8,972 in 786 documents), and `extra` says which. Of the 54 files that the tests read (18
each of English, French and Spanish layer 1): 919 CLINENTITY, 3,373 EVENT, 377 ACTOR, 596 BODYPART, 305 TIMEX3, 313
RML.

Offsets count UTF-16 units of a text with CRLF line ends (`&#13;&#10;`), also of one document with characters beyond
U+FFFF, which upstream itself left out of its IOB version as unreadable; converted, no mention of any document begins
or ends in a blank. 187 clinical entities are flagged as discontinuous, but only their first and last character are
recorded: they are kept as that range. A mention's `norm` is its UMLS concept (`entityID`), else the one of its
English name (`entityIDEN`); `CUILESS` leaves it empty. Relations are the links of the temporal layers
(`TLINK-CONTAINS`, `ALINK-INITIATES`) and `PERTAINS` from a result to its test.

Layer 1 is divided as `documentation/train_test_split.txt` says: training has 36 documents of each language (34 of
Basque). Not read: `data_validation/` (a tenth of layer 2 again, by hand) and `preprocessed_data/` (the same without
overlaps, IOB). The licence of the row is the corpus's; that of the text stands in `extra`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from medcorpus import File, Relation, Source, Span, Spans, Task, each
from medcorpus.formats import xmi
from medcorpus.reading import Item
from medcorpus.records import Fields

from .. import _e3c

TYPES = ("CLINENTITY", "EVENT", "ACTOR", "BODYPART", "TIMEX3", "RML")
LINKS = {"TLINK": "TLINK-", "timexLink": "TLINK-", "ALINK": "ALINK-", "PERTAINSTO": ""}
"""Features that refer to link structures, and what is put before the link's role to make a label."""


def read(path: Path) -> Iterator[Item]:
    """Read one document."""
    return each([(1, path)], document)


def document(path: Path) -> Spans:
    """Turn one file into its text, mentions and relations."""
    cas, layer = xmi.document(path, without=("Token", "Sentence")), path.parent.name
    about = next((a.values for a in cas.of_type("METADATA")), {})
    said = {
        "layer": layer,
        "url": about.get("docUrl", ""),
        "text_license": _e3c.license_of(about.get("docLicense", "")),
    }
    return Spans(
        key=path.stem,
        lang=_e3c.FOLDERS.get(path.parent.parent.name, about.get("docLanguage", "")),
        split=_e3c.split_of(path.stem, layer),
        text=cas.text,
        spans=tuple(mentions(cas)),
        relations=tuple(relations(cas)),
        extra={name: value for name, value in said.items() if value},
    )


def mentions(cas: xmi.Document) -> list[Span]:
    """Give the mentions in text order, the longer first where two begin together."""
    found = sorted(cas.of_type(*TYPES), key=lambda a: (a.start, -a.end))
    return [
        Span(label=a.type, offsets=((a.start, a.end),), text=cas.text[a.start : a.end], key=a.key, norm=norm(a))
        for a in found
    ]


def norm(annotation: xmi.Annotation) -> str:
    """Give the UMLS concept of a mention, upstream's own before the one of its English name."""
    stated = (annotation.values.get(name, "") for name in ("entityID", "entityIDEN"))
    return next((cui for cui in stated if re.fullmatch(r"C\d+", cui)), "")


def relations(cas: xmi.Document) -> Iterator[Relation]:
    """Give the links between mentions in the order of the file."""
    by_key = cas.by_key()
    for mention in cas.of_type(*TYPES):
        for feature, prefix in LINKS.items():
            for key in mention.values.get(feature, "").split():
                if key not in by_key:
                    raise ValueError("a link that is not there")
                link = by_key[key].values
                yield Relation(label=prefix + link["role"], head=mention.key, tail=link["target"])


def entities(record: Spans) -> Fields | None:
    """Give the clinical entities of a document annotated by hand in a language of the corpus, None for any other."""
    if record.lang not in ("en", "fr", "es") or record.extra["layer"] != "layer1":
        return None
    found = tuple(dict.fromkeys(s.text.replace("\n", " ") for s in record.spans if s.label == "CLINENTITY"))
    return {"entities": "; ".join(found)} if found else None


source = Source(
    title="E3C, annotated",
    about="1,208 clinical cases in five languages with clinical entities; 442 also with events, times and body parts.",
    homepage="https://e3c.fbk.eu/home",
    langs=("en", "fr", "es", "it", "eu"),
    shape=Spans,
    license="CC BY-NC",
    license_evidence=_e3c.EVIDENCE,
    license_url=_e3c.README,
    redistribute="unknown",
    access="open",
    files=tuple(
        File(path=f"data_annotation/{folder}/layer{n}/*.xml", url=_e3c.URL, lang=lang)
        for folder, lang in _e3c.FOLDERS.items()
        for n in (1, 2)
    ),
    read=read,
    tasks=(
        Task(
            id="e3c_clinical_entity_ner",
            name="e3c_clinical_entity_ner",
            category="Named Entity Recognition",
            domain="Clinical Text",
            input="{text}",
            output="{entities}",
            adds=("entities",),
            fields=entities,
        ),
    ),
    extras=("layer", "url", "text_license"),
    folder="e3c",
    version=_e3c.COMMIT,
)
