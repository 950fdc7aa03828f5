"""Rows that repeat test items are found however they are set, and rows that do not are left alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcorpus import items, ngrams, overlaps, release
from medcorpus.errors import FormatError, UnknownNameError
from medcorpus.stages.decontaminate import index, kernel, matching
from tests.commandline import error_of, run

VIGNETTE = (
    "A 58-year-old man comes to the clinic because of three months of progressive dyspnoea and a dry cough. He worked "
    "in a shipyard for twenty years. Auscultation shows fine crackles at both bases, a film shows calcified plaques."
)
ITEMS = {
    "en": [VIGNETTE, "Which exposure best explains this?", "Asbestos", "Crystalline silica", "Coal dust", "Beryllium"],
    "zh": ["患者，男，四十五岁，反复上腹痛三年，进食后缓解，夜间加重，最可能的诊断是", "十二指肠溃疡", "慢性胆囊炎"],
    "ja": ["貧血の原因として正しいのはどれか。", "鉄の欠乏", "胃を切除した後の変化", "ビタミンB12の不足"],
    "ru": ["Какой препарат назначают в первую очередь при анафилактическом шоке?", "Адреналин", "Преднизолон"],
    "fr": ["Quel est le traitement de première intention de la crise de goutte ?", "La colchicine", "L'allopurinol"],
}  # fmt: skip
HOST = "The committee met in spring and agreed on the colour of the new building, which pleased nobody at all. " * 20


def table(rows: dict[str, list[str]], benchmark: str = "exam") -> pa.Table:
    columns = {"id": list(rows), "benchmarks": [[benchmark]] * len(rows), "passages": list(rows.values())}
    return pa.table(columns).cast(items.schema())


def made(rows: pa.Table, common: int = 10) -> index.Index:
    kept = index.passages_of(pl.DataFrame(rows), common).filter(pl.col("item_weight") >= kernel.SHORTEST)
    return index.index_of(kept.to_arrow(compat_level=pl.CompatLevel.oldest()), common)


INDEX = made(table(ITEMS))


def found(*texts: str, within: index.Index = INDEX) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = matching.columns_of(pa.table({"text": list(texts)}), within).to_pylist()
    return rows


def planted(passages: list[str]) -> dict[str, str]:
    first, *options = passages
    lettered = [f"{letter}) {option}" for letter, option in zip("abcde", reversed(options))]
    return {
        "verbatim": "\n".join(passages),
        "options in another order": "\n".join([first, *lettered]),
        "no punctuation": " ".join(passages).translate(dict.fromkeys(map(ord, ",.?。，、!"), " ")),
        "upper case": "\n".join(passages).upper(),
        "broken lines": "\n".join(passages).replace(" ", "\n  "),
        "full width": "\n".join(passages).translate({c: c + 0xFEE0 for c in range(0x21, 0x7F)}),
    }


@pytest.mark.parametrize("lang", ITEMS)
@pytest.mark.parametrize("way", planted(ITEMS["en"]))
def test_planted_item_is_found_in_a_long_text(lang: str, way: str) -> None:
    [row] = found(HOST + planted(ITEMS[lang])[way] + HOST)
    assert (row["repeats_item"], row["overlap_with"], row["overlap_in"]) == (True, lang, ["exam"])


def test_one_sentence_of_a_long_item_is_found() -> None:
    [row] = found(HOST + VIGNETTE.split(". ")[0] + ". " + HOST)
    assert row["repeats_item"] and row["overlap"] < 0.5
    assert row["overlap_text"].startswith("A 58-year-old man comes to the clinic")


CLEAN = {
    "nothing of it": HOST,
    "empty": "",
    "twelve words of it": HOST + "comes to the clinic because of three months of progressive dyspnoea and" + HOST,
    "the options alone": HOST + "Asbestos, crystalline silica, coal dust and beryllium" + HOST,
    "its words in another order": " ".join(reversed(VIGNETTE.split())),
}


@pytest.mark.parametrize("case", CLEAN)
def test_clean_text_is_left_alone(case: str) -> None:
    [row] = found(CLEAN[case])
    assert not row["repeats_item"] and row["overlap_in"] == []


def test_question_alone_repeats_a_short_item() -> None:
    [row] = found(HOST + ITEMS["fr"][0] + HOST)
    assert row["repeats_item"] and row["overlap"] < 1


def test_item_that_is_too_short_is_not_looked_for() -> None:
    within = made(table({"short": ["What is gout?", "Pain"]}))
    assert not found("What is gout? Pain", within=within)[0]["repeats_item"]


def test_phrase_of_many_items_says_nothing() -> None:
    asked = "Which of the following is the most likely cause of the findings in this patient today"
    many = {str(i): [f"{asked} {word}", f"{word} by itself"] for i, word in enumerate("abcdefghijkl")}
    [row] = found(f"{asked} m", within=made(table(many)))
    assert not row["repeats_item"]


def test_item_is_found_beside_a_phrase_of_many_items() -> None:
    asked = "Which of the following is the most likely cause of the findings in this patient today"
    many = {str(i): [f"{asked} {word} {VIGNETTE}{word}"] for i, word in enumerate("abcdefghijkl")}
    many["own"] = [f"{asked} {ITEMS['ru'][0]} {ITEMS['fr'][0]}"]
    [row] = found(HOST + many["own"][0], within=made(table(many)))
    assert (row["repeats_item"], row["overlap_with"]) == (True, "own")


def test_worst_item_of_a_row_is_told() -> None:
    [row] = found(ITEMS["fr"][0] + "\n" + VIGNETTE)
    assert row["overlap_with"] == "en"


def test_all_benchmarks_that_a_row_repeats_are_told() -> None:
    both = pa.concat_tables([table({"a": ITEMS["en"]}, "one"), table({"b": ITEMS["fr"]}, "two")])
    [row] = found(ITEMS["fr"][0] + "\n" + VIGNETTE, within=made(both))
    assert row["overlap_in"] == ["one", "two"]


@given(st.lists(st.sampled_from([*(p for i in ITEMS.values() for p in i), HOST, ""]), max_size=5), st.data())
def test_rows_are_compared_one_by_one(texts: list[str], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(texts)))
    apart = [row for part in (texts[:cut], texts[cut:]) if part for row in found(*part)]
    assert (found(*texts) if texts else []) == apart


WORDS = st.lists(st.sampled_from(["a", "b", "c.", "漢", "字"]), max_size=40)


@given(WORDS, WORDS, WORDS, st.integers(0, 20), st.integers(20, 40))
def test_runs_are_those_of_a_plain_search(item: list[str], before: list[str], after: list[str], i: int, j: int) -> None:
    passage, text = " ".join(["d", "d", *item]), " ".join([*before, *item[i:j], *after])
    [row] = found(text, within=made(table({"item": [passage, HOST]}), common=1000))
    wanted = _longest(text, passage)
    assert row["overlap_run"] == wanted if wanted >= kernel.WINDOW else row["overlap_run"] < kernel.WINDOW


def _longest(text: str, passage: str) -> int:
    """Give the length in half words of the longest run of tokens that two texts share, by brute force."""
    column = pa.array([text, passage])
    tokens = ngrams.tokens(column)
    weights = kernel.weights_of(tokens, column)
    a, b = (tokens.hashes[tokens.offsets[i] : tokens.offsets[i + 1]].tolist() for i in (0, 1))
    u = weights[: len(a)].tolist()
    best = 0
    for i in range(len(a)):
        for j in range(len(b)):
            k = 0
            while i + k < len(a) and j + k < len(b) and a[i + k] == b[j + k]:
                k += 1
            best = max(best, sum(u[i : i + k]))
    return best


def test_report_counts_by_source_and_benchmark() -> None:
    rows = pl.DataFrame({
        "source": ["a", "a", "b"], "id": ["1", "2", "3"], "split": ["train", "train", "test"],
        "redistribute": ["yes", "no", "yes"], "overlap": [0.5, 1.0, 1.0], "overlap_run": [30, 40, 50],
        "overlap_with": ["x", "y", "z"], "overlap_in": [["m"], ["m", "n"], ["m"]],
        "overlap_text": ["said", "hidden", "said"], "repeats_item": [True, True, True],
    })  # fmt: skip
    cells = overlaps.matrix(overlaps.rows_of(rows))
    assert [(c["source"], c["benchmark"], c["rows"], c["worst"], c["text"]) for c in cells] == [
        ("a", "m", 2, "2", ""),
        ("a", "n", 1, "2", ""),
    ]


def test_training_rows_that_repeat_a_test_row_are_left_out(tmp_path: Path) -> None:
    run("build", "meds-ins", "--sample", "--home", tmp_path, "--format", "quiet")
    folder = release.find(tmp_path, "meds-ins").path
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["protects"]["frenchmedmcqa"] == {"benchmarks": ["mmedbench", "meds-bench"], "items": 1}
    ledger = pl.read_parquet(folder / "ledger.parquet").filter(reason="repeats a test item")
    assert set(ledger["id"]) == set(pl.read_parquet(folder / "overlaps.parquet")["id"])


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """Give a file of two rows, the second a test item."""
    path = tmp_path / "mine.parquet"
    pq.write_table(pa.table({"text": [HOST, VIGNETTE]}), path)
    return path


def test_own_files_against_a_file_of_items(mine: Path, tmp_path: Path) -> None:
    lines = [json.dumps({"id": "q1", "text": "\n".join(ITEMS["en"])}), json.dumps({"id": "q2", "text": "gout"})]
    (tmp_path / "exam.jsonl").write_text("\n".join(lines), encoding="utf-8")
    result = run(
        "decontaminate", mine, "--against", tmp_path / "exam.jsonl", "--out", tmp_path / "out", "--format", "json"
    )
    said = json.loads(result.stdout)
    assert said["test_items"] == {"items": 2, "indexed": 1}
    assert [(o["source"], o["benchmark"], o["rows"], o["worst"]) for o in said["overlaps"]] == [
        ("mine.parquet", "exam", 1, "mine.parquet:2")
    ]
    assert pq.read_table(tmp_path / "out" / "mine.parquet")["repeats_item"].to_pylist() == [False, True]


def test_own_files_against_a_product(mine: Path, tmp_path: Path) -> None:
    run("build", "mmedbench", "--sample", "--home", tmp_path, "--format", "quiet")
    places = ("--out", tmp_path / "out", "--home", tmp_path)
    said = json.loads(run("decontaminate", mine, "--against", "mmedbench", *places, "--format", "json").stdout)
    assert said["test_items"]["items"] > 0 and said["overlaps"] == []


def test_unknown_benchmark(mine: Path, tmp_path: Path) -> None:
    assert "did you mean 'mmedbench'" in error_of(
        "decontaminate", mine, "--against", "mmedbensh", "--out", tmp_path, code=UnknownNameError.exit_code
    )


def test_product_that_was_not_built(mine: Path, tmp_path: Path) -> None:
    places = ("--out", tmp_path / "out", "--home", tmp_path / "new")
    said = run("decontaminate", mine, "--against", "mmedbench", *places, code=1).stderr
    assert said.endswith("run: medcorpus build mmedbench\n")


@pytest.mark.parametrize("name", ["exam.parquet", "exam.jsonl"])
def test_file_of_items_that_is_none(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("nonsense", encoding="utf-8")
    with pytest.raises(FormatError, match="neither Parquet nor JSON Lines"):
        items.of_file(tmp_path / name, "text")
