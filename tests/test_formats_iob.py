from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medcorpus.errors import FormatError
from medcorpus.formats import iob
from medcorpus.reading import Reject
from medcorpus.records import Spans


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "test.tsv"


def tagged(file: Path, *tags: str, label: str = "") -> list[tuple[str, str]]:
    """Read one sentence of the tokens a, b, c ... with these tags and give its mentions."""
    file.write_text("".join(f"{chr(97 + i)}\t{tag}\n" for i, tag in enumerate(tags)))
    ((_, sentence),) = [item for item in iob.sentences(file, label=label) if not isinstance(item, Reject)]
    return [(span.label, span.text) for span in sentence.spans]


def test_a_sentence_is_its_tokens_with_single_spaces_and_exact_offsets(file: Path) -> None:
    file.write_text("Sinus\tB-Disease\nbradycardia\tI-Disease\nafter\tO\nsotalol\tB-Chemical\n\nNone\tO\n")
    (first, one), (second, two) = [item for item in iob.sentences(file) if not isinstance(item, Reject)]
    assert (first, second) == (1, 6)
    assert one.text == "Sinus bradycardia after sotalol"
    assert [(s.key, s.label, s.offsets, s.text) for s in one.spans] == [
        ("T1", "Disease", ((0, 17),), "Sinus bradycardia"),
        ("T2", "Chemical", ((24, 31),), "sotalol"),
    ]
    assert two == iob.Sentence(("None",), "None", ())


@pytest.mark.parametrize(
    ("tags", "mentions"),
    [
        (("B-X", "I-X", "B-X", "O"), [("X", "a b"), ("X", "c")]),
        (("I-X", "I-X", "B-X", "I-Y"), [("X", "a b"), ("X", "c"), ("Y", "d")]),
        (("S-X", "B-X", "I-X", "E-X", "I-X"), [("X", "a"), ("X", "b c d"), ("X", "e")]),
        (("U-X", "B-X", "L-X", "U-X"), [("X", "a"), ("X", "b c"), ("X", "d")]),
        (("O", "E-X", "O", "M-X"), [("X", "b"), ("X", "d")]),
        (("B-cell-line", "I-cell-line"), [("cell-line", "a b")]),
    ],
    ids=["IOB2", "IOB1", "BIOES", "BILOU", "without a beginning", "label with a hyphen"],
)
def test_schemes(file: Path, tags: tuple[str, ...], mentions: list[tuple[str, str]]) -> None:
    assert tagged(file, *tags) == mentions


def test_tags_without_a_label_take_the_one_given(file: Path) -> None:
    assert tagged(file, "B", "I", "O", "B", label="Species") == [("Species", "a b"), ("Species", "d")]
    assert list(iob.sentences(file)) == [Reject(1, "a tag of no known scheme")]


@pytest.mark.parametrize("line", ["fever O", "fever  O", "fever\tNN\tx.txt\tO", "fever NN O"])
def test_the_first_column_is_the_token_and_the_last_the_tag(file: Path, line: str) -> None:
    file.write_text(line)
    assert list(iob.sentences(file)) == [(1, iob.Sentence(("fever",), "fever", ()))]


def test_a_space_inside_a_token_stays(file: Path) -> None:
    file.write_text("5\u00a0mg O\n2 1/2\tO\n", encoding="utf-8")
    assert next(iob.sentences(file))[1].text == "5\u00a0mg 2 1/2"  # type: ignore[union-attr]


def test_marks_of_documents_are_no_sentences(file: Path) -> None:
    file.write_text("-DOCSTART-\tO\n\n###MEDLINE:1\n\na\tO\n\n###MEDLINE:2\nb\tO\n")
    assert [item[0] for item in iob.sentences(file)] == [5, 8]


def test_bom_and_carriage_returns(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbfa\tB-X\r\n\r\nb\tO\r\n")
    assert [item[1].text for item in iob.sentences(file) if not isinstance(item, Reject)] == ["a", "b"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"cut", "a line without token and tag"),
        (b"\tO", "a line without token and tag"),
        (b"x\tQ-X", "a tag of no known scheme"),
        (b"x\tB-", "a tag of no known scheme"),
        (b"x\t", "a tag of no known scheme"),
        (b"\xff\tO", "not valid utf-8"),
        (b"x\x00\tO", "a NUL character"),
        (b"x\tO\ry\tB-X", "a carriage return within a line"),
    ],
)
def test_a_bad_line_rejects_its_sentence_once_and_the_next_is_read(file: Path, line: bytes, reason: str) -> None:
    file.write_bytes(b"a\tO\n" + line + b"\nb\tO\n\nc\tO\n")
    assert list(iob.sentences(file)) == [Reject(1, reason), (5, iob.Sentence(("c",), "c", ()))]


@pytest.mark.parametrize("content", [b"", b"\n \n\n", b"\xef\xbb\xbf"])
def test_an_empty_file(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(FormatError, match=r"test\.tsv: empty file"):
        list(iob.sentences(file))


def test_a_sentence_of_ten_megabytes(file: Path) -> None:
    file.write_bytes(b"a" * 10_000_000 + b"\tB-X\n" + b"b\tI-X\n" * 100_000)
    ((_, sentence),) = [item for item in iob.sentences(file) if not isinstance(item, Reject)]
    assert sentence.spans[0].offsets == ((0, 10_200_000),)


GOOD = b"Sinus\tB-Disease\nbradycardia\tI-Disease\n.\tO\n\nsotalol S-Chemical\n"


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, len(GOOD)), cut=st.integers(0, 8), put=st.binary(max_size=4))
def test_reading_is_total_and_its_spans_are_sound(file: Path, at: int, cut: int, put: bytes) -> None:
    file.write_bytes(GOOD[:at] + put + GOOD[at + cut :])
    for item in iob.sentences(file):
        if not isinstance(item, Reject):
            assert Spans(text=item[1].text, spans=item[1].spans).faults() == ()


def test_tokens_and_tags_in_two_lists_are_a_sentence() -> None:
    found = iob.sentence(["Нет", "болей", "в", "спине"], ["O", "B-DI", "I-DI", "I-DI"])
    assert found.text == "Нет болей в спине"
    assert [(s.label, s.offsets, s.text) for s in found.spans] == [("DI", ((4, 17),), "болей в спине")]


@pytest.mark.parametrize(
    ("tokens", "tags", "reason"),
    [
        (["a", "b"], ["O"], "not one tag"),
        (["a", " "], ["O", "O"], "blank token"),
        (["a"], ["X-DI"], "no known scheme"),
    ],
)
def test_lists_that_do_not_fit_are_refused(tokens: list[str], tags: list[str], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        iob.sentence(tokens, tags)
