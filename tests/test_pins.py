"""Pins: `files.tsv` beside a source, and the lock file of a user's own first fetch."""

from __future__ import annotations

import hashlib
import threading
import zipfile
from pathlib import Path

import pytest

from medcorpus import fetch, registry
from medcorpus.errors import SourceError
from medcorpus.raw import pins
from medcorpus.raw.pins import Pin
from medcorpus.source import File, Source
from tests import made

ONE, TWO = Pin(3, hashlib.sha256(b"one").hexdigest()), Pin(3, hashlib.sha256(b"two").hexdigest())
LINE = f"a.txt\t3\t{ONE.sha256}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder of a made-up source."""
    beside = tmp_path / "sources" / made.NAME
    beside.mkdir(parents=True)
    monkeypatch.setattr(registry, "home_of", lambda name: beside)
    return beside


def known(monkeypatch: pytest.MonkeyPatch, *files: File) -> Source:
    source = made.source(files=files)
    made.register(monkeypatch, source)
    return source


def test_a_source_without_a_table_has_no_pins(folder: Path) -> None:
    assert pins.read(made.NAME) == {}


def test_a_table_is_read_as_it_was_saved(folder: Path) -> None:
    table = {"b/ü (1).txt": TWO, "a.txt": ONE}
    pins.save(folder / "files.tsv", table)
    assert pins.read(made.NAME) == table
    assert (folder / "files.tsv").read_bytes().startswith(b"path\tbytes\tsha256\na.txt\t3\t")
    assert (folder / "files.tsv").read_bytes().endswith(b"\n")


def test_a_table_checked_out_with_windows_line_ends_is_read(folder: Path) -> None:
    (folder / "files.tsv").write_bytes((f"{pins.HEADER}\n{LINE}").replace("\n", "\r\n").encode())
    assert pins.read(made.NAME) == {"a.txt": ONE}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1 is not the header"),
        (LINE, "line 1 is not the header"),
        (f"{pins.HEADER}\n\n", "line 2 is not path, bytes and sha256"),
        (f"{pins.HEADER}\na.txt\t3\n", "line 2 is not path, bytes and sha256"),
        (f"{pins.HEADER}\na.txt\t-3\t{ONE.sha256}\n", "line 2 is not path, bytes and sha256"),
        (f"{pins.HEADER}\na.txt\t3\t{ONE.sha256.upper()}\n", "line 2 is not path, bytes and sha256"),
        (f"{pins.HEADER}\n{LINE}{LINE}", "line 3 is not sorted by path"),
        (f"{pins.HEADER}\nb{LINE}{LINE}", "line 3 is not sorted by path"),
        (f"{pins.HEADER}\n../{LINE}", "line 2 leaves the source's folder"),
        (f"{pins.HEADER}\n/{LINE}", "line 2 leaves the source's folder"),
        (f"{pins.HEADER}\nx\\{LINE}", "line 2 leaves the source's folder"),
        (f"{pins.HEADER}\nx//{LINE}", "line 2 leaves the source's folder"),
        (f"{pins.HEADER}\n{LINE}".rstrip("\n"), "line 2 has no line end"),
    ],
)
def test_a_broken_table_is_told_by_its_line(folder: Path, text: str, message: str) -> None:
    (folder / "files.tsv").write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=message) as caught:
        pins.read(made.NAME)
    assert caught.value.where == f"{made.NAME}/files.tsv"


@pytest.mark.parametrize("path", ["a\tb", "a\nb", "a\rb", "a\udcff"])
def test_a_path_that_would_break_the_table_is_not_saved(folder: Path, path: str) -> None:
    with pytest.raises(SourceError, match="cannot stand in one line"):
        pins.save(folder / "files.tsv", {path: ONE})
    assert not (folder / "files.tsv").exists()


def test_a_pin_in_source_py_counts_as_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = known(monkeypatch, File(path="a.txt", sha256=ONE.sha256.upper()), File(path="*.csv", sha256="ignored"))
    assert pins.of(made.NAME, source) == {"a.txt": Pin(-1, ONE.sha256)}
    pins.save(folder / "files.tsv", {"a.txt": ONE})
    assert pins.of(made.NAME, source) == {"a.txt": ONE}


