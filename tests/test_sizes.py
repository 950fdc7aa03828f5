"""Sizes: characters, bytes, words and tokens of a text, and what a vocabulary is."""

from __future__ import annotations

import sys
import unicodedata

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcorpus.characters import CLASSES, CODE_POINTS, classes, count_words
from medcorpus.errors import MissingExtraError, UnknownNameError, VerificationError
from medcorpus.stages import sizes
from medcorpus.stages.sizes import VOCABULARIES, Sizes, vocabulary


def sizes_of(*texts: str | None, tokenizer: str = "") -> list[dict[str, int]]:
    rows: list[dict[str, int]] = (
        Sizes(columns=("text",), tokenizer=tokenizer).annotate(pa.table({"text": list(texts)}), None).to_pylist()
    )
    return rows


def named(point: int) -> str:
    return CLASSES[classes()[point]]


def words_of(text: str) -> int:
    """Cut at white space and around Han and kana, and count what has a letter or digit."""
    spaced = "".join(
        f" {c} " if named(ord(c)) == "glyph" else " " if named(ord(c)) in ("space", "break") else c for c in text
    )
    return sum(any(named(ord(c)) in ("letter", "digit", "glyph") for c in run) for run in spaced.split(" "))


WORDS = {
    "white space separates": ("two  words\nand\tmore", 4),
    "punctuation belongs to its word": ("l'eau, (5 mg/kg)!", 3),
    "punctuation alone is no word": ("a - b | c ...", 3),
    "Cyrillic": ("острый бронхит у детей", 4),
    "Han characters count one each": ("慢性胃炎。", 4),
    "kana count one each": ("こどもの発熱", 6),
    "Latin within Han": ("行CT检查", 4),
    "Hangul is spaced": ("급성 기관지염", 2),
    "a combining accent splits nothing": ("e\u0301tude", 1),
    "empty": ("", 0),
}


@pytest.mark.parametrize("case", WORDS)
def test_words(case: str) -> None:
    text, number = WORDS[case]
    assert count_words(pl.Series([text])).to_list() == [number]


ALPHABET = st.characters(exclude_categories=["Cs"], max_codepoint=CODE_POINTS - 1) | st.sampled_from(" \n.,-'aя患ア5")


@given(st.lists(st.text(ALPHABET, max_size=30), min_size=1, max_size=5))
def test_words_are_counted_as_defined(texts: list[str]) -> None:
    assert count_words(pl.Series(texts)).to_list() == [words_of(t) for t in texts]


@given(st.lists(st.none() | st.text(), min_size=1, max_size=5))
def test_characters_and_bytes(texts: list[str | None]) -> None:
    found = [(row["n_chars"], row["n_bytes"]) for row in sizes_of(*texts)]
    assert found == [(len(t or ""), len((t or "").encode())) for t in texts]


def test_slice_of_a_column_is_measured_as_it_is() -> None:
    column = pa.chunked_array([["one", "two words"], ["three more words"]]).slice(1)
    assert Sizes(columns=("text",)).annotate(pa.table({"text": column}), None)["n_words"].to_pylist() == [2, 3]


IN_WORDS = ("letter", "digit", "glyph")
LETTERS_AND_NUMBERS = {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Cn"}


def test_letters_and_digits_are_those_of_unicode() -> None:
    """Later Unicode versions may add characters, but they do not make letters of what was something else."""
    wrong = [
        hex(p)
        for p in range(0x20000)
        if named(p) in IN_WORDS and unicodedata.category(chr(p)) not in LETTERS_AND_NUMBERS
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "script", ["LATIN SMALL", "CYRILLIC SMALL", "HIRAGANA LETTER", "CJK UNIFIED IDEOGRAPH-4", "HANGUL SYLLABLE GA"]
)
def test_characters_of_a_script_are_in_words(script: str) -> None:
    points = [p for p in range(0x10000) if unicodedata.name(chr(p), "").startswith(script)]
    assert {named(p) for p in points} <= {"letter", "glyph"}


def test_tokens_of_a_known_text() -> None:
    assert sizes_of("hello world", "", tokenizer="cl100k_base")[0]["n_tokens"] == 2


@pytest.mark.parametrize("name", VOCABULARIES)
def test_tokens_put_together_are_the_text(name: str) -> None:
    """The vocabulary cuts a text into as many known pieces as are counted."""
    import toktok

    text = "Острый бронхит: 急性気管支炎, bronchite aiguë 5 mg"
    tokens = toktok._encoding(name).token_byte_values()
    pieces = [tokens[i] for i in toktok._encoding(name).encode_ordinary(text)]
    assert (b"".join(pieces).decode(), len(pieces)) == (text, sizes_of(text, tokenizer=name)[0]["n_tokens"])


def test_special_token_in_a_text_is_text() -> None:
    assert sizes_of("<|endoftext|>", tokenizer="o200k_base")[0]["n_tokens"] > 1


def test_no_tokenizer_no_column() -> None:
    assert "n_tokens" not in sizes_of("a")[0]


def test_vocabulary_is_the_published_one() -> None:
    found = vocabulary("o200k_base")
    assert (found.sha256, found.tokens) == (VOCABULARIES["o200k_base"], 199_998)


def test_other_vocabulary_under_the_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sizes.VOCABULARIES, "o200k_base", "0" * 64)
    with pytest.raises(VerificationError, match="vocabulary o200k_base has SHA-256"):
        vocabulary.__wrapped__("o200k_base")


def test_unknown_tokenizer_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'o200k_base'"):
        sizes_of("a", tokenizer="o200k")


def test_missing_wheel_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "toktok", None)
    with pytest.raises(MissingExtraError, match=r"medcorpus\[tokens\]"):
        vocabulary.__wrapped__("o200k_base")
