"""The compiled kernel says what a plain restatement in Python says, and what counts as equal is equal."""

from __future__ import annotations

import sys
import unicodedata
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcorpus.ngrams import Tokens, folding, kernel, ngram_hashes, tokens

MASK = (1 << 64) - 1
LETTERS = st.text(
    st.one_of(
        st.sampled_from("aB1 ,.-\n'éÉßﬁ①㌖が\u3099ｶﾞー々漢字𠮷한글Йй\u0301\u200dก\u0e31ﷺ<≥＋\ufe0f😀𝐀\U000e0061"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=40,
)


def kind_and_value(entry: int) -> tuple[int, int]:
    return entry >> folding.KIND_SHIFT, entry & ((1 << folding.KIND_SHIFT) - 1)


def items(char: str) -> list[tuple[int, int]]:
    """Give the kinds and folded code points of a character, by the rules and not by the table."""
    code = ord(char)
    if code >= folding.LIMIT:
        tag = 0xE0000 <= code < 0xE1000
        kind = folding.IGNORED if tag else folding.SINGLE if code < 0x40000 else folding.WORD
        return [(kind, code)]
    return [(folding.KINDS[folding.kind_of(c)], c) for c in folding.folded(code)]


def plain_tokens(text: str) -> list[tuple[tuple[int, ...], int, int]]:
    """Cut a text into (folded code points, first byte, byte after the last), one character after the other."""
    found: list[tuple[list[int], int, int]] = []
    kind_open, at = folding.SEPARATOR, 0
    for char in text:
        after = at + len(char.encode())
        for kind, value in items(char):
            joins = kind == folding.WORD == kind_open or (kind == folding.MARK and kind_open != folding.SEPARATOR)
            if joins:
                found[-1] = ([*found[-1][0], value], found[-1][1], after)
            elif kind in (folding.WORD, folding.SINGLE):
                found.append(([value], at, after))
            if not joins and kind not in (folding.IGNORED, folding.MARK):
                kind_open = kind
        at = after
    return [(tuple(values), start, end) for values, start, end in found]


def mixed(value: int) -> int:
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        value = (value ^ (value >> 33)) * factor & MASK
    return value ^ (value >> 33)


def plain_hash(values: tuple[int, ...]) -> int:
    state = int(kernel.SEED)
    for value in values:
        state = (state ^ value) * int(kernel.MULTIPLIER) & MASK
    return mixed(state)


def plain_ngrams(hashes: list[int], n: int) -> list[int]:
    grams = []
    for i in range(len(hashes) - n + 1):
        state = 0
        for token in hashes[i : i + n]:
            state = (state * int(kernel.BASE) + token) & MASK
        grams.append(mixed(state))
    return grams


def rows(found: Tokens) -> list[list[tuple[int, int, int]]]:
    flat = list(zip(found.hashes.tolist(), found.starts.tolist(), found.ends.tolist()))
    return [flat[a:b] for a, b in pairwise(found.offsets)]


@given(st.lists(LETTERS, max_size=4))
def test_tokens_are_what_plain_python_says(texts: list[str]) -> None:
    known = all(unicodedata.category(c) != "Cn" or sys.version_info[:2] == (3, 11) for t in texts for c in t)
    if known:
        said = [[(plain_hash(v), a, b) for v, a, b in plain_tokens(text)] for text in texts]
        assert rows(tokens(pa.array(texts, pa.string()))) == said


@given(st.lists(st.text("ab ,漢", max_size=12), max_size=4), st.integers(1, 6))
def test_ngrams_are_what_plain_python_says(texts: list[str], n: int) -> None:
    offsets, hashes = ngram_hashes(pa.array(texts, pa.string()), n)
    found = [hashes[a:b].tolist() for a, b in pairwise(offsets)]
    assert found == [plain_ngrams([plain_hash(v) for v, _, _ in plain_tokens(text)], n) for text in texts]


@given(st.lists(LETTERS, min_size=1, max_size=6), st.integers(0, 5))
def test_chunks_slices_and_string_types_make_no_difference(texts: list[str], cut: int) -> None:
    whole = tokens(pa.array(texts))
    sliced = pa.array(["x", *texts]).slice(1)
    chunks = pa.chunked_array([pa.array(texts[:cut], pa.string()), pa.array(texts[cut:], pa.string())])
    for form in (sliced, chunks, pa.array(texts, pa.large_string()), pa.array(texts).dictionary_encode()):
        assert rows(tokens(form)) == rows(whole)


SAME = {
    "case": ("Acute Fever", "aCUTE fEVER"),
    "sharp s": ("Gefäß", "GEFÄSS"),
    "final sigma": ("νόσος", "ΝΌΣΟΣ"),
    "line breaks": ("急性\n心筋 梗塞", "急性心筋梗塞"),
    "punctuation": ("cough, fever; pain.", "cough fever — (pain)"),
    "full width": ("ＣＴ検査１２３", "CT検査123"),
    "half-width kana": ("ｶﾞﾝ ｹﾝｼﾝ", "ガンケンシン"),
    "composition": ("caf\u00e9 \u0439", "cafe\u0301 \u0438\u0306"),
    "ligature": ("ﬁbrosis", "fibrosis"),
    "unit": ("5 ㎎", "5 mg"),
    "soft hyphen and joiners": ("hyper\u00adten\u200bsion", "hypertension"),
    "typographic quotes": ("l’hôpital", "l'hôpital"),
}


@pytest.mark.parametrize("case", SAME)
def test_what_counts_as_equal(case: str) -> None:
    one, two = tokens(pa.array(SAME[case])).hashes.reshape(2, -1)
    assert one.tolist() == two.tolist()


DIFFERENT = {
    "diacritics": ("peche", "pêche"),
    "kana voicing": ("かん", "がん"),
    "comparison": ("p < 0.05", "p > 0.05"),
    "order": ("a b", "b a"),
    "word border": ("ab c", "a bc"),
    "hiragana and katakana": ("がん", "ガン"),
}


@pytest.mark.parametrize("case", DIFFERENT)
def test_what_counts_as_different(case: str) -> None:
    one, two = (tokens(pa.array([text])).hashes.tolist() for text in DIFFERENT[case])
    assert one != two


COUNTS = {"急性心筋梗塞": 6, "acute myocardial": 2, "CT検査": 3, "がん": 2, "ไข้": 2, "심근 경색": 2, "...": 0, "<5": 2}


@pytest.mark.parametrize("text", COUNTS)
def test_a_token_is_a_word_or_a_character_by_script(text: str) -> None:
    assert len(tokens(pa.array([text])).hashes) == COUNTS[text]


def test_null_and_empty_have_no_tokens() -> None:
    assert tokens(pa.array([None, "", "a"])).offsets.tolist() == [0, 0, 0, 1]


def test_no_documents() -> None:
    offsets, hashes = ngram_hashes(pa.chunked_array([], pa.string()), 5)
    assert (offsets.tolist(), len(hashes)) == ([0], 0)


def test_an_ngram_needs_a_token() -> None:
    with pytest.raises(ValueError, match="at least one token, not 0"):
        ngram_hashes(pa.array(["a"]), 0)


def test_span_of_a_run_in_bytes() -> None:
    text = "急性、心筋梗塞 (AMI)"
    begin, end = tokens(pa.array([text])).span(0, first=1, length=2)
    assert text.encode()[begin:end].decode() == "性、心"


@pytest.mark.parametrize("data", [b"\xe6", b"\xf0\x9f", b"a\xff\xfe", b"\xc3", b"\x80\x80"])
def test_broken_utf8_stays_inside_its_document(data: bytes) -> None:
    array = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(np.array([0, len(data)], np.int32)), pa.py_buffer(data)]
    )
    assert max(tokens(array).ends, default=0) <= len(data)


def test_ascii_needs_no_expansion_and_no_marks() -> None:
    entries, _ = folding.table()
    assert {kind_and_value(int(e))[0] for e in entries[:128]} == {folding.SEPARATOR, folding.WORD, folding.SINGLE}


def test_no_character_gives_more_tokens_than_there_is_room_for() -> None:
    chars = (chr(c) for c in range(folding.LIMIT) if not 0xD800 <= c < 0xE000)
    assert max(len(plain_tokens(c)) / len(c.encode()) for c in chars) == kernel.TOKENS_PER_BYTE


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the table is written from the Unicode of Python 3.11")
def test_the_table_is_what_its_script_writes() -> None:
    assert Path(folding.FILE).read_text(encoding="ascii").splitlines() == list(folding.lines())
