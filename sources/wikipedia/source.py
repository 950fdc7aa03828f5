"""Wikipedia: the medical articles of six languages, chosen by a list of pages that the user supplies.

Upstream layout: `20231101.{lang}/train-00000-of-00041.parquet` and so on, the dump of 1 November 2023 as the Wikimedia
Foundation publishes it on the Hub, markup taken off; each row has the strings `id` (the page's number), `url`, `title`
and `text`. Known from the card and from public code that reads it; none of its files was at hand to check.

Wikipedia has no medical dump, so the choice of pages is a file of its own, `medical_pages/{lang}.tsv`, one page a
line: its number, or its address. Without the list of its language a file is refused, for all of Wikipedia is
not a medical corpus. Pages that are not in the list are counted and not stored. Two ways to make a list:

1. https://query.wikidata.org/, `Download`, `TSV file`; the items with a MeSH descriptor (P486), here for French:

       SELECT ?article WHERE { ?item wdt:P486 [] . ?article schema:about ?item ;
                               schema:isPartOf <https://fr.wikipedia.org/> }

   The answer has one `<https://fr.wikipedia.org/wiki/...>` a line. P486 finds diseases and drugs, but also chemistry,
   countries and professions, which MeSH has too; P2892 (UMLS), P494 (ICD-10) or P267 (ATC) are narrower.
2. https://petscan.wmcloud.org/, the members of a category such as `Medicine` with some depth, output as plain text or
   TSV with page numbers.

The key is language and page number (`fr-8421`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from medcorpus import File, Source, Text
from medcorpus.errors import FormatError
from medcorpus.formats import parquet, plain
from medcorpus.reading import Item, Reject, each_batch

if TYPE_CHECKING:
    import pyarrow as pa

DUMP = "20231101"
LANGS = ("en", "zh", "ja", "fr", "ru", "es")
LISTS = "medical_pages"
NOT_LISTED = "not in the list of medical pages"


class Pages(NamedTuple):
    """The pages of a list: those named by number, and those named by title."""

    numbers: frozenset[str]
    titles: frozenset[str]


def read(path: Path) -> Iterator[Item]:
    """Read one part of one language.

    Raises:
        FormatError: The list of medical pages of its language is not there, or not a list of pages.
    """
    lang = path.parent.name.partition(".")[2]
    chosen = pages(_list_beside(path, lang))
    columns = ("id", "url", "title", "text")
    return each_batch(parquet.batches(path, columns), partial(named, lang=lang, chosen=chosen))


def named(batch: pa.RecordBatch, lang: str, chosen: Pages) -> pa.RecordBatch:
    """Give the columns the names of a text's fields, and say of pages that are not chosen why they are left out."""
    import polars as pl
    import pyarrow as pa

    number, url, title, text = batch.columns
    is_chosen = pl.col("id").is_in(list(chosen.numbers)) | pl.col("title").is_in(list(chosen.titles))
    derived = pl.DataFrame({"id": pl.Series(number), "title": pl.Series(title)}).select(
        key=pl.lit(f"{lang}-") + pl.col("id"),
        withheld=pl.when(~is_chosen.fill_null(False)).then(pl.lit(NOT_LISTED)),
    )
    columns = {n: derived[n].to_arrow() for n in derived.columns}
    return pa.record_batch({"text": text, "title": title, "url": url, **columns})


def pages(path: Path) -> Pages:
    """Read a list: page numbers or addresses, the first column of each line; other lines are headings or comments."""
    lines = [_first_column(row, path) for row in plain.lines(path)]
    titles = (unquote(line.partition("/wiki/")[2]).replace("_", " ") for line in lines)
    found = Pages(frozenset(filter(str.isdecimal, lines)), frozenset(filter(None, titles)))
    if not (found.numbers or found.titles):
        raise FormatError("it names no page", where=path.name, fix="write one page number or address a line")
    return found


def _first_column(row: tuple[int, str] | Reject, path: Path) -> str:
    if isinstance(row, Reject):
        raise FormatError(f"line {row.row} is {row.reason}", where=path.name, fix="write the list as UTF-8")
    return row[1].split("\t")[0].strip(' <>"')


def _list_beside(path: Path, lang: str) -> Path:
    found = path.parent.parent / LISTS / f"{lang}.tsv"
    if not found.is_file():
        raise FormatError(
            f"no list of medical pages, {LISTS}/{lang}.tsv, beside it: all of Wikipedia is not a medical corpus",
            where=path.name,
            fix="make it as `medcorpus show wikipedia` says, or take the folder of this language away",
        )
    return found


source = Source(
    title="Wikipedia",
    about="Encyclopedia articles on medicine in six languages, chosen by a list of pages, say from a Wikidata query.",
    homepage="https://huggingface.co/datasets/wikimedia/wikipedia",
    langs=LANGS,
    shape=Text,
    license="CC-BY-SA-4.0",
    license_evidence=(
        "Wikimedia dumps, legal: 'all original textual content is licensed under the GNU Free Documentation License "
        "(GFDL) and the Creative Commons Attribution-Share-Alike 4.0 License'; the card on the Hub still says 3.0"
    ),
    license_url="https://dumps.wikimedia.org/legal.html",
    redistribute="yes",
    access="open",
    how=(
        "Download the folders 20231101.en, .zh, .ja, .fr, .ru, .es, or some, from "
        "https://huggingface.co/datasets/wikimedia/wikipedia into the folder 'wikipedia', and beside them write "
        "medical_pages/LANG.tsv, one page number or address a line: at https://query.wikidata.org/ run SELECT ?article "
        "WHERE { ?item wdt:P486 [] . ?article schema:about ?item ; schema:isPartOf <https://LANG.wikipedia.org/> } and "
        "download the answer as TSV"
    ),
    files=(
        *(File(path=f"{DUMP}.{lang}/train-*.parquet", lang=lang) for lang in LANGS),
        *(File(path=f"{LISTS}/{lang}.tsv", lang=lang, companion=True) for lang in LANGS),
    ),
    read=read,
    kind="web",
    version=DUMP,
)
