from __future__ import annotations

import pytest

from medcorpus.formats import literal


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[]", []),
        (" {'症状': {'发热': True, '咳嗽': None}} ", {"症状": {"发热": True, "咳嗽": None}}),
        (r"'it\'s [ ( here'", "it's [ ( here"),
        ("[1, -2.5, ('a',)]", [1, -2.5, ("a",)]),
        ("'" + "[" * 200 + "'", "[" * 200),
    ],
)
def test_literals_are_read(text: str, value: object) -> None:
    assert literal.value(text) == value


@pytest.mark.parametrize(
    "text",
    [
        *("", "open('x')", "[1, 2", "__import__('os')", "a", "[x for x in 'y']", "{[]: 1}", "'\x00'", "f'{1}'"),
        "[" * 10**6,
        "-" * 10**6 + "1",
        "1" + "+1j" * 10**5,
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a Python literal|nested too deeply"):
        literal.value(text)


@pytest.mark.parametrize("text", ["'a'", "[1]", "{'a': 'b'}", "['a', ['b']]", "None"])
def test_a_list_of_texts_is_nothing_else(text: str) -> None:
    with pytest.raises(ValueError, match="not a list of texts"):
        literal.texts(text)
