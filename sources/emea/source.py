"""EMEA: documents of the European Medicines Agency in English, Spanish and French, from the parallel corpus OPUS.

Upstream layout (version 3): one zip for each pair of languages, in the Moses format: `en-es.txt.zip` holds
`EMEA.en-es.en` and `EMEA.en-es.es` (aligned line by line), `EMEA.en-es.ids` (for each line the document in both
languages and the numbers of its sentences there, separated by tabs) and a README. The whole corpus has 22 languages,
41,957 files and 26.5 million lines; English and Spanish are read from their pair, French from the pair with English.
The layout is taken from public code that reads these files; none of them was at hand to check.

The lines are fragments of PDF files, made with pdftotext: sentences, headings, cells of tables, page heads, in the
order of the document, but without paragraphs, and without the lines that found no partner in the other language. A
record is one document, its lines in order; the key is its path there, which begins with the language. The leaflets of
one product repeat each other strength by strength, so a line that has stood in the document before is not given again.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from medcorpus import File, Source, Text, each
from medcorpus.errors import FormatError
from medcorpus.formats import plain
from medcorpus.reading import Item, Reject

URL = "https://object.pouta.csc.fi/OPUS-EMEA/v3/moses/{path}"


class Line(NamedTuple):
    """A line and the document it is from."""

    number: int
    document: str
    text: str


def read(path: Path) -> Iterator[Item]:
    """Read one language of one pair."""
    return each(_documents(path), text)


def text(lines: list[Line]) -> Text:
    """Turn the lines of one document into a text."""
    name = lines[0].document.partition("/")[2].removesuffix(".gz").removesuffix(".xml")
    distinct = dict.fromkeys(" ".join(line.text.split()) for line in lines)
    return Text(key=f"{lines[0].document.partition('/')[0]}/{name}", text="\n".join(distinct))


def _documents(path: Path) -> Iterator[tuple[int, list[Line]] | Reject]:
    document: list[Line] = []
    for line in _lines(path):
        if isinstance(line, Reject):
            yield line
            continue
        if document and line.document != document[0].document:
            yield document[0].number, document
            document = []
        document.append(line)
    if document:
        yield document[0].number, document


def _lines(path: Path) -> Iterator[Line | Reject]:
    stem, _, lang = path.name.rpartition(".")
    documents = _document_names(path.with_name(f"{stem}.ids"), lang, path.name)
    with path.open("rb") as stream:
        count = sum(1 for _ in stream)
    if count != len(documents):
        what = f"{count:,} lines, but {len(documents):,} in {stem}.ids"
        raise FormatError(what, where=path.name, fix="fetch the archive again")
    for item in plain.lines(path):
        yield item if isinstance(item, Reject) else Line(item[0], documents[item[0] - 1], item[1])


def _document_names(ids: Path, lang: str, name: str) -> list[str]:
    """Give the document of every line, from the file of ids beside it."""
    if not ids.is_file():
        raise FormatError(f"no {ids.name} beside it", where=name, fix="fetch the archive again")
    side = ids.stem.rpartition(".")[2].split("-").index(lang)
    return [_document_name(row, side, ids.name) for row in plain.lines(ids)]


def _document_name(row: tuple[int, str] | Reject, side: int, name: str) -> str:
    columns = () if isinstance(row, Reject) else row[1].split("\t")
    if len(columns) != 4:
        raise FormatError(
            f"line {row[0]} does not name two documents and sentences", where=name, fix="fetch the archive again"
        )
    return sys.intern(columns[side])


source = Source(
    title="EMEA",
    about="Product information and reports of the European Medicines Agency, collected in the parallel corpus OPUS.",
    homepage="https://opus.nlpl.eu/EMEA/corpus/version/EMEA",
    langs=("en", "es", "fr"),
    shape=Text,
    license="unknown",
    license_evidence="OPUS names no licence for EMEA; the card of the data set `emea` says 'No known license'",
    license_url="https://opus.nlpl.eu/EMEA/corpus/version/EMEA",
    redistribute="unknown",
    access="open",
    files=(
        File(path="en-es.txt.zip", url=URL, member="EMEA.en-es.en", lang="en"),
        File(path="en-es.txt.zip", url=URL, member="EMEA.en-es.es", lang="es"),
        File(path="en-es.txt.zip", url=URL, member="EMEA.en-es.ids", companion=True),
        File(path="en-fr.txt.zip", url=URL, member="EMEA.en-fr.fr", lang="fr"),
        File(path="en-fr.txt.zip", url=URL, member="EMEA.en-fr.ids", companion=True),
    ),
    read=read,
    kind="leaflet",
    version="v3",
)
