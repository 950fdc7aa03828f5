"""Mantra GSC: titles, drug labels and patent claims in five languages, with concepts of UMLS.

Upstream format, checked on the archive: `Mantra-GSC-XML.zip`, which in spite of its name holds brat files:
`Mantra-GSC/<Language>/<set>/<unit>.txt` and `.ann`, and litter of a Mac. 1,450 units (550 English, 250 French, 250
German, 200 Spanish, 200 Dutch) with 5,530 mentions, the number that upstream states; 60 units have none. The label of
a mention is its concept (CUI); a note on it says `"CUI", "name", "semantic type", "group"`, in 25 notes with group
before type. Here the group is the label and the CUI the concept. 713 mentions repeat the place of another under a
second concept. Some units of different languages are translations of each other; they are not paired here. Upstream
has no split.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from medcorpus import File, Source, Spans, each
from medcorpus.formats import brat
from medcorpus.reading import Item

from .. import _entities

COMMIT = "8ef737daa2208938a2c64ca600b117482ebe3c42"
URL = f"https://raw.githubusercontent.com/mi-erasmusmc/Mantra-Gold-Standard-Corpus/{COMMIT}/{{path}}"
ARCHIVE = "Mantra-GSC-XML.zip"
LANGS = {"Dutch": "nl", "English": "en", "French": "fr", "German": "de", "Spanish": "es"}
GROUP = re.compile(r"[A-Z]{4}(?:\|[A-Z]{4})*\Z")


def read(path: Path) -> Iterator[Item]:
    """Read one unit."""
    return each(brat.documents(path), partial(unit, folders=path.parts[-3:-1]))


def unit(document: brat.Document, folders: tuple[str, ...]) -> Spans:
    """Turn a unit into a record; its key is language, set and name."""
    groups = {note.target: _group(note.text) for note in document.notes}
    if not groups.keys() >= {s.key for s in document.spans}:
        raise ValueError("a mention without a note")
    spans = tuple(replace(s, label=groups[s.key], norm=s.label) for s in document.spans)
    return Spans(key="/".join((*folders, document.name)), text=document.text.rstrip(), spans=spans)


def _group(note: str) -> str:
    fields = [field.strip() for field in note.split('"')][1::2]
    groups = [field for field in fields[2:] if GROUP.match(field)]
    if not groups:
        raise ValueError("a note without a semantic group")
    return groups[-1]


source = Source(
    title="Mantra GSC",
    about="1,450 titles, drug labels and patent claims in English, French, German, Spanish and Dutch, annotated with "
    "biomedical concepts of ten semantic groups.",
    homepage="https://github.com/mi-erasmusmc/Mantra-Gold-Standard-Corpus",
    langs=("en", "fr", "de", "es", "nl"),
    shape=Spans,
    license="GPL-3.0",
    license_evidence="LICENSE: 'GNU GENERAL PUBLIC LICENSE Version 3'; nothing else is stated for texts or concepts",
    license_url=f"https://github.com/mi-erasmusmc/Mantra-Gold-Standard-Corpus/blob/{COMMIT}/LICENSE",
    redistribute="yes",
    access="open",
    files=tuple(
        File(path=ARCHIVE, url=URL, member=f"Mantra-GSC/{folder}/*/*.{kind}", lang=lang, companion=kind == "ann")
        for folder, lang in LANGS.items()
        for kind in ("txt", "ann")
    ),
    read=read,
    tasks=tuple(_entities.listing(f"mantra_gsc_ner_{lang}", lang, "Academical Papers") for lang in LANGS.values()),
    version=COMMIT,
)
