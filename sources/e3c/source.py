"""E3C: clinical cases and other medical texts in English, French, Spanish, Italian and Basque.

Upstream format, checked on all 50,048 files of commit 8196181: `data_collection/{Language}/layer{1,2,3}/{id}.json`,
one object `{authors, doi, publication_date, id, url, source, source_url, licence, language, type, description,
text}`; seven lack `source_url`. Layer 1 and 2 are clinical cases (84 + 171 en, 81 + 168 fr, 81 + 162 es, 86 + 174 it,
90 + 111 eu), layer 3 is whatever was found (9,779 en, 25,740 fr, 1,876 es, 10,213 it, 1,232 eu): cases, leaflets,
theses, abstracts. Of the 676 files that the tests read 234 are English, 161 French, 281 Spanish.

12,910 of the French files have an id that starts with EN, and 3,977 ids stand in two folders: the language is the one
that the file states, and the key is language and id (`fr-EN101008`), which is unique. Layer 1 is divided into
training and test as `documentation/train_test_split.txt` does it, since its documents are those of the annotated
corpus; all else is for training. The licence of a row is the file's own; 75 Basque files have `eu` there, that is
none. Dates hold letters for what is unknown (`2019-06-DD`) and are cut there. 8,169 texts (leaflets of the Italian
agency, Basque Wikipedia) have CRLF.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from medcorpus import File, Source, Text, each
from medcorpus.formats import jsonl
from medcorpus.reading import Item

from .. import _e3c


def read(path: Path) -> Iterator[Item]:
    """Read one document."""
    return each([(1, jsonl.document(path))], partial(text, layer=path.parent.name))


def text(row: dict[str, Any], layer: str) -> Text:
    """Turn one upstream object into a text."""
    said = {"doi": row["doi"], "publication": row["source"], "kind": row["type"], "layer": layer}
    return Text(
        key=f"{row['language']}-{row['id']}",
        lang=row["language"],
        split=_e3c.split_of(row["id"], layer),
        license=_e3c.license_of(row["licence"]),
        text=row["text"].replace("\r\n", "\n").replace("\r", "\n").strip(),
        url=row["url"],
        date=_e3c.date_of(row["publication_date"]),
        extra={name: value for name, value in said.items() if value},
    )


source = Source(
    title="E3C",
    about="Clinical cases in five languages from journals and corpora; leaflets, theses and abstracts beside them.",
    homepage="https://e3c.fbk.eu/home",
    langs=("en", "fr", "es", "it", "eu"),
    shape=Text,
    license="CC BY-NC",
    license_evidence=_e3c.EVIDENCE,
    license_url=_e3c.README,
    redistribute="unknown",
    access="open",
    files=tuple(
        File(path=f"data_collection/{folder}/layer{n}/*.json", url=_e3c.URL, lang=lang)
        for folder, lang in _e3c.FOLDERS.items()
        for n in (1, 2, 3)
    ),
    read=read,
    extras=("doi", "publication", "kind", "layer"),
    version=_e3c.COMMIT,
)
