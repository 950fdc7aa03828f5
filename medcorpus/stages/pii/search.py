"""Search the surroundings of candidates for personal data, and replace what is found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from medcorpus.stages.pii.patterns import BIRTH, KINDS, NOT_PHONE, PATTERNS, RECORD, Pattern

AROUND = 72
"""Bytes to both sides of a candidate that are looked at."""
OVER = 12
"""Characters to both sides of a run of digits that may belong to the same number: `+`, letters, brackets."""
AMONG_FIGURES = frozenset("0123456789%,;=<>±≤≥~[")
"""What no number that is named by a word has right before it: a quick answer for tables and statistics."""
DECIMAL = re.compile(rb"(?<![0-9.])[0-9]+\.[0-9]+(?![0-9.])")
"""Two of these make a run of digits a row of a table."""
MOST_DIGITS = max(p.digits for p in PATTERNS)
NARROW = str.maketrans("０１２３４５６７８９－（）＠＋：．‐‑‒–—―−", "0123456789-()@+:.-------")
"""One character for one, so that places in the text stay what they are."""


class Found(NamedTuple):
    """Personal data in a text: kind, start and end in bytes."""

    kind: str
    start: int
    end: int


class Window(NamedTuple):
    """A piece of a text: where it begins in bytes, as written, and with full-width forms made ASCII."""

    start: int
    written: str
    plain: str

    def found(self, kind: str, start: int, end: int) -> Found:
        """Turn characters of the window into bytes of the text."""
        first = self.start + len(self.written[:start].encode())
        return Found(kind, first, first + len(self.written[start:end].encode()))


def search(text: bytes, candidates: Iterable[tuple[str, int, int, int]], language: str) -> list[Found]:
    """Give what is found around some candidates, in the order of the text and without overlaps.

    Args:
        text: The whole text as UTF-8.
        candidates: What led to each (empty, `record` or `birth_date`), start and end in bytes, number of digits.
        language: ISO 639-1 code, or `und`.
    """
    found = {f for candidate in candidates for f in _around(text, candidate, language)}
    kept: list[Found] = []
    for one in sorted(found, key=lambda f: (KINDS.index(f.kind), f.start, -f.end)):
        if all(one.end <= k.start or one.start >= k.end for k in kept):
            kept.append(one)
    return sorted(kept, key=lambda f: f.start)


def redacted(text: str, found: Sequence[Found]) -> str:
    """Put tokens in place of what was found."""
    data, at, parts = text.encode(), 0, []
    for one in found:
        parts += [data[at : one.start], f"[{one.kind.upper()}]".encode()]
        at = one.end
    return b"".join([*parts, data[at:]]).decode()


def _around(text: bytes, candidate: tuple[str, int, int, int], language: str) -> Iterator[Found]:
    cause, start, end, digits = candidate
    if cause == "record":
        return _named(text, start, end, cause, RECORD)
    if cause == "birth_date":
        return _named(text, start, end, cause, BIRTH)
    return _matched(text, start, end, digits, language)


def _window(text: bytes, start: int, end: int) -> Window:
    """Cut a piece out of a text, without the bytes of a character that is cut in two."""
    start = max(start, 0)
    while start < len(text) and text[start] & 0xC0 == 0x80:
        start += 1
    written = text[start:end].decode("utf-8", errors="ignore")
    return Window(start, written, written if written.isascii() else written.translate(NARROW))


def _matched(text: bytes, start: int, end: int, digits: int, language: str) -> Iterator[Found]:
    if len(DECIMAL.findall(text, start, end)) > 1:
        return
    window = _window(text, start - AROUND, end + AROUND)
    before = len(text[window.start : start].decode())
    over = OVER if digits > 0 else AROUND
    first, last = max(before - over, 0), before + end - start + over
    for pattern in wanted(min(digits, MOST_DIGITS), language):
        for match in pattern.form.finditer(window.plain, first, last):
            if match.end() >= before and match.start() <= before + end - start and _holds(pattern, match):
                yield window.found(pattern.kind, *match.span())


@cache
def wanted(digits: int, language: str) -> tuple[Pattern, ...]:
    """Give the patterns that a candidate with so many digits, or with AT or COLONS for them, can fit."""
    fitting = (p for p in PATTERNS if p.digits == digits or 0 < p.digits <= digits)
    return tuple(p for p in fitting if not p.languages or language in p.languages or language == "und")


def _holds(pattern: Pattern, match: re.Match[str]) -> bool:
    before = match.string[max(match.start() - 32, 0) : match.start()]
    if pattern.context and before.rstrip(" ")[-1:] in AMONG_FIGURES:
        return False
    if pattern.check and not pattern.check(match[0]):
        return False
    if pattern.context:
        return pattern.context.search(before) is not None
    return pattern.kind not in ("phone", "ip") or match[0][0] == "+" or NOT_PHONE.search(before) is None


def _named(text: bytes, start: int, end: int, kind: str, forms: Sequence[re.Pattern[str]]) -> Iterator[Found]:
    """Look right after a trigger, and at what ends with it where there is a second form."""
    following = _window(text, end, end + AROUND)
    if match := forms[0].match(following.plain):
        yield following.found(kind, *match.span("it"))
    elif len(forms) > 1:
        leading = _window(text, start - AROUND, end)
        if match := forms[1].search(leading.plain):
            yield leading.found(kind, *match.span("it"))
