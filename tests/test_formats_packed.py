"""Archives of one file."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from medcorpus.errors import ArchiveError, FormatError
from medcorpus.formats import packed


def zipped(path: Path, **members: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


def test_the_one_file_is_given_and_gone_afterwards(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", **{"folder/a": "text", "__MACOSX/._a": "litter", "folder/.DS_Store": "litter"})
    with packed.alone(path) as found:
        assert found.read_text(encoding="utf-8") == "text"
    assert not found.exists()


def test_what_is_no_archive_is_given_as_it_is(tmp_path: Path) -> None:
    with packed.alone(tmp_path / "a.csv") as found:
        assert found == tmp_path / "a.csv"


@pytest.mark.parametrize("members", [{}, {"a": "", "b": ""}])
def test_not_one_file_is_told(tmp_path: Path, members: dict[str, str]) -> None:
    with pytest.raises(FormatError, match="not one"), packed.alone(zipped(tmp_path / "a.zip", **members)):
        pass


def test_a_broken_archive_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(ArchiveError), packed.alone(tmp_path / "a.zip"):
        pass
