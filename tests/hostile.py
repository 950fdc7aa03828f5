"""Ways to spoil a raw file: each spoiler takes one file of a sample and yields its spoilt versions.

Most work on the text of the file, which for a `.gz` is what is packed in it. What is random is so by the path of the
file, and the same in every run.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

CANARY = "Zanary7Zx"
"""A word that no sample holds and no reason may repeat."""
LONG = 10 * 2**20
DEEP = 100_000
KINDS = {
    **{".json": "json", ".jsonl": "json", ".xml": "xml", ".nxml": "xml", ".xlsx": "workbook", ".pdf": "pdf"},
    **{".tmx": "xml", ".html": "page", ".htm": "page", ".warc": "archive", ".parquet": "parquet"},
}
TEXTS = ("json", "xml", "text")
BINARY = ("workbook", "pdf", "archive", "parquet")
ALL = (*TEXTS, *BINARY, "page")


def kind_of(path: str) -> str:
    """Say what a file holds, by its name: json, xml, workbook, pdf, page (HTML), archive (WARC), parquet or text."""
    return KINDS.get(Path(path.removesuffix(".gz")).suffix, "text")


class Raw(NamedTuple):
    """A raw file of a sample."""

    path: str
    stored: bytes

    @property
    def kind(self) -> str:
        """What it holds."""
        return kind_of(self.path)

    @property
    def ends_visibly(self) -> bool:
        """Whether its format has an end, so that a file cut short can be told from a whole one."""
        binary = self.kind in ("xml", "workbook", "pdf", "parquet") or self.path.endswith(".gz")
        return binary or (self.path.endswith(".json") and not self.in_lines)

    @property
    def in_lines(self) -> bool:
        """Whether it holds a JSON value a line, which some files named `.json` do."""
        first = self.stored.partition(b"\n")[0]
        return self.path.endswith(".jsonl") or (self.kind == "json" and first.startswith(b"{") and first.endswith(b"}"))

    @property
    def text(self) -> bytes:
        """Its text, encoded; that of a `.gz` is packed in it."""
        return gzip.decompress(self.stored) if self.path.endswith(".gz") else self.stored

    @property
    def encoding(self) -> str:
        """Its encoding: of those that the sources have, the one it can be read in."""
        try:
            self.text.decode()
        except UnicodeDecodeError:
            return "gb18030"
        return "utf-8"

    def holding(self, text: bytes) -> bytes:
        """Give the bytes of the file if it held another text."""
        return gzip.compress(text, 1, mtime=0) if self.path.endswith(".gz") else text

    def dice(self, *more: object) -> random.Random:
        """Give random numbers."""
        return random.Random(zlib.crc32(repr((self.path, *more)).encode()))

    def sample(self, pattern: bytes, count: int) -> list[re.Match[bytes]]:
        """Choose places in the text."""
        found = list(re.finditer(pattern, self.text))
        return self.dice(pattern).sample(found, min(count, len(found)))

    def replaced(self, place: re.Match[bytes], other: bytes) -> bytes:
        """Give the text with something else at a place."""
        return self.text[: place.start()] + other + self.text[place.end() :]


class Spoiler(NamedTuple):
    """A way to spoil files of some kinds."""

    kinds: Sequence[str]
    bytes_of: Callable[[Raw], Iterator[bytes]]

    def __call__(self, raw: Raw) -> Iterator[bytes]:
        """Yield the spoilt versions of a file; none where it is of another kind, or empty."""
        if raw.kind in self.kinds and raw.stored:
            yield from self.bytes_of(raw)


def texts(*kinds: str) -> Callable[[Callable[[Raw], Iterator[bytes]]], Spoiler]:
    """Make a spoiler of a function that yields spoilt texts."""
    return lambda spoil: Spoiler(kinds or TEXTS, lambda raw: (raw.holding(text) for text in spoil(raw)))


def files(*kinds: str) -> Callable[[Callable[[Raw], Iterator[bytes]]], Spoiler]:
    """Make a spoiler of a function that yields spoilt files."""
    return lambda spoil: Spoiler(kinds or ALL, spoil)


WORD = rb"\w+"
CONTENT = rb"(?<=>)[^<>\s][^<>]*(?=</)"
ATTRIBUTE = rb'(?<==")[^"<>]+(?="[^<>]*>[^>]*<)'


# Harmless: other ways to write the same.


@texts()
def with_bom(raw: Raw) -> Iterator[bytes]:
    yield "\ufeff".encode(raw.encoding) + raw.text


@texts()
def with_crlf(raw: Raw) -> Iterator[bytes]:
    yield raw.text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


@texts("xml")
def in_utf_16(raw: Raw) -> Iterator[bytes]:
    yield re.sub(r"\A<\?xml[^>]*\?>\s*?", "", raw.text.decode()).encode("utf-16")


# Evident: what is in the file cannot be what was meant.


@files()
def emptied(raw: Raw) -> Iterator[bytes]:
    yield b""


@texts()
def blank(raw: Raw) -> Iterator[bytes]:
    yield from (b"\n", b" \r\n\t\n", b"\xef\xbb\xbf")


@texts()
def with_nul(raw: Raw) -> Iterator[bytes]:
    yield from (raw.replaced(word, word[0] + b"\0") for word in raw.sample(WORD, 2))


@texts()
def with_bad_byte(raw: Raw) -> Iterator[bytes]:
    yield from (raw.replaced(word, word[0] + b"\xff") for word in raw.sample(WORD, 2))


@texts("json", "text")
def in_wide_encoding(raw: Raw) -> Iterator[bytes]:
    text = raw.text.decode(raw.encoding)
    yield from (text.encode(encoding) for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"))


@texts("json")
def nested_json(raw: Raw) -> Iterator[bytes]:
    yield b"[" * DEEP
    yield b'{"a":' * DEEP
    yield from with_values(raw, ["[" * DEEP + "]" * DEEP, '{"a":' * DEEP + "1" + "}" * DEEP], 2)


@texts("xml")
def nested_xml(raw: Raw) -> Iterator[bytes]:
    yield b"<a>" * DEEP
    yield from (raw.replaced(place, b"<b>" * DEEP + b"</b>" * DEEP) for place in raw.sample(CONTENT, 1))


@texts("json")
def with_a_key_twice(raw: Raw) -> Iterator[bytes]:
    for key in raw.sample(rb'(?<=[{,])\s*("(?:[^"\\]|\\.)*"\s*:)', 4):
        yield raw.replaced(key, key[1] + b"null," + key[0])


PAGES = [
    b"<!DOCTYPE html><html><head><title>404</title></head><body><p>Not found<br>at all</body></html>\n",
    b'<html xmlns="http://www.w3.org/1999/xhtml"><head><title>404</title></head><body><p>Not found</p></body></html>',
    b"<a/>",
    b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
    b"PK\x03\x04\x14\x00\x00\x00",
    b"%PDF-1.7\n\x00\x01",
    gzip.compress(b"a\n" * 1000, mtime=0),
    bytes(range(256)) * 40,
]


@files("json", "xml", *BINARY)
def of_another_format(raw: Raw) -> Iterator[bytes]:
    yield from PAGES
    yield from map(raw.holding, PAGES)


@texts("page")
def nested_html(raw: Raw) -> Iterator[bytes]:
    yield b"<div>" * DEEP
    yield from (raw.replaced(place, b"<b>" * DEEP + b"</b>" * DEEP) for place in raw.sample(CONTENT, 1))


@texts("archive")
def with_false_lengths(raw: Raw) -> Iterator[bytes]:
    for length in raw.sample(rb"(?<=Content-Length: )\d+(?=\r\n\r\n)", 3):
        yield from (raw.replaced(length, other) for other in (b"", b"x", b"-1", b"1", b"9" * 12, b"9" * 300))


@texts("archive")
def with_another_version(raw: Raw) -> Iterator[bytes]:
    yield from (raw.replaced(place, b"HTTP/1.1") for place in raw.sample(rb"WARC/1\.0(?=\r)", 2))


@files("workbook")
def with_another_sheet(raw: Raw) -> Iterator[bytes]:
    members = unzipped(raw.stored)
    yield zipped(members | {"xl/workbook.xml": members["xl/workbook.xml"].replace(b'name="', b'name="other ')})


# Possible: the file may still be right, or what is wrong with it cannot be seen.


@files("text", "page")
def with_another_text(raw: Raw) -> Iterator[bytes]:
    yield from PAGES


@texts()
def in_latin_1(raw: Raw) -> Iterator[bytes]:
    yield re.sub("[aeo](?=[a-z])", "é", raw.text.decode(raw.encoding)).encode("latin-1", "replace")


@texts()
def with_old_line_ends(raw: Raw) -> Iterator[bytes]:
    yield raw.text.replace(b"\r\n", b"\n").replace(b"\n", b"\r")


@files()
def with_flipped_bits(raw: Raw) -> Iterator[bytes]:
    dice = raw.dice("bits")
    for count in dice.choices((1, 2, 9), (4, 1, 1), k=12):
        spoilt = bytearray(raw.stored)
        for _ in range(count):
            spoilt[dice.randrange(len(spoilt))] ^= 1 << dice.randrange(8)
        yield bytes(spoilt)


@texts(*TEXTS, "page", "pdf", "archive")
def with_a_canary(raw: Raw) -> Iterator[bytes]:
    yield from (raw.replaced(word, CANARY.encode()) for word in raw.sample(WORD, 10))


WORDS = [
    *("", CANARY, "0", "-1", "7777777", "99999999999", "1e400", "NaN", '"', "'", "<", ">", "&", "\\", "{", "]", ","),
    *("|", "\t", "\n", "\n\n", "\r", " ", ";", "&nbsp;", "&zanary;", "&#0;", "&#xD800;", "<b>", "</b>", "<b/>", "]]>"),
    *("\u2028", "\x85", "\x0c", "\x1c", "\x7f", "\ufeff", "\ufffe", "\u200b", "e\u0301", "💉", "½", "٣", "-DOCSTART-"),
    *("<!--", "<![CDATA[", "<?a?>", "\\ud800", "\\u0000", "T1", "R1", "*", "#", "null", "9" * 5000, "x" * 5000),
]


@texts(*TEXTS, "page", "pdf", "archive")
def with_other_words(raw: Raw) -> Iterator[bytes]:
    others = raw.dice("others").choices(WORDS, k=16)
    for word, other in zip(raw.sample(rb"\w+|[^\w\s]", 16), others):
        yield raw.replaced(word, other.encode(raw.encoding))


VALUES = [
    *("null", "true", "0", "-1", "2.5", "1e400", "NaN", "-Infinity", '""', '" "', '"\\n"', f'"{CANARY}"', "9" * 5000),
    *("[]", "[[]]", "[null]", '["a"]', "[" * 300 + "]" * 300, "{}", '{"a": 1}', '{"a": {"b": []}}', '{"\\ud800": 1}'),
    *('"\\ud800"', '"a\\udc00b"', '"\\udfff\\ud800"', '"\\u0000"', '"\\ud83d\\udc89"', '"\\ufeff"', '"\\r"'),
]
"""JSON values: of every type, and such as few expect."""


@texts("json")
def with_other_values(raw: Raw) -> Iterator[bytes]:
    yield from with_values(raw, VALUES, 24)


@texts("json")
def with_half_pairs(raw: Raw) -> Iterator[bytes]:
    yield from with_values(raw, ['"\\ud800"', '"a\\udc00b"'], 6)


@texts("json")
def of_one_value(raw: Raw) -> Iterator[bytes]:
    yield from (value.encode() for value in VALUES)


@texts("json")
def without_a_key(raw: Raw) -> Iterator[bytes]:
    yield from changed_json(raw, 8, lambda holder, key: holder.pop(key))


def with_values(raw: Raw, values: Sequence[str], count: int) -> Iterator[bytes]:
    """Put JSON values in the place of others."""

    def mark(holder: Any, key: Any) -> None:
        holder[key] = CANARY

    others = raw.dice("values").choices(values, k=count)
    for text, other in zip(changed_json(raw, count, mark), others):
        yield text.replace(f'"{CANARY}"'.encode(), other.encode())


def changed_json(raw: Raw, count: int, change: Callable[[Any, Any], object]) -> Iterator[bytes]:
    """Change something somewhere in a JSON file, or in a line of one, `count` times."""
    lines = raw.text.splitlines() if raw.in_lines else [raw.text]
    dice = raw.dice("json", count)
    for _ in range(count):
        place = dice.randrange(len(lines))
        value = json.loads(lines[place])
        change(*dice.choice(list(places(value))))
        yield b"\n".join([*lines[:place], json.dumps(value).encode(), *lines[place + 1 :]])


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield container and key of everything inside a JSON value."""
    inside: Iterable[tuple[Any, Any]] = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in inside:
        yield value, key
        if isinstance(inner, dict | list):
            yield from places(inner)


