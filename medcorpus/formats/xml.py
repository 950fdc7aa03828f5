"""XML without its dangers: every reader of an XML format starts from `document`, `root_of` or `elements`.

The parser is lxml with entities, DTDs, network and "huge" trees off. A DOCTYPE may stand there and is never fetched;
one that declares entities of its own is refused, which ends entity bombs and external entities alike. libxml2 itself
refuses nesting deeper than 256 elements, texts and attributes of over 10 MB, and characters that XML forbids (NUL, half
surrogate pairs). Comments and processing instructions are left out. The named entities of HTML, which files with an
external DTD may use (`&eacute;`), are resolved by name; any other one is an error of its row.

Nothing is lost silently: a file from which nothing can be read is a `FormatError` that names file and line; one that
breaks off behind its first records yields these, then one `Reject` that says so, and in which line.
"""

from __future__ import annotations

import gzip
import html
import re
import zlib
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from medcorpus.errors import FormatError
from medcorpus.reading import Reject

if TYPE_CHECKING:
    from lxml.etree import XMLPullParser
    from lxml.etree import _Element as Element

    Swaps = Mapping[str, Callable[[Element], str]]

MAX_DOCUMENT = 64 * 2**20
"""Largest file in bytes that is parsed as a whole."""

MAX_RECORD = 64 * 2**20
"""Most bytes that may pass without a record coming to its end."""

MAX_EXPANSION = 200
"""How many times its packed size a `.gz` file may hold; PubMed's files hold about ten times theirs."""

MAX_TAGS = 2_000_000
"""Most tags and attributes in a document or a record: one of a few bytes takes some hundred in memory."""

BREAK = "\x00"
"""Where `lines` starts a new line; what a swap gives may hold it, XML itself cannot."""

CHUNK = 2**16
_FETCH = "fetch the file again"
_TOO_MANY_TAGS = f"over {MAX_TAGS:,} tags and attributes"
_SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "attribute_defaults": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
_UNPACKING = (EOFError, gzip.BadGzipFile, zlib.error)
_LINE_ENDS = re.compile("\r\n?")


def document(path: Path, *, budget: int = MAX_DOCUMENT) -> Element:
    """Parse a small file as a whole and give its root element; `.gz` is unpacked.

    Args:
        path: The file.
        budget: Most bytes it may hold, unpacked.

    Raises:
        FormatError: It is empty, over the budget, not well-formed (the line is named), or declares entities.
    """
    data = bytearray()
    try:
        for chunk in _chunks(path):
            data += chunk
            if len(data) > budget:
                raise FormatError(f"over {budget:,} bytes of XML", where=path.name, fix="split the file")
    except _UNPACKING as error:
        raise FormatError(_packing_fault(error), where=path.name, fix=_FETCH) from error
    return root_of(bytes(data), path.name)


def root_of(data: bytes, name: str) -> Element:
    """Parse the bytes of one document, such as a member of an archive, and give its root element.

    Args:
        data: The document.
        name: What errors call it.

    Raises:
        FormatError: It is empty, not well-formed (the line is named), has over `MAX_TAGS` tags, or declares entities.
    """
    from lxml import etree

    if not data:
        raise FormatError("empty file", where=name, fix=_FETCH)
    if _tags_in(data) > MAX_TAGS:
        raise FormatError(_TOO_MANY_TAGS, where=name, fix="split the file")
    parser = etree.XMLParser(**_SAFE)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise FormatError(_fault(parser.error_log), where=name, fix=_FETCH) from error
    _refuse_entities(root, name)
    return root


def elements(path: Path, *tags: str) -> Iterator[tuple[int, Element] | Reject]:
    """Yield the elements of these names from a file of any size, numbered from 1; asking for the next empties the last.

    An element inside another of these names belongs to that one and is not yielded by itself.

    Args:
        path: The file; `.gz` is unpacked on the way.
        tags: Names of the elements, `{namespace}name` where they have one, `{*}name` for any.

    Raises:
        FormatError: Not one such element could be read, or the file declares entities.
    """
    from lxml import etree

    parser = etree.XMLPullParser(events=("end",), tag=tags, **_SAFE)
    number = 0
    for found in _parsed(path, parser):
        if isinstance(found, str):
            if not number:
                raise FormatError(found, where=path.name, fix=_FETCH)
            yield Reject(number + 1, f"the rest of the file is lost: {found}")
        elif not _nested(found, tags):
            if not number:
                _refuse_entities(found, path.name)
            number += 1
            yield number, found
            _forget(found)
    if not number:
        raise FormatError(f"no <{'> or <'.join(tags)}> in it", where=path.name, fix=_FETCH)


def _parsed(path: Path, parser: XMLPullParser) -> Iterator[Element | str]:
    """Yield finished elements, and last of all the fault that ended the reading, if any."""
    size, tags, chunk = 0, 0, b" "
    source = _chunks(path)
    while chunk:
        chunk, fault = _feed(parser, source)
        size, tags = size + len(chunk), tags + _tags_in(chunk)
        for event in parser.read_events():
            size = tags = 0
            yield cast("Element", event[1])
        if fault := fault or _excess(size, tags):
            yield fault
            return


