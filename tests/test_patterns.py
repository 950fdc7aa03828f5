"""Patterns of raw files on disk."""

from __future__ import annotations

from pathlib import Path

from medcorpus.raw import patterns
from tests.desk import put


def test_patterns_stand_for_names_and_not_for_folders(tmp_path: Path) -> None:
    put(tmp_path, a__1_txt=b"", a__b__2_txt=b"", c__1_txt=b"", a__1_txt_x=b"")
    (tmp_path / "a/.hidden.txt").touch()
    (tmp_path / "a/[1]?.txt").touch()
    (tmp_path / "a/folder.txt").mkdir()
    assert patterns.expand(tmp_path, "a/*.txt") == ["a/1.txt", "a/[1]?.txt"]
    assert patterns.expand(tmp_path, "a/[1]?.txt") == ["a/[1]?.txt"]
    assert patterns.expand(tmp_path, "*/1.txt") == ["a/1.txt", "c/1.txt"]
    assert patterns.expand(tmp_path, "a/*/2.*") == ["a/b/2.txt"]
    assert patterns.expand(tmp_path / "nowhere", "*/*") == []
