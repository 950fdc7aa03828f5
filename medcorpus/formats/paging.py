"""Running text from printed pages: what PDF files and OCR give as lines of pages, without the marks of the printing.

Taken out are running heads, footers and page numbers: lines at the edge of a page that recur on at least `RECURS` of
`NEAR` neighbouring pages, word for word or but for a number that grows with the pages. Lines are joined into
paragraphs where they fill the page's width. A word divided at the end of a line is put together again; its hyphen stays
where the book writes the word with a hyphen elsewhere more often than without, before capitals and digits, and with
the parts of words listed per language.
Chinese and Japanese are joined without a space and know no hyphens.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, pairwise

HYPHEN = "\ufffe"
"""Stands for a hyphen at the end of a line; PDFium writes it so and leaves out the line break."""
EDGE = 8
"""Lines at the top and at the bottom of a page that may be running heads and footers."""
RECURS, NEAR = 3, 7
"""A line that recurs is on at least so many of so many neighbouring pages: heads may differ left and right."""
FULL = 0.7
"""A line of at least this share of the page's width goes on in the next."""
STOPS = ".!?:;…。！？："
"""A line that ends with one of these may be the last of a paragraph; a short line that does not may be a heading."""
UNSPACED = ("zh", "ja")
FRONT_SHARE, FRONT, BACK, SHORT = 0.018, 3, 5, 100
"""The page-drop rule of the MMedC pipeline for books with a text layer."""
SCANNED_SHARE, SCANNED_PAGE = 0.5, 200
"""Its test for books without one: letters and digits among all characters, and on a page."""

HEADS: Mapping[str, str] = {
    "en": "anti cross ex half non post pre self semi well",
    "es": "ex",
    "fr": "après arrière avant demi ex grand mi non peut quelques semi sous vis",
    "ru": "во вице из кое по экс",
}
"""First parts of words that keep their hyphen."""
TAILS: Mapping[str, str] = {
    "en": (
        "associated based containing converting dependent free induced like mediated negative positive related "
        "resistant specific threatening"
    ),
    "fr": "ce ci elle elles être être il ils je là même mêmes nous on t toi tu vous y",
    "ru": "ка либо нибудь таки то",
}
"""Last parts of words that keep their hyphen."""

_DIVIDED = re.compile(rf"([^\W\d_]*){HYPHEN}([^\W_]*)")
_LINE_END = re.compile("[\x02\xad\ufffe]|(?<=[^\\W\\d_])[-‐]\n(?=[^\\W_])")
_WORD = re.compile(r"[^\W\d_]+(?:[-‐][^\W\d_]+)*")
_NUMBER = re.compile(r"\d+")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_ITEM = re.compile(r"(?:[•●○▪■◦*–—-]|\(?\d{1,3}(?:[.)]|(?:\.\d{1,3})+\.?)|\(?[a-zA-Z][.)])(?:\s|$)")
_NO_SPACE = re.compile("[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")


def lines_of(text: str) -> list[str]:
    r"""Split the text of a page into lines, each hyphen at a line's end written as `HYPHEN`, blank lines left out.

    >>> lines_of("the treat-\r\nment\x02s\r\n\r\nof 3-\n4 days") == ["the treat\ufffement\ufffes", "of 3-", "4 days"]
    True
    """
    marked = _LINE_END.sub(HYPHEN, text.replace("\r\n", "\n").replace("\r", "\n"))
    clean = HYPHEN.join(_CONTROLS.sub("", piece) for piece in marked.split(HYPHEN))
    return [line for raw in clean.split("\n") if (line := " ".join(raw.split()))]


def is_scanned(texts: Sequence[str]) -> bool:
    """Tell whether a book has no usable text layer: under half of it letters and digits, or under 200 of them a page.

    >>> is_scanned(["x" * 250, "y" * 250]), is_scanned(["x" * 250, ""])
    (False, True)
    """
    total = sum(map(len, texts))
    alphanumeric = sum(sum(map(str.isalnum, text)) for text in texts)
    return alphanumeric / (total + 1) < SCANNED_SHARE or alphanumeric < SCANNED_PAGE * len(texts)


def body(pages: int) -> range:
    """Give the 0-based pages that the page-drop rule keeps: of books from 100 pages on, neither front matter nor index.

    >>> body(99), body(1000)
    (range(0, 99), range(22, 995))
    """
    if pages < SHORT:
        return range(pages)
    return range(int(FRONT_SHARE * pages + FRONT) + 1, pages - BACK)


