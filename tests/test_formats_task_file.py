"""MedS-Ins task files read entry by entry."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from medcorpus.errors import FormatError
from medcorpus.formats import json_array, task_file
from medcorpus.formats.task_file import Entry
from tests.task_files import INSTANCES, SHEET_FACTS, SHEET_ROWS, workbook, written


def read(tmp_path: Path, data: bytes, name: str = "t.json") -> list[Entry]:
    path = tmp_path / name
    path.write_bytes(data)
    return list(task_file.entries(path))


def test_facts_and_instances(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert list(task_file.instances(path)) == list(enumerate(INSTANCES, 1))
    assert task_file.facts(path)["Source"] == "tinyward"
    assert "Instances" not in task_file.facts(path)


@pytest.mark.parametrize("block", [1, 2, 3, 7])
def test_facts_may_stand_behind_the_instances(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(json_array, "BLOCK", block)
    text = '\ufeff{ "a" : [1] ,\r\n"Instances" : [ {"input": "x"} , 2 ] , "b" : {"c": -0.5} } \n'
    assert read(tmp_path, text.encode()) == [
        Entry("a", 0, [1]),
        Entry("Instances", 1, {"input": "x"}),
        Entry("Instances", 2, 2),
        Entry("b", 0, {"c": -0.5}),
    ]


@pytest.mark.parametrize("data", [b'{"Instances": []}', b'{"Instances": [ ] }'])
def test_no_instances_are_a_fact(tmp_path: Path, data: bytes) -> None:
    assert read(tmp_path, data) == [Entry("Instances", 0, [])]


def test_instances_that_are_no_list_are_a_fact(tmp_path: Path) -> None:
    assert read(tmp_path, b'{"Instances": {"a": 1}}') == [Entry("Instances", 0, {"a": 1})]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "empty file"),
        (b" \n", "empty file"),
        (b"[1]", "a JSON array, no object"),
        (b"hello", "neither a JSON object nor an xlsx workbook"),
        (b"\x00\x00", "neither a JSON object"),
        (b'{"a": 1', "no comma between two values, or no end"),
        (b'{"a": 1,}', "not JSON"),
        (b'{"a" 1}', "no name before a value"),
        (b"{1: 1}", "no name before a value"),
        (b'{"a": 1} {"a": 1}', "something after the object"),
        (b'{"a": 1}\n{"a": 1}', "something after the object"),
        (b'{"a": 1, "a": 2}', "a key stands twice"),
        (b'{"Instances": [{"a": 1, "a": 2}]}', "a key stands twice"),
        (b'{"Instances": [{"a": 1}, {"a": "', "Unterminated string starting after instance 1"),
        (b'{"Instances": [{"a": 1} {"a": 2}]}', "no comma between two values, or no end after instance 1"),
        (b'{"a": "\xff"}', "not valid UTF-8 - save it as UTF-8"),
        ('{"a": "é"}'.encode("utf-16"), "not valid UTF-8"),
        (b'{"a": ' + b"[" * 100_000, "nested too deeply"),
        (b'{"Instances": [' + b'{"a": ' * 100_000, "nested too deeply"),
        (b'{"a": ' + b"9" * 100_000 + b"}", "thousands of digits"),
        (b"{" + b",".join(b'"%d": 1' % n for n in range(1002)) + b"}", "over 1,000 fields"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, data: bytes, what: str) -> None:
    with pytest.raises(FormatError, match=what) as caught:
        read(tmp_path, data)
    assert str(caught.value).startswith("t.json: ")


def test_a_text_over_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_array, "BLOCK", 10)
    monkeypatch.setattr(json_array, "MAX_ELEMENT", 100)
    with pytest.raises(FormatError, match="Unterminated string"):
        read(tmp_path, json.dumps({"Instances": ["a" * 1000]}).encode())


@pytest.mark.parametrize(
    ("name", "line", "what"),
    [
        ("eval.csv", "task_id,input,GT,output\n", "answers of a model .* give the task file"),
        ("a.csv", "text,label\n", "a csv file, no task file"),
        ("a.md", "# hello\n", "a md file"),
    ],
)
def test_another_kind_of_file_is_named(tmp_path: Path, name: str, line: str, what: str) -> None:
    with pytest.raises(FormatError, match=what):
        read(tmp_path, line.encode(), name)


def test_workbook(tmp_path: Path) -> None:
    path = workbook(tmp_path / "book.xlsx", SHEET_FACTS, SHEET_ROWS)
    facts = task_file.facts(path)
    assert facts["Definition"] == [SHEET_FACTS["Definition"]]
    assert facts["Domains"] == "Clinical Text"
    assert facts["Split Type"] == "Test"
    assert next(task_file.instances(path)) == (1, {"input": SHEET_ROWS[0][0], "output": ["3"]})


def test_workbook_without_instances(tmp_path: Path) -> None:
    path = workbook(tmp_path / "book.xlsx", {}, [])
    assert list(task_file.entries(path)) == [Entry("Instances", 0, [])]


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"PK\x03\x04" + bytes(1000)])
def test_broken_workbook(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FormatError, match=r"not an xlsx workbook|a broken workbook"):
        read(tmp_path, content, "book.xlsx")


def test_other_archives_are_no_workbooks(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(FormatError, match=r"a\.zip: a broken workbook"):
        list(task_file.entries(tmp_path / "a.zip"))
