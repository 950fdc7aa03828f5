"""From a source's file entries to local files: the user's copy, the cache, the network, archives and pins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from medcorpus import fetch
from medcorpus.errors import FetchError, MissingFilesError
from medcorpus.fetch import Found
from medcorpus.raw import pins
from medcorpus.source import File
from tests import made
from tests.desk import Desk, paths, pin, put
from tests.web import Web, flip, status


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(tmp_path, monkeypatch)


def test_what_is_known_of_a_raw_file(desk: Desk) -> None:
    desk.source(File(path="a.json", split="test", lang="fr"), File(path="a.ann", companion=True))
    put(desk.own, a_json=b"one", a_ann=b"two")
    first, second = desk.find().files
    assert (first.path, first.local, first.split, first.lang) == ("a.json", desk.own / "a.json", "test", "fr")
    assert (first.size, first.sha256, first.companion, first.pin) == (3, pin(b"one").sha256, False, "none")
    assert (second.path, second.split, second.companion) == ("a.ann", "train", True)


def test_files_come_in_the_order_of_the_entries_then_by_path(desk: Desk) -> None:
    desk.source(File(path="b/*.txt", split="test"), File(path="special.csv"), File(path="*.csv", split="validation"))
    put(desk.own, z_csv=b"", a_csv=b"", special_csv=b"", b__2_txt=b"", b__10_txt=b"", b__c__3_txt=b"", b__x_ann=b"")
    found = desk.find()
    assert paths(found) == ["b/10.txt", "b/2.txt", "special.csv", "a.csv", "z.csv"]
    assert [f.split for f in found.files] == ["test", "test", "train", "validation", "validation"]


def test_nothing_anywhere_is_all_missing(desk: Desk) -> None:
    desk.source(File(path="a.csv"), File(path="x/*.csv"), File(path="z.zip", member="*.xml"))
    assert desk.find() == Found(root=desk.cache, files=(), missing=("a.csv", "x/*.csv", "z.zip!*.xml"))
    assert not desk.home.exists()


def test_the_own_copy_goes_before_the_cache_entry_by_entry(desk: Desk) -> None:
    desk.source(File(path="a.csv"), File(path="b.csv"), File(path="*.txt"))
    put(desk.own, a_csv=b"own", one_txt=b"own")
    put(desk.cache, a_csv=b"cached", b_csv=b"cached", one_txt=b"cached", two_txt=b"cached")
    found = desk.find()
    assert {f.path: f.local.read_bytes() for f in found.files} == {
        "a.csv": b"own",
        "b.csv": b"cached",
        "one.txt": b"own",
    }
    assert found.root == desk.own


def test_companions_stand_beside_their_files(desk: Desk) -> None:
    desk.source(File(path="*.txt"), File(path="*.ann", companion=True))
    put(desk.own, a_txt=b"")
    put(desk.cache, a_txt=b"", a_ann=b"")
    assert desk.find().missing == ("*.ann",)


@pytest.mark.parametrize("folder", [made.NAME, "shared"])
def test_the_own_copy_may_be_named_after_the_source_or_the_shared_download(desk: Desk, folder: str) -> None:
    desk.source(File(path="a.csv"), folder="shared")
    put(desk.raw / folder, a_csv=b"")
    assert desk.find().root == desk.raw / folder


def test_a_sample_is_found_without_pins_or_cache(desk: Desk) -> None:
    desk.source(File(path="a.csv"), File(path="b.csv"))
    put(desk.beside / "sample", a_csv=b"made up")
    put(desk.own, a_csv=b"real", b_csv=b"real")
    pins.save(desk.beside / "files.tsv", {"a.csv": pin(b"real")})
    found = desk.find(sample=True)
    assert (found.root, paths(found), found.missing) == (desk.beside / "sample", ["a.csv"], ("b.csv",))
    assert found.files[0].pin == "none"


def test_an_own_copy_that_differs_is_used_and_said_to_differ(desk: Desk) -> None:
    desk.source(File(path="a.csv"), File(path="b.csv", sha256=pin(b"right").sha256))
    pins.save(desk.beside / "files.tsv", {"a.csv": pin(b"right")})
    put(desk.own, a_csv=b"wrong", b_csv=b"right")
    assert [f.pin for f in desk.find().files] == ["differs", "matches"]


def test_finding_never_downloads(desk: Desk, server: Web) -> None:
    page = server.page("a.csv", b"one")
    desk.source(File(path="a.csv", url=server.url("{path}")))
    assert desk.find().missing == ("a.csv",)
    assert not page.requests


def test_missing_files_are_downloaded_into_the_shared_cache(desk: Desk, server: Web) -> None:
    server.page("data/a%20b.csv", b"one")
    server.page("plain", b"two")
    desk.source(
        File(path="data/a b.csv", url=server.url("{path}")),
        File(path="b.csv", url=server.url("plain")),
        folder="shared",
    )
    found = desk.fetch()
    assert found.root == desk.home / "raw" / "shared"
    assert [f.local.read_bytes() for f in found.files] == [b"one", b"two"]
    assert paths(desk.find()) == paths(found)


def test_a_pattern_is_downloaded_as_far_as_it_is_pinned(desk: Desk, server: Web) -> None:
    for name in ("1.txt", "2.txt", "3.txt"):
        server.page(name, name.encode())
    desk.source(
        File(path="2.txt", url=server.url("{path}"), split="test"), File(path="*.txt", url=server.url("{path}"))
    )
    pins.save(desk.beside / "files.tsv", {n: pin(n.encode()) for n in ("1.txt", "2.txt")})
    found = desk.fetch()
    assert [(f.path, f.split, f.pin) for f in found.files] == [
        ("2.txt", "test", "matches"),
        ("1.txt", "train", "matches"),
    ]


def test_a_file_of_two_entries_is_downloaded_from_the_first(desk: Desk, server: Web) -> None:
    first, second = server.page("first/1.txt", b"one"), server.page("second/1.txt", b"one")
    by_hand, taken = File(path="2.txt"), server.url("second/{path}")
    desk.source(by_hand, File(path="1.txt", url=server.url("first/{path}")), File(path="*.txt", url=taken))
    pins.save(desk.beside / "files.tsv", {"1.txt": pin(b"one"), "2.txt": pin(b"two")})
    assert desk.find(download=True).missing == ("2.txt",)
    assert (len(first.requests), len(second.requests)) == (1, 0)


def test_an_unpinned_pattern_cannot_be_downloaded(desk: Desk, server: Web) -> None:
    desk.source(File(path="*.txt", url=server.url("{path}")))
    with pytest.raises(MissingFilesError, match=r"1 raw file is missing: \*\.txt - get them from https://example.org"):
        desk.fetch()


def test_nothing_is_downloaded_over_or_beside_the_own_copy(desk: Desk, server: Web) -> None:
    page = server.page("1.txt", b"new")
    desk.source(
        File(path="*.txt", url=server.url("{path}")), File(path="*.ann", url=server.url("{path}"), companion=True)
    )
    pins.save(desk.beside / "files.tsv", {"1.ann": pin(b"new"), "1.txt": pin(b"new")})
    put(desk.own, **{"0_txt": b"own"})
    found = desk.find(download=True)
    assert (paths(found), found.missing) == (["0.txt"], ("*.ann",))
    assert not page.requests


def test_a_download_that_is_not_the_pinned_file_is_refused(desk: Desk, server: Web) -> None:
    server.page("a.csv", b"wrong")
    desk.source(File(path="a.csv", url=server.url("{path}"), sha256=pin(b"right").sha256))
    with pytest.raises(FetchError) as caught:
        desk.fetch()
    assert pin(b"wrong").sha256 in str(caught.value)
    assert pin(b"right").sha256 in str(caught.value)
    assert not [p for p in desk.cache.rglob("*") if p.is_file() and p.suffix != ".lock"]
    with pytest.raises(FetchError):
        desk.fetch(accept_new=True)


def test_a_mirror_mends_a_bad_first_address(desk: Desk, server: Web) -> None:
    server.page("bad/a.csv", b"right", flip(0))
    server.page("good/a.csv", b"right")
    mirrors = (server.url("good/{path}"),)
    desk.source(File(path="a.csv", url=server.url("bad/{path}"), mirrors=mirrors, sha256=pin(b"right").sha256))
    assert desk.fetch().files[0].pin == "matches"


def test_a_damaged_file_in_the_cache_is_downloaded_again(desk: Desk, server: Web) -> None:
    server.page("a.csv", b"right")
    desk.source(File(path="a.csv", url=server.url("{path}"), sha256=pin(b"right").sha256))
    put(desk.cache, a_csv=b"rihgt")
    assert desk.find().files[0].pin == "differs"
    assert desk.fetch().files[0].local.read_bytes() == b"right"


def test_a_file_that_is_here_is_not_asked_for(desk: Desk, server: Web) -> None:
    page = server.page("a.csv", b"one")
    desk.source(File(path="a.csv", url=server.url("{path}")))
    desk.fetch()
    desk.fetch()
    assert len(page.requests) == 1


def test_the_first_fetch_of_an_unpinned_file_locks_it(desk: Desk, server: Web) -> None:
    page = server.page("a.csv", b"version 1")
    desk.source(File(path="a.csv", url=server.url("{path}")))
    assert desk.fetch().files[0].pin == "matches"
    assert pins.locked(desk.home, made.NAME) == {"a.csv": pin(b"version 1")}
    (desk.cache / "a.csv").unlink()
    page.body, page.etag = b"version 2", '"v2"'
    with pytest.raises(FetchError, match=r"upstream has changed the file since your first fetch; pass --accept-new"):
        desk.fetch()
    assert not (desk.cache / "a.csv").exists()
    assert desk.fetch(accept_new=True).files[0].sha256 == pin(b"version 2").sha256
    assert pins.locked(desk.home, made.NAME) == {"a.csv": pin(b"version 2")}


def test_accepting_the_new_replaces_the_old_unpinned_file_only(desk: Desk, server: Web) -> None:
    server.page("a.csv", b"version 1")
    pinned = server.page("b.csv", b"pinned")
    desk.source(
        File(path="a.csv", url=server.url("{path}")),
        File(path="b.csv", url=server.url("{path}"), sha256=pin(b"pinned").sha256),
    )
    desk.fetch()
    server.page("a.csv", b"version 2")
    found = desk.fetch(accept_new=True)
    assert [f.local.read_bytes() for f in found.files] == [b"version 2", b"pinned"]
    assert [f.pin for f in found.files] == ["matches", "matches"]
    assert len(pinned.requests) == 1


def test_a_lock_lost_between_download_and_its_note_is_written_by_the_next_fetch(desk: Desk, server: Web) -> None:
    server.page("a.csv", b"one")
    desk.source(File(path="a.csv", url=server.url("{path}")))
    put(desk.cache, a_csv=b"one")
    assert desk.find().files[0].pin == "none"
    assert desk.fetch().files[0].pin == "matches"


def test_a_fetch_goes_on_where_a_failed_one_stopped(desk: Desk, server: Web) -> None:
    server.page("a.csv", b"one")
    server.page("b.csv", b"two", status(404))
    desk.source(*(File(path=f"{n}.csv", url=server.url("{path}")) for n in "ab"))
    with pytest.raises(FetchError, match=r"made_up/b\.csv: the server answered 404"):
        desk.fetch()
    assert desk.fetch().missing == ()


def test_progress_is_told(desk: Desk, server: Web) -> None:
    told: list[tuple[str, int, int]] = []
    server.page("a.csv", b"one")
    desk.source(File(path="a.csv", url=server.url("{path}")))
    desk.fetch(progress=lambda *seen: told.append(seen))
    assert told == [("a.csv", 3, 3)]


HOW = "Sign the agreement at https://example.org/dua.\n  It takes a week."
DUA = {"access": "agreement", "how": HOW, "folder": "shared"}
BOOK = {"access": "manual", "how": "Scan the book and name its folder with --raw."}
URL, PUT = "https://example.org/{path}", "put the files at DIR/made_up/<path> and pass --raw DIR"
SIGN = "Sign the agreement at https://example.org/dua. It takes a week"


@pytest.mark.parametrize(
    ("facts", "url", "message"),
    [
        ({}, URL, f"run: medcorpus fetch made_up; or {PUT}"),
        ({}, "", f"get them from https://example.org; then {PUT}"),
        (DUA, URL, f"{SIGN}; then {PUT.replace(made.NAME, 'shared')}"),
        (BOOK, "", "Scan the book and name its folder with --raw"),
    ],
    ids=["to download", "open without address", "to sign", "said already"],
)
def test_the_message_says_what_is_missing_and_how_to_get_it(
    desk: Desk, facts: dict[str, Any], url: str, message: str
) -> None:
    desk.source(*(File(path=f"{n}.csv", url=url) for n in range(5)), **facts)
    expected = f"made_up: 5 raw files are missing: 0.csv, 1.csv, 2.csv, ... - {message}"
    assert fetch.missing_message(made.NAME, desk.find()) == expected


def test_no_message_when_nothing_is_missing(desk: Desk) -> None:
    desk.source(File(path="a.csv"))
    put(desk.own, a_csv=b"")
    assert fetch.missing_message(made.NAME, desk.find()) == ""


def test_unfinished_downloads_match_no_pattern(desk: Desk) -> None:
    desk.source(File(path="*"), File(path="*/*"))
    put(desk.cache / ".partial", a_csv_part=b"", x__b_csv_part=b"")
    assert desk.find().files == ()
