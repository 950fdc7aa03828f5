"""WARC files of web archives (ISO 28500, versions 1.0 and 1.1), plain or gzipped by the record: what servers answered.

`responses` yields the records of the types `response` and `resource`, numbered as records of the file; requests,
metadata, revisits and the like are passed over. Chunked transfer and gzip or deflate are taken off; a body that is not
encoded as its headers say is taken as it is, since crawlers often store it decoded.

A record of over `MAX_RECORD` bytes is a reject, and the next one is read. Where the file breaks off, unpacks to over
`MAX_EXPANSION` times its size, or a record is longer or shorter than it says, one reject says that the rest is lost.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from medcorpus.errors import FormatError
from medcorpus.reading import Reject

MAX_RECORD = 16 * 2**20
"""Largest record in bytes, packed or not."""
MAX_HEADER = 64 * 2**10
"""Largest header of a record or an answer in bytes."""
MAX_EXPANSION = 400
"""How many times its packed size a file may hold; HTML packs to a tenth or so."""
FLOOR = 64 * 2**20
"""Bytes that any file may unpack to."""
WANTED = ("response", "resource")

_CHUNK = 2**16
_FETCH = "fetch the file again"
_VERSION = re.compile(rb"WARC/\d\.\d+\s*")
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? +(\d{3})\b")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([a-z0-9_:.\-]{1,40})")
_UNPACKING = (EOFError, gzip.BadGzipFile, zlib.error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a server answered; fields that are not stated are empty.

    Args:
        number: The record's 1-based number in the file.
        url: The address that was asked for.
        date: When it was asked: YYYY-MM-DD.
        status: HTTP status; 200 for a `resource`, which has none.
        media_type: As in `text/html`.
        charset: Encoding that the header states.
        body: The content, decoded from its transfer and content encodings.
    """

    number: int
    url: str
    date: str
    status: int
    media_type: str
    charset: str
    body: bytes


class _LostError(Exception):
    """The next record's beginning cannot be found."""


def responses(path: Path) -> Iterator[tuple[int, Response] | Reject]:
    """Yield what servers answered, with the numbers of the records; asking for the next forgets the last.

    Raises:
        FormatError: The file is empty, or its first record is not one.
    """
    number = 0
    try:
        with _opened(path) as stream:
            for number, found in enumerate(_records(stream, _budget(path)), 1):
                if isinstance(found, Reject):
                    yield Reject(number, found.reason)
                elif found[0].get("warc-type", "") in WANTED:
                    yield _answer(number, *found)
    except (_LostError, *_UNPACKING) as error:
        what = str(error) if isinstance(error, _LostError) else "the gzip data is damaged or cut short"
        if not number:
            raise FormatError(f"no WARC file: {what}", where=path.name, fix=_FETCH) from error
        yield Reject(number + 1, f"the rest of the file is lost: {what}")


def _opened(path: Path) -> BinaryIO:
    if not path.stat().st_size:
        raise FormatError("empty file", where=path.name, fix=_FETCH)
    with path.open("rb") as stream:
        packed = stream.read(2) == b"\x1f\x8b"  # by its bytes: archives are renamed more often than repacked
    return cast("BinaryIO", gzip.open(path)) if packed else path.open("rb")


def _budget(path: Path) -> int:
    return max(FLOOR, path.stat().st_size * MAX_EXPANSION)


def _records(stream: BinaryIO, budget: int) -> Iterator[tuple[Mapping[str, str], bytes] | Reject]:
    """Yield header and content of each record, or a reject for one that is too large."""
    while headers := _header(stream):
        length = _length(headers)
        if stream.tell() + length > budget:
            raise _LostError(f"it unpacks to over {MAX_EXPANSION} times its size, or a record says so")
        if length > MAX_RECORD:
            _skip(stream, length)
            found: tuple[Mapping[str, str], bytes] | Reject = Reject(0, f"a record of over {MAX_RECORD // 2**20} MiB")
        else:
            found = (headers, _exactly(stream, length))
        if stream.read(4) != b"\r\n\r\n":
            raise _LostError("a record is not as long as it says")
        yield found