def without_edges(pages: Sequence[Sequence[str]]) -> list[list[str]]:
    """Take running heads, footers and page numbers off pages of lines."""
    recurring = _recurring(pages)
    return [_inner(lines, page, recurring) for page, lines in enumerate(pages)]


def _recurring(pages: Sequence[Sequence[str]]) -> set[tuple[str, int]]:
    places: defaultdict[str, list[int]] = defaultdict(list)
    for page, lines in enumerate(pages):
        for key in {key for line in (*lines[:EDGE], *lines[-EDGE:]) for key in _keys(line, page)}:
            places[key].append(page)
    return {(key, page) for key, found in places.items() for page in _dense(found)}


def _dense(found: Sequence[int]) -> Iterator[int]:
    """Yield the pages, of those in ascending order, that stand among `RECURS` within `NEAR`."""
    near = [found[i + RECURS - 1] - page < NEAR for i, page in enumerate(found[: 1 - RECURS])]
    yield from (page for i, page in enumerate(found) if any(near[max(0, i - RECURS + 1) : i + 1]))


def _keys(line: str, page: int) -> Iterator[str]:
    """Name what may recur: the line, and the line with the distance of one of its numbers to the page's."""
    folded = line.casefold()
    yield folded
    for number in islice(_NUMBER.finditer(folded), 4):
        yield f"{folded[: number.start()]}#{int(number[0][:9]) - page}{folded[number.end() :]}"


def _inner(lines: Sequence[str], page: int, recurring: set[tuple[str, int]]) -> list[str]:
    marks = [any((key, page) in recurring for key in _keys(line, page)) for line in lines]
    first, last = 0, len(lines)
    while first < min(EDGE, last) and marks[first]:
        first += 1
    while last > max(first, len(lines) - EDGE) and marks[last - 1]:
        last -= 1
    return list(lines[first:last])


def vocabulary(pages: Iterable[Sequence[str]]) -> Counter[str]:
    """Count the words of a book, in lower case and with their hyphens, leaving out those divided at a line's end."""
    found: Counter[str] = Counter()
    for lines in pages:
        for line in lines:
            found.update(_WORD.findall(_DIVIDED.sub(" ", line).casefold()))
    return found


def flowing(lines: Sequence[str], lang: str, words: Mapping[str, int]) -> str:
    """Join the lines of neighbouring pages into paragraphs, one a line, and put divided words together.

    Args:
        lines: The lines, without those of the edges.
        lang: ISO 639-1 code of the text.
        words: The book's `vocabulary`.
    """
    lengths = sorted(len(part) for line in lines for part in line.split(HYPHEN))
    width = lengths[len(lengths) * 9 // 10] if lengths else 0
    pieces = [piece for line, following in pairwise(lines) for piece in (line, _between(line, following, width))]
    return repaired("".join([*pieces, *lines[-1:]]), lang, words)


def _between(line: str, following: str, width: int) -> str:
    """Give what stands between two lines: a line break, a space, or nothing inside a word or between characters."""
    stray = not any(map(str.isalnum, following))
    if stray or line.endswith(HYPHEN):
        return ""
    full = len(line.rpartition(HYPHEN)[2]) >= FULL * width
    if not full or _ITEM.match(following) or _is_heading(line, following, width):
        return "\n"
    return "" if _NO_SPACE.match(line[-1]) or _NO_SPACE.match(following[0]) else " "


def _is_heading(line: str, following: str, width: int) -> bool:
    return line[-1] in STOPS and following[-1] not in STOPS and HYPHEN not in following and len(following) < width / 2


def repaired(text: str, lang: str, words: Mapping[str, int]) -> str:
    r"""Put words together that were divided at the end of a line.

    >>> repaired("treat\ufffement of well\ufffeknown COVID\ufffe19", "en", {"well-known": 2, "wellknown": 1})
    'treatment of well-known COVID-19'
    """
    if lang in UNSPACED:
        return text.replace(HYPHEN, "-")
    heads, tails = HEADS.get(lang, "").split(), TAILS.get(lang, "").split()

    def whole(found: re.Match[str]) -> str:
        head, tail = found[1], found[2]
        keeps = (
            not head
            or not tail[:1].islower()
            or head.casefold() in heads
            or tail in tails
            or words.get(f"{head}-{tail}".casefold(), 0) > words.get(f"{head}{tail}".casefold(), 0)
        )
        return f"{head}-{tail}" if keeps else head + tail

    return _DIVIDED.sub(whole, text)
