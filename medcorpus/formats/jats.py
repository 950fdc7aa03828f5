"""JATS, the XML of journal articles in PubMed Central: title, abstract and body as running text.

`article` reads the article and, as texts of their own, its abstracts in other languages and its full translations
(`sub-article`). Section titles and paragraphs stand on lines of their own; of figures and tables the label and caption,
where they stand, and those of `floats-group` at the end. Left out: cells of tables, footnotes, references, numeric
citations with their brackets, acknowledgements and all else of `back`. A formula is given as TeX where there is TeX, as
the characters of its MathML or text otherwise, and as `[formula]` where there is only an image. Superscripts and
subscripts are kept as Unicode has them (10⁵, CO₂).

Checked on articles tagged in the Archiving DTD 2.3 and JATS 1.0. Translations, `ali:license_ref` and the marks of
retracted articles are read as the JATS tag library and PubMed Central's tagging guidelines describe them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from medcorpus.errors import FormatError
from medcorpus.formats import xml

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
HREF = "{http://www.w3.org/1999/xlink}href"
MATH = "{http://www.w3.org/1998/Math/MathML}math"
LICENSE_REF = "{http://www.niso.org/schemas/ali/1.0/}license_ref"
UNKNOWN = "unknown"

_BLOCK_NAMES = """
    abstract app attrib body boxed-text caption code def def-item def-list disp-quote list list-item p preformat sec
    speech statement subtitle term title trans-abstract verse-group verse-line
"""
_OMITTED_NAMES = """
    alternatives fn fn-group graphic inline-graphic label media object-id permissions ref-list supplementary-material
    table table-wrap-foot
