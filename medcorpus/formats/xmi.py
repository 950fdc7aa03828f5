r"""UIMA CAS XMI, as WebAnno and INCEpTION export it: one text (the sofa) and typed annotations over it.

`document` gives the text with `\n` line ends and all feature structures; those with `begin` and `end` have offsets into
that text. UIMA counts UTF-16 code units of the text with its own line ends, so an offset behind a character beyond
U+FFFF, or behind a carriage return, is not the offset in Python's text: both are converted. Checked on files in which
a carriage return precedes every line feed (`&#13;&#10;` in the attribute).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from medcorpus.errors import FormatError
from medcorpus.formats import xml

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

CAS = "{http:///uima/cas.ecore}"
MAX_COVERED = 64 * 2**20
"""Most characters that the annotations of a text may cover together."""

_FETCH = "fetch the file again"
ID = "{http://www.omg.org/XMI}id"


class Annotation(NamedTuple):
    """A feature structure: its id, its type without namespace, its span if it has one, and its other values."""

    key: str
    type: str
    start: int
    end: int
    values: Mapping[str, str]

    @property
    def has_span(self) -> bool:
        """Whether it marks a part of the text; links between annotations and document facts do not."""
        return self.start < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A text and its annotations in the order of the file."""

    text: str
    annotations: tuple[Annotation, ...]

    def of_type(self, *types: str) -> Iterator[Annotation]:
        """Give the annotations of these types, by their names without namespace."""
        return (a for a in self.annotations if a.type in types)

    def by_key(self) -> dict[str, Annotation]:
        """Give the annotations by their ids, by which others refer to them."""
        return {a.key: a for a in self.annotations}


def document(path: Path, without: Collection[str] = ()) -> Document:
    """Read a file with one text.

    Args:
        path: The file.
        without: Types to pass over, by their names without namespace: most of a file are its tokens.

    Raises:
        FormatError: It is not XMI, holds no text or several, an offset is not a number inside the text, or the
            annotations cover it beyond `MAX_COVERED`.
    """
    root = xml.document(path)
    sofas = [s for s in root.iterfind(f"{CAS}Sofa") if s.get("sofaString") is not None]
    if len(sofas) != 1:
        raise FormatError(f"{len(sofas)} texts (Sofa with sofaString) in it, not one", where=path.name, fix=_FETCH)
    stored = sofas[0].get("sofaString", "")
    text, places = unfolded(stored)
    try:
        found = tuple(_annotations(root, places, without))
    except (ValueError, IndexError):
        what = "an offset that is not a number inside the text"
        raise FormatError(what, where=path.name, fix=_FETCH) from None
    if sum(a.end - a.start for a in found) > MAX_COVERED:
        raise FormatError("annotations that cover the text over and over", where=path.name, fix=_FETCH)
    return Document(text=text, annotations=found)


def unfolded(stored: str) -> tuple[str, range | list[int]]:
    r"""Give a text with `\n` line ends, and for each UTF-16 code unit of the stored text its place in that one.

    >>> text, places = unfolded("a\r\n\U0001f489b")
    >>> text, [places[i] for i in (0, 1, 2, 3, 5, 6)]
    ('a\n💉b', [0, 1, 1, 2, 3, 4])
    """
    text = stored.replace("\r\n", "\n").replace("\r", "\n")
    if text == stored and (stored.isascii() or max(stored) <= "\uffff"):
        return text, range(len(text) + 1)
    places, place = [], 0
    for here, following in zip(stored, stored[1:] + " "):
        places += [place] * (2 if here > "\uffff" else 1)
        place += here != "\r" or following != "\n"
    return text, [*places, place]


def _annotations(root: Element, places: range | list[int], without: Collection[str]) -> Iterator[Annotation]:
    for element in root:
        tag = str(element.tag)
        name = tag.rpartition("}")[2]
        if name not in without and not tag.startswith(CAS):
            yield _annotation(element, name, places)


def _annotation(element: Element, name: str, places: range | list[int]) -> Annotation:
    values = dict(cast("Sequence[tuple[str, str]]", element.items()))
    start, end = int(values.pop("begin", "0")), int(values.pop("end", "0"))
    if not 0 <= start <= end:
        raise ValueError("begin behind end")
    return Annotation(values.pop(ID, ""), name, places[start], places[end], values)
