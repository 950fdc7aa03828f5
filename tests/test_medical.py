"""Medical terms are found where words say so, counted once and scored; the published filter is repeated."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcorpus.errors import FormatError, UnknownNameError
from medcorpus.stages.medical import Medical, evidence, fit, model, vocabulary
from medcorpus.stages.medical import paper as published
from medcorpus.stages.medical.automaton import Automaton, Pattern, build
from medcorpus.stages.medical.counting import count
from medcorpus.stages.medical.folding import characters
from medcorpus.stages.medical.kernel import CHARACTERS, COVERED, DISTINCT, FIELDS, HITS

LANGS = vocabulary.LANGUAGES


def automaton(*terms: str, lang: str = "en") -> Automaton:
    """Give an automaton of terms written as in the lists; a leading ! makes one an exception."""
    fold = characters(lang).fold
    return build(
        [
            Pattern(fold(t.strip("*!")), t.endswith("*"), t.lstrip("!").startswith("*"), copies=int(t[0] != "!"))
            for t in terms
        ],
        characters(lang),
    )


def counted(text: str, *terms: str, lang: str = "en") -> tuple[int, int, int]:
    """Give hits, distinct terms and characters covered."""
    made = automaton(*terms, lang=lang)
    row = count(pa.chunked_array([[text]]), _langs(lang), {lang: lambda: made}, nested=False)[0]
    return int(row[HITS:DISTINCT].sum()), int(row[DISTINCT:].sum()), int(row[COVERED])


def _langs(*langs: str) -> Any:
    import polars as pl

    return pl.Series(langs, dtype=pl.String)


FOUND = {
    "a word": ("en", "The liver.", ["liver"], (1, 1, 5)),
    "not within a word": ("en", "deliver livery", ["liver"], (0, 0, 0)),
    "case": ("en", "LIVER Liver", ["liver"], (2, 1, 10)),
    "a phrase": ("en", "heart failure", ["heart failure"], (1, 1, 13)),
    "a phrase over a line break": ("en", "heart\nfailure", ["heart failure"], (1, 1, 13)),
    "a hyphen is a space": ("en", "X‑ray x ray", ["x-ray"], (2, 1, 10)),
    "longest wins": ("en", "heart failure", ["heart", "failure", "heart failure"], (1, 1, 13)),
    "the shorter where the longer fails": ("en", "heart fails", ["heart", "heart failure"], (1, 1, 5)),
    "a stem covers its word": ("en", "a hepatology b", ["hepat*"], (1, 1, 10)),
    "a stem begins a word": ("en", "xhepat", ["hepat*"], (0, 0, 0)),
    "an ending covers its word": ("en", "an amoxicillin b", ["*cillin"], (1, 1, 11)),
    "an ending ends a word": ("en", "amoxicillins", ["*cillin"], (0, 0, 0)),
    "an ending that is the word": ("en", "cillin", ["*cillin"], (1, 1, 6)),
    "both a stem and an ending": ("ru", "амоксициллином", ["*циллин*"], (1, 1, 14)),
    "a stem before an ending of the same word": ("en", "hepatectomy", ["hepat*", "*ectomy"], (1, 1, 11)),
    "digits are not letters": ("en", "5mg of B12", ["mg"], (1, 1, 2)),
    "an apostrophe parts words": ("fr", "l’hôpital", ["hopital"], (1, 1, 7)),
    "accents in French": ("fr", "HEPATITE hépatite", ["hépat*"], (2, 1, 16)),
    "accents in Spanish": ("es", "diagnóstico", ["diagnostic*"], (1, 1, 11)),
    "ё and stress in Russian": ("ru", "жёлчный желчный жёлчны\u0301й", ["желч*"], (3, 1, 22)),
    "й is not и": ("ru", "йод", ["иод"], (0, 0, 0)),
    "width in Japanese": ("ja", "ＣＴと血糖", ["ct", "血糖"], (2, 2, 4)),
    "half-width katakana": ("ja", "ﾜｸﾁﾝとﾎﾟﾘｰﾌﾟ", ["ワクチン", "ポリープ"], (2, 2, 8)),
    "katakana words": ("ja", "ガンダムのガン", ["ガン"], (1, 1, 2)),
    "katakana endings": ("ja", "アトルバスタチン錠", ["*スタチン"], (1, 1, 8)),
    "Han needs no boundary": ("zh", "患者肺炎住院", ["肺炎", "肺"], (1, 1, 2)),
    "letters in Chinese do": ("zh", "做ct检查act", ["ct"], (1, 1, 2)),
    "traditional characters": ("zh", "腦膜炎", ["脑膜炎"], (1, 1, 3)),
    "an exception": ("en", "intercepts inter", ["inter*", "!intercept*"], (1, 1, 5)),
    "beyond the plane": ("en", "😷 flu 𝐟𝐥𝐮", ["flu"], (1, 1, 3)),
    "one character": ("zh", "肝肝", ["肝"], (2, 1, 2)),
    "the end of the text": ("en", "the flu", ["flu"], (1, 1, 3)),
    "nothing": ("en", "", ["flu"], (0, 0, 0)),
}


@pytest.mark.parametrize("case", FOUND)
def test_terms_found(case: str) -> None:
    lang, text, terms, expected = FOUND[case]
    assert counted(text, *terms, lang=lang) == expected


SMALL_TERMS = ["a", "ab", "abc", "b c", "ca*", "*bb", "*ac*", "c"]


def _reference(text: str) -> tuple[int, int]:
    """Give hits and characters of leftmost-longest terms, by one regular expression for each term and place."""
    hits = covered = at = last = 0
    while at < len(text):
        found = [m for t in SMALL_TERMS if (m := _here(t, text, at))]
        if found:
            word = max(last, text.rfind(" ", 0, at) + 1)
            last = max(found, key=lambda m: m.end(1)).end()
            hits, covered, at = hits + 1, covered + last - word, last
        else:
            at += 1
    return hits, covered


def _here(term: str, text: str, at: int) -> re.Match[str] | None:
    left = "" if term.startswith("*") else r"(?<![abc])"
    right = "[abc]*" if term.endswith("*") else r"(?![abc])"
    return re.compile(f"{left}({re.escape(term.strip('*'))}){right}").match(text, at)


@given(st.text("abc ", max_size=14))
def test_hits_are_those_of_regular_expressions(text: str) -> None:
    hits, _, covered = counted(text, *SMALL_TERMS)
    assert (hits, covered) == _reference(text)


@given(st.text(max_size=60), st.sampled_from(LANGS))
def test_any_text_is_counted_to_its_end(text: str, lang: str) -> None:
    text = unicodedata.normalize("NFKC", text)
    table = pa.table({"clean_text": [text], "lid": [lang]})
    row = count(table["clean_text"], _langs(lang), {lang: lambda: vocabulary.automaton(lang)}, nested=False)[0]
    assert (row[CHARACTERS], row[COVERED] <= row[CHARACTERS]) == (len(text), True)


def annotated(stage: Medical, *rows: tuple[str | None, str | None]) -> list[dict[str, Any]]:
    texts, langs = zip(*rows)
    columns = {"clean_text": pa.array(texts, pa.string()), "lid": pa.array(langs, pa.string())}
    made: list[dict[str, Any]] = stage.annotate(pa.table(columns), None).to_pylist()
    return made


NOTE = (
    "A 62-year-old man with hypertension and type 2 diabetes was admitted with chest pain and dyspnoea. "
    "Troponin was raised; the ECG showed ST elevation. Aspirin 300 mg and clopidogrel were given before angioplasty."
)
MANUAL = (
    "The table inherits all columns of its parent. Cells that are empty count as zero, and a query that joins two "
    "tables returns every row of the first. Use the option to print the head of each file, then close the window."
)


def test_note_is_medical_and_manual_is_not() -> None:
    made = annotated(Medical(), (NOTE, "en"), (MANUAL, "en"))
    assert [m["is_medical"] for m in made] == [True, False]


def test_one_word_makes_no_text_medical() -> None:
    made = annotated(Medical(), ("Hépatite", "fr"), ("Hépatite, hépatite et hépatite", "fr"))
    assert [(m["is_medical"], m["med_score"] > 0.9) for m in made] == [(False, True)] * 2


OTHERS = {"another language": ("Herzinsuffizienz", "de"), "unknown": (NOTE, "und"), "no language": (NOTE, None)}


@pytest.mark.parametrize("case", OTHERS)
def test_other_languages_get_zeros(case: str) -> None:
    zero = {"med_hits": 0, "med_density": 0.0, "med_score": 0.0, "is_medical": False}
    assert annotated(Medical(), OTHERS[case]) == [zero]


def test_language_column_may_be_missing() -> None:
    made = Medical().annotate(pa.table({"clean_text": [NOTE]}), None)
    assert made["is_medical"].to_pylist() == [False]


def test_null_text_counts_as_empty() -> None:
    assert annotated(Medical(), (None, "en"))[0]["med_hits"] == 0


def test_columns_and_their_types() -> None:
    schema = Medical().annotate(pa.table({"clean_text": [NOTE], "lid": ["en"]}), None).schema
    assert {f.name: str(f.type) for f in schema} == {
        "med_hits": "uint32",
        "med_density": "float",
        "med_score": "float",
        "is_medical": "bool",
    }


def test_rows_are_scored_one_by_one() -> None:
    rows = [(NOTE, "en"), ("肺炎患者住院治疗", "zh"), (MANUAL, "fr"), ("", "ja"), (NOTE[:80], "en")]
    assert annotated(Medical(), *rows) == [annotated(Medical(), r)[0] for r in rows]


def test_chunks_and_slices_make_no_difference() -> None:
    texts, langs = [MANUAL, NOTE, "x"], ["en"] * 3
    whole = pa.table({"clean_text": texts, "lid": langs})
    parts = pa.concat_tables([whole.slice(0, 1), whole.slice(1)]).slice(1)
    assert Medical().annotate(parts, None).to_pylist() == Medical().annotate(whole, None).to_pylist()[1:]


@pytest.mark.parametrize("lang", LANGS)
def test_list_is_large_enough(lang: str) -> None:
    kept = {t.term for t in vocabulary.terms(lang) if t.strength != vocabulary.EXCEPTION}
    assert len(kept) >= 1200


@pytest.mark.parametrize("lang", LANGS)
def test_every_field_is_in_the_list(lang: str) -> None:
    fields = {t.field for t in vocabulary.terms(lang) if t.strength != vocabulary.EXCEPTION}
    wanted = set(vocabulary.FIELDS) - ({"traditional"} if lang not in ("zh", "ja") else set())
    assert fields == wanted


@pytest.mark.parametrize("lang", LANGS)
def test_lines_of_a_list_are_sorted_nfc_and_well_formed(lang: str) -> None:
    terms = [t.term for t in vocabulary.terms(lang)]
    odd = [t for t in terms if not unicodedata.is_normalized("NFC", t) or t != t.lower() or "*" in t.strip("*")]
    assert (odd, terms) == ([], sorted(terms))


@pytest.mark.parametrize("lang", LANGS)
def test_strengths_are_known(lang: str) -> None:
    known = {*vocabulary.STRENGTHS, vocabulary.EXCEPTION}
    assert {t.term for t in vocabulary.terms(lang) if t.strength not in known} == set()


@pytest.mark.parametrize("lang", LANGS)
def test_no_term_stands_twice(lang: str) -> None:
    folded = [t.pattern(lang).text for t in vocabulary.terms(lang)]
    assert sorted(set(folded)) == sorted(folded)


@pytest.mark.parametrize("lang", LANGS)
def test_no_stem_makes_another_term_redundant(lang: str) -> None:
    said = {t.pattern(lang).text: t for t in vocabulary.terms(lang)}
    stems = {text: t[1:] for text, t in said.items() if t.term.endswith("*")}
    redundant = [
        t.term
        for text, t in said.items()
        if not t.term.startswith("*") and any(stems.get(text[:i]) == t[1:] for i in range(1, len(text)))
    ]
    assert redundant == []


@pytest.mark.parametrize("lang", LANGS)
def test_every_exception_hides_a_term(lang: str) -> None:
    kept = [t for t in vocabulary.terms(lang) if t.strength != vocabulary.EXCEPTION]
    exceptions = [t.term.strip("*") for t in vocabulary.terms(lang) if t.strength == vocabulary.EXCEPTION]
    made = build([t.pattern(lang) for t in kept], characters(lang))
    column, langs = pa.chunked_array([exceptions], pa.string()), _langs(*[lang] * len(exceptions))
    hits = count(column, langs, {lang: lambda: made}, nested=False)[:, HITS:DISTINCT].sum(axis=1)
    assert [e for e, n in zip(exceptions, hits) if not n] == []


def test_exceptions_leave_nothing_of_what_they_hide() -> None:
    made = annotated(Medical(), ("April on the one hand", "en"), ("on the other hand", "en"))
    assert [m["med_hits"] for m in made] == [0, 0]


def test_traditional_characters_are_folded_one_to_one() -> None:
    fold = characters("zh").fold
    pairs = [line.split("\t") for line in _file("traditional.tsv").splitlines()[1:]]
    assert [fold(t) for t, _ in pairs] == [s for _, s in pairs]


def _file(name: str) -> str:
    return (Path(str(vocabulary.__file__)).parent / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", LANGS)
def test_no_evidence_speaks_against_medicine(lang: str) -> None:
    assert min(w for name, w in model.model()[lang].items() if name != model.INTERCEPT) >= 0


def test_model_and_thresholds_are_complete() -> None:
    names = {model.INTERCEPT, *evidence.EVIDENCE}
    assert ({frozenset(w) for w in model.model().values()}, set(model.thresholds())) == ({frozenset(names)}, set(LANGS))


def test_fit_finds_what_tells_apart(tmp_path: Path) -> None:
    import polars as pl

    for lang in LANGS:
        words = [t.term for t in vocabulary.terms(lang) if t.strength == "strong" and "*" not in t.term]
        for kind, text in (("medical", ", ".join(words[:99])), ("general", MANUAL * 2)):
            rows = [{"id": f"{kind}{i}", "source": f"{kind}{i % 2}", "text": f"{text} {i}"} for i in range(40)]
            pl.DataFrame(rows).write_parquet(tmp_path / f"{lang}.{kind}.parquet")
    fit.main(["--data", str(tmp_path), "--out", str(tmp_path)])
    lines = (tmp_path / "thresholds.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[1].split("\t")[4:7:2] == ["1.0000", "0.0000"]


KEYWORDS = ("Cancer", "cancer cell", "chemotherapy", "ADN", "adn", "肺", "肺炎", "DNA", "x y")


def _as_published(text: str, cjk: bool) -> tuple[int, int]:
    """Give MKC and covered characters as the published loop counts them, its call of the CJK branch repaired."""
    words = sorted(k.lower() for k in set(KEYWORDS))
    if cjk:
        found = [(w, text.count(w)) for w in words]
    else:
        lower = text.lower()
        long = [w for w in words if published.is_long(w)]
        found = [(w, lower.count(w)) for w in long]
        found += [(w, lower.split().count(w)) for w in words if w not in long]
    return sum(n > 0 for _, n in found), sum(n * len(w) for w, n in found)


def _paper(text: str, lang: str, *faults: str) -> tuple[int, int]:
    made = published.paper_automaton(lang, KEYWORDS, frozenset(faults))
    row = count(pa.chunked_array([[text]]), _langs(lang), {lang: lambda: made}, "nested" in faults)[0]
    return int(row[DISTINCT:].sum()), int(row[COVERED])


PIECES = st.sampled_from([*KEYWORDS, *map(str.upper, KEYWORDS), " ", ", ", "\n", "s", "é", "癌"])


@given(st.lists(PIECES, max_size=12).map("".join))
def test_paper_with_all_faults_counts_as_the_published_loop(text: str) -> None:
    assert _paper(text, "en", *published.FAULTS) == _as_published(text, cjk=False)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_paper_for_chinese_counts_as_the_repaired_call(text: str) -> None:
    assert _paper(text, "zh", "nested", "case") == _as_published(text, cjk=True)


REPAIRED = {
    "spaced": ("zh", "有肺炎。", ("spaced", "tokens"), (0, 0), (1, 2)),
    "tokens": ("en", "cancer, chemotherapy", ("tokens",), (1, 12), (2, 18)),
    "nested": ("zh", "肺炎", ("nested",), (2, 3), (1, 2)),
    "case": ("en", "adn", ("case",), (2, 3), (1, 3)),
    "case in Chinese": ("zh", "DNA", ("case",), (0, 0), (1, 3)),
}


@pytest.mark.parametrize("case", REPAIRED)
def test_each_fault_changes_what_it_says(case: str) -> None:
    lang, text, faults, with_them, without = REPAIRED[case]
    assert (_paper(text, lang, *faults), _paper(text, lang)) == (with_them, without)


def test_published_thresholds_apply() -> None:
    words = (("en", ("flu", "cough", "fever", "rash", "pus")),)
    made = annotated(
        Medical(profile="paper", keywords=words), ("flu cough fever rash pus", "en"), ("flu cough fever rash", "en")
    )
    assert [m["is_medical"] for m in made] == [True, False]


def test_score_of_the_paper_is_the_lesser_share() -> None:
    [made] = annotated(Medical(profile="paper", keywords=(("ru", ("грипп", "кашель")),)), ("грипп, кашель", "ru"))
    assert made["med_score"] == 0.5


def test_paper_without_keywords_takes_our_terms() -> None:
    assert annotated(Medical(profile="paper"), (NOTE, "en"))[0]["is_medical"]


def test_keywords_are_read_without_running_them(tmp_path: Path) -> None:
    path = tmp_path / "keywords.py"
    path.write_text('jp_medical_words = ["肺"]\njp_medical_biology_words = ["癌"]\nother = 1\n', encoding="utf-8")
    assert published.published_keywords(path) == (("ja", ("癌", "肺")),)


def test_keywords_from_text_files(tmp_path: Path) -> None:
    (tmp_path / "fr.txt").write_text("toux\n\nfièvre\n", encoding="utf-8")
    assert published.published_keywords(tmp_path) == (("fr", ("fièvre", "toux")),)


def test_keywords_beyond_the_plane_are_never_found() -> None:
    made = annotated(Medical(profile="paper", keywords=(("en", ("flu", "\U0001f637")),)), ("\U0001f637 flu", "en"))
    assert made[0]["med_hits"] == 1


BROKEN = {
    "numbers": "en_medical_words = [1]",
    "an empty word": "en_medical_words = ['']",
    "one string": "en_medical_words = 'flu'",
    "code": "en_medical_words = [open('x')]",
    "syntax": "en_medical_words = [",
    "no lists": "x = 1",
}


@pytest.mark.parametrize("case", BROKEN)
def test_files_that_are_no_lists_are_refused(case: str, tmp_path: Path) -> None:
    path = tmp_path / "keywords.py"
    path.write_text(BROKEN[case], encoding="utf-8")
    with pytest.raises(FormatError, match=r"keywords\.py"):
        published.published_keywords(path)


def test_unknown_profile_suggests_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'paper'"):
        Medical(profile="papers")


def test_unknown_fault_suggests_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'tokens'"):
        Medical(faults=("token",))


def test_fields_are_told_apart() -> None:
    made = vocabulary.automaton("en")
    rows = count(pa.chunked_array([["liver", "liver and bronchitis"]]), _langs("en", "en"), {"en": lambda: made}, False)
    assert [int(n).bit_count() for n in rows[:, FIELDS]] == [1, 2]
