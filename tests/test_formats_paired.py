from __future__ import annotations

from pathlib import Path

import pytest

from medcorpus.errors import FormatError
from medcorpus.formats import paired
from medcorpus.reading import Reject


@pytest.fixture
def file(tmp_path: Path) -> Path:
    for folder in ("text", "labels"):
        (tmp_path / folder).mkdir()
    return tmp_path / "text" / "12.txt"


def test_the_files_of_the_same_name_in_two_folders_are_one_document(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbfone\r\ntwo\r\n")
    (file.parent.parent / "labels" / "12.txt").write_text("< a< b")
    assert list(paired.documents(file, "labels")) == [(1, paired.Document("12", "one\ntwo\n", "< a< b"))]


def test_the_other_file_may_have_another_suffix(file: Path) -> None:
    file.write_text("one")
    (file.parent.parent / "labels" / "12.lab").write_text("")
    assert list(paired.documents(file, "labels", ".lab")) == [(1, paired.Document("12", "one", ""))]


@pytest.mark.parametrize(
    ("text", "labels", "reason"),
    [
        (b"one", None, "no file of the same name in labels"),
        (b"one\xff", b"", "not valid utf-8"),
        (b"one", b"\xff", "not valid utf-8"),
        (b"one\x00", b"", "a NUL character"),
        (b"one", b"\x00", "a NUL character"),
    ],
)
def test_a_pair_that_cannot_be_used_is_rejected(file: Path, text: bytes, labels: bytes | None, reason: str) -> None:
    file.write_bytes(text)
    if labels is not None:
        (file.parent.parent / "labels" / "12.txt").write_bytes(labels)
    assert list(paired.documents(file, "labels")) == [Reject(1, reason)]


@pytest.mark.parametrize("content", [b"", b"\n", b"\xef\xbb\xbf"])
def test_an_empty_text(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(FormatError, match=r"12\.txt: empty file"):
        list(paired.documents(file, "labels"))
