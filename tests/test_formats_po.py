"""Gettext catalogues, on golden strings."""

from __future__ import annotations

from pathlib import Path

import pytest

from medcorpus.errors import FormatError
from medcorpus.formats import po
from medcorpus.formats.po import Message
from medcorpus.reading import Reject

HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'


def messages(tmp_path: Path, text: str) -> list[tuple[int, Message] | Reject]:
    path = tmp_path / "zh_CN.po"
    path.write_text(text, encoding="utf-8")
    return list(po.messages(path))


def test_context_text_and_translation(tmp_path: Path) -> None:
    text = HEADER + '#: somewhere\nmsgctxt "name:A00"\nmsgid "Cough"\nmsgstr "咳嗽"\n'
    assert messages(tmp_path, text) == [(5, Message("name:A00", "Cough", "咳嗽"))]


def test_pieces_on_several_lines_are_put_together_and_escapes_resolved(tmp_path: Path) -> None:
    text = 'msgid ""\n"a \\"dry\\" "\n"cough\\n"\nmsgstr "\\\\干咳"\n'
    assert messages(tmp_path, text) == [(1, Message("", 'a "dry" cough\n', "\\干咳"))]


def test_messages_need_no_blank_line_between_them(tmp_path: Path) -> None:
    text = 'msgid "one"\nmsgstr "一"\nmsgid "two"\nmsgstr "二"\n'
    assert messages(tmp_path, text) == [(1, Message("", "one", "一")), (3, Message("", "two", "二"))]


def test_of_plural_forms_the_singular_is_given(tmp_path: Path) -> None:
    text = 'msgid "day"\nmsgid_plural "days"\nmsgstr[0] "jour"\nmsgstr[1] "jours"\n'
    assert messages(tmp_path, text) == [(1, Message("", "day", "jour"))]


def test_fuzzy_messages_are_marked_and_old_ones_left_out(tmp_path: Path) -> None:
    text = '#, python-format, fuzzy\nmsgid "one"\nmsgstr "一"\n\n#~ msgid "old"\n#~ msgstr "旧"\n'
    assert messages(tmp_path, text) == [(2, Message("", "one", "一", fuzzy=True))]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ('msgid "no end\nmsgstr "x"\n', "a line that is no keyword with a quoted text"),
        ('msgid "a"\nmsgid "b"\nmsgstr "x"\n', "a line that is no keyword with a quoted text"),
        ('"nobody\'s"\n', "a line that is no keyword with a quoted text"),
        ('msgid "a"\n', "a message without msgid or msgstr"),
    ],
)
def test_a_broken_message_is_rejected_and_the_next_one_read(tmp_path: Path, broken: str, reason: str) -> None:
    found = messages(tmp_path, broken + '\nmsgid "two"\nmsgstr "二"\n')
    assert [item.reason for item in found if isinstance(item, Reject)] == [reason]
    assert [item[1].text for item in found if not isinstance(item, Reject)] == ["two"]


@pytest.mark.parametrize("text", ["", HEADER, "# nothing\n"])
def test_nothing_in_it_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(FormatError, match="no messages"):
        messages(tmp_path, text)