"""
BLOCKS = frozenset(_BLOCK_NAMES.split())
OMITTED = tuple(_OMITTED_NAMES.split())
NO_RUNNING_TEXT = ("graphical", "teaser", "toc", "video", "audio")
"""Kinds of abstract that repeat or advertise the article."""

_CITED = "\x01"
_NUMERIC = re.compile(r"[\d\s,;.\-‐‑‒–—−()\[\]]+")
_MARKS = rf"{_CITED}(?:[\s,;\-‐‑‒–—−]*{_CITED})*"
_CITATIONS = re.compile(rf"\s*(?:\[\s*{_MARKS}\s*\]|\(\s*{_MARKS}\s*\)|{_MARKS})")
_TEX_BODY = (r"\begin{document}", r"\end{document}")
_CC_URL = re.compile(r"creativecommons\.org/(licenses|publicdomain)/([a-z-]+)(?:/(\d\.\d)(?:/([a-z]{2,3})\b)?)?", re.I)
_CC_WORDS = re.compile(r"creative\s+commons\s+attribution([\s\w-]{0,60})", re.I)
_PUBLICATION = ("epub", "pub", "epub-ppub", "ppub", "collection")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """The article's text in one language; `part` tells apart what is not the article itself: `fr-abstract`, `es`."""

    lang: str
    title: str
    text: str
    part: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What one article says; fields that upstream leaves out are empty, the licence then is `unknown`."""

    kind: str
    ids: dict[str, str]
    journal: str
    date: str
    license: str
    fate: str
    versions: tuple[Version, ...]


def article(path: Path) -> Article:
    """Read the file of one article.

    Raises:
        FormatError: It is not XML, or its root is not `article`.
        ValueError: An entity in it has no known name.
    """
    root = xml.document(path)
    meta = root.find("front/article-meta")
    if root.tag != "article" or meta is None:
        what = f"no JATS article: the root is <{str(root.tag)[:40]}>"
        raise FormatError(what, where=path.name, fix="fetch the file again")
    versions = tuple(_told_apart(_versions(root, meta)))
    return Article(
        kind=root.get("article-type", ""),
        ids={e.get("pub-id-type", ""): xml.line(e) for e in meta.iterfind("article-id")},
        journal=xml.line(next(root.iterfind("front/journal-meta//journal-title"), None)),
        date=_published(meta),
        license=license_of(meta),
        fate=_fate(root, meta, versions[0].title),
        versions=versions,
    )


def _versions(root: Element, meta: Element) -> Iterator[Version]:
    lang = _lang(root, "en")
    floats = [t for e in root.iterfind("floats-group") for t in paragraphs(e)]
    text = "\n".join([*_abstract(meta), *_body(root), *floats])
    yield Version(lang=lang, title=_title(meta, "title-group/article-title"), text=text)
    titles = _translated_titles(meta)
    for element in meta.iterfind("trans-abstract"):
        there = _lang(element, lang)
        title = titles.get(element.get(LANG, ""), "")
        yield Version(lang=there, title=title, text="\n".join(paragraphs(element)), part=f"{there}-abstract")
    for element in root.iterfind("sub-article[@article-type='translation']"):
        stub = next(element.iterchildren("front-stub", "front"), element)
        text = "\n".join([*_abstract(stub), *_body(element)])
        there = _lang(element, lang)
        yield Version(lang=there, title=_title(stub, ".//article-title"), text=text, part=there)


def _told_apart(versions: Iterable[Version]) -> Iterator[Version]:
    seen: Counter[str] = Counter()
    for version in versions:
        seen[version.part] += 1
        copies = seen[version.part]
        yield replace(version, part=f"{version.part}-{copies}") if copies > 1 else version


def paragraphs(element: Element) -> list[str]:
    """Give the running text of an element, a line for each title and paragraph."""
    found = xml.lines(element, BLOCKS, _SWAPS)
    return [t for one in found if (t := _CITATIONS.sub("", one).strip())]


def _abstract(meta: Element) -> list[str]:
    wanted = (e for e in meta.iterfind("abstract") if e.get("abstract-type", "") not in NO_RUNNING_TEXT)
    return [t for e in wanted for t in paragraphs(e)]


def _body(root: Element) -> list[str]:
    return [t for e in root.iterfind("body") for t in paragraphs(e)]


def _title(element: Element, path: str) -> str:
    found = element.find(path)
    return "" if found is None else " ".join(paragraphs(found))


def _translated_titles(meta: Element) -> dict[str, str]:
    groups = [g for g in meta.iterfind("title-group/trans-title-group") if g.get(LANG)]
    return {g.get(LANG, ""): _title(g, "trans-title") for g in reversed(groups)}


def _lang(element: Element, default: str) -> str:
    return (element.get(LANG) or default).partition("-")[0].lower()


def _citation(element: Element) -> str:
    """Mark a citation by number, keep one by name; drop the marks of footnotes and affiliations."""
    if element.get("ref-type") in ("fn", "table-fn", "aff", "corresp", "author-notes"):
        return ""
    text = xml.content(element)
    return _CITED if element.get("ref-type") == "bibr" and _NUMERIC.fullmatch(text) else text


def _superscript(element: Element) -> str:
    text = xml.content(element)
    cites = element.find("xref") is not None and _NUMERIC.fullmatch(text)
    return _CITED if cites else xml.raised(text)


def _formula(element: Element) -> str:
    tex, math = next(element.iter("tex-math"), None), next(element.iter(MATH), None)
    if tex is not None:
        return _tex_body(xml.content(tex))
    return (xml.line(math) if math is not None else xml.line(element, _IN_FORMULA)) or "[formula]"


def _display(element: Element) -> str:
    return f" {_formula(element)} "


def _tex_body(source: str) -> str:
    """Give what stands in a TeX document, the source itself where there is none."""
    begin, end = _TEX_BODY
    body, found, _ = source.partition(begin)[2].partition(end)
    return body if found else source


def _caption(element: Element) -> str:
    """Give label and caption of a figure or table as a line of their own."""
    label, caption = element.find("label"), element.find("caption")
    told = [] if caption is None else xml.lines(caption, BLOCKS, _INLINE)
    return xml.BREAK + " ".join([xml.line(label), *told]) + xml.BREAK


def _nothing(element: Element) -> str:
    return ""


def _blank(element: Element) -> str:
    return " "


_IN_FORMULA: xml.Swaps = {
    "sup": lambda e: xml.raised(xml.content(e)),
    "sub": lambda e: xml.lowered(xml.content(e)),
    **dict.fromkeys(("label", "graphic", "inline-graphic", "alternatives"), _nothing),
}
_INLINE: xml.Swaps = {
    "sup": _superscript,
    "sub": lambda e: xml.lowered(xml.content(e)),
    "xref": _citation,
    "break": _blank,
    "disp-formula": _display,
    **dict.fromkeys(("inline-formula", MATH, "tex-math"), _formula),
    **dict.fromkeys(OMITTED, _nothing),
}
_SWAPS: xml.Swaps = {**_INLINE, **dict.fromkeys(("fig", "table-wrap"), _caption)}


def license_of(meta: Element) -> str:
    """Name the licence of an article: the SPDX id of a Creative Commons address, else `CC BY` and the like from words.

    An article that states neither has the licence `unknown`, whatever its copyright statement says.
    """
    stated = list(meta.iterfind(".//license"))
    for element in stated:
        for address in _addresses(element):
            if found := _CC_URL.search(address):
                return _spdx(found)
    words = " ".join(xml.line(e) for e in (*stated, *meta.iterfind(".//copyright-statement")))
    named = _CC_URL.search(words)
    return _spdx(named) if named else _in_words(words)


def _addresses(element: Element) -> Iterator[str]:
    yield element.get(HREF, "")
    yield from (xml.line(e) for e in element.iter(LICENSE_REF))
    yield from (e.get(HREF, "") for e in element.iter("ext-link", "uri"))


def _spdx(found: re.Match[str]) -> str:
    kind, name, version, port = found.groups()
    if kind.lower() == "publicdomain":
        return {"zero": "CC0-1.0", "mark": "CC-PDM-1.0"}.get(name.lower(), UNKNOWN)
    name = name.upper().strip("-")
    return f"CC {name}" if version is None else "-".join(filter(None, ("CC", name, version, (port or "").upper())))


def _in_words(words: str) -> str:
    found = _CC_WORDS.search(words)
    if found is None:
        return UNKNOWN
    said = re.sub(r"[\s-]", "", found[1].lower())
    terms = (("noncommercial", "NC"), ("noderiv", "ND"), ("sharealike", "SA"))
    return "-".join(["CC BY", *(short for word, short in terms if word in said)])


def _published(meta: Element) -> str:
    dates = {e.get("pub-type") or e.get("date-type") or "": e for e in reversed(list(meta.iterfind("pub-date")))}
    ranked = [dates[kind] for kind in _PUBLICATION if kind in dates]
    return next((d for e in ranked if (d := _date(e))), "")


def _date(element: Element) -> str:
    parts = [xml.line(element.find(n)) for n in ("year", "month", "day")]
    if not re.fullmatch(r"[12]\d{3}", parts[0]):
        return ""
    known = [parts[0]]
    for text, most in zip(parts[1:], (12, 31)):
        if not (text.isdecimal() and 1 <= int(text) <= most):
            break
        known.append(f"{int(text):02}")
    return "-".join(known)


def _fate(root: Element, meta: Element, title: str) -> str:
    """Say whether an article was retracted, or is itself the notice of a retraction."""
    if root.get("article-type", "") in ("retraction", "partial-retraction"):
        return "retraction notice"
    related = {e.get("related-article-type") for e in meta.iterfind("related-article")}
    told = title.lower().lstrip("[ ").startswith("retracted")
    return "retracted" if "retraction-forward" in related or told else ""
