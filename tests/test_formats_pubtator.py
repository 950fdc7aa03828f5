from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medcorpus.errors import FormatError
from medcorpus.formats import pubtator
from medcorpus.reading import Reject
from medcorpus.records import Span, Spans

BLOCK = (
    "7|t|Gout after cyclosporine.\n"
    "7|a|Two men had gout | tophi.\n"
    "7\t37\t41\tgout\tDisease\t D006073 \n"
    "7\t0\t4\tGout\tDisease\tD006073\n"
    "7\t11\t23\tcyclosporine\tChemical\tD016572\tone|two\n"
    "7\tCID\tD016572\tD006073\n"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "corpus.txt"


def read(file: Path, content: str | bytes) -> list[tuple[int, pubtator.Document] | Reject]:
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(pubtator.documents(file))


def test_a_block_is_title_and_abstract_with_mentions_and_relations(file: Path) -> None:
    ((row, document),) = [item for item in read(file, "\n" + BLOCK) if not isinstance(item, Reject)]
    assert (row, document.id, document.title) == (2, "7", "Gout after cyclosporine.")
    assert document.text == "Gout after cyclosporine.\nTwo men had gout | tophi."
    assert document.spans == (
        Span(label="Disease", offsets=((0, 4),), text="Gout", key="T1", norm="D006073"),
        Span(label="Chemical", offsets=((11, 23),), text="cyclosporine", key="T2", norm="D016572"),
        Span(label="Disease", offsets=((37, 41),), text="gout", key="T3", norm="D006073"),
    )
    assert document.relations == (pubtator.ConceptRelation("CID", "D016572", "D006073"),)


def test_blocks_end_at_blank_lines_and_at_the_next_title(file: Path) -> None:
    short = "8|t|Title\n8|a|\n"
    found = read(file, "\ufeff" + BLOCK + short + "\n\n" + short.replace("\n", "\r\n"))
    assert [item[0] for item in found] == [1, 7, 11]
    assert [item[1].text for item in found[1:] if not isinstance(item, Reject)] == ["Title\n", "Title\n"]


def test_a_mention_without_a_concept_and_one_that_differs_by_spaces(file: Path) -> None:
    ((_, document),) = [
        item for item in read(file, '1|t|A\n1|a|B "x " C\n1\t4\t8\t"x  "\tDisease\n') if not isinstance(item, Reject)
    ]
    assert [(s.text, s.norm) for s in document.spans] == [('"x "', "")]


def test_an_annotation_that_looks_like_a_title_starts_no_block(file: Path) -> None:
    assert len(read(file, "1|t|a|t|b\n1|a|c\n1\t0\t5\ta|t|b\tGene\n")) == 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"7\t0\t5\tGout\tDisease\tD1", None),
        (b"7\t0\t6\tGout\tDisease\tD1", "a mention differs from the text it points at"),
        (b"7\t0\t999\tGout\tDisease\tD1", "a mention differs from the text it points at"),
        (b"7\t4\t0\tGout\tDisease\tD1", "a mention differs from the text it points at"),
        (b"7\t0\tx\tGout\tDisease\tD1", "a mention without place or label"),
        (b"7\t0\t" + b"9" * 5000 + b"\tGout\tDisease\tD1", "a mention without place or label"),
        (b"7\t0\t4\tGout", "a mention without place or label"),
        (b"7\tCID\tD1", "a line that is neither a mention nor a relation"),
        (b"8\t0\t4\tGout\tDisease\tD1", "an annotation of another document"),
        (b"7", "a line that is neither a mention nor a relation"),
        (b"7\t0\t4\t\xff\tDisease\tD1", "not valid utf-8"),
        (b"7\t0\t4\t\x00\tDisease\tD1", "a NUL character"),
    ],
)
def test_a_bad_annotation_rejects_its_block_and_the_next_is_read(file: Path, line: bytes, reason: str | None) -> None:
    first, second = read(file, BLOCK.encode() + line + b"\n\n9|t|Title\n9|a|Abstract\n")
    assert (first.reason if isinstance(first, Reject) else None) == reason
    assert second[0] == 9


@pytest.mark.parametrize("content", ["7|t|Cut off", "7|a|Abstract\n7|t|Title", "7|t|T\n8|a|A", "prose", BLOCK[3:]])
def test_a_block_without_title_and_abstract(file: Path, content: str) -> None:
    assert read(file, content)[0] == Reject(1, "a block without title and abstract")


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_an_empty_file(file: Path, content: str) -> None:
    with pytest.raises(FormatError, match=r"corpus\.txt: empty file"):
        read(file, content)


GOOD = (BLOCK + "\n" + BLOCK.replace("7", "8")).encode()


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, len(GOOD)), cut=st.integers(0, 8), put=st.binary(max_size=4))
def test_reading_is_total_and_its_spans_are_sound(file: Path, at: int, cut: int, put: bytes) -> None:
    for item in read(file, GOOD[:at] + put + GOOD[at + cut :]):
        if not isinstance(item, Reject) and item[1].text.strip():
            assert Spans(text=item[1].text, spans=item[1].spans).faults() == ()