def _feed(parser: XMLPullParser, source: Iterator[bytes]) -> tuple[bytes, str]:
    """Hand the next bytes to the parser, or close it at the end; give them and what is wrong with them."""
    from lxml import etree

    chunk = b""
    try:
        chunk = next(source, b"")
        if chunk:
            parser.feed(chunk)
        else:
            parser.close()
    except etree.XMLSyntaxError:
        return chunk, _fault(parser.feed_error_log)
    except _UNPACKING as error:
        return chunk, _packing_fault(error)
    return chunk, ""


def _excess(size: int, tags: int) -> str:
    if size > MAX_RECORD:
        return f"over {MAX_RECORD:,} bytes without the end of a record"
    return _TOO_MANY_TAGS if tags > MAX_TAGS else ""


def _tags_in(data: bytes) -> int:
    """Give a bound on the tags and attributes, whatever the encoding."""
    return data.count(b"<") + data.count(b"=")


def _chunks(path: Path) -> Iterator[bytes]:
    size = path.stat().st_size
    if not size:
        raise FormatError("empty file", where=path.name, fix=_FETCH)
    packed = path.suffix == ".gz"
    budget = max(MAX_DOCUMENT, size * MAX_EXPANSION)
    with gzip.open(path) if packed else path.open("rb") as stream:
        while chunk := stream.read1(CHUNK):
            budget -= len(chunk)
            if packed and budget < 0:
                raise zlib.error(f"over {MAX_EXPANSION} times its packed size")
            yield chunk


def _nested(element: Element, tags: tuple[str, ...]) -> bool:
    return next(element.iterancestors(*tags), None) is not None


def _forget(element: Element) -> None:
    """Empty a used element and drop what stands before it, so that memory does not grow with the file."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _refuse_entities(element: Element, name: str) -> None:
    dtd: Any = element.getroottree().docinfo.internalDTD
    if dtd is not None and next(iter(dtd.iterentities()), None) is not None:
        raise FormatError("declares entities of its own", where=name, fix="expand them, or leave the file out")


def _fault(log: Iterable[Any]) -> str:
    """Name line and kind of the first fatal error; libxml2's own words would repeat what stands in the file."""
    first = next((entry for entry in log if entry.level_name == "FATAL"), None)
    if first is None:
        return "not well-formed XML"
    kind = str(first.type_name).removeprefix("ERR_").replace("_", " ").lower()
    return f"not well-formed XML in line {first.line}: {kind}"


def _packing_fault(error: Exception) -> str:
    if isinstance(error, EOFError):
        return "cannot be unpacked: it ends too early"
    if isinstance(error, gzip.BadGzipFile):
        return "cannot be unpacked: not gzip, or its check sum is wrong"
    return f"cannot be unpacked: {str(error).split(': ')[-1]}"


def content(element: Element | None, swaps: Swaps | None = None) -> str:
    r"""Give the text of an element and all in it, as it stands, with `\n` line ends; nothing for None.

    Args:
        element: The element; what follows it is not part of its content.
        swaps: What to put for elements of certain names instead of their own content.

    Raises:
        ValueError: An entity in it has no known name.
    """
    if element is None:
        return ""
    text = (element.text or "") if not len(element) else "".join(_walk(element, swaps or {}))
    return _LINE_ENDS.sub("\n", text) if "\r" in text else text


def line(element: Element | None, swaps: Swaps | None = None) -> str:
    """Give the content of an element on one line: every run of white space is one blank."""
    return " ".join(content(element, swaps).split())


def lines(element: Element, blocks: Container[str], swaps: Swaps | None = None) -> list[str]:
    """Give the content of an element as lines without blank ones: an element named in `blocks` has lines of its own."""
    text = "".join(_walk(element, swaps or {}, blocks))
    return [t for piece in text.split(BREAK) if (t := " ".join(piece.split()))]


def _walk(element: Element, swaps: Swaps, blocks: Container[str] = ()) -> Iterator[str]:
    waiting: list[Element | str] = _parts(element)[::-1]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            yield part
        elif not isinstance(part.tag, str):
            yield _entity(part)
        elif part.tag in swaps:
            yield swaps[part.tag](part)
        elif part.tag in blocks:
            waiting += [BREAK, *_parts(part)[::-1], BREAK]
        else:
            waiting += _parts(part)[::-1]


def _parts(element: Element) -> list[Element | str]:
    parts: list[Element | str] = [element.text or ""]
    for child in element:
        parts += (child, child.tail or "")
    return parts


def _entity(reference: Element) -> str:
    name = reference.text or ""
    known = html.unescape(name)
    if known == name:
        raise ValueError("an entity without a known name")
    return known


_RAISED = str.maketrans("0123456789+-−–=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-−–=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎")


def raised(text: str) -> str:
    """Write a superscript with the characters Unicode has for it, since 10⁵ is not 105; letters stay as they are.

    >>> raised("5"), raised("2+"), raised("th")
    ('⁵', '²⁺', 'th')
    """
    return _scripted(text, _RAISED)


def lowered(text: str) -> str:
    """Write a subscript with the characters Unicode has for it.

    >>> lowered("2"), lowered("max")
    ('₂', 'max')
    """
    return _scripted(text, _LOWERED)


def _scripted(text: str, table: dict[int, int]) -> str:
    return text.translate(table) if all(ord(c) in table or c.isspace() for c in text) else text
