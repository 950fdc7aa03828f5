"""Web pages: the main text of HTML, without menus, footers and other boilerplate, by Resiliparse.

`page` decodes and reads the bytes of one page. The encoding is the byte-order mark's, else that of the HTTP header,
else that of a `<meta>`, else UTF-8 where the bytes are UTF-8, else a guess from them; names of encodings mean what
the WHATWG's list says (`gb2312` is GB18030, `iso-8859-1` is windows-1252). Where the stated encoding does not fit,
UTF-8 and the guess are tried. Headings, paragraphs and list items stand on lines of their own.

Pages are bounded in bytes, nesting, attributes of a tag and options of a menu, since the parser's time grows with the
square of some of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from medcorpus.errors import MissingExtraError
from medcorpus.formats import plain

if TYPE_CHECKING:
    from resiliparse.parse.html import ElementNode, HTMLTree

MAX_BYTES = 8 * 2**20
"""Largest page in bytes."""
MAX_DEPTH = 512
"""Elements that may be open at a time, those aside whose end tag HTML lets one leave out; browsers stop at 512, too."""
MAX_ATTRIBUTES = 2_000
"""Words that a tag may have."""
MAX_OPTIONS = 5_000
MAX_REPLACED = 0.01
"""Share of characters that may be undecodable."""

_VOID = "area base br col embed hr img input link meta param source track wbr"
_OPTIONAL_END = "body colgroup dd dt head html li optgroup option p rp rt tbody td tfoot th thead tr"
_NOT_COUNTED = frozenset(f"{_VOID} {_OPTIONAL_END}".split())
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_CHARSET = re.compile(rb"<meta\b[^<>]{0,300}?\bcharset\s*=\s*[\"']?\s*([a-zA-Z0-9_:.\-]{1,40})", re.IGNORECASE)
_TAG = re.compile(r"<(\\?/|)([a-z][a-z0-9]*)")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_NEAR_BODY = "body > ul, body > * > ul, body > * > * > ul"
_NO_CONTENT = "nav, header, footer, aside, menu, [role=navigation], [role=menu]"
_RAW_TEXT = (("<!--", "-->"), ("<script", "</script"), ("<style", "</style"))
_DATES = (
    'meta[property="article:published_time"]',
    'meta[name="citation_publication_date"]',
    'meta[name="dc.date"], meta[name="DC.date"], meta[name="dcterms.issued"], meta[name="DCTERMS.issued"]',
    'meta[itemprop="datePublished"]',
    'meta[name="date"]',
)
_DATE = re.compile(r"([12]\d{3})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one page says; fields that it leaves out are empty.

    Args:
        title: Its title.
        text: Its main text, a line for each paragraph.
        lang: First part of its `lang` attribute, in lower case, whatever language the text is in.
        url: Its canonical address as it states it.
        date: When it was published as it states it: YYYY, YYYY-MM or YYYY-MM-DD.
    """

    title: str
    text: str
    lang: str
    url: str
    date: str


def page(data: bytes, charset: str = "") -> Page:
    """Read one page.

    Args:
        data: Its bytes.
        charset: Encoding that the HTTP header names.

    Raises:
        MissingExtraError: resiliparse is not installed.
        ValueError: It is empty, over a limit, not HTML, or not text in any encoding that it may be in.
    """
    if not data.strip():
        raise ValueError("an empty page")
    if len(data) > MAX_BYTES:
        raise ValueError(f"a page of over {MAX_BYTES // 2**20} MiB")
    text = decoded(data, charset)
    _refuse_what_takes_long(text)
    tree = _parsed(text)
    return Page(
        title=_line(tree.title or ""),
        text=_main_text(tree),
        lang=_lang(tree),
        url=_address(tree),
        date=_date(tree),
    )


