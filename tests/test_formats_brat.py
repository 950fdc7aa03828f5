from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medcorpus.errors import FormatError
from medcorpus.formats import brat
from medcorpus.reading import Reject
from medcorpus.records import Relation, Span, Spans

TEXT = "No fever.\nLeft and right knee pain.\n"
ANN = (
    "E1\tNegation:T1 Negates:T2 Negates2:E2\n"
    "T1\tMarker 0 2\tNo\n"
    "T2\tFinding 3 8\tfever\n"
    "T3\tAnatomy 19 29;10 14\tright knee Left\n"
    "T4\tFinding 19 34\tright knee pain\n"
    "E2\tFinding:T4 Site:T3 \n"
    "R1\tAnd Arg1:T2 Arg2:E2\t\n"
    "*\tSame T2 T4 T3\n"
    "A1\tPresent E2\n"
    "M2\tStatus T2 absent for now\n"
    "N1\tReference T2 MeSH:D005334\tFever\n"
    "N2\tReference T2 ICD:R50\n"
    "#1\tAnnotatorNotes T2\tsure?\n"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "case.txt"


def read(file: Path, text: str | bytes, ann: str | bytes) -> brat.Document | str:
    """Give the document of two files with this content, or why it was rejected."""
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    file.with_suffix(".ann").write_bytes(ann if isinstance(ann, bytes) else ann.encode())
    ((row, item),) = [(i.row, i.reason) if isinstance(i, Reject) else i for i in brat.documents(file)]
    assert row == 1
    return item


def sound(item: brat.Document | str) -> brat.Document:
    assert isinstance(item, brat.Document), item
    relations = (*item.relations, *item.role_relations())
    assert Spans(text=item.text, spans=item.spans, relations=relations).faults() == ()
    return item


def test_every_kind_of_annotation_in_any_order(file: Path) -> None:
    document = sound(read(file, TEXT, ANN))
    assert (document.name, document.text, document.annotated) == ("case", TEXT, True)
    assert [s.key for s in document.spans] == ["T1", "T2", "T3", "T4"]
    assert document.spans[1] == Span(
        label="Finding", offsets=((3, 8),), text="fever", key="T2", norm="MeSH:D005334 ICD:R50"
    )
    assert document.relations == (
        Relation(label="And", head="T2", tail="T4"),
        Relation(label="Same", head="T2", tail="T4"),
        Relation(label="Same", head="T4", tail="T3"),
    )
    assert document.events[0] == brat.Event("E1", "Negation", "T1", (("Negates", "T2"), ("Negates", "T4")))
    assert [(r.head, r.label, r.tail) for r in document.role_relations()] == [
        ("T1", "Negates", "T2"),
        ("T1", "Negates", "T4"),
        ("T4", "Site", "T3"),
    ]
    assert document.attributes == (
        brat.Attribute("Present", "T4", ""),
        brat.Attribute("Status", "T2", "absent for now"),
    )
    assert document.notes == (brat.Note("AnnotatorNotes", "T2", "sure?"),)


def test_fragments_are_put_in_reading_order(file: Path) -> None:
    span = sound(read(file, TEXT, ANN)).spans[2]
    assert (span.offsets, span.text) == (((10, 14), (19, 29)), "Left right knee")


@pytest.mark.parametrize("bom", ["", "\ufeff"], ids=["plain", "BOM"])
@pytest.mark.parametrize("shift", [0, 1], ids=["counted as stored", "counted without"])
def test_offsets_into_a_text_with_carriage_returns(file: Path, bom: str, shift: int) -> None:
    text = bom + "No fever.\r\n\r\nKnee pain.\r\n"
    start = 11 if shift else len(bom) + 13
    document = sound(read(file, text, f"T1\tFinding {start} {start + 4}\tKnee\n"))
    assert document.text == "No fever.\n\nKnee pain.\n"
    assert document.spans[0].offsets == ((11, 15),)


def test_a_bom_that_was_not_counted_before_carriage_returns_that_were(file: Path) -> None:
    assert sound(read(file, "\ufeffA\r\nknee", "T1\tAnatomy 3 7\tknee")).spans[0].offsets == ((2, 6),)


def test_white_space_alone_may_differ_and_the_text_decides(file: Path) -> None:
    document = sound(read(file, "right\n  knee", "T1\tAnatomy 0 12\tright knee\n"))
    assert document.spans[0].text == "right\n  knee"


def test_characters_beyond_the_basic_plane_count_as_one(file: Path) -> None:
    assert sound(read(file, "😷 mask", "T1\tDevice 2 6\tmask")).spans[0].text == "mask"


def test_no_annotations_is_not_the_same_as_none_found(file: Path) -> None:
    assert not sound(read(file, TEXT, "")).annotated


@pytest.mark.parametrize(
    ("ann", "reason"),
    [
        ("T1\tX 0 4\tNo\n", "a mention differs from the text it points at"),
        ("T1\tX 0 99\tNo\n", "a mention differs from the text it points at"),
        ("T1\tX 2 0\tNo\n", "a mention differs from the text it points at"),
        ("T1\tX 0 2;\tNo\n", "the annotations: a mention without label, place or text"),
        ("T1\tX 0 2\n", "the annotations: a mention without label, place or text"),
        (f"T1\tX 0 {'9' * 5000}\tNo\n", "the annotations: a mention without label, place or text"),
        ("T1\tX 0 2\tNo\nT1\tX 3 8\tfever\n", "the annotations: an id is used twice"),
        ("R1\tAnd Arg1:T1 Arg2:T2\n", "the annotations: a reference to a mention that is not there"),
        ("T1\tX 0 2\tNo\nR1\tAnd Arg1:T1\n", "the annotations: a relation that is incomplete"),
        ("E1\tX:E1\n", "the annotations: a reference to a mention that is not there"),
        ("A1\tNegated\n", "the annotations: an attribute that is incomplete"),
        ("N1\tReference T1 MeSH:D1\n", "the annotations: a normalisation of a mention that is not there"),
        ("#1\t\t\n", "the annotations: a line of no known kind"),
        ("Z1\tX 0 2\tNo\n", "the annotations: a line of no known kind"),
        ("T1 X 0 2 No\n", "the annotations: a line of no known kind"),
        (b"T1\tX 0 2\t\xff\n", "the annotations: not valid utf-8"),
        ("T1\tX 0 2\tN\x00o\n", "the annotations: a NUL character"),
    ],
)
def test_annotations_that_cannot_be_used_reject_the_document(file: Path, ann: str | bytes, reason: str) -> None:
    assert read(file, TEXT, ann) == reason


def test_a_text_that_cannot_be_used(file: Path) -> None:
    assert read(file, b"No fever\xff", "") == "the text: not valid utf-8"
    assert read(file, "No\x00fever", "") == "the text: a NUL character"


def test_a_text_without_its_annotations(file: Path) -> None:
    file.write_text(TEXT)
    assert list(brat.documents(file)) == [Reject(1, "no annotation file beside the text")]


def test_annotations_elsewhere(file: Path) -> None:
    file.write_text(TEXT)
    other = file.with_name("other.ann")
    other.write_text("T1\tX 0 2\tNo\n")
    assert [item[1].spans[0].text for item in brat.documents(file, other) if not isinstance(item, Reject)] == ["No"]


@pytest.mark.parametrize("content", [b"", b" \n", b"\xef\xbb\xbf"])
def test_an_empty_text(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(FormatError, match=r"case\.txt: empty file"):
        list(brat.documents(file))


def test_many_mentions_of_the_whole_of_a_big_text_take_no_time(file: Path) -> None:
    ann = "".join(f"T{i}\tX 0 5000000\tx\n" for i in range(20_000))
    begun = time.monotonic()
    assert read(file, "x" * 5_000_000, ann) == "a mention differs from the text it points at"
    assert time.monotonic() - begun < 5


BOTH = (TEXT + "\0" + ANN).encode()


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, len(BOTH)), cut=st.integers(0, 8), put=st.binary(max_size=4))
def test_reading_is_total_and_its_spans_are_sound(file: Path, at: int, cut: int, put: bytes) -> None:
    text, _, ann = (BOTH[:at] + put + BOTH[at + cut :]).partition(b"\0")
    try:
        item = read(file, text, ann)
    except FormatError:
        return
    if isinstance(item, brat.Document) and item.text.strip():
        sound(item)
