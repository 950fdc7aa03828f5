"""What reaches the terminal: harmless text, tables that fit, one line of JSON."""

from __future__ import annotations

import json
import sys
import unicodedata
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcorpus import console
from medcorpus.console import Output, as_json, one_line, safe

HOSTILE = {
    "colour": ("\x1b[31mred\x1b[0m", "red"),
    "eight-bit colour": ("\x9b31mred", "red"),
    "title": ("\x1b]0;owned\x07text", "text"),
    "link": ("\x1b]8;;https://example.org\x1b\\text\x1b]8;;\x1b\\", "text"),
    "clipboard without an end": ("text\x1b]52;c;aGk=", "text"),
    "device string": ("\x1bP1$r0m\x1b\\text", "text"),
    "reset": ("\x1bctext", "text"),
    "charset": ("\x1b(0text", "text"),
    "bell and backspace": ("a\x07b\x08c", "abc"),
    "carriage return": ("good\rbad", "good\nbad"),
    "direction": ("\u202egnp.exe\u2066\u200f", "gnp.exe"),
    "line separator": ("a\u2028b", "ab"),
    "half a pair": ("a\ud800b", "ab"),
    "nul and delete": ("a\x00b\x7fc", "abc"),
    "kept": ("日本語\tété\n👩‍⚕️", "日本語\tété\n👩‍⚕️"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_safe(case: str) -> None:
    given_text, wanted = HOSTILE[case]
    assert safe(given_text) == wanted


@given(st.text())
def test_nothing_that_controls_is_left(text: str) -> None:
    left = safe(text)
    assert not [c for c in left if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"]
    assert not set(left) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
    assert "\n" not in one_line(text)


@given(st.dictionaries(st.text(), st.text(alphabet=st.characters(exclude_categories=["Cs"]))))
def test_json_is_one_harmless_line_and_says_the_same(value: dict[str, str]) -> None:
    line = as_json({key.encode(errors="replace").decode(): text for key, text in value.items()})
    assert safe(line) == line and "\n" not in line
    assert set(json.loads(line).values()) <= set(value.values())


def test_table_fits_the_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    Output().table(("name", "rows", "about"), [("one", "1,000", "words and words " * 8)], right=("rows",))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 2
    assert max(map(len, lines)) <= 40
    assert all(line == line.rstrip() for line in lines)
    assert lines[1].startswith("one   1,000  words")


def test_table_in_a_pipe_has_one_line_per_row(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    Output().table(("name", "rows"), [("[bold]x[/bold]", 1), ("長い名前", "x" * 300)], title="all", right=("rows",))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "all"
    assert lines[1].split() == ["name", "rows"]
    assert lines[2].split() == ["[bold]x[/bold]", "1"]
    assert lines[3].split() == ["長い名前", "x" * 300]
    assert len(lines) == 4


def test_facts_leave_out_what_is_empty(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    Output().facts("title", {"a": 0, "b": "", "long name": "x\ny", "c": []})
    assert capsys.readouterr().out == "title\na          0\nlong name  x\n           y\n"


@pytest.mark.parametrize(
    ("format_", "wanted"), [("human", "for people\n"), ("json", '{"a": 1}\n'), ("quiet", "first line\nsecond\n")]
)
def test_result(format_: console.Format, wanted: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = Output(format_)
    out.result({"a": 1}, bare=["first\nline", "second"], human=lambda: out.line("for people"))
    assert capsys.readouterr().out == wanted


def test_warnings_are_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    for format_ in console.FORMATS:
        Output(format_).warn("take\ncare")
    assert capsys.readouterr() == ("", "warning: take care\n")


def test_plain_progress(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 12.0, 13.0, 14.0])
    monkeypatch.setattr(console, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    with Output().progress() as watch:
        for done in (1, 2, 3, 4):
            watch("read", done, 4)
        watch("endless", 1, 0)
    assert capsys.readouterr().err == "read: 3 of 4\nread: 4 of 4\n"


@pytest.mark.parametrize("format_", ["json", "quiet"])
def test_no_progress_for_programs(format_: console.Format, capsys: pytest.CaptureFixture[str]) -> None:
    with Output(format_).progress("bytes") as watch:
        watch("read", 4, 4)
    assert capsys.readouterr() == ("", "")


def test_bars_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with Output().progress("bytes") as watch:
        watch("[red]a.zip[/red]", 10, 0)
        watch("b.zip", 5, 10)
        watch("b.zip", 10, 10)
    said = capsys.readouterr().err
    assert "[red]a.zip[/red]" in said
    assert "\x1b[?25h" in said


def test_json_for_a_stream_that_is_not_unicode(monkeypatch: pytest.MonkeyPatch) -> None:
    class Narrow:
        encoding = "ascii"

    monkeypatch.setattr(sys, "stdout", Narrow())
    assert as_json("é") == '"\\u00e9"'
