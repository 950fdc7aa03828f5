"""Files laid out as SQuAD's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from medcorpus.errors import FormatError
from medcorpus.formats import squad
from medcorpus.reading import Reject


def read(tmp_path: Path, value: Any) -> list[Any]:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(value))
    return list(squad.questions(path))


def test_questions_come_with_paragraph_and_article(tmp_path: Path) -> None:
    asked: list[dict[str, Any]] = [{"id": 1}, {"id": 2}]
    paragraphs: list[dict[str, Any]] = [
        {"context": "a", "qas": asked[:1]},
        {"context": "b", "qas": []},
        {"context": "c", "qas": asked[1:]},
    ]
    article = {"title": "t", "paragraphs": paragraphs}
    assert read(tmp_path, {"data": [article, {"paragraphs": []}]}) == [
        (1, squad.Asked(article, paragraphs[0], asked[0])),
        (2, squad.Asked(article, paragraphs[2], asked[1])),
    ]


def test_what_is_not_as_documented_is_rejected_and_the_rest_is_read(tmp_path: Path) -> None:
    good = {"context": "a", "qas": [7, {"id": 1}]}
    found = read(tmp_path, {"data": [None, {"title": "t"}, {"paragraphs": ["a", {"context": "b"}, good]}]})
    assert found[:5] == [
        Reject(1, "an article without paragraphs"),
        Reject(2, "an article without paragraphs"),
        Reject(3, "a paragraph without questions"),
        Reject(4, "a paragraph without questions"),
        Reject(5, "not a question"),
    ]
    assert found[5][0] == 6
    assert found[5][1].question == {"id": 1}


@pytest.mark.parametrize("value", [[], {"data": {}}, {"version": "1"}, 7])
def test_a_file_without_a_list_of_data_is_refused(tmp_path: Path, value: Any) -> None:
    with pytest.raises(FormatError, match=r"a\.json: no list 'data'"):
        read(tmp_path, value)
