"""WARC files give what servers answered; false lengths, cut files and bombs are told, and nothing is lost silently."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcorpus.errors import FormatError
from medcorpus.formats import warc
from medcorpus.formats.warc import Response
from medcorpus.reading import Reject

BODY = b"<p>A cough clears the airways.</p>"


def record(block: bytes, kind: str = "response", length: str = "", **more: str) -> bytes:
    """Write a record; `length` is what it says instead of the truth."""
    fields = {"WARC-Type": kind, "WARC-Target-URI": "https://a.example/b", "WARC-Date": "2031-04-01T10:00:00Z"}
    fields |= {name.replace("_", "-"): value for name, value in more.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"WARC/1.0\r\n{head}Content-Length: {length or len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"


def answer(body: bytes = BODY, status: str = "200 OK", **fields: str) -> bytes:
    """Write an HTTP answer."""
    stated = {"Content-Type": "text/html; charset=UTF-8"} | {n.replace("_", "-"): v for n, v in fields.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in stated.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.warc.gz"


def read(path: Path, data: bytes) -> list[tuple[int, Response] | Reject]:
    path.write_bytes(data)
    return list(warc.responses(path))


def answers(path: Path, data: bytes) -> list[Response]:
    return [found[1] for found in read(path, data) if not isinstance(found, Reject)]


def bodies(path: Path, data: bytes) -> list[bytes]:
    return [found.body for found in answers(path, data)]


def rejects(path: Path, data: bytes) -> list[tuple[int, str]]:
    return [(found.row, found.reason) for found in read(path, data) if isinstance(found, Reject)]


def packed(*records: bytes) -> bytes:
    return b"".join(gzip.compress(one, mtime=0) for one in records)


GOOD = record(answer())


def test_what_a_response_says(path: Path) -> None:
    info = record(b"software: invented\r\n", "warcinfo")
    [found] = answers(path, info + record(answer(status="404 Not Found"), WARC_Target_URI="<https://a.example/c>"))
    assert (found.number, found.url, found.date) == (2, "https://a.example/c", "2031-04-01")
    assert (found.status, found.media_type, found.charset, found.body) == (404, "text/html", "utf-8", BODY)


def test_other_records_are_passed_over(path: Path) -> None:
    others = [record(b"x", kind) for kind in ("request", "metadata", "revisit", "conversion")]
    assert [found.number for found in answers(path, packed(*others, GOOD))] == [5]


def test_a_resource_has_no_http_header(path: Path) -> None:
    [found] = answers(path, record(BODY, "resource", Content_Type="text/html"))
    assert (found.status, found.media_type, found.body) == (200, "text/html", BODY)


@pytest.mark.parametrize(
    "data", [GOOD * 2, packed(GOOD, GOOD), gzip.compress(GOOD * 2)], ids=["plain", "each", "whole"]
)
def test_packed_or_not(data: bytes, path: Path) -> None:
    assert bodies(path, data) == [BODY, BODY]


CHUNKED = b"10\r\n" + BODY[:16] + b"\r\n%x;a=b\r\n" % len(BODY[16:]) + BODY[16:] + b"\r\n0\r\n\r\n"
RAW = zlib.compress(BODY)
ENCODED = {
    "chunked": (CHUNKED, {"Transfer_Encoding": "chunked"}),
    "chunked, stored without": (BODY, {"Transfer_Encoding": "chunked"}),
    "gzip": (gzip.compress(BODY), {"Content_Encoding": "gzip"}),
    "gzip, stored without": (BODY, {"Content_Encoding": "gzip"}),
    "deflate": (RAW, {"Content_Encoding": "deflate"}),
    "another, stored without": (BODY, {"Content_Encoding": "br"}),
}


@pytest.mark.parametrize("case", ENCODED)
def test_encodings_are_taken_off(case: str, path: Path) -> None:
    body, fields = ENCODED[case]
    assert bodies(path, record(answer(body, **fields))) == [BODY]


BAD_RECORDS = {
    "damaged gzip": (answer(b"\x1f\x8b\x08\x00" + b"\xff" * 40, Content_Encoding="gzip"), "damaged"),
    "cut gzip": (answer(gzip.compress(BODY * 99)[:-9], Content_Encoding="gzip"), "cut short"),
    "bomb": (answer(gzip.compress(bytes(warc.MAX_RECORD + 1)), Content_Encoding="gzip"), "over 16 MiB"),
    "brotli": (answer(b"\x8b\x02\x80", Content_Encoding="br"), "other than gzip"),
    "no HTTP": (b"\x16\x03\x01", "no HTTP answer"),
    "no end of the header": (b"HTTP/1.1 200 OK\r\nA: b", "no HTTP answer"),
}


@pytest.mark.parametrize("case", BAD_RECORDS)
def test_a_bad_record_loses_no_other(case: str, path: Path) -> None:
    block, words = BAD_RECORDS[case]
    data = GOOD + record(block) + GOOD
    assert bodies(path, data) == [BODY, BODY]
    [(number, reason)] = rejects(path, data)
    assert number == 2
    assert words in reason


def test_a_record_over_the_budget_is_skipped(path: Path) -> None:
    data = packed(GOOD, record(bytes(warc.MAX_RECORD + 1)), GOOD)
    path.write_bytes(
        data + b"".join(packed(record(bytes([n % 251] * 999 + list(range(250))), "request")) for n in range(900))
    )
    tracemalloc.start()
    found = list(warc.responses(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [one.row if isinstance(one, Reject) else one[0] for one in found] == [1, 2, 3]
    assert peak < warc.MAX_RECORD / 2


BROKEN = {
    "too long": record(answer(), length="999999"),
    "too short": record(answer(), length="7"),
    "enormous": record(answer(), length="9" * 15),
    "no number": record(answer(), length="many"),
    "negative": record(answer(), length="-1"),
    "no record": b"<html>",
    "header without end": b"WARC/1.0\r\nWARC-Type: response\r\n",
    "a long header": b"WARC/1.0\r\nA: " + b"x" * 10**6 + b"\r\n\r\n",
}


@pytest.mark.parametrize("case", BROKEN)
def test_the_rest_is_lost_and_told(case: str, path: Path) -> None:
    [first, rest] = read(path, GOOD + BROKEN[case])
    assert not isinstance(first, Reject)
    assert isinstance(rest, Reject)
    assert rest.row == 2
    assert rest.reason.startswith("the rest of the file is lost: ")


@pytest.mark.parametrize("case", BROKEN)
def test_a_file_that_begins_so_is_refused(case: str, path: Path) -> None:
    with pytest.raises(FormatError, match="no WARC file"):
        read(path, BROKEN[case])


@pytest.mark.parametrize("data", [b"", b"\x1f\x8b", gzip.compress(b"hello")], ids=["empty", "gzip head", "other text"])
def test_what_is_no_archive_is_refused(data: bytes, path: Path) -> None:
    with pytest.raises(FormatError) as caught:
        read(path, data)
    assert caught.value.where == "a.warc.gz"


@given(st.data())
def test_cut_gzip_is_always_told(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    whole = gzip.compress(GOOD * 3, mtime=0)
    cut = data.draw(st.integers(1, len(whole) - 1))
    path = tmp_path_factory.mktemp("cut") / "a.warc.gz"
    try:
        found = read(path, whole[:cut])
    except FormatError:
        return
    assert isinstance(found[-1], Reject)
    assert "lost" in found[-1].reason


def test_a_file_that_unpacks_to_too_much_is_given_up(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc, "FLOOR", 10**6)
    data = packed(GOOD, record(bytes(8 * 10**6), "request"))
    [_, reject] = read(path, data)
    assert isinstance(reject, Reject)
    assert "times its size" in reject.reason
