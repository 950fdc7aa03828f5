"""Printed pages become running text: heads, page numbers, line ends and divided words are mended, nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcorpus.formats import paging
from medcorpus.formats.paging import HYPHEN

BODIES = ["Asthma is chronic.", "The heart pumps blood.", "Ulcers bleed.", "Ask about fever.", "Rest helps.", "Sleep."]


def pages(*marks: tuple[str, str]) -> list[list[str]]:
    """Give pages with a line at the top and one at the bottom."""
    return [[top, body, bottom] for (top, bottom), body in zip(marks, BODIES)]


def inner(marks: list[tuple[str, str]]) -> list[list[str]]:
    return paging.without_edges(pages(*marks))


NUMBERED = [("Cardiology", f"{n}") for n in range(7, 13)]
GONE = {
    "head and page number": NUMBERED,
    "left and right heads": [(("Cardiology", "Failure")[n % 2], f"- {n} -") for n in range(6)],
    "number in the head": [(f"Cardiology {n}", f"Page {n} of 6") for n in range(1, 7)],
    "case": [(("CARDIOLOGY", "Cardiology")[n % 2], f"{n}") for n in range(6)],
}


@pytest.mark.parametrize("case", GONE)
def test_recurring_edges_are_taken_off(case: str) -> None:
    assert inner(GONE[case]) == [[body] for body in BODIES]


KEPT = {
    "numbers that do not grow with the pages": [(f"{n * n + 3} patients", f"{97 - n * 5}") for n in range(6)],
    "twice only": [("Treatment" if n in (1, 2) else f"Part {'abcdef'[n]}", BODIES[-n - 1]) for n in range(6)],
    "far apart": [
        ("Treatment" if n in (0, 4, 9) else f"{'abcdefghij'[n]} part", f"end {'klmnopqrst'[n]}") for n in range(10)
    ],
}


@pytest.mark.parametrize("case", KEPT)
def test_other_edges_stay(case: str) -> None:
    lines = [[top, f"body {'abcdefghij'[n]}", bottom] for n, (top, bottom) in enumerate(KEPT[case])]
    assert paging.without_edges(lines) == lines


def test_what_recurs_in_the_middle_stays() -> None:
    lines = [
        [f"{'abcde'[n]} first", *(f"{'abcde'[n]}{m}x" for m in range(9)), "Dose", *"pqrstuvwx", "end"] for n in range(5)
    ]
    assert all("Dose" in page for page in paging.without_edges(lines))


def test_pages_without_words_are_survived() -> None:
    assert paging.without_edges([["1"], [], ["3"], [], ["5"]]) == [[], [], [], [], []]


REPAIRED = {
    "divided": ("en", "treat-ment", {}, "treatment"),
    "as the book writes it elsewhere": ("en", "well-controlled", {"well-controlled": 1}, "well-controlled"),
    "more often without": ("en", "re-infection", {"re-infection": 1, "reinfection": 3}, "reinfection"),
    "before a digit": ("en", "COVID-19", {}, "COVID-19"),
    "before a capital": ("en", "anti-HIV", {}, "anti-HIV"),
    "after a digit": ("en", "5-fold", {}, "5-fold"),
    "English head": ("en", "non-invasive", {}, "non-invasive"),
    "English tail": ("en", "insulin-dependent", {}, "insulin-dependent"),
    "French pronoun": ("fr", "peut-il", {}, "peut-il"),
    "French": ("fr", "hyper-tension", {}, "hypertension"),
    "Russian particle": ("ru", "какой-либо", {}, "какой-либо"),
    "Russian": ("ru", "лече-ние", {}, "лечение"),
    "Spanish": ("es", "infec-ción", {}, "infección"),
    "Chinese": ("zh", "HIV-阳性", {}, "HIV-阳性"),
}


@pytest.mark.parametrize("case", REPAIRED)
def test_divided_words(case: str) -> None:
    lang, divided, words, whole = REPAIRED[case]
    assert paging.repaired(divided.replace("-", HYPHEN), lang, words) == whole


@pytest.mark.parametrize("lang", ["en", "ja"])
@given(text=st.text(alphabet=f"abЖ心é -\n{HYPHEN}", max_size=40))
def test_repair_loses_no_letter(lang: str, text: str) -> None:
    made = paging.repaired(text, lang, {})
    assert HYPHEN not in made
    assert made.replace("-", "") == text.replace(HYPHEN, "").replace("-", "")


FLOWING = {
    "a paragraph": (["The heart pumps the blood through", "the lungs and the body."], "en", 0),
    "its end": (["The heart pumps the blood through", "the body.", "The lungs are two."], "en", 1),
    "an item": (["The heart pumps the blood through", "• the lungs", "• the whole rest of the body"], "en", 2),
    "a numbered heading": (["The heart pumps blood to the body.", "3.2 Of the lungs and the airways"], "en", 1),
    "a heading": (["The heart pumps the blood around.", "Lungs", "The lungs are two sacs full of air."], "en", 2),
    "Chinese": (["心力衰竭是由于心脏结构", "或功能异常导致的一组"], "zh", 0),
}


@pytest.mark.parametrize("case", FLOWING)
def test_lines_are_joined_into_paragraphs(case: str) -> None:
    lines, lang, breaks = FLOWING[case]
    made = paging.flowing(lines, lang, {})
    assert made.count("\n") == breaks
    assert made.replace("\n", "").replace(" ", "") == "".join(lines).replace(" ", "")
    assert (" " in made) is (lang != "zh")


@given(st.lists(st.text(alphabet="ab. ", min_size=1, max_size=30).map(str.strip).filter(bool), max_size=8))
def test_joining_changes_only_blanks(lines: list[str]) -> None:
    assert "".join(paging.flowing(lines, "en", {}).split()) == "".join("".join(lines).split())


def test_a_long_book_is_joined_in_linear_time() -> None:
    lines = ["word " * 15] * 40_000
    assert len(paging.flowing([line.strip() for line in lines], "en", {})) == 40_000 * 75 - 1


@pytest.mark.parametrize(("number", "first", "last"), [(1, 0, 0), (99, 0, 98), (100, 5, 94), (1_000, 22, 994)])
def test_the_page_drop_rule(number: int, first: int, last: int) -> None:
    kept = paging.body(number)
    assert (kept[0], kept[-1]) == (first, last)
    if number >= 100:
        assert all(page > 0.018 * number + 3 and page < number - 5 for page in kept)
        assert len(kept) == sum(page > 0.018 * number + 3 and page < number - 5 for page in range(number))


SCANNED = {
    "a page of text": (["word " * 60], False),
    "no text": (["", ""], True),
    "little text": (["page 1", "page 2"], True),
    "signs": ([". , ; : " * 200 + "word " * 60], True),
}


@pytest.mark.parametrize("case", SCANNED)
def test_scanned_books_are_told(case: str) -> None:
    texts, expected = SCANNED[case]
    assert paging.is_scanned(texts) is expected