def _header(stream: BinaryIO) -> dict[str, str]:
    """Read the header of a record; empty at the end of the file."""
    version = stream.readline(MAX_HEADER)
    if not version:
        return {}
    if not _VERSION.fullmatch(version):
        raise _LostError("no WARC header where a record should begin")
    lines: list[bytes] = []
    size = 0
    while (line := stream.readline(MAX_HEADER)) not in (b"\r\n", b"\n"):
        size += len(line)
        if not line.endswith(b"\n") or size > MAX_HEADER:
            raise _LostError("a WARC header without end")
        lines.append(line)
    return _fields(lines) or {"": ""}


def _fields(lines: list[bytes]) -> dict[str, str]:
    """Read `name: value` lines; of a name that comes again the first counts, lines that go on are left out."""
    fields: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.decode("utf-8", "replace").partition(":")
        if colon and not name[:1].isspace():
            fields.setdefault(name.strip().lower(), value.strip())
    return fields


def _length(headers: Mapping[str, str]) -> int:
    stated = headers.get("content-length", "")
    if not re.fullmatch("[0-9]{1,15}", stated):
        raise _LostError("a record without a length")
    return int(stated)


def _exactly(stream: BinaryIO, length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise _LostError("it ends inside a record")
    return data


def _skip(stream: BinaryIO, length: int) -> None:
    while length:
        length -= len(_exactly(stream, min(length, _CHUNK)))


def _answer(number: int, headers: Mapping[str, str], block: bytes) -> tuple[int, Response] | Reject:
    status, fields, body = 200, {"content-type": headers.get("content-type", "")}, block
    if headers.get("warc-type") == "response":
        head, gap, body = block.partition(b"\r\n\r\n")
        stated = _STATUS.match(head)
        if not stated or not gap or len(head) > MAX_HEADER:
            return Reject(number, "no HTTP answer in a record that says so")
        status, fields = int(stated[1]), _fields(head.split(b"\r\n")[1:])
    try:
        body = _decoded(body, fields)
    except ValueError as error:
        return Reject(number, str(error))
    media_type, _, more = fields.get("content-type", "").lower().partition(";")
    charset = _CHARSET.search(more)
    return number, Response(
        number=number,
        url=_address(headers.get("warc-target-uri", "")),
        date=_day(headers.get("warc-date", "")),
        status=status,
        media_type=media_type.strip(),
        charset=charset[1] if charset else "",
        body=body,
    )


def _address(stated: str) -> str:
    """Give an address without the angle brackets that WARC 1.0 puts round it, empty where it is not one line."""
    stated = stated.strip("<>")
    return stated if stated.isprintable() and "\ufffd" not in stated else ""


def _day(stated: str) -> str:
    found = re.match(r"[12]\d{3}-[01]\d-[0-3]\d", stated)
    return found[0] if found else ""


def _decoded(body: bytes, fields: Mapping[str, str]) -> bytes:
    if fields.get("transfer-encoding", "").lower() == "chunked":
        with suppress(ValueError):
            body = _joined(body)
    encoding = fields.get("content-encoding", "").lower()
    if encoding in ("gzip", "x-gzip", "deflate"):
        return _inflated(body, encoding)
    if encoding not in ("", "identity") and b"<" not in body[:_CHUNK]:
        raise ValueError("a content encoding other than gzip and deflate")
    return body


def _joined(body: bytes) -> bytes:
    """Put chunks together.

    Raises:
        ValueError: The body is not chunked as its header says.
    """
    parts: list[bytes] = []
    at = 0
    while True:
        end = body.index(b"\r\n", at, at + 100)
        size = int(body[at:end].partition(b";")[0], 16)
        at = end + 2
        if size <= 0:
            return b"".join(parts)
        if body[at + size : at + size + 2] != b"\r\n":
            raise ValueError("a chunk is not as long as it says")
        parts.append(body[at : at + size])
        at += size + 2


def _inflated(body: bytes, encoding: str) -> bytes:
    packed = body[:2] == b"\x1f\x8b" if encoding != "deflate" else body[:1] in (b"\x78", b"\x58", b"\x08")
    if not packed:
        return body
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        inflated = unpacker.decompress(body, MAX_RECORD)
    except zlib.error as error:
        raise ValueError("the content is damaged") from error
    if not unpacker.eof:
        cut_short = len(inflated) < MAX_RECORD
        raise ValueError("the content is cut short" if cut_short else f"a record of over {MAX_RECORD // 2**20} MiB")
    return inflated
