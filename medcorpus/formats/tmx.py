"""TMX, the exchange format of translation memories: the same segment in several languages.

Read are the segments of every `<tu>` by the language of their `<tuv>` (`xml:lang`, in old files `lang`), in lower case
and without a region. Inline markup inside a segment (`<bpt>`, `<ph>`, ...) holds codes of the layout and is left out;
`<hi>` holds text and is kept. Of several segments in one language the first one is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from medcorpus.formats import xml
from medcorpus.reading import Reject

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_CODES = dict.fromkeys(("bpt", "ept", "it", "ph", "sub", "ut"), lambda _: "")


class Unit(NamedTuple):
    """A segment in several languages; its id is the file's own, or else its number there."""

    id: str
    segments: Mapping[str, str]


def units(path: Path) -> Iterator[tuple[int, Unit] | Reject]:
    """Yield the units of a file, numbered from 1; one without a segment is rejected.

    Raises:
        FormatError: There is no unit in it, it is not XML, or it declares entities of its own.
    """
    for item in xml.elements(path, "tu"):
        yield item if isinstance(item, Reject) else _read(*item)


def _read(number: int, element: Element) -> tuple[int, Unit] | Reject:
    try:
        segments = _segments(element)
    except ValueError as error:
        return Reject(number, str(error))
    if not segments:
        return Reject(number, "a unit without a segment")
    return number, Unit(element.get("tuid") or str(number), segments)


def _segments(element: Element) -> dict[str, str]:
    segments: dict[str, str] = {}
    for variant in element.iterchildren("tuv"):
        lang = (variant.get(_LANG) or variant.get("lang") or "").lower().replace("_", "-").partition("-")[0]
        text = xml.line(variant.find("seg"), _CODES)
        if not lang:
            raise ValueError("a segment without a language")
        if text:
            segments.setdefault(lang, text)
    return segments
