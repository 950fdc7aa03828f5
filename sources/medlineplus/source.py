"""MedlinePlus health topics: summaries for patients, in English and Spanish, by the U.S. National Library of Medicine.

Upstream layout: `mplus_topics_YYYY-MM-DD.xml`, also in `mplus_topics_compressed_YYYY-MM-DD.zip`, made anew from Tuesday
to Saturday; old dates are removed, so the page of the XML files has to be asked for the name. Read from NLM's
description of the file and from records quoted in public; a whole file was not at hand to check.

The root is `health-topics`; each `health-topic` has the attributes `title`, `url`, `id`, `language` (English or
Spanish), `date-created` (MM/DD/YYYY) and `meta-desc`, and the elements `full-summary` (HTML, escaped), `also-called`,
`mesh-heading/descriptor`, `group`, `language-mapped-topic` (the topic in the other language) and others. The text is
the summary, a line for each paragraph, heading and list item; the key is the topic's id. A topic without a summary is
withheld. The rest of a topic is links to pages of others and is not read: of MedlinePlus, the A.D.A.M. encyclopedia
and the drug texts of ASHP are under copyright, and the file holds neither. A crawl of them is what the source
`medlineplus_pages` reads, and with it the paper's other tasks on MedlinePlus, so that nothing of them is ever taken for
what may be passed on.

The paper does not say how the mistakes of its error detection (tasks 132-136) came about, nor which task is on which
pages. Here an English topic of three or more sentences gets, for one of its first eight, a sentence of a topic that
stands up to a hundred topics before it in the file, as `stranger`; checksums of the topics' ids choose both. This is
assumed to be task133.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from medcorpus import File, Source, Text, Withheld, each
from medcorpus.formats import xml
from medcorpus.reading import Item
from medcorpus.records import Fields

from .. import _medlineplus

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

LANGS = {"English": "en", "Spanish": "es"}
BLOCKS = frozenset({"p", "ul", "ol", "li", "br", "div", "h1", "h2", "h3", "h4", "h5", "h6", "table", "tr"})
"""HTML elements that stand on lines of their own."""


def read(path: Path) -> Iterator[Item]:
    """Read one day's topics."""
    strangers: dict[str, _medlineplus.Strangers] = defaultdict(_medlineplus.Strangers)
    return each(xml.elements(path, "health-topic"), partial(topic, strangers=strangers))


def topic(element: Element, strangers: dict[str, _medlineplus.Strangers]) -> Text | Withheld:
    """Turn one topic into a text, with a sentence of another topic in its language."""
    summary = xml.content(element.find("full-summary")).strip()
    if not summary:
        return Withheld("no summary")
    said = {str(name): str(value) for name, value in element.attrib.items()}
    text = "\n".join(_lines(summary))
    stranger = strangers[LANGS[said["language"]]].of(said["id"], text)
    return Text(
        key=said["id"],
        lang=LANGS[said["language"]],
        title=said["title"],
        text=text,
        url=said["url"],
        date=_date(said.get("date-created", "")),
        extra=_extra(element) | ({"stranger": stranger} if stranger else {}),
    )


def _lines(summary: str) -> list[str]:
    from lxml import html

    return xml.lines(html.fragment_fromstring(summary, create_parent="div"), BLOCKS)


def _extra(element: Element) -> dict[str, str]:
    mapped = element.find("language-mapped-topic")
    said = {
        "also_called": _joined(element, "also-called"),
        "mesh": _joined(element, "mesh-heading/descriptor"),
        "groups": _joined(element, "group"),
        "counterpart": "" if mapped is None else mapped.get("id", ""),
    }
    return {name: value for name, value in said.items() if value}


def _joined(element: Element, path: str) -> str:
    return "; ".join(filter(None, map(xml.line, element.findall(path))))


def _date(stated: str) -> str:
    """Write a date as ISO 8601; nothing where it is none.

    >>> _date("01/07/2003"), _date("2003")
    ('2003-01-07', '')
    """
    found = re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", stated)
    return f"{found[3]}-{found[1]}-{found[2]}" if found else ""


def exchanged(record: Text) -> Fields | None:
    """Give the topic with a sentence that does not belong there."""
    return _medlineplus.exchanged(record.key, record.text, record.extra.get("stranger", ""))


source = Source(
    title="MedlinePlus Health Topics",
    about="Summaries of diseases, conditions and wellness for patients, in English and Spanish, by the U.S. NLM.",
    homepage="https://medlineplus.gov/",
    langs=tuple(LANGS.values()),
    shape=Text,
    license="public domain (work of the U.S. government)",
    license_evidence=(
        "Linking to and Using Content from MedlinePlus: 'You may reproduce, redistribute, and link freely to "
        "non-copyrighted content'; 'Summaries on health topic pages' are listed as in the public domain"
    ),
    license_url="https://medlineplus.gov/about/using/usingcontent/",
    redistribute="yes",
    access="open",
    how=(
        "Download the newest 'MedlinePlus Health Topic XML' (one date only, plain or zip) from "
        "https://medlineplus.gov/xml.html into the folder 'medlineplus'."
    ),
    files=(
        File(path="mplus_topics_*.xml"),
        File(path="mplus_topics_compressed_*.zip", member="mplus_topics_*.xml"),
    ),
    read=read,
    kind="web",
    tasks=(_medlineplus.detection(133, exchanged),),
    extras=("also_called", "mesh", "groups", "counterpart", "stranger"),
)
