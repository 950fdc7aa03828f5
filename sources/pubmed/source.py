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
number of that file (`{PMID}@25n1275`). Since it revises one of the baseline, each row names what it is a version of
(extra `work`, the PMID) and which (extra `version`: NLM's version of the citation, then the number of the file, which
grows from the baseline through the updates); the stage `superseded` marks all but the newest. Withheld and counted:
articles without abstract, book chapters, retracted articles and the notices that retract them, abstracts in other
languages, and each PMID of a `DeleteCitation`. Retractions, deletions and revisions that leave no text withdraw the
older versions. Baseline and update files are read from NLM's description of them; none was at hand to check.

Beside these, and for task111 only, stand the full articles with abstracts of the scientific-papers data set
(`pubmed-dataset/*.txt`), which `sources/_scientific_papers.py` describes. They were not at hand either. Their keys are
PMC's (`PMC3872579`), so that no PMID is the same; they name no edition, and nothing supersedes them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from medcorpus import File, Source, Task, Text, Withheld, each
from medcorpus.formats import jsonl, pubmed
from medcorpus.reading import Edition, Item
from medcorpus.records import VERSION, WORK, Fields

from .. import _scientific_papers

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

LANGS = ("en", "zh", "ja", "fr", "ru", "es")
FTP = "https://ftp.ncbi.nlm.nih.gov/pubmed/{path}"


def read(path: Path) -> Iterator[Item]:
    """Read one file: a day's or a year's part, one answer of efetch, or a split of full articles."""
    kind = path.parent.name
    if kind == _scientific_papers.FOLDER:
        return each(jsonl.rows(path), _scientific_papers.article)
    number = re.sub(r"^pubmed|\..*$", "", path.name) if kind in ("baseline", "updatefiles") else ""
    return each(pubmed.rows(path), partial(texts, number=number, revises=kind == "updatefiles"))


def texts(element: Element, number: str, revises: bool) -> list[Text | Withheld]:
    """Turn one element into its abstracts, or say why it has none.

    Args:
        element: An article, a book article or a deletion.
        number: That of the file, where NLM numbers it.
        revises: Whether what is in the file may revise what is in others.
    """
    if element.tag == "PubmedBookArticle":
        return [Withheld("a book chapter, not an article")]
    if element.tag == "DeleteCitation":
        return [Withheld("deleted citation", edition_of(*gone, number)) for gone in pubmed.deleted(element)]
    article = pubmed.article(element)
    edition = edition_of(article.pmid, article.version, number)
    if article.fate:
        return [Withheld(article.fate, edition)]
    found = list(_texts(article, edition, f"@{number}" if revises else ""))
    none = "abstract only at the publisher" if article.at_publisher else "no abstract"
    return found or [Withheld(none, edition if revises else None)]


def edition_of(pmid: str, version: str, number: str) -> Edition:
    """Name the edition of a citation: by NLM's version first, then by the file it stands in."""
    return Edition(pmid, f"{version:0>3}/{number}")


def _texts(article: pubmed.Article, edition: Edition, suffix: str) -> Iterator[Text | Withheld]:
    seen: Counter[str] = Counter()
    readable = [a for a in article.abstracts if a.lang in LANGS]
    for abstract in article.abstracts:
        seen[abstract.lang] += 1
        if abstract.lang in LANGS:
            yield _text(article, abstract, seen[abstract.lang], edition, suffix)
        else:
            withdraws = edition if suffix and not readable else None
            yield Withheld("abstract in a language beyond the six", withdraws)


def _text(article: pubmed.Article, abstract: pubmed.Abstract, copy: int, edition: Edition, suffix: str) -> Text:
    return Text(
        key=_key(article, abstract.lang, copy) + suffix,
        lang=abstract.lang,
        license=abstract.copyright,
        text=abstract.text,
        title=_title(article, abstract.lang),
        url=f"https://pubmed.ncbi.nlm.nih.gov/{article.pmid}/",
        date=article.date,
        extra={**_extra(article), WORK: edition.work, VERSION: edition.version},
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


def summarized(record: Text) -> Fields | None:
    """Take the full articles, which have their abstract beside them."""
    return {} if "abstract" in record.extra else None


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
    how="Put the folders baseline and updatefiles of https://ftp.ncbi.nlm.nih.gov/pubmed/ into the folder 'pubmed'. "
    + _scientific_papers.HOW,
    files=(
        File(path="baseline/*.xml.gz", url=FTP),
        File(path="updatefiles/*.xml.gz", url=FTP),
        File(path="tests/fixtures/pmid_xml/*.xml"),
        *(
            File(path=f"{_scientific_papers.FOLDER}/{name}.txt", split=split, lang="en")
            for name, split in _scientific_papers.SPLITS.items()
        ),
    ),
    read=read,
    tasks=(
        Task(
            id="task111",
            name="pubmed_article_summarization",
            category="Text Summarization",
            domain="Medical Knowledge",
            input="{text}",
            output="{abstract}",
            fields=summarized,
        ),
    ),
    kind="article",
    extras=("pmid", "doi", "pmc", "journal", "mesh", "publication_types", "abstract", WORK, VERSION),
)
