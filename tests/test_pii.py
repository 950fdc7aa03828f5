"""Pii: what is planted is found and replaced, what looks like it is left, and nothing else is touched."""

from __future__ import annotations

import re
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medcorpus.characters import buffers
from medcorpus.stages.pii import Pii, checks
from medcorpus.stages.pii.candidates import candidates
from medcorpus.stages.pii.patterns import KINDS
from tests.synthetic_pii import CARRIERS, HARMLESS, HARMLESS_WORDS, harmless, planted


def annotated(*texts: str | None, **columns: list[Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (
        Pii(column="text").annotate(pa.table({"text": list(texts), **columns}), None).to_pylist()
    )
    return rows


def redacted(text: str, lang: str = "und") -> str:
    return str(annotated(text, lid=[lang])[0]["pii_text"])


REDACTED = {
    "e-mail": ("en", "Write to j.doe@example.com.", "Write to [EMAIL]."),
    "several": ("en", "a@b.org, c@d.org", "[EMAIL], [EMAIL]"),
    "full-width": ("ja", "電話０３－１２３４－５６７８まで", "電話[PHONE]まで"),
    "full-width at sign": ("ja", "メールはabc＠example.jpまで", "メールは[EMAIL]まで"),
    "international": ("en", "from abroad +33 1 42 34 56 78 daily", "from abroad [PHONE] daily"),
    "named telephone": ("en", "Tel: 5551234", "Tel: [PHONE]"),
    "password in an address": ("en", "ftp://joe:pw@ftp.example.org/x", "ftp://[LOGIN]@ftp.example.org/x"),
    "version 4": ("en", "host 81.2.169.142 replied", "host [IP] replied"),
    "version 6": ("en", "host 2a00:1450:4001::5.", "host [IP]."),
    "Corsican NIR": ("fr", "NIR 1 84 12 2A 451 089 33", "NIR [NATIONAL_ID]"),
    "NIE": ("es", "con NIE X1234567L.", "con NIE [NATIONAL_ID]."),
    "Spanish social security": ("es", "NUSS 28/12345678/40", "NUSS [NATIONAL_ID]"),
    "SNILS without hyphens": ("ru", "СНИЛС 11223344595", "СНИЛС [NATIONAL_ID]"),
    "INN": ("ru", "ИНН: 500100732259", "ИНН: [NATIONAL_ID]"),
    "resident id": ("zh", "身份证11010519491231002X。", "身份证[NATIONAL_ID]。"),
    "NHS number": ("en", "NHS number 943 476 5919", "NHS number [NATIONAL_ID]"),
    "SIN": ("en", "SIN 046 454 286", "SIN [NATIONAL_ID]"),
    "Swiss": ("fr", "AVS 756.9217.0769.85", "AVS [NATIONAL_ID]"),
    "Chilean": ("es", "RUT 12.345.678-5", "RUT [NATIONAL_ID]"),
    "card": ("en", "card 4539 1488 0343 6467", "card [CARD]"),
    "record": ("ru", "История болезни № 12345/2020", "История болезни № [RECORD]"),
    "born": ("fr", "Mme X, née le 3 août 1952 à Lyon", "Mme X, née le [BIRTH_DATE] à Lyon"),
    "era of Japan": ("ja", "昭和28年1月7日生まれ", "[BIRTH_DATE]生まれ"),
}


@pytest.mark.parametrize("case", REDACTED)
def test_redaction(case: str) -> None:
    lang, text, expected = REDACTED[case]
    assert redacted(text, lang) == expected


LEFT = {
    "wrong check letter": "DNI 12345678A",
    "wrong check digit of a resident": "身份证110105194912310021。",
    "wrong Luhn digit": "card 4539 1488 0343 6468",
    "forbidden area": "code 666-12-3456 here",
    "private address": "host 10.20.130.40 replied",
    "address for documentation": "host 203.0.113.77 and 2001:db8::1",
    "section": "see 4.2.19.3",
    "date that is no date of birth": "Admitted on 12/03/2019",
    "reference": "PLoS One 2010;5(3):e9876543",
    "dose": "500 mg 3x/day for 10 days",
    "time": "at 12:30:45",
    "C++ scope": "std::vector B::CC",
    "proton pump inhibitor": "IPP 20 mg",
    "handle": "see @hospital",
    "year of birth alone": "born in 1965",
    "identifier of SNOMED CT": "SNOMED 73211009",
    "other digits of Unicode": "id ١٢٣-٤٥-٦٧٨٩ here",
}


@pytest.mark.parametrize("case", LEFT)
def test_left_alone(case: str) -> None:
    assert redacted(LEFT[case]) == LEFT[case]


@pytest.fixture(scope="module")
def found() -> dict[tuple[str, str], list[bool]]:
    """Say of each planted sentence, by kind and language, whether just the secret was replaced and counted."""
    made = list(planted(25))
    rows = annotated(*(p.text for p in made), lid=[p.lang for p in made])
    verdicts: dict[tuple[str, str], list[bool]] = {}
    for one, row in zip(made, rows):
        right = row["pii_text"] == one.text.replace(one.secret, f"[{one.kind.upper()}]") and row[f"pii_{one.kind}"] == 1
        verdicts.setdefault((one.kind, one.lang), []).append(right)
    return verdicts


@pytest.mark.parametrize("lang", CARRIERS)
@pytest.mark.parametrize("kind", KINDS)
def test_recall_on_planted_sentences(kind: str, lang: str, found: dict[tuple[str, str], list[bool]]) -> None:
    assert sum(found[kind, lang]) >= 0.95 * len(found[kind, lang])


@pytest.mark.parametrize("form", range(len(HARMLESS)))
def test_harmless_numbers_are_left(form: int) -> None:
    texts = [(lang, text) for i, (lang, text) in enumerate(harmless(10)) if i // 10 % len(HARMLESS) == form]
    rows = annotated(*(t for _, t in texts), lid=[lang for lang, _ in texts])
    assert len(texts) == 10 * len(HARMLESS_WORDS) and [r["pii_text"] for r in rows] == [t for _, t in texts]


def test_redacting_again_changes_nothing() -> None:
    once = [row["pii_text"] for row in annotated(*(p.text for p in planted(5)))]
    assert [row["pii_text"] for row in annotated(*once)] == once


TEXTS = st.lists(
    st.sampled_from(
        ["a@b.org", " ", "+33 1 42 34 56 78", "患者", "né le ", "12/03/1965", "MRN: 1234567", "٣", "０", "::1", "é"]
    )
    | st.text(max_size=5)
).map("".join)
TOKEN = re.compile("|".join(rf"\[{kind.upper()}\]" for kind in KINDS))


@settings(max_examples=60)
@given(TEXTS)
def test_only_what_is_counted_is_changed(text: str) -> None:
    """What stands between the tokens stands in the text, in the same order."""
    [row] = annotated(text)
    kept = TOKEN.split(row["pii_text"]) if sum(row[f"pii_{k}"] for k in KINDS) else [row["pii_text"]]
    assert re.fullmatch(".+".join(map(re.escape, kept)), text, re.S) is not None


@settings(max_examples=30)
@given(st.lists(st.none() | TEXTS, min_size=1, max_size=5))
def test_rows_are_searched_one_by_one(texts: list[str | None]) -> None:
    assert annotated(*texts) == [annotated(t)[0] for t in texts]


def digit_runs(text: str) -> list[str]:
    """Give the numbers of seven digits and more that a candidate must be, said again as an expression."""
    separator = "[ ()./\\-‐‑‒–—―−（）－]"
    runs = re.findall(f"[0-9０-９](?:{separator}{{0,2}}[0-9０-９])*", text)
    return [r for r in runs if len(re.findall("[0-9０-９]", r)) >= 7]


NUMBERS = st.text(st.sampled_from("0123456789０９ -.()/–－a患"), max_size=60)


@given(st.lists(NUMBERS, min_size=1, max_size=4))
def test_candidates_are_what_an_expression_finds(texts: list[str]) -> None:
    offsets, data = buffers(pl.Series(texts))
    rows = candidates(offsets, data).tolist()
    seen = [data[start:end].tobytes().decode() for _, start, end, digits in rows if digits >= 7]
    assert seen == [run for text in texts for run in digit_runs(text)]


def test_many_candidates_in_one_row() -> None:
    assert annotated("a@b.org " * 1000)[0]["pii_email"] == 1000


def test_null_is_an_empty_text() -> None:
    assert annotated(None)[0]["pii_text"] == ""


def test_no_rows() -> None:
    assert annotated() == []


def test_countries_are_all_searched_where_the_language_is_unknown() -> None:
    assert [redacted("请拨打13812345678。", lang) for lang in ("und", "fr")] == [
        "请拨打[PHONE]。",
        "请拨打13812345678。",
    ]


def test_overlap_counts_once_under_the_first_kind() -> None:
    [row] = annotated("MRN: 4539148803436467")
    assert (row["pii_card"], row["pii_record"]) == (1, 0)


SPECIFIED = {
    "be_nrn": ("85.07.30-033.28", "85.07.30-033.29"),
    "es_nuss": ("281234567840", "281234567841"),
    "ru_inn": ("500100732259", "500100732258"),
    "tw_id": ("A123456789", "A123456788"),
    "us_ssn": ("123-45-6789", "000-45-6789"),
    "card": ("4539148803436467", "9539148803436467"),
}


@pytest.mark.parametrize("name", SPECIFIED)
def test_check_digits_of_published_examples(name: str) -> None:
    right, wrong = SPECIFIED[name]
    check = getattr(checks, name)
    assert (check(right), check(wrong)) == (True, False)


FORMS = {
    ("en", "record"): (
        "MRN: 12345678",
        "Medical record number 00123456",
        "Patient ID: 445566",
        "Hospital number: H1234567",
        "Chart no. 88-4521",
        "Record #: 5567781",
        "patient identifier 1234567",
    ),
    ("en", "birth_date"): (
        "DOB: 01/02/1980",
        "Date of birth: 3 March 1975",
        "born on 12 May 1960",
        "D.O.B. 1980-02-01",
        "Birth date: 12-05-1966",
        "(b. 12/05/1950)",
    ),
    ("fr", "record"): (
        "Dossier n° 123456",
        "N° de dossier : 4455667",
        "IPP : 8001234567",
        "Numéro de dossier médical 556677",
        "dossier numéro 12345",
        "NIP 1234567",
        "n° patient : 778899",
    ),
    ("fr", "birth_date"): (
        "né le 12/03/1956",
        "née le 3 mars 1975",
        "Date de naissance : 12/05/1960",
        "DDN : 01/02/1980",
        "né(e) le 04.07.1949",
        "nee le 12-05-1960",
    ),
    ("es", "record"): (
        "Historia clínica nº 123456",
        "NHC: 4455667",
        "Nº de historia: 778899",
        "número de historia clínica 556677",
        "Expediente 12345/2019",
        "nº expediente: 99887",
    ),
    ("es", "birth_date"): (
        "nacido el 12/03/1956",
        "nacida el 3 de marzo de 1975",
        "Fecha de nacimiento: 12/05/1960",
        "F. Nac.: 01/02/1980",
        "fecha nacimiento 04-07-1949",
        "FN: 12/05/1960",
    ),
    ("ru", "record"): (
        "№ истории болезни 123456",
        "История болезни № 4455",
        "номер истории болезни: 778899",
        "медицинская карта № 556677",
        "номер карты 12345",
        "ИБ № 9988",
        "амбулаторная карта №4455",
    ),
    ("ru", "birth_date"): (
        "дата рождения: 12.03.1956",
        "родился 3 марта 1975 года",
        "родилась 12.05.1960",
        "12.05.1960 г.р.",
        "Дата рожд.: 01.02.1980",
        "д.р. 04.07.1949",
    ),
    ("zh", "record"): (
        "病案号：123456",
        "住院号 4455667",
        "门诊号:778899",
        "病历号：556677",
        "患者编号12345",
        "就诊号：9988776",
        "登记号 1234567",
    ),
    ("zh", "birth_date"): (
        "出生日期：1956年3月12日",
        "出生于1975年3月3日",
        "生日：1960-05-12",
        "1949年7月4日出生",
        "生于1956年3月12日",
    ),
    ("ja", "record"): (
        "カルテ番号：123456",
        "患者番号 4455667",
        "患者ID：778899",
        "診察券番号:556677",
        "ID番号 12345",
        "登録番号：9988",
    ),
    ("ja", "birth_date"): (
        "生年月日：1956年3月12日",
        "昭和31年3月12日生まれ",
        "1975年3月3日生",
        "生年月日 S31.3.12",
        "誕生日は1960年5月12日",
        "1949/7/4生まれ",
    ),
}
"""How notes name record numbers and dates of birth."""


@pytest.mark.parametrize(("lang", "kind"), FORMS)
def test_forms_that_notes_use(lang: str, kind: str) -> None:
    said = FORMS[lang, kind]
    found = Pii(column="text", lang="lang").annotate(pa.table({"text": said, "lang": [lang] * len(said)}), None)
    assert dict(zip(said, found[f"pii_{kind}"].to_pylist())) == dict.fromkeys(said, 1)


REGISTRATIONS = ("under registration number UMIN000012345", "(registration no. NCT01234567)", "file number 31784-2")


@pytest.mark.parametrize("text", REGISTRATIONS)
def test_numbers_of_trials_are_no_records(text: str) -> None:
    assert Pii(column="text").annotate(pa.table({"text": [text]}), None)["pii_record"].to_pylist() == [0]