@files("workbook")
def with_spoilt_members(raw: Raw) -> Iterator[bytes]:
    members = unzipped(raw.stored)
    for name, text in members.items():
        yield zipped({n: t for n, t in members.items() if n != name})
        inner = Raw(f"{name}.xml", text)
        spoilt = [b"", b"x", b"<a/>", text[:-20], *with_nul(inner), *with_bad_byte(inner), *nested_xml(inner)]
        spoilt += [*with_other_words(inner), *with_a_canary(inner)]
        yield from (zipped(members | {name: t}) for t in spoilt)


def unzipped(data: bytes) -> dict[str, bytes]:
    """Give the members of a zip file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(members: dict[str, bytes]) -> bytes:
    """Make a zip file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return packed.getvalue()


# Heavy: long lines, texts and elements.


@texts(*TEXTS, "page", "archive")
def with_a_long_line(raw: Raw) -> Iterator[bytes]:
    lines = raw.text.splitlines(keepends=True)
    yield b"".join([*lines[: len(lines) // 2], b"x" * LONG, b"\n", *lines[len(lines) // 2 :]])
    yield raw.text + b"x y|z\tT\t" * (LONG // 8)
    yield from (raw.replaced(word, b"word, " * (LONG // 6)) for word in raw.sample(WORD, 1))


@texts("json")
def with_a_long_value(raw: Raw) -> Iterator[bytes]:
    yield from with_values(raw, ['"' + "x" * LONG + '"', "[" + "1," * (LONG // 8) + "1]"], 2)


@texts("xml", "page")
def with_a_wide_element(raw: Raw) -> Iterator[bytes]:
    attributes = b" ".join(b"a%d=''" % number for number in range(200_000))
    for place in raw.sample(CONTENT, 1):
        for wide in (b"<b a='%s'/>" % (b"x" * LONG), b"<b %s/>" % attributes, b"<b/>" * 300_000):
            yield raw.replaced(place, wide)


# Cut short.


def cuts(raw: Raw) -> list[int]:
    """Choose places to cut a file at: anywhere, inside characters, at the ends of lines, and at its end."""
    data, dice = raw.stored, raw.dice("cuts")
    inside = [i for i, byte in enumerate(data) if byte & 0xC0 == 0x80]
    ends = list(accumulate(map(len, data.splitlines(keepends=True))))
    some = [at for group in (range(1, len(data)), inside, ends) for at in dice.sample(group, min(5, len(group)))]
    return sorted({*some, len(data) - 1} & set(range(1, len(data))))


HARMLESS = {"bom": with_bom, "crlf": with_crlf, "utf-16 xml": in_utf_16}
EVIDENT = {
    "empty": emptied,
    "blank": blank,
    "nul": with_nul,
    "bad byte": with_bad_byte,
    "utf-16": in_wide_encoding,
    "deep json": nested_json,
    "deep xml": nested_xml,
    "deep html": nested_html,
    "false lengths": with_false_lengths,
    "another version": with_another_version,
    "key twice": with_a_key_twice,
    "another format": of_another_format,
    "another sheet": with_another_sheet,
}
POSSIBLE = {
    "another text": with_another_text,
    "latin-1": in_latin_1,
    "old line ends": with_old_line_ends,
    "flipped bits": with_flipped_bits,
    "canary": with_a_canary,
    "other words": with_other_words,
    "other values": with_other_values,
    "half pairs": with_half_pairs,
    "one value": of_one_value,
    "no key": without_a_key,
    "spoilt members": with_spoilt_members,
}
HEAVY = {"long line": with_a_long_line, "long value": with_a_long_value, "wide element": with_a_wide_element}
