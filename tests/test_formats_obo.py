"""OBO ontologies, on golden strings."""

from __future__ import annotations

from pathlib import Path

import pytest

from medcorpus.errors import FormatError
from medcorpus.formats import obo
from medcorpus.reading import Reject

HEADER = "format-version: 1.2\nontology: made up\n\n"
TERM = "[Term]\nid: X:1\nname: cough ! a comment\nis_a: X:2 ! symptom\nis_a: X:3\n\n"


def stanzas(tmp_path: Path, text: str) -> list[tuple[int, obo.Tags] | Reject]:
    path = tmp_path / "x.obo"
    path.write_text(text, encoding="utf-8")
    return list(obo.stanzas(path))


def test_terms_with_all_values_of_their_tags(tmp_path: Path) -> None:
    tags = {"id": ["X:1"], "name": ["cough ! a comment"], "is_a": ["X:2 ! symptom", "X:3"]}
    assert stanzas(tmp_path, HEADER + TERM + "[Typedef]\nid: part_of\n") == [(4, tags)]


def test_comments_are_left_out(tmp_path: Path) -> None:
    assert stanzas(tmp_path, "[Term]\n! a remark\nid: X:1\n") == [(1, {"id": ["X:1"]})]


@pytest.mark.parametrize("line", ["nonsense", "name:", ": value"])
def test_a_stanza_with_a_broken_line_is_rejected_and_the_next_one_read(tmp_path: Path, line: str) -> None:
    found = stanzas(tmp_path, f"[Term]\nid: X:0\n{line}\n\n{TERM}")
    assert found[0] == Reject(1, "a line that is no tag with a value")
    assert not isinstance(found[1], Reject)


@pytest.mark.parametrize("text", ["", HEADER, HEADER + "[Typedef]\nid: part_of\n"])
def test_no_term_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(FormatError, match="no \\[Term\\]"):
        stanzas(tmp_path, text)


def test_what_is_not_quoted_is_refused() -> None:
    with pytest.raises(ValueError, match="quoted"):
        obo.quoted("cough EXACT []")
