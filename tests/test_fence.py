"""What repeats a text that must stay on this machine is found, wherever it stands and however it is set."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcorpus import fence
from medcorpus.errors import VerificationError

NOTE = "Ward round: zarbulin 40 mg was withheld because the quoribel level had doubled overnight, per Dr. Voskanyan."
CHINESE = "患者三天前无明显诱因出现左侧腰部绞痛伴肉眼血尿并放射至会阴部"
RUSSIAN = "Больная поступила в отделение с жалобами на одышку при небольшой нагрузке и отёки голеней"
INSIDE = fence.around([pa.array([NOTE, None, CHINESE]), pa.array([RUSSIAN])])
WORDS = st.lists(st.sampled_from([f"word{n}" for n in range(500)]), min_size=8, max_size=60)


def crossed(*texts: str | None) -> list[bool]:
    found: list[bool] = INSIDE.crossed(pa.array(texts, pa.string())).tolist()
    return found


@pytest.mark.parametrize(
    "text",
    [
        NOTE,
        NOTE.upper(),
        f"Question: what happened? {NOTE[12:90]}",
        NOTE.replace(" ", "\n"),
        "because (the quoribel) level - had doubled, overnight; per Dr",
        f"前文。{CHINESE[2:20]}。",
        RUSSIAN[10:].replace("ё", "е\u0308"),
    ],
)
def test_repeated_phrase_is_found(text: str) -> None:
    assert crossed("harmless", text, None) == [False, True, False]


@pytest.mark.parametrize(
    "text",
    ["", "Ward round", "The level had doubled overnight.", CHINESE[:9], "a b c d e f g h i j", NOTE[::-1]],
)
def test_other_text_is_not_found(text: str) -> None:
    assert crossed(text) == [False]


def test_phrases_of_two_texts_side_by_side_are_not_one() -> None:
    halves = [" ".join(NOTE.split()[:5]), " ".join(NOTE.split()[5:10])]
    assert crossed(*halves) == [False, False]


@given(WORDS, WORDS, st.data())
def test_any_run_of_eight_long_words_is_found(inside: list[str], around: list[str], data: st.DataObject) -> None:
    wall = fence.around([pa.array([" ".join(inside)])])
    begin = data.draw(st.integers(0, len(inside) - 8))
    text = " ".join([*around[:4], *inside[begin : begin + 8], *around[4:]])
    assert wall.crossed(pa.array(["", text])).tolist() == [False, True]


def test_nothing_crosses_a_fence_around_nothing() -> None:
    assert fence.around([]).crossed(pa.array([NOTE])).tolist() == [False]


def test_document_is_refused_without_repeating_the_text() -> None:
    with pytest.raises(VerificationError) as error:
        INSIDE.refuse("README.md", f"# Card\n\nAn example: {NOTE}\n")
    assert "README.md" in str(error.value)
    assert not any(word in str(error.value) for word in ("zarbulin", "quoribel", "Voskanyan"))


def test_document_of_other_text_is_let_through() -> None:
    INSIDE.refuse("README.md", "# Card\n\nNothing from inside.\n")
