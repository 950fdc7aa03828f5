"""JSON arrays read element by element."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from medcorpus.errors import FormatError
from medcorpus.formats import json_array


def read(tmp_path: Path, data: bytes) -> list[tuple[int, Any]]:
    path = tmp_path / "a.json"
    path.write_bytes(data)
    return list(json_array.elements(path))


@pytest.mark.parametrize(
    ("data", "values"),
    [
        (b"[]", []),
        (b' [ 1 , "a" ,\r\n{"b": [null]} ] \n', [1, "a", {"b": [None]}]),
        ('\ufeff["é", [], 2.5]'.encode(), ["é", [], 2.5]),
    ],
)
def test_elements_are_numbered(tmp_path: Path, data: bytes, values: list[Any]) -> None:
    assert read(tmp_path, data) == list(enumerate(values, 1))


@pytest.mark.parametrize("block", [1, 2, 3, 7])
def test_blocks_may_end_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(json_array, "BLOCK", block)
    values = [12345, 'a"b\\', {"é": [1, {}]}, -0.5, True, []]
    assert read(tmp_path, json.dumps(values, ensure_ascii=False, indent=1).encode()) == list(enumerate(values, 1))


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "empty file"),
        (b" \n", "empty file"),
        (b'{"a": 1}', "not a JSON array"),
        (b"[1, 2", "no comma between elements, or no end"),
        (b"[1, 2,]", "no comma between"),
        (b"[1 2]", "no comma between"),
        (b"[1] 2", "something after the array"),
        (b'[{"a": 1, "a": 2}]', "a key stands twice"),
        (b'["\xff"]', "not valid utf-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'[1, "a', "Unterminated string"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, data: bytes, what: str) -> None:
    with pytest.raises(FormatError, match=what) as caught:
        read(tmp_path, data)
    assert "a.json" in str(caught.value)


def test_an_element_over_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_array, "BLOCK", 10)
    monkeypatch.setattr(json_array, "MAX_ELEMENT", 100)
    with pytest.raises(FormatError, match="Unterminated string"):
        read(tmp_path, json.dumps(["a" * 1000]).encode())


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"text": "a" * 1000}] * 30_000))
    tracemalloc.start()
    try:
        assert sum(1 for _ in json_array.elements(path)) == 30_000
        assert tracemalloc.get_traced_memory()[1] < 12 * 2**20
    finally:
        tracemalloc.stop()
