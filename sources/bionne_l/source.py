"""BioNNE-L: mentions of diseases, chemicals and anatomy in Russian and English abstracts, with their UMLS concepts.

Upstream format, checked on the files:
`BioNNE-L_Shared_Task/data/parquet/{en,ru}/bionnel_<lang>_{train,dev,test}.parquet`, columns `document_id, text,
entity_type, spans, UMLS_CUI`, all text; test has no concepts. 2,690 / 2,494 / 6,661 rows in English, 24,255 / 2,334 /
6,215 in Russian; types DISO, CHEM and ANATOMY. The tables in `tsv` hold the same rows.

The abstracts are not in it, so a record is a mention by itself with its type. One that has stood in the file with the
same type and concept is withheld. The concept is `concept`, left out where upstream has none or writes CUILESS.
Mentions recur between splits, in another abstract.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from medcorpus import File, Label, Source, Withheld, each
from medcorpus.formats import parquet_rows
from medcorpus.reading import Item

from .. import _tasks

COMMIT = "a7d0d16043850166a4e378190e53968fc4a2ab72"
URL = f"https://raw.githubusercontent.com/nerel-ds/NEREL-BIO/{COMMIT}/{{path}}"
COLUMNS = ("document_id", "text", "entity_type")
TYPES = ("DISO", "CHEM", "ANATOMY")
LANGS = ("en", "ru")
SPLITS = {"train": "train", "dev": "validation", "test": "test"}


def read(path: Path) -> Iterator[Item]:
    """Read one split in one language."""
    return each(parquet_rows.rows(path, COLUMNS, optional=("UMLS_CUI",)), partial(mention, seen=set()))


def mention(row: dict[str, str], seen: set[tuple[str, str, str]]) -> Label | Withheld:
    """Turn one row into a mention with its type, if it has not been seen."""
    text, kind, concept = row["text"].strip(), row["entity_type"], row["UMLS_CUI"]
    if kind not in TYPES:
        raise ValueError("a type that is none of the three")
    if (text, kind, concept) in seen:
        return Withheld("stands in an earlier row as well")
    seen.add((text, kind, concept))
    extra = {"concept": concept} if concept not in ("", "CUILESS") else {}
    return Label(text=text, labels=(kind,), extra=extra)


source = Source(
    title="BioNNE-L",
    about="44,649 mentions of disorders, chemicals and anatomy in English and Russian abstracts, linked to the UMLS.",
    homepage="https://github.com/nerel-ds/NEREL-BIO/tree/master/BioNNE-L_Shared_Task",
    langs=LANGS,
    shape=Label,
    license="not stated",
    license_evidence="README.md of the repository has no licence line and there is no LICENSE file for the data",
    license_url=f"https://github.com/nerel-ds/NEREL-BIO/blob/{COMMIT}/README.md",
    redistribute="unknown",
    access="open",
    folder="bionne_l_parquet",
    files=tuple(
        File(
            path=f"BioNNE-L_Shared_Task/data/parquet/{lang}/bionnel_{lang}_{name}.parquet",
            url=URL,
            split=split,
            lang=lang,
        )
        for lang in LANGS
        for name, split in SPLITS.items()
    ),
    read=read,
    tasks=tuple(
        _tasks.own(
            *(f"bionne_l_types_{lang}", "Text Classification", "Academical Papers", lang),
            output="{labels}",
            labels=TYPES,
            lang=lang,
            output_lang="en",
            exempt={"twins": "the same names recur in other abstracts"},
        )
        for lang in LANGS
    ),
    extras=("concept",),
    version=COMMIT,
)
