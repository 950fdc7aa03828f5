"""Cleaning changes how a text is written, never what it says."""

from __future__ import annotations

import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcorpus.stages import clean
from medcorpus.stages.clean import Clean


def cleaned(text: str) -> str:
    return str(Clean().annotate(pa.table({"text": [text]}), None)["clean_text"][0].as_py())


CLEANED = {
    "composed": ("cafe\u0301", "café"),
    "control characters": ("a\x07b\x1bc", "abc"),
    "zero width": ("pneu\u200bmonia\ufeff", "pneumonia"),
    "bidi": ("a\u202eb\u202c", "ab"),
    "bidi marks": ("a\u061cb\u200e", "ab"),
    "hidden tags": ("a\U000e0041\U000e0042b", "ab"),
    "joiner between Latin letters": ("fi\u200cx and fi\u200d\u200cx", "fix and fix"),
    "joiner at the start": ("\u200dfix", "fix"),
    "composed once nothing is between": ("cafe\u200b\u0301", "café"),
    "tabs among spaces": ("a  \t b\t c", "a b c"),
    "blanks around blank lines": ("a \n \n b", "a\n\nb"),
    "soft hyphen": ("hyper\u00adtension", "hypertension"),
    "blanks": ("a \t\u00a0 b\u3000c", "a b c"),
    "CRLF": ("a\r\nb\rc", "a\nb\nc"),
    "unicode line breaks": ("a\u2028b\x85c", "a\nb\nc"),
    "blanks at line ends": ("a  \n  b", "a\nb"),
    "many blank lines": ("a\n\n\n\n\nb", "a\n\nb"),
    "ends": ("  a\n", "a"),
    "mojibake": ("la mÃ©decine gÃ©nÃ©rale", "la médecine générale"),
    "mojibake quotes": ("the patientâ€™s knee", "the patient’s knee"),
    "mojibake of Russian": ("Ð±Ð¾Ð»ÑŒ", "боль"),
}


@pytest.mark.parametrize("case", CLEANED)
def test_cleaning(case: str) -> None:
    before, after = CLEANED[case]
    assert cleaned(before) == after


UNTOUCHED = [
    "β-blocker ≥ 5 µg/m²",
    "Ångström",
    "Â la carte",
    "SÃO PAULO",
    "5 ½ × 10⁹/L",
    "心電図",
    "ЭКГ",
    "ção",
    "👩\u200d⚕️",
    "می\u200cخواهم",
    "क्\u200dष",
]


@pytest.mark.parametrize("text", UNTOUCHED)
def test_sound_text_is_not_touched(text: str) -> None:
    assert cleaned(text) == text


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert cleaned(cleaned(text)) == cleaned(text)


@given(st.text())
def test_clean_text_is_nfc(text: str) -> None:
    assert unicodedata.is_normalized("NFC", cleaned(text))


@given(st.lists(st.text(max_size=20), min_size=1, max_size=20))
def test_rows_are_cleaned_one_by_one(texts: list[str]) -> None:
    together = Clean().annotate(pa.table({"text": texts}), None)["clean_text"].to_pylist()
    assert together == [cleaned(t) for t in texts]


def test_repaired_rows_are_marked() -> None:
    made = Clean().annotate(pa.table({"text": ["mÃ©decine", "médecine"]}), None)
    assert made["clean_repaired"].to_pylist() == [True, False]


def test_every_character_that_nfc_changes_is_looked_for() -> None:
    import polars as pl

    changed = [
        c for c in map(chr, range(0x110000)) if not 0xD800 <= ord(c) < 0xE000 and unicodedata.normalize("NFC", c) != c
    ]
    pairs = (unicodedata.decomposition(c).split() for c in map(chr, range(0x110000)))
    second = [chr(int(p[1], 16)) for p in pairs if len(p) == 2 and not p[0].startswith("<")]
    assert pl.Series(changed + second).str.contains(clean.MAY_COMPOSE).all()


def test_null_text_stays_null() -> None:
    assert Clean().annotate(pa.table({"text": pa.array([None, "a"])}), None)["clean_text"].to_pylist() == [None, "a"]
