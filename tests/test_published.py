"""Raw files against the list of hashes that their publisher ships with them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from medcorpus import doctor, registry
from medcorpus.errors import FetchError
from medcorpus.raw import published
from medcorpus.source import File
from tests import made
from tests.checkout import NAME, forget_sources, tiny_checkout
from tests.commandline import run
from tests.desk import Desk, pin, put, zipped

WRONG = "0" * 64


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(tmp_path, monkeypatch)


def lists(folder: Path, *lines: str) -> Path:
    """Write a publisher's list."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / published.NAME
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def test_files_beside_and_below_the_list_are_checked(desk: Desk) -> None:
    desk.source(File(path="note/a.csv"), File(path="b.csv"), File(path="other.csv"))
    put(desk.own, note__a_csv=b"one", b_csv=b"two", other_csv=b"three")
    lists(desk.own, f"{pin(b'one').sha256} note/a.csv", f"{pin(b'two').sha256} b.csv", f"{WRONG} not/here.csv")
    assert {f.path: f.listed for f in desk.find().files} == {"note/a.csv": True, "b.csv": True, "other.csv": False}


@pytest.mark.parametrize("line", ["{} a.csv", "{}  a.csv", "{} *a.csv", "{}  ./a.csv", "{} a.csv\r", "{} a.csv\n"])
def test_the_forms_that_sha256sum_and_physionet_write(desk: Desk, line: str) -> None:
    desk.source(File(path="note/a.csv"))
    put(desk.own, note__a_csv=b"one")
    lists(desk.own / "note", line.format(pin(b"one").sha256.upper()))
    assert desk.find().files[0].listed


def test_a_difference_names_the_file_and_both_hashes(desk: Desk) -> None:
    desk.source(File(path="note/a.csv"))
    put(desk.own, note__a_csv=b"cut short")
    lists(desk.own, "", f"{WRONG} note/a.csv")
    with pytest.raises(FetchError) as told:
        desk.find()
    assert str(told.value) == (
        f"{made.NAME}: {desk.own / 'note/a.csv'}: its sha256 is {pin(b'cut short').sha256}, "
        f"but line 2 of SHA256SUMS.txt says {WRONG} - download the file and its SHA256SUMS.txt again"
    )


def test_an_archive_is_checked_as_it_is_packed(desk: Desk) -> None:
    desk.source(File(path="a.zip", member="*.xml"))
    packed = zipped(desk.own / "a.zip", one_xml=b"one", two_xml=b"two").read_bytes()
    lists(desk.own, f"{pin(packed).sha256} a.zip")
    assert [f.listed for f in desk.find().files] == [True, True]


def test_every_list_above_a_file_counts(desk: Desk) -> None:
    desk.source(File(path="note/a.csv"))
    put(desk.own, note__a_csv=b"one")
    lists(desk.own / "note", f"{pin(b'one').sha256} a.csv")
    lists(desk.own, f"{WRONG} note/a.csv")
    with pytest.raises(FetchError, match=r"line 1 of SHA256SUMS\.txt"):
        desk.find()


def test_a_list_outside_the_sources_folder_is_not_looked_at(desk: Desk) -> None:
    desk.source(File(path="a.csv"))
    put(desk.own, a_csv=b"one")
    lists(desk.raw, f"{WRONG} {made.NAME}/a.csv")
    assert not desk.find().files[0].listed


@pytest.mark.parametrize("line", ["a.csv", f"{WRONG[:-1]} a.csv", f"{WRONG}", f"{WRONG}\ta.csv", "<html>\0"])
def test_a_broken_list_is_told_by_its_line(desk: Desk, line: str) -> None:
    desk.source(File(path="a.csv"))
    put(desk.own, a_csv=b"one")
    lists(desk.own, f"{pin(b'one').sha256} a.csv", line)
    with pytest.raises(FetchError, match=r"SHA256SUMS\.txt: line 2 is not a sha256 and a path - download"):
        desk.find()


def test_the_list_is_no_raw_file_itself(desk: Desk) -> None:
    desk.source(File(path="*.txt"))
    put(desk.own, a_txt=b"one")
    lists(desk.own, f"{pin(b'one').sha256} a.txt")
    assert [(f.path, f.listed) for f in desk.find().files] == [("a.txt", True)]


def copied(tmp_path: Path) -> Path:
    """Put the sample of the small checkout where a user's own copy lies."""
    raw = tmp_path / "raw"
    shutil.copytree(registry.home_of(NAME) / "sample", raw / NAME)
    return raw


def test_fetch_and_doctor_say_that_files_were_checked(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MEDCORPUS_REAL_DATA", raising=False)
    with tiny_checkout(tmp_path / "checkout", monkeypatch):
        raw = copied(tmp_path)
        assert "checked" not in run("fetch", NAME, "--raw", raw).output
        content = (raw / NAME / "questions.jsonl").read_bytes()
        lists(raw / NAME, f"{pin(content).sha256} questions.jsonl")
        told = run("fetch", NAME, "--raw", raw).output
        assert "1 of 1 files checked against the publisher's SHA256SUMS.txt: as stated" in told
        found = {f.what: f for f in doctor.examine(home, raw)}[f"raw files of {NAME}"]
        assert (found.state, found.told) == ("ok", "1 of 1 checked against SHA256SUMS.txt: as stated")
    forget_sources()


def test_doctor_tells_a_file_that_differs(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with tiny_checkout(tmp_path / "checkout", monkeypatch):
        raw = copied(tmp_path)
        lists(raw / NAME, f"{WRONG} questions.jsonl")
        found = {f.what: f for f in doctor.examine(home, raw)}[f"raw files of {NAME}"]
        assert found.state == "fails" and "questions.jsonl: its sha256 is" in found.told
        assert f"says {WRONG}" in run("doctor", "--raw", raw, code=1).stderr
    forget_sources()
