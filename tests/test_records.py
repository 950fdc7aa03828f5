"""Each shape says what is wrong with a row, and offers templates the slots it declares."""

from __future__ import annotations

import pytest

from medcorpus.records import SHAPES, Choice, Label, Pair, Record, Relation, Span, Spans, Text, covered, letters

TEXT = "Aspirin can cause nausea."
SPAN = Span(label="Drug", offsets=((0, 7),), text="Aspirin", key="T1")
SOUND: list[Record] = [
    Text(text="Fever and cough."),
    Choice(question="Which?", options=("a", "b"), answers=(1,)),
    Spans(text=TEXT, spans=(SPAN,)),
    Label(text="Fever", labels=("symptom",)),
    Pair(text="What is fever?", target="A raised temperature."),
]
FAULTY: list[tuple[Record, str]] = [
    (Text(text=" \n"), "blank text"),
    (Text(text="a\x00b"), "a NUL character"),
    (Text(text="a\ud800b"), "half a surrogate pair"),
    (Text(text="a", extra={"note": "\ud800"}), "half a surrogate pair"),
    (Choice(question=" ", options=("a", "b"), answers=(0,)), "blank question"),
    (Choice(question="q", options=("a",), answers=(0,)), "fewer than two options"),
    (Choice(question="q", options=("a", " "), answers=(0,)), "blank option"),
    (Choice(question="q", options=("a",) * 27, answers=(0,)), "more options than letters"),
    (Choice(question="q", options=("a", "b"), answers=()), "no right answer"),
    (Choice(question="q", options=("a", "b"), answers=(2,)), "answer out of range"),
    (Choice(question="q", options=("a", "b"), answers=(-1,)), "answer out of range"),
    (Choice(question="q", options=("a", "b"), answers=(1, 0)), "answers repeated or out of order"),
    (Choice(question="q", options=("a", "b"), answers=(1, 1)), "answers repeated or out of order"),
    (Spans(text=" ", spans=()), "blank text"),
    (Spans(text=TEXT, spans=(Span(label="D", offsets=((20, 99),), text="x"),)), "span outside the text"),
    (Spans(text=TEXT, spans=(Span(label="D", offsets=((3, 3),), text=""),)), "span outside the text"),
    (
        Spans(text=TEXT, spans=(Span(label="D", offsets=((0, 7),), text="aspirin"),)),
        "span differs from the text it points at",
    ),
    (Spans(text=TEXT, spans=(Span(label="", offsets=((0, 7),), text="Aspirin"),)), "span without label or place"),
    (
        Spans(text=TEXT, spans=(SPAN,), relations=(Relation(label="r", head="T1", tail="T9"),)),
        "relation to a span that is not there",
    ),
    (Label(text="", labels=("a",)), "blank text"),
    (Label(text="a", labels=()), "no label"),
    (Label(text="a", labels=(" ",)), "blank label"),
    (Pair(text="", target="a"), "blank text"),
    (Pair(text="a", target=""), "blank target"),
]


@pytest.mark.parametrize("record", SOUND, ids=lambda r: type(r).__name__)
def test_sound_record_has_no_fault(record: Record) -> None:
    assert record.faults() == ()


@pytest.mark.parametrize(("record", "fault"), FAULTY, ids=lambda v: v if isinstance(v, str) else type(v).__name__)
def test_fault_is_named(record: Record, fault: str) -> None:
    assert fault in record.faults()


@pytest.mark.parametrize("record", SOUND, ids=lambda r: type(r).__name__)
def test_declared_slots_are_the_ones_given(record: Record) -> None:
    assert tuple(record.slots()) == record.SLOTS


def test_every_shape_is_tried_here() -> None:
    assert {type(r) for r in SOUND} == set(SHAPES)


def test_discontinuous_span_joins_its_fragments() -> None:
    assert covered("left and right lung", ((0, 4), (15, 19))) == "left lung"


def test_letters_name_positions() -> None:
    assert letters((0, 4)) == ("A", "E")


def test_choice_slots_are_lettered() -> None:
    slots = Choice(question="q", options=("x", "y", "z"), answers=(0, 2)).slots()
    assert slots["options"] == "A. x\nB. y\nC. z"
    assert slots["answer"] == ("A. x", "C. z")


def test_records_are_frozen() -> None:
    with pytest.raises(AttributeError):
        Text(text="a").text = "b"  # type: ignore[misc]