def decoded(data: bytes, charset: str = "") -> str:
    """Decode a page.

    Raises:
        MissingExtraError: resiliparse is not installed.
        ValueError: It is not text in any encoding that it may be in.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _lenient(data[len(mark) :], encoding)
    if b"\x00" in data[:1024]:
        raise ValueError("not a page: NUL characters in it")
    candidates = list(dict.fromkeys(_encodings(data, charset)))
    for encoding in candidates:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return _lenient(data, candidates[0])


def _encodings(data: bytes, charset: str) -> Iterator[str]:
    """Yield the encodings that a page may be in, the likeliest first."""
    encoding = _resiliparse("parse.encoding")
    stated = _CHARSET.search(data[:4096])
    for name in (charset, stated[1].decode("ascii") if stated else ""):
        known = encoding.map_encoding_to_html5(name, fallback_utf8=False) if name else None
        if known:
            yield str(known)
    yield "utf-8"
    yield str(encoding.detect_encoding(data))


def _lenient(data: bytes, encoding: str) -> str:
    text = data.decode(encoding, "replace")
    if text.count("\ufffd") > MAX_REPLACED * len(text):
        raise ValueError("not text in the encoding it states")
    return text


def _refuse_what_takes_long(text: str) -> None:
    markup = visible = text.lower()
    for begin, end in _RAW_TEXT:
        visible = _without(visible, begin, end)
    if markup.count("<option") > MAX_OPTIONS:
        raise ValueError(f"over {MAX_OPTIONS:,} options")
    if any(_words_of_tag(piece) > MAX_ATTRIBUTES for piece in markup.split(">")):
        raise ValueError(f"a tag of over {MAX_ATTRIBUTES:,} words")
    if max(_depth(markup), _depth(visible)) > MAX_DEPTH:
        raise ValueError(f"nested deeper than {MAX_DEPTH} elements")


def _without(markup: str, begin: str, end: str) -> str:
    first, *others = markup.split(begin)
    return first + "".join(other.partition(end)[2] for other in others)


def _words_of_tag(piece: str) -> int:
    """Count the words in what stands between two `>`, from the first tag on."""
    found = _TAG.search(piece) if len(piece) > MAX_ATTRIBUTES else None
    return len(piece[found.start() :].split()) if found else 0


def _depth(markup: str) -> int:
    """Give the most elements that are open at a time, whose end tags may not be left out."""
    depth = deepest = 0
    for end, name in _TAG.findall(markup):
        if name not in _NOT_COUNTED:
            depth = max(0, depth - 1) if end else depth + 1
            deepest = max(deepest, depth)
    return deepest


def _resiliparse(module: str) -> Any:
    from importlib import import_module

    try:
        return import_module(f"resiliparse.{module}")
    except ImportError as error:
        raise MissingExtraError("resiliparse", "web") from error


def _parsed(text: str) -> HTMLTree:
    html = _resiliparse("parse.html")
    try:
        tree: HTMLTree = html.HTMLTree.parse(text)
    except html.HTMLParserException as error:
        raise ValueError("not HTML") from error
    return tree


def _main_text(tree: HTMLTree) -> str:
    _shelter_lists(tree)
    extract = _resiliparse("extract.html2text").extract_plain_text
    text = extract(tree, main_content=True, preserve_formatting=True, alt_texts=False, links=False)
    return "\n".join(line for raw in text.split("\n") if (line := _line(raw)))


def _shelter_lists(tree: HTMLTree) -> None:
    """Put lists that are no menus three elements deeper: Resiliparse takes every list near the body for navigation."""
    near = tree.document.query_selector_all(_NEAR_BODY) if tree.document else ()
    for found in [one for one in near if not _is_menu(one)]:
        for _ in range(3):
            shelter, parent = tree.create_element("div"), found.parent_node
            if shelter is not None and parent is not None:
                parent.replace_child(shelter, found)
                shelter.append_child(found)


def _is_menu(found: ElementNode) -> bool:
    """Tell whether a list stands in a part of the page that is no content, or is mostly links."""
    if found.closest(_NO_CONTENT) is not None:
        return True
    linked = sum(len(link.text or "") for link in found.query_selector_all("a"))
    return linked * 2 > len(found.text or "")


def _line(text: str) -> str:
    text = " ".join(_CONTROLS.sub(" ", text).split())
    return text if plain.fault(text) is None else text.encode("utf-8", "ignore").decode()


def _lang(tree: HTMLTree) -> str:
    stated = _attribute(tree, "html", "lang") or _attribute(tree, "html", "xml:lang")
    return re.split("[-_]", stated.strip(), maxsplit=1)[0].lower()[:8]


def _address(tree: HTMLTree) -> str:
    for selector, attribute in (('link[rel="canonical"]', "href"), ('meta[property="og:url"]', "content")):
        stated = _attribute(tree, selector, attribute)
        if re.match(r"https?://[^\s/]", stated):
            return stated
    return ""


def _date(tree: HTMLTree) -> str:
    return next((d for s in _DATES if (d := date_of(_attribute(tree, s, "content")))), "")


def _attribute(tree: HTMLTree, selector: str, name: str) -> str:
    found = tree.document.query_selector(selector) if tree.document else None
    return _line((found.getattr(name) or "")[:2_000]) if found else ""


def date_of(stated: str) -> str:
    """Give the date at the beginning of a time stamp as far as it is known.

    >>> date_of("2031-03-07T10:00:00Z"), date_of("2031/3"), date_of("March 2031")
    ('2031-03-07', '2031-03', '')
    """
    found = _DATE.match(stated.strip())
    if found is None:
        return ""
    known = [found[1]]
    for part, most in zip(found.groups()[1:], (12, 31)):
        if part is None or not 1 <= int(part) <= most:
            break
        known.append(f"{int(part):02}")
    return "-".join(known)
