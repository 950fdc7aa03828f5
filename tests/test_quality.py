"""Quality: the signals are what they say, and the verdict follows the table of limits."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medcorpus.characters import CODE_POINTS
from medcorpus.errors import UnknownNameError
from medcorpus.kinds import KINDS
from medcorpus.stages.quality import Quality
from medcorpus.stages.quality.limits import LANGUAGES, limits, lines
from medcorpus.stages.quality.signals import SIGNALS
from medcorpus.stages.quality.stopwords import forms, words
from tests.signals_restated import measured
from tests.synthetic_junk import JUNK, junk


def annotated(*texts: str | None, **columns: list[Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (
        Quality(column="text").annotate(pa.table({"text": list(texts), **columns}), None).to_pylist()
    )
    return rows


def agrees(texts: list[str], lang: str) -> None:
    """Compare the signals of some texts with those that plain Python gives."""
    stop_words = forms(words()[lang])
    for row, text in zip(annotated(*texts, lid=[lang] * len(texts)), texts):
        assert {name: row[name] for name in SIGNALS} == pytest.approx(measured(text, stop_words), abs=1e-6)


def signals(text: str, lang: str = "en") -> dict[str, float]:
    [row] = annotated(text, lid=[lang])
    return {name: row[name] for name in SIGNALS}


CHARACTERS = st.characters(exclude_categories=["Cs"], max_codepoint=CODE_POINTS - 1)
PIECES = st.sampled_from(
    ["a", "the ", "word ", " ", "\n", "\n\n", "...", "…", "#", "|", "- ", "患", "の", "。", "」", "5", "x" * 41]
)
TEXTS = st.lists(PIECES | CHARACTERS, max_size=60).map("".join)


@settings(max_examples=40)
@given(st.lists(TEXTS, min_size=1, max_size=8), st.sampled_from(["en", "zh"]))
def test_kernel_says_what_plain_python_says(texts: list[str], lang: str) -> None:
    agrees(texts, lang)


@settings(max_examples=30)
@given(st.lists(st.lists(st.sampled_from("ab患者のc"), max_size=80).map(" ".join), min_size=1, max_size=8))
def test_repeats_are_what_plain_python_says(texts: list[str]) -> None:
    agrees(texts, "zh")


LINES = st.sampled_from(["x", "y", "患者", "a b.", "", ""])


@settings(max_examples=30)
@given(st.lists(st.lists(LINES, max_size=30).map("\n".join), min_size=1, max_size=8))
def test_lines_and_paragraphs_are_what_plain_python_says(texts: list[str]) -> None:
    agrees(texts, "en")


def test_rows_are_measured_one_by_one() -> None:
    texts = [text for _, _, text in junk(1)]
    assert annotated(*texts) == [annotated(t)[0] for t in texts]


SAID = {
    "two words": ("two words", "q_words", 2),
    "a character is a word": ("慢性胃炎", "q_words", 4),
    "mean length": ("a bcd", "q_mean_word", 2),
    "letters of visible characters": ("ab 12", "q_alpha", 0.5),
    "stop words": ("The liver and spleen", "q_stop", 0.5),
    "bullets": ("- one\n• two\nthree\nfour", "q_bullets", 0.5),
    "lines cut off": ("read more...\nend.", "q_ellipses", 0.5),
    "table lines": ("a | b | c\nd", "q_bars", 0.5),
    "ends, quotes aside": ('He said "no."\nand left', "q_ends", 0.5),
    "short lines, Han two wide": ("患" * 15 + "\n" + "患" * 16, "q_short", 0.5),
    "lines again": ("x\ny\nx\nz", "q_dup_lines", 0.25),
    "line characters again": ("xx\nyyyy\nxx", "q_dup_line_chars", 0.25),
    "paragraphs again": ("x\ny\n\nz\n\nx\ny", "q_dup_paragraphs", 1 / 3),
    "most frequent pair": ("a b c a b d", "q_top_2", 4 / 6),
    "five words again": ("a b c d e f a b c d e", "q_dup_5", 5 / 11),
    "long words": ("x" * 41 + " " + "y" * 41, "q_long_words", 1),
}


@pytest.mark.parametrize("case", SAID)
def test_signal(case: str) -> None:
    text, name, value = SAID[case]
    assert signals(text)[name] == pytest.approx(value)


def test_null_is_an_empty_text() -> None:
    [row] = annotated(None)
    assert (row["q_words"], row["q_reason"], row["q_ok"]) == (0, "q_words", False)


def test_no_rows() -> None:
    assert annotated() == []


PROSE = {
    "en": "The patient was seen in the clinic with a two-day history of fever and cough. Chest X-ray was normal.",
    "fr": "Le patient a été vu en consultation pour une fièvre et une toux depuis deux jours. La radio est normale.",
    "es": "El paciente acudió a la consulta con fiebre y tos de dos días de evolución. La radiografía fue normal.",
    "ru": "Пациент обратился в клинику с жалобами на лихорадку и кашель в течение двух дней. На снимке без изменений.",
    "zh": "患者因发热、咳嗽两天来我院就诊。胸部X线检查未见异常，血常规示白细胞升高，给予抗感染治疗后症状好转。",
    "ja": "患者は二日前からの発熱と咳を主訴に来院した。胸部の検査では異常を認めず、抗菌薬の投与で症状は改善した。",
}


@pytest.mark.parametrize("lang", PROSE)
@pytest.mark.parametrize("kind", KINDS)
def test_plain_prose_is_kept(lang: str, kind: str) -> None:
    assert annotated(PROSE[lang], lid=[lang], kind=[kind])[0]["q_reason"] == ""


LEAFLET = """COMPOSITION
- Paracétamol | 500 mg
- Amidon de maïs | 20 mg
- Povidone | 5 mg
- Stéarate de magnésium | 2 mg
POSOLOGIE
- Adultes | 1 comprimé | 3 fois par jour
- Enfants de 27 à 40 kg | 1 comprimé | 4 fois par jour
- Insuffisance rénale | 1 comprimé | 2 fois par jour
EFFETS INDÉSIRABLES
- Peau | éruption, urticaire
- Sang | thrombopénie, leucopénie
- Foie | hépatite (très rare)
CONSERVATION
- À moins de 25 °C"""
LABORATORY = "\n".join(f"{name} | {n}.{n} | mmol/L | 3.{n}-5.{n}" for n, name in enumerate(["Na", "K", "Cl", "Ca"] * 4))
QUESTION = "下列哪项不是糖尿病的典型症状？\nA. 多饮\nB. 多尿\nC. 多食\nD. 体重增加"
SURVIVORS = {"leaflet": ("fr", LEAFLET), "table": ("en", LABORATORY), "exam": ("zh", QUESTION)}


@pytest.mark.parametrize("kind", SURVIVORS)
def test_documents_without_prose_survive_as_what_they_are(kind: str) -> None:
    lang, text = SURVIVORS[kind]
    assert annotated(text, lid=[lang], kind=[kind])[0]["q_reason"] == ""


@pytest.mark.parametrize("kind", ["leaflet", "table"])
def test_the_same_documents_do_not_survive_as_web_pages(kind: str) -> None:
    lang, text = SURVIVORS[kind]
    assert annotated(text, lid=[lang], kind=["web"])[0]["q_ok"] is False


@pytest.fixture(scope="module")
def caught() -> dict[str, float]:
    """Give the share of each kind of junk that is caught, over all languages."""
    made = list(junk(20))
    found = annotated(*(text for _, _, text in made), lid=[lang for _, lang, _ in made])
    verdicts: dict[str, list[bool]] = {name: [] for name in JUNK}
    for (name, _, _), row in zip(made, found):
        verdicts[name].append(not row["q_ok"])
    return {name: sum(v) / len(v) for name, v in verdicts.items()}


@pytest.mark.parametrize("name", JUNK)
def test_junk_is_caught(name: str, caught: dict[str, float]) -> None:
    assert caught[name] >= (0.9 if name == "navigation" else 0.97)


def test_missing_columns_count_as_unknown_language_of_the_web() -> None:
    assert annotated(LEAFLET) == annotated(LEAFLET, lid=[None], kind=["web"])


def test_null_kind_is_web() -> None:
    assert annotated(LEAFLET, kind=pa.array([None], pa.string())) == annotated(LEAFLET, kind=["web"])


def test_unknown_kind_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'leaflet'"):
        annotated("x", kind=["leaflets"])


def test_columns_may_have_other_names() -> None:
    rows = pa.table({"t": [LEAFLET], "l": ["fr"], "k": ["leaflet"]})
    assert Quality(column="t", lang="l", kind="k").annotate(rows, None)["q_ok"].to_pylist() == [True]


def test_reason_is_the_first_signal_outside_its_limits() -> None:
    assert annotated("x " * 3)[0]["q_reason"] == "q_words"


@pytest.mark.parametrize("number", range(len(list(lines()))))
def test_line_of_thresholds_names_what_there_is(number: int) -> None:
    row = list(lines())[number]
    named = {*row["lang"].split(","), *row["kind"].split(","), row["signal"]}
    assert named <= {"*", *LANGUAGES, *KINDS, *SIGNALS}


def test_thresholds_are_in_the_order_of_the_signals() -> None:
    order = [SIGNALS.index(row["signal"]) for row in lines()]
    assert order == sorted(order)


def test_later_line_holds() -> None:
    """Tables have no limit of stop words though all Spanish texts have one."""
    at = (LANGUAGES.index("es"), KINDS.index("table"), SIGNALS.index("q_stop"))
    assert limits().least[at] == float("-inf")
