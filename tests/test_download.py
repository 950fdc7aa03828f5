"""Downloads against a server that fails in one way at a time: what arrives is right, or nothing has the name."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path

import pytest

from medcorpus.errors import FetchError
from medcorpus.raw.download import Downloader, retry_after
from medcorpus.raw.network import Policy
from medcorpus.raw.pins import Pin
from tests import web
from tests.downloading import BODY, OTHER, SHA, Clock, get, left, wish
from tests.web import Fault, Web, becomes, chunked, flip, stall, stated, status, truncate


@pytest.mark.parametrize("sha256", [SHA, ""], ids=["pinned", "unpinned"])
def test_a_file_arrives_whole_and_alone(server: Web, tmp_path: Path, policy: Policy, sha256: str) -> None:
    page = server.page("plain", BODY)
    assert get(wish(tmp_path, server.url("plain"), sha256=sha256), policy) == Pin(len(BODY), SHA)
    assert (tmp_path / "a/b.bin").read_bytes() == BODY
    assert left(tmp_path) == {"a/b.bin"}
    assert page.requests[0]["user-agent"].startswith("medcorpus/")
    assert "authorization" not in page.requests[0]


SURVIVED: dict[str, tuple[list[Fault], list[str | None]]] = {
    "cut, resumed": ([truncate(50_000)], [None, "bytes=50000-"]),
    "cut twice": ([truncate(50_000), truncate(60_000)], [None, "bytes=50000-", "bytes=110000-"]),
    "cut before the first byte": ([truncate(0)], [None, None]),
    "stalled": ([stall(70_000)], [None, "bytes=70000-"]),
    "stalled before the headers end": ([stall(0)], [None, None]),
    "length too large": ([stated(Content_Length=str(len(BODY) + 9))], [None, "bytes=200000-"]),
    "chunks cut": ([chunked(b"5\r\nhello\r\n")], [None, None]),
    "unavailable": ([status(503), status(502), status(500)], [None] * 4),
    "too many requests": ([status(429)], [None, None]),
    "changed between ranges": ([truncate(50_000), becomes(BODY, '"v2"')], [None, "bytes=50000-"]),
    "range refused": ([truncate(50_000), status(416)], [None, "bytes=50000-", None]),
    "another range than asked for": (
        [truncate(50_000), stated(Content_Range="bytes 1-199999/200000")],
        [None, "bytes=50000-", None],
    ),
    "a range without saying which": ([truncate(50_000), stated(Content_Range="")], [None, "bytes=50000-", None]),
    "a range of another version": ([truncate(50_000), stated(ETag='"v9"')], [None, "bytes=50000-", None]),
    "first half flipped": (
        [lambda p, a: replace(flip(7)(p, a), body=flip(7)(p, a).body[:50_000], cut=True)],
        [None, "bytes=50000-", None],
    ),
    "weak validator": ([becomes(BODY, 'W/"v1"', truncate(50_000))], [None, None]),
    "no validator": ([becomes(BODY, "", truncate(50_000))], [None, None]),
}


@pytest.mark.parametrize(("faults", "ranges"), SURVIVED.values(), ids=SURVIVED)
def test_faults_that_pass_are_survived(
    server: Web, tmp_path: Path, policy: Policy, faults: list[Fault], ranges: list[str | None]
) -> None:
    page = server.page("passing", BODY, *faults)
    get(wish(tmp_path, server.url("passing")), policy)
    assert (tmp_path / "a/b.bin").read_bytes() == BODY
    assert [r.get("range") for r in page.requests] == ranges
    assert left(tmp_path) == {"a/b.bin"}


def test_a_server_that_ignores_ranges_sends_it_all_again(server: Web, tmp_path: Path, policy: Policy) -> None:
    page = server.page("rangeless", BODY, truncate(50_000), ranges=False)
    get(wish(tmp_path, server.url("rangeless")), policy)
    assert (tmp_path / "a/b.bin").read_bytes() == BODY
    assert page.requests[1]["if-range"] == '"v1"'


def test_a_new_version_between_ranges_is_never_mixed_with_the_old(server: Web, tmp_path: Path, policy: Policy) -> None:
    server.page("new", BODY, truncate(50_000), becomes(OTHER, '"v2"'))
    get(wish(tmp_path, server.url("new"), sha256=""), policy)
    assert (tmp_path / "a/b.bin").read_bytes() == OTHER


REFUSED: dict[str, tuple[Fault, str, int]] = {
    "unauthorised": (status(401), "401 Unauthorized", 1),
    "forbidden": (status(403), "403 Forbidden", 1),
    "not found": (status(404), "404 Not Found", 1),
    "gone": (status(410), "410 Gone", 1),
    "too large": (status(413), "413 ", 1),
    "no content": (status(204), "204 No Content", 1),
    "redirect to nowhere": (status(302), "302 Found", 1),
    "flipped": (flip(123), "sha256 is", 1),
    "cut but for the header": (stated(Content_Length="1000"), "sha256 is", 1),
    "an HTML page": (status(200, web.HTML, Content_Type="text/html"), r"\(an HTML page\)", 1),
    "empty": (status(200), "sha256 is e3b0c4", 1),
    "sent compressed": (stated(Content_Encoding="gzip"), "sends it compressed", 1),
    "always unavailable": (status(503), "gave up after 5 tries: the server answered 503", 5),
    "always cut": (truncate(0), "gave up after 5 tries: the answer was cut short", 5),
    "told to wait for ever": (status(429, Retry_After="99999"), "asks to wait 99999 seconds", 1),
    "redirected in a circle": (status(302, Location="/refusing"), "redirected more than 8 times", 9),
    "redirected to no address": (status(302, Location="http://[::"), "gave up", 5),
    "redirected to a file": (status(302, Location="file:///etc/passwd"), "only https is fetched", 1),
    "redirected with a password": (status(302, Location="http://me:secret@127.0.0.1/"), "user name or password", 1),
}


@pytest.mark.parametrize(("fault", "message", "requests"), REFUSED.values(), ids=REFUSED)
def test_faults_that_stay_are_refused(
    server: Web, tmp_path: Path, policy: Policy, fault: Fault, message: str, requests: int
) -> None:
    page = server.page("refusing", BODY, *[fault] * 10)
    with pytest.raises(FetchError, match=message) as caught:
        get(wish(tmp_path, server.url("refusing")), policy)
    assert len(page.requests) == requests
    assert caught.value.where == "made_up/a/b.bin"
    assert caught.value.fix
    assert "secret" not in str(caught.value)
    assert left(tmp_path) <= {".partial/a/b.bin.part", ".partial/a/b.bin.part.json"}


def test_a_mismatch_names_both_hashes_and_leaves_nothing(server: Web, tmp_path: Path, policy: Policy) -> None:
    server.page("other", OTHER)
    with pytest.raises(FetchError) as caught:
        get(wish(tmp_path, server.url("other")), policy)
    assert SHA in str(caught.value)
    assert hashlib.sha256(OTHER).hexdigest() in str(caught.value)
    assert left(tmp_path) == set()


def test_every_flipped_bit_is_noticed(server: Web, tmp_path: Path, policy: Policy) -> None:
    body = BODY[:1000]
    wanted = wish(tmp_path, server.url("bits"), sha256=hashlib.sha256(body).hexdigest(), size=len(body))
    page = server.page("bits", body)
    with Downloader("made_up", policy) as downloader:
        for position in range(0, 1000, 10):
            page.faults = [flip(position)]
            with pytest.raises(FetchError, match="sha256 is"):
                downloader.get(wanted)
    assert left(tmp_path) == set()


def test_a_mismatch_keeps_the_old_file(server: Web, tmp_path: Path, policy: Policy) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/b.bin").write_bytes(b"old")
    server.page("worse", OTHER)
    with pytest.raises(FetchError):
        get(wish(tmp_path, server.url("worse")), policy)
    assert (tmp_path / "a/b.bin").read_bytes() == b"old"


@pytest.mark.parametrize("fault", [status(404), status(503), flip(9), status(429, Retry_After="99999")])
def test_a_mirror_is_asked_when_the_first_address_fails(
    server: Web, tmp_path: Path, policy: Policy, fault: Fault
) -> None:
    server.page("first", BODY, *[fault] * 10)
    server.page("mirror", BODY)
    get(wish(tmp_path, server.url("first"), server.url("mirror")), policy)
    assert (tmp_path / "a/b.bin").read_bytes() == BODY


def test_all_addresses_failing_are_told(server: Web, tmp_path: Path, policy: Policy) -> None:
    server.page("first", BODY, status(403))
    server.page("mirror", OTHER)
    with pytest.raises(FetchError, match=r"none of its 2 addresses.*\(1\).*403.*\(2\) .*sha256 is"):
        get(wish(tmp_path, server.url("first"), server.url("mirror")), policy)


@pytest.mark.parametrize(
    ("faults", "waits"),
    [
        ([status(429, Retry_After="3"), status(503, Retry_After="0")], [3.0, 0.0]),
        ([status(503)] * 4, [1.0, 2.0, 4.0, 8.0]),
        ([status(503, Retry_After="soon")], [1.0]),
        ([status(503, Retry_After="-5")], [1.0]),
        ([status(503, Retry_After=formatdate(0, usegmt=True))], [0.0]),
    ],
    ids=["seconds", "doubling", "nonsense", "negative", "a date gone by"],
)
def test_the_waits_are_those_asked_for(
    server: Web, tmp_path: Path, policy: Policy, clock: Clock, faults: list[Fault], waits: list[float]
) -> None:
    server.page("waiting", BODY, *faults)
    get(wish(tmp_path, server.url("waiting")), policy)
    assert clock.waits == waits


def test_a_date_to_wait_for_is_read() -> None:
    assert retry_after(formatdate(1000.0, usegmt=True), now=940.0) == 60.0
    assert retry_after("", now=0.0) is None
    assert retry_after("9" * 400, now=0.0) == float("inf")


def test_one_byte_now_and_then_is_too_slow(server: Web, tmp_path: Path, policy: Policy) -> None:
    crawling = Clock(step=40.0)
    server.page("slow", BODY)
    slow = replace(policy, clock=crawling, sleep=crawling.sleep, read=60.0, slowest=10**9, tries=2)
    with pytest.raises(FetchError, match="slower than 1000000000 bytes a second"):
        get(wish(tmp_path, server.url("slow")), slow)


def test_the_deadline_ends_a_download_and_keeps_its_part(server: Web, tmp_path: Path, policy: Policy) -> None:
    crawling = Clock(step=40.0)
    server.page("late", BODY)
    late = replace(policy, clock=crawling, sleep=crawling.sleep, read=10**6, deadline=100.0)
    with pytest.raises(FetchError, match="not finished within 100 seconds"):
        get(wish(tmp_path, server.url("late")), late)
    assert ".partial/a/b.bin.part" in left(tmp_path)


def test_the_deadline_counts_waits(server: Web, tmp_path: Path, policy: Policy) -> None:
    server.page("busy", BODY, *[status(503, Retry_After="60")] * 9)
    with pytest.raises(FetchError, match="not finished within 100 seconds: the server answered 503"):
        get(wish(tmp_path, server.url("busy")), replace(policy, deadline=100.0))


@pytest.mark.parametrize("sha256", [SHA, ""], ids=["pinned", "unpinned"])
def test_more_bytes_than_allowed_are_not_stored(server: Web, tmp_path: Path, policy: Policy, sha256: str) -> None:
    server.page("flood", bytes(17 * 2**20))
    with pytest.raises(FetchError, match="bytes were sent"):
        get(
            wish(tmp_path, server.url("flood"), sha256=sha256, size=5 if sha256 else -1),
            replace(policy, max_bytes=2**20),
        )
    assert not (tmp_path / "a/b.bin").exists()


def test_an_unpinned_file_must_state_its_length(server: Web, tmp_path: Path, policy: Policy) -> None:
    server.page("endless", BODY, stated(Content_Length=""))
    with pytest.raises(FetchError, match="does not say how long"):
        get(wish(tmp_path, server.url("endless"), sha256=""), policy)


def test_a_pinned_file_need_not_state_its_length(server: Web, tmp_path: Path, policy: Policy) -> None:
    server.page("endless", BODY, stated(Content_Length=""))
    assert get(wish(tmp_path, server.url("endless")), policy).sha256 == SHA


def test_an_unpinned_login_page_is_not_taken_for_the_file(server: Web, tmp_path: Path, policy: Policy) -> None:
    server.page("login", web.HTML)
    with pytest.raises(FetchError, match="answered with an HTML page"):
        get(wish(tmp_path, server.url("login"), sha256=""), policy)
    assert left(tmp_path) == set()
    assert get(wish(tmp_path, server.url("login"), sha256="", path="page.html"), policy).bytes == len(web.HTML)


def test_a_compressed_file_may_be_called_an_encoding(server: Web, tmp_path: Path, policy: Policy) -> None:
    server.page("gz", BODY, headers={"Content-Encoding": "gzip"})
    assert get(wish(tmp_path, server.url("gz"), path="b.tar.gz"), policy).sha256 == SHA


def test_many_files_come_side_by_side_and_progress_is_told(server: Web, tmp_path: Path, policy: Policy) -> None:
    told: list[tuple[str, int, int]] = []
    for n in range(20):
        server.page(f"many/{n}", BODY[: 100 + n])
    wanted = [wish(tmp_path, server.url(f"many/{n}"), sha256="", size=-1, path=f"{n}.bin") for n in range(20)]
    with Downloader("made_up", policy, lambda *seen: told.append(seen)) as downloader:
        got = downloader.get_all(wanted)
    assert [pin.bytes for pin in got.values()] == [100 + n for n in range(20)]
    assert list(got) == [tmp_path / f"{n}.bin" for n in range(20)]
    assert {("7.bin", 107, 107), ("19.bin", 119, 119)} <= set(told)


def test_the_first_failure_stops_the_others(server: Web, tmp_path: Path, policy: Policy) -> None:
    server.page("bad", BODY, status(404))
    pages = [server.page(f"good/{n}", BODY) for n in range(60)]
    wanted = [
        wish(tmp_path, server.url("bad")),
        *(wish(tmp_path, server.url(f"good/{n}"), path=f"{n}.bin") for n in range(60)),
    ]
    with Downloader("made_up", policy) as downloader, pytest.raises(FetchError, match="404"):
        downloader.get_all(wanted)
    assert sum(len(p.requests) for p in pages) < 60


def test_a_disk_that_is_too_small_is_told_before_the_first_byte(server: Web, tmp_path: Path, policy: Policy) -> None:
    page = server.page("huge", BODY)
    wanted = wish(tmp_path, server.url("huge"), size=10**18)
    with (
        Downloader("made_up", policy) as downloader,
        pytest.raises(FetchError, match=r"1000000000000000000 bytes.*free"),
    ):
        downloader.get_all([wanted])
    assert not page.requests
