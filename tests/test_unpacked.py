"""Members of archives as raw files: unpacked once, matched by pattern, checked on every use."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from medcorpus.errors import ArchiveError
from medcorpus.source import File
from tests.desk import Desk, paths, pin, put, zipped
from tests.web import Web


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(tmp_path, monkeypatch)


def test_members_of_an_archive_are_unpacked_once_and_matched(desk: Desk) -> None:
    desk.source(
        File(path="x.zip", member="train/*.xml"), File(path="x.zip", member="*/*.xml", split="test"), File(path="x.zip")
    )
    archive = zipped(
        desk.own / "x.zip", train__b_xml=b"b", train__a_xml=b"a", dev__c_xml=b"c", readme_txt=b"", deep_xml=b""
    )
    found = desk.find()
    assert [(f.path, f.split) for f in found.files] == [
        ("x.zip!train/a.xml", "train"),
        ("x.zip!train/b.xml", "train"),
        ("x.zip!dev/c.xml", "test"),
        ("x.zip", "train"),
    ]
    folder = desk.home / "unpacked" / pin(archive.read_bytes()).sha256
    assert found.files[0].local == folder / "train/a.xml"
    assert (found.files[0].sha256, found.files[0].size) == (pin(b"a").sha256, 1)
    inode = folder.stat().st_ino
    assert desk.find() == found
    assert folder.stat().st_ino == inode


def test_a_member_has_the_pin_of_its_archive(desk: Desk) -> None:
    archive = zipped(desk.own / "x.zip", a_xml=b"a")
    desk.source(File(path="x.zip", member="*", sha256=pin(archive.read_bytes()).sha256))
    assert desk.find().files[0].pin == "matches"
    zipped(archive, a_xml=b"b")
    assert [(f.pin, f.sha256) for f in desk.find().files] == [("differs", pin(b"b").sha256)]


@pytest.mark.parametrize("damage", ["changed", "deleted", "table", "no table"])
def test_unpacked_files_that_were_damaged_are_unpacked_again(desk: Desk, damage: str) -> None:
    zipped(desk.own / "x.zip", a_xml=b"a", b_xml=b"b")
    desk.source(File(path="x.zip", member="*"))
    found = desk.find()
    table = found.files[0].local.parent.with_suffix(".tsv")
    if damage == "changed":
        found.files[0].local.write_bytes(b"?")
    elif damage == "deleted":
        found.files[1].local.unlink()
    elif damage == "table":
        table.write_text("torn")
    else:
        table.unlink()
    assert desk.find() == found
    assert [f.local.read_bytes() for f in found.files] == [b"a", b"b"]


def test_a_member_that_is_not_there_is_missing(desk: Desk) -> None:
    zipped(desk.own / "x.zip", a_xml=b"")
    desk.source(File(path="x.zip", member="*.json"))
    assert desk.find().missing == ("x.zip!*.json",)


def test_a_compressed_file_is_read_as_it_is_unless_its_member_is_asked_for(desk: Desk) -> None:
    put(desk.own, a_json_gz=gzip.compress(b"[1]"), b_json_gz=gzip.compress(b"[1]", mtime=0))
    desk.source(File(path="a.json.gz"), File(path="b.json.gz", member="*"))
    first, second = desk.find().files
    assert (first.path, first.local) == ("a.json.gz", desk.own / "a.json.gz")
    assert (second.path, second.local.name, second.local.read_bytes()) == ("b.json.gz!b.json", "b.json", b"[1]")


def test_the_same_bytes_under_two_names_are_two_files(desk: Desk) -> None:
    put(desk.own, a_json_gz=gzip.compress(b"[1]", mtime=0), b_json_gz=gzip.compress(b"[1]", mtime=0))
    desk.source(File(path="*.gz", member="*"))
    for _ in range(2):
        assert [f.local.name for f in desk.find().files] == ["a.json", "b.json"]


def test_a_hostile_archive_is_told_by_its_name(desk: Desk) -> None:
    zipped(desk.own / "x.zip", **{"____evil": b""})
    desk.source(File(path="x.zip", member="*"))
    with pytest.raises(ArchiveError, match=r"x\.zip: member '//evil' is an absolute path"):
        desk.find()


def test_a_downloaded_archive_is_unpacked(desk: Desk, server: Web) -> None:
    server.page("x.zip", zipped(desk.raw / "elsewhere.zip", a_xml=b"a").read_bytes())
    desk.source(File(path="x.zip", url=server.url("{path}"), member="*.xml"))
    assert paths(desk.fetch()) == ["x.zip!a.xml"]