def test_two_pins_of_one_file_are_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pins.save(folder / "files.tsv", {"a.txt": TWO})
    with pytest.raises(SourceError, match=r"a\.txt has two pins"):
        pins.of(made.NAME, known(monkeypatch, File(path="a.txt", sha256=ONE.sha256)))


def test_pins_are_written_from_raw_files(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known(monkeypatch, File(path="*.txt"), File(path="deep/*.zip", member="*.xml"), File(path="later.txt"))
    raw = tmp_path / "raw" / made.NAME
    (raw / "deep").mkdir(parents=True)
    (raw / "a.txt").write_bytes(b"one")
    (raw / "not of the source.pdf").write_bytes(b"two")
    with zipfile.ZipFile(raw / "deep/x!y.zip", "w") as archive:
        archive.writestr("1.xml", b"<a/>")
        archive.writestr("2.xml", b"<b/>")
    pins.save(folder / "files.tsv", {"gone.csv": TWO, "later.txt": TWO})
    found = fetch.find(made.NAME, home=tmp_path / "home", raw=tmp_path / "raw")
    assert pins.write(made.NAME, found) == folder / "files.tsv"
    packed = pins.digest(raw / "deep/x!y.zip")
    assert pins.read(made.NAME) == {"a.txt": ONE, "deep/x!y.zip": packed, "later.txt": TWO}
    again = fetch.find(made.NAME, home=tmp_path / "home", raw=tmp_path / "raw")
    assert {f.path: f.pin for f in again.files} == {
        "a.txt": "matches",
        "deep/x!y.zip!1.xml": "matches",
        "deep/x!y.zip!2.xml": "matches",
    }


def test_an_archive_from_another_folder_is_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known(monkeypatch, File(path="a.txt"), File(path="x.zip", member="*"))
    (tmp_path / "raw" / made.NAME).mkdir(parents=True)
    (tmp_path / "raw" / made.NAME / "a.txt").write_bytes(b"one")
    (tmp_path / "home/raw/made_raw").mkdir(parents=True)
    with zipfile.ZipFile(tmp_path / "home/raw/made_raw/x.zip", "w") as archive:
        archive.writestr("1.xml", b"<a/>")
    monkeypatch.setattr(registry, "home_of", lambda name: tmp_path)
    found = fetch.find(made.NAME, home=tmp_path / "home", raw=tmp_path / "raw")
    with pytest.raises(SourceError, match=r"the archive of x\.zip!1\.xml is not in"):
        pins.write(made.NAME, found)


def test_the_lock_file_keeps_what_it_knows(tmp_path: Path) -> None:
    assert pins.locked(tmp_path, made.NAME) == {}
    pins.lock(tmp_path, made.NAME, {})
    assert not (tmp_path / "locks").exists()
    pins.lock(tmp_path, made.NAME, {"b.txt": ONE, "a.txt": ONE})
    pins.lock(tmp_path, made.NAME, {"b.txt": TWO})
    assert pins.locked(tmp_path, made.NAME) == {"a.txt": ONE, "b.txt": TWO}


def test_locking_from_many_threads_loses_nothing(tmp_path: Path) -> None:
    threads = [threading.Thread(target=pins.lock, args=(tmp_path, made.NAME, {f"{n}.txt": ONE})) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pins.locked(tmp_path, made.NAME)) == 12


@pytest.mark.parametrize(
    "content", ["", "[]", '{"a": 1}', '{"a": {"bytes": 1}}', '{"a": {"bytes": "x", "sha256": ""}}']
)
def test_a_damaged_lock_file_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks" / f"{made.NAME}.json").write_text(content)
    with pytest.raises(SourceError, match=r"the lock file is damaged - delete it and fetch again"):
        pins.locked(tmp_path, made.NAME)


def test_files_are_hashed_side_by_side(tmp_path: Path) -> None:
    paths = [tmp_path / str(n) for n in range(50)]
    for path in paths:
        path.write_bytes(path.name.encode() * 1000)
    found = pins.digests([*paths, *paths])
    assert list(found) == paths
    assert all(p == Pin(len(c := path.read_bytes()), hashlib.sha256(c).hexdigest()) for path, p in found.items())
