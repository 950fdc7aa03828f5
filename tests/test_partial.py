"""Downloads that are interrupted: killed, cut, out of space, or done twice at once."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from medcorpus.errors import FetchError, LockedError
from medcorpus.raw.network import Policy
from medcorpus.raw.partial import Part, Resume
from tests.downloading import BODY, SHA, get, wish
from tests.web import Web, stall, truncate


@pytest.mark.parametrize("sha256", [SHA, ""], ids=["pinned", "unpinned"])
def test_the_next_run_goes_on_where_the_last_one_stopped(
    server: Web, tmp_path: Path, policy: Policy, sha256: str
) -> None:
    page = server.page("again", BODY, truncate(80_000))
    wanted = wish(tmp_path, server.url("again"), sha256=sha256)
    with pytest.raises(FetchError, match="gave up after 1 tries"):
        get(wanted, replace(policy, tries=1))
    assert get(wanted, policy).sha256 == SHA
    assert page.requests[1]["range"] == "bytes=80000-"


def test_a_part_that_was_whole_already_is_not_sent_again(server: Web, tmp_path: Path, policy: Policy) -> None:
    page = server.page("whole", BODY)
    with Part(tmp_path, "a/b.bin").writing(server.url("whole"), Resume(0, '"v1"')) as stream:
        stream.write(BODY)
    assert get(wish(tmp_path, server.url("whole")), policy).sha256 == SHA
    assert [r.get("range") for r in page.requests] == ["bytes=200000-"]


def test_unsynced_bytes_of_an_unpinned_file_are_not_relied_upon(tmp_path: Path) -> None:
    part = Part(tmp_path, "b.bin")
    with pytest.raises(KeyError), part.writing("https://a.org/b", Resume(0, '"v1"')) as stream:
        stream.write(b"12345")
        raise KeyError
    with part.file.open("ab") as stream:
        stream.write(b"never synced")
    assert part.resume("https://a.org/b", pinned=False) == Resume(5, '"v1"')
    assert part.resume("https://a.org/b", pinned=True) == Resume(17, '"v1"')
    assert part.resume("https://mirror.org/b", pinned=True) == Resume()


@pytest.mark.parametrize("note", ["", "[]", "{", '{"url": "https://a.org/b", "validator": "v", "synced": "x"}'])
def test_a_torn_note_means_starting_again(tmp_path: Path, note: str) -> None:
    part = Part(tmp_path, "b.bin")
    part.file.parent.mkdir()
    part.file.write_bytes(b"123")
    part.file.with_name("b.bin.part.json").write_text(note)
    assert part.resume("https://a.org/b", pinned=False) == Resume()


def test_bytes_reach_the_disk_before_the_name_does(
    server: Web, tmp_path: Path, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    fsync, rename = os.fsync, Path.replace

    def recorded(descriptor: int) -> None:
        steps.append("sync folder" if Path(f"/proc/self/fd/{descriptor}").resolve().is_dir() else "sync file")
        fsync(descriptor)

    def renamed(self: Path, target: Path) -> Path:
        steps.append("rename")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", recorded)
    monkeypatch.setattr(Path, "replace", renamed)
    server.page("durable", BODY)
    get(wish(tmp_path, server.url("durable")), policy)
    assert steps == ["sync file", "rename", "sync folder"]


CHILD = """
import sys
from pathlib import Path
from medcorpus.raw.download import Downloader, Wanted
from medcorpus.raw.network import Policy
url, folder, sha256 = sys.argv[1:]
with Downloader("made_up", Policy(https_only=False, allow_private=True)) as downloader:
    downloader.get(Wanted(path="a/b.bin", urls=(url,), folder=Path(folder), sha256=sha256))
"""


def test_a_killed_download_leaves_no_name_and_is_gone_on_with(server: Web, tmp_path: Path, policy: Policy) -> None:
    page = server.page("killed", BODY, stall(120_000))
    child = subprocess.Popen([sys.executable, "-c", CHILD, server.url("killed"), str(tmp_path), SHA])
    part = tmp_path / ".partial/a/b.bin.part"
    until(lambda: part.exists() and part.stat().st_size > 60_000)
    child.kill()
    child.wait()
    assert not (tmp_path / "a/b.bin").exists()
    assert get(wish(tmp_path, server.url("killed")), policy).sha256 == SHA
    assert page.requests[1]["range"].startswith("bytes=")


def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "waited too long"
        time.sleep(0.01)


def test_two_at_once_download_a_file_once(server: Web, tmp_path: Path, policy: Policy) -> None:
    page = server.page("once", BODY)
    wanted = wish(tmp_path, server.url("once"))
    threads = [threading.Thread(target=get, args=(wanted, policy)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(page.requests) == 1
    assert (tmp_path / "a/b.bin").read_bytes() == BODY


def test_a_lock_that_is_never_given_up_is_told(server: Web, tmp_path: Path, policy: Policy) -> None:
    from filelock import FileLock

    (tmp_path / ".partial/a").mkdir(parents=True)
    with FileLock(tmp_path / ".partial/a/b.bin.lock"), pytest.raises(LockedError, match=r"made_up/b\.bin"):
        get(wish(tmp_path, server.url("locked")), replace(policy, deadline=0.05))


def test_a_full_disk_is_told_and_the_part_is_kept(
    server: Web, tmp_path: Path, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    server.page("full", BODY)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FetchError, match=r"cannot be stored: No space left on device.*free some space"):
        get(wish(tmp_path, server.url("full")), policy)
    assert not (tmp_path / "a/b.bin").exists()
