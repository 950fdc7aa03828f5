"""Templates are text with named slots; nothing in a record or a template is evaluated."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcorpus.errors import SourceError
from medcorpus.records import Label, Pair, Record, Span, Spans
from medcorpus.render import alternatives, fill, is_blank, parse, phrasing_of, render
from medcorpus.source import Task

ORIGIN: dict[str, Any] = {
    "id": "s/1",
    "source": "s",
    "split": "train",
    "lang": "en",
    "license": "MIT",
    "access": "open",
    "redistribute": "yes",
    "raw_file": "a.json",
    "raw_row": 1,
}


def task(**changes: Any) -> Task:
    facts: dict[str, Any] = {
        "id": "t1",
        "name": "a_task",
        "category": "Question Answering",
        "domain": "Exam",
        "input": "{text}",
        "output": "{target}",
    }
    return Task(**(facts | changes))


WORDINGS = ("Answer.", "Reply.", "Say it.")
PAIR = Pair(text="q", target="a", extra={"note": "n"})


@pytest.mark.parametrize(
    "template", ["{0}", "{a.b}", "{a[0]}", "{a!r}", "{a:>10}", "{}", "{a", "a}", "{{a}", "{ a }", "{a-b}"]
)
def test_anything_but_a_plain_name_is_refused(template: str) -> None:
    with pytest.raises(SourceError):
        parse(template)


@given(st.text(), st.text())
def test_values_are_taken_as_they_are(one: str, two: str) -> None:
    assert fill("<{a}|{b}>", {"a": one, "b": two}, ", ") == f"<{one}|{two}>"


def test_value_that_looks_like_a_slot_is_not_filled_again() -> None:
    assert fill("{a}", {"a": "{b}", "b": "secret"}, "") == "{b}"


def test_double_braces_are_braces() -> None:
    assert fill("{{{a}}}", {"a": "x"}, "") == "{x}"


def test_several_values_are_joined() -> None:
    assert fill("{a}.", {"a": ("x", "y")}, "; ") == "x; y."


def test_output_of_one_slot_gives_alternatives() -> None:
    assert alternatives("{a}", {"a": ("x", "y")}, "; ") == ("x", "y")


def test_output_with_more_text_is_one() -> None:
    assert alternatives("Is {a}", {"a": ("x", "y")}, "; ") == ("Is x; y",)


def test_extras_are_slots() -> None:
    made = render(task(input="{text} ({note})"), PAIR, ORIGIN, WORDINGS)
    assert made is not None
    assert made.input == "q (n)"


def test_task_of_another_language_takes_nothing() -> None:
    assert render(task(lang="fr"), PAIR, ORIGIN, WORDINGS) is None


def test_fields_may_refuse_a_record() -> None:
    assert render(task(fields=lambda record: None), PAIR, ORIGIN, WORDINGS) is None


def test_fields_add_slots() -> None:
    made = render(task(input="{long}", adds=("long",), fields=lambda r: {"long": r.text * 3}), PAIR, ORIGIN, WORDINGS)
    assert made is not None
    assert made.input == "qqq"


def test_missing_slot_names_task_and_row() -> None:
    with pytest.raises(SourceError, match=r"s/1: t1: no value for \{nothing\}"):
        render(task(input="{nothing}"), PAIR, ORIGIN, WORDINGS)


BLANK: list[Record] = [Pair(text="q", target=" "), Pair(text="", target="a")]


@pytest.mark.parametrize("record", BLANK)
def test_blank_sides_are_seen(record: Record) -> None:
    made = render(task(), record, ORIGIN, WORDINGS)
    assert made is not None
    assert is_blank(made)


def test_no_mention_means_no_output() -> None:
    made = render(task(output="{mentions}"), Spans(text="t", spans=()), ORIGIN, WORDINGS)
    assert made is not None
    assert is_blank(made)


def test_every_mention_is_an_acceptable_output() -> None:
    spans = tuple(Span(label="D", offsets=((i, i + 1),), text=c) for i, c in enumerate("aba"))
    made = render(task(output="{mentions}"), Spans(text="aba", spans=spans), ORIGIN, WORDINGS)
    assert made is not None
    assert made.output == ("a", "b")


def test_row_says_where_it_is_from() -> None:
    made = render(task(output="{labels}", output_lang="fr"), Label(text="x", labels=("l",)), ORIGIN, WORDINGS)
    assert made is not None
    assert (made.id, made.record_id, made.source, made.license, made.lang, made.output_lang) == (
        "t1/s/1", "s/1", "s", "MIT", "en", "fr",
    )  # fmt: skip


def test_test_row_gets_the_tasks_own_instruction() -> None:
    made = [render(task(), PAIR, ORIGIN | {"id": f"s/{n}", "split": "test"}, WORDINGS) for n in range(20)]
    assert {i.instruction for i in made if i} == {WORDINGS[0]}


def test_phrasing_is_the_number_of_the_instruction() -> None:
    made = [render(task(), PAIR, ORIGIN | {"id": f"s/{n}", "split": "train"}, WORDINGS) for n in range(50)]
    assert all(i and i.instruction == WORDINGS[i.phrasing] for i in made)


@pytest.mark.parametrize("count", [1, 2, 6, 165])
def test_phrasings_are_spread_evenly(count: int) -> None:
    rows = 200 * count
    chosen = Counter(phrasing_of(f"task1/s/{n}", "train", count) for n in range(rows))
    assert set(chosen) == set(range(count))
    assert all(100 < n < 300 or count == 1 for n in chosen.values())


@given(st.text(), st.integers(1, 200))
def test_phrasing_of_a_row_is_always_the_same(row: str, count: int) -> None:
    assert 0 <= phrasing_of(row, "train", count) == phrasing_of(row, "train", count) < count
