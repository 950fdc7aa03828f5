"""PubMed XML: NLM's baseline and update files (`PubmedArticleSet`, gzipped) and what efetch answers.

`rows` yields the elements of a file of any size; `article` reads one `PubmedArticle`, `deleted` the ids of a
`DeleteCitation`. Checked on efetch answers of 2025 (DTD 250101) and older ones without DOCTYPE. From NLM's element
descriptions rather than from files: several versions of a citation (`PMID/@Version`), `OtherAbstract` with the phrase
"Abstract available from the publisher." in place of a text, `MedlineDate`, and the marks of retractions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from medcorpus.formats import xml
from medcorpus.reading import Reject

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

LANGUAGES = {
    "eng": "en",
    "chi": "zh",
    "jpn": "ja",
    "fre": "fr",
    "rus": "ru",
    "spa": "es",
    "ger": "de",
    "por": "pt",
    "ita": "it",
    "pol": "pl",
    "kor": "ko",
    "tur": "tr",
    "cze": "cs",
}
"""NLM's language codes (MARC) by ISO 639-1; a code that is not here stays as it is."""

NO_LABEL = ("", "UNLABELLED", "UNASSIGNED")
AT_PUBLISHER = "abstract available from the publisher"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR = re.compile(r"\b(1[5-9]|20)\d\d\b")
_SWAPS: dict[str, Callable[[Element], str]] = {
    "sup": lambda e: xml.raised(xml.content(e)),
    "sub": lambda e: xml.lowered(xml.content(e)),
    "{http://www.w3.org/1998/Math/MathML}annotation": lambda e: "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Abstract:
    """One abstract of an article: its language, its paragraphs (`LABEL: text`), and who holds the rights."""

    lang: str
    text: str
    copyright: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What one `PubmedArticle` says; fields that upstream leaves out are empty."""

    pmid: str
    version: str
    langs: tuple[str, ...]
    title: str
    vernacular_title: str
    abstracts: tuple[Abstract, ...]
    at_publisher: bool
    date: str
    journal: str
    doi: str
    pmc: str
    mesh: tuple[str, ...]
    publication_types: tuple[str, ...]
    fate: str


def rows(path: Path) -> Iterator[tuple[int, Element] | Reject]:
    """Yield the articles, book articles and deletions of a file, numbered from 1; see `xml.elements`."""
    return xml.elements(path, "PubmedArticle", "PubmedBookArticle", "DeleteCitation")


def deleted(element: Element) -> tuple[tuple[str, str], ...]:
    """Give the PMIDs, with their versions, that a `DeleteCitation` of an update file withdraws."""
    return tuple((xml.line(e), e.get("Version", "1")) for e in element.iterfind("PMID"))


def article(element: Element) -> Article:
    """Read one `PubmedArticle`.

    Raises:
        ValueError: It has no PMID or no `Article`.
    """
    citation = element.find("MedlineCitation")
    inner = None if citation is None else citation.find("Article")
    if citation is None or inner is None:
        raise ValueError("no MedlineCitation/Article")
    types = _lines(inner, "PublicationTypeList/PublicationType")
    abstracts = tuple(_abstracts(citation, inner))
    return Article(
        pmid=_pmid(citation),
        version=_version(citation),
        langs=tuple(LANGUAGES.get(code, code) for code in _lines(inner, "Language")),
        title=_line(inner, "ArticleTitle"),
        vernacular_title=_line(inner, "VernacularTitle"),
        abstracts=tuple(a for a in abstracts if not _elsewhere(a)),
        at_publisher=any(_elsewhere(a) for a in abstracts),
        date=_published(inner),
        journal=_line(inner, "Journal/Title"),
        doi=_doi(element, inner),
        pmc=_line(element, "PubmedData/ArticleIdList/ArticleId[@IdType='pmc']"),
        mesh=tuple(_heading(h) for h in citation.iterfind("MeshHeadingList/MeshHeading")),
        publication_types=types,
        fate=_fate(citation, types),
    )


def paragraphs(element: Element) -> str:
    """Give the text of an abstract, a line for each part, `LABEL: ` before those that upstream labels."""
    parts = ((e.get("Label", ""), xml.line(e, _SWAPS)) for e in element.iterfind("AbstractText"))
    return "\n".join(t if label.upper() in NO_LABEL else f"{label}: {t}" for label, t in parts if t)


def _abstracts(citation: Element, inner: Element) -> Iterator[Abstract]:
    for element in (*inner.iterfind("Abstract"), *citation.iterfind("OtherAbstract")):
        code = element.get("Language", "eng").lower()
        text = paragraphs(element)
        if text:
            yield Abstract(lang=LANGUAGES.get(code, code), text=text, copyright=_line(element, "CopyrightInformation"))


def _elsewhere(abstract: Abstract) -> bool:
    return abstract.text.rstrip(" .").lower() == AT_PUBLISHER


def _pmid(citation: Element) -> str:
    pmid = _line(citation, "PMID")
    if not pmid.isdigit():
        raise ValueError("no PMID")
    return pmid


def _version(citation: Element) -> str:
    found = citation.find("PMID")
    return "1" if found is None else found.get("Version", "1")


def _doi(element: Element, inner: Element) -> str:
    listed = _line(element, "PubmedData/ArticleIdList/ArticleId[@IdType='doi']")
    return listed or _line(inner, "ELocationID[@EIdType='doi']")


def _heading(heading: Element) -> str:
    return "/".join((_line(heading, "DescriptorName"), *_lines(heading, "QualifierName")))


def _published(inner: Element) -> str:
    for path in ("Journal/JournalIssue/PubDate", "ArticleDate"):
        found = inner.find(path)
        if found is not None and (date := _date(found)):
            return date
    return ""


def _date(element: Element) -> str:
    """Write a date as far as it is known: seasons and ranges of months leave the year."""
    year = _YEAR.search(_line(element, "Year") or _line(element, "MedlineDate"))
    month, day = _month(_line(element, "Month")), _line(element, "Day")
    if year is None or not month:
        return year.group() if year else ""
    known = f"{year.group()}-{month:02}"
    return f"{known}-{int(day):02}" if day.isdecimal() and 1 <= int(day) <= 31 else known


def _month(text: str) -> int:
    """Give the number of a month written as name or number, 0 for anything else."""
    if text.isdecimal():
        return int(text) if 1 <= int(text) <= 12 else 0
    name = text[:3].lower()
    return _MONTHS.index(name) + 1 if name in _MONTHS else 0


def _fate(citation: Element, types: tuple[str, ...]) -> str:
    """Say whether an article was retracted, or is itself the notice of a retraction."""
    marks = {e.get("RefType") for e in citation.iterfind("CommentsCorrectionsList/CommentsCorrections")}
    if "Retracted Publication" in types or "RetractionIn" in marks:
        return "retracted"
    notices = {"Retraction of Publication", "Retraction Notice"}
    return "retraction notice" if notices & set(types) or "RetractionOf" in marks else ""


def _line(element: Element, path: str) -> str:
    return xml.line(element.find(path), _SWAPS)


def _lines(element: Element, path: str) -> tuple[str, ...]:
    return tuple(xml.line(e) for e in element.iterfind(path))
