"""PubMed: titles and abstracts of the biomedical literature, as NLM distributes them in XML.

Upstream layout: `baseline/pubmed{YY}n{NNNN}.xml.gz` once a year and `updatefiles/pubmed{YY}n{NNNN}.xml.gz` every day,
each one `PubmedArticleSet`. The same element is what efetch answers: `tests/fixtures/pmid_xml/{PMID}.xml` are such
answers, in the layout of the Python package metapub 0.7.5, and the only files checked here: 70 files, 69
`PubmedArticle` (PMIDs all different) and one `PubmedBookArticle` (a GeneReviews chapter). 58 of the articles have an
abstract, 11 have none; two Spanish articles have it in Spanish as well, which makes 60 records.

`Abstract` is read as English whatever the article's language: NLM takes English abstracts there and all others into
`OtherAbstract`, which gives a record of its own (`{PMID}-es`) with the vernacular title where it is in the same
language, for the six languages of the corpus. Parts of a structured abstract stand on lines of their own, with their
label. The brackets that NLM puts round a translated title are taken off. `CopyrightInformation`, where given, is the
licence of the row.

The key is the PMID, with the version where it is not the first (`{PMID}.2`); an article of an update file carries the
number of that file (`{PMID}@25n1275`), since it revises one of the baseline: apply the update files by preferring the
highest number. Withheld and counted: articles without abstract, book chapters, retracted articles and the notices
that retract them, abstracts in other languages, and each PMID of a `DeleteCitation`, whose article has to go from the
baseline's rows. Baseline and update files are read from NLM's description of them; none was at hand to check.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from medcorpus import File, Source, Text, Withheld, each
from medcorpus.formats import pubmed
from medcorpus.reading import Item

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

LANGS = ("en", "zh", "ja", "fr", "ru", "es")
FTP = "https://ftp.ncbi.nlm.nih.gov/pubmed/{path}"


def read(path: Path) -> Iterator[Item]:
    """Read one file, a day's or a year's part or one answer of efetch."""
    edition = re.sub(r"^pubmed|\..*$", "", path.name) if path.parent.name == "updatefiles" else ""
    return each(pubmed.rows(path), partial(texts, edition=edition))


def texts(element: Element, edition: str) -> list[Text | Withheld]:
    """Turn one element into its abstracts, or say why it has none."""
    if element.tag == "PubmedBookArticle":
        return [Withheld("a book chapter, not an article")]
    if element.tag == "DeleteCitation":
        return [Withheld("deleted citation") for _ in pubmed.deleted(element)]
    article = pubmed.article(element)
    if article.fate:
        return [Withheld(article.fate)]
    seen: Counter[str] = Counter()
    found = []
    for abstract in article.abstracts:
        seen[abstract.lang] += 1
        found.append(_text(article, abstract, seen[abstract.lang], edition))
    return found or [Withheld("abstract only at the publisher" if article.at_publisher else "no abstract")]


def _text(article: pubmed.Article, abstract: pubmed.Abstract, copy: int, edition: str) -> Text | Withheld:
    if abstract.lang not in LANGS:
        return Withheld("abstract in a language beyond the six")
    return Text(
        key=_key(article, abstract.lang, copy) + (f"@{edition}" if edition else ""),
        lang=abstract.lang,
        license=abstract.copyright,
        text=abstract.text,
        title=_title(article, abstract.lang),
        url=f"https://pubmed.ncbi.nlm.nih.gov/{article.pmid}/",
        date=article.date,
        extra=_extra(article),
    )


def _key(article: pubmed.Article, lang: str, copy: int) -> str:
    version = "" if article.version == "1" else f".{article.version}"
    first = lang == article.abstracts[0].lang == "en" and copy == 1
    return f"{article.pmid}{version}" + ("" if first else f"-{lang}" + (f"-{copy}" if copy > 1 else ""))


def _title(article: pubmed.Article, lang: str) -> str:
    if lang != "en":
        return article.vernacular_title if lang in article.langs else ""
    translated = re.fullmatch(r"\[(.*)\]\.?", article.title)
    return translated[1] if translated else article.title


def _extra(article: pubmed.Article) -> dict[str, str]:
    said = {
        "pmid": article.pmid,
        "doi": article.doi,
        "pmc": article.pmc,
        "journal": article.journal,
        "mesh": "; ".join(article.mesh),
        "publication_types": "; ".join(article.publication_types),
    }
    return {name: value for name, value in said.items() if value}


source = Source(
    title="PubMed",
    about="Titles and abstracts of the biomedical literature, collected by the U.S. National Library of Medicine.",
    homepage="https://pubmed.ncbi.nlm.nih.gov/",
    langs=LANGS,
    shape=Text,
    license="NLM terms and conditions; abstracts may be under copyright of their publishers or authors",
    license_evidence=(
        "NLM, Copyright Information & Downloading: 'abstracts originating from publications that may be protected by "
        "U.S. or non-US copyright law'; no sentence allows to pass abstracts on"
    ),
    license_url="https://www.nlm.nih.gov/databases/download.html",
    redistribute="unknown",
    access="open",
    how="Put the folders baseline and updatefiles of https://ftp.ncbi.nlm.nih.gov/pubmed/ into the folder 'pubmed'.",
    cite="""@misc{pubmed,
  title = {{PubMed}},
  author = {{National Library of Medicine (US)}},
  howpublished = {National Center for Biotechnology Information, Bethesda (MD)},
  url = {https://pubmed.ncbi.nlm.nih.gov/}
}""",
    files=(
        File(path="baseline/*.xml.gz", url=FTP),
        File(path="updatefiles/*.xml.gz", url=FTP),
        File(path="tests/fixtures/pmid_xml/*.xml"),
    ),
    read=read,
    kind="article",
    extras=("pmid", "doi", "pmc", "journal", "mesh", "publication_types"),
)
