"""Near-duplicates: signatures are those of datasketch, and a removed row is similar to the one that stays."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medcorpus import stage
from medcorpus.engine import Engine, Inline, local
from medcorpus.errors import MedcorpusError, VerificationError
from medcorpus.ngrams import ngram_hashes
from medcorpus.stages.dedup import Dedup, groups, index, preference
from medcorpus.stages.dedup.sketches import Grid, shingle_sets, signatures, sketch
from medcorpus.store import Layer, Shards, Store, make, writing_ipc

Row = dict[str, Any]
TEXTS = {
    "en": "The patient came with fever and a dry cough that had begun three days before the admission to the ward.",
    "ru": "Больной поступил с жалобами на лихорадку и сухой кашель, которые начались за три дня до обращения к врачу.",
    "zh": "患者三天前开始发热并伴有干咳，入院时体温三十九度，胸部听诊可闻及湿啰音，血常规示白细胞升高。",
    "ja": "患者は三日前から発熱と乾性咳嗽があり、入院時の体温は三十九度で、胸部の聴診で湿性ラ音を聴取した。",
}
WORDS = [f"word{i}" for i in range(400)]


def write_rows(rows: list[Row], path: Path) -> dict[str, Any]:
    """Write rows as one part."""
    table = pa.Table.from_pylist(rows)
    with writing_ipc(path, table.schema) as writer:
        writer.write_table(table)
    return {}


def row(row_id: str, text: str, **columns: Any) -> Row:
    return {"id": row_id, "text": text, "split": "train", "redistribute": "yes", **columns}


def shards_of(store: Store, *parts: list[Row]) -> Shards:
    return make(store, [Layer(recipe={"kind": "rows", "parts": repr(parts)}, jobs=parts, write=write_rows)], Inline())[
        0
    ]


def marked(home: Path, *parts: list[Row], engine: Engine | None = None, **parameters: Any) -> dict[str, Row]:
    """Give the stage's columns of every row by its id."""
    store = Store(home)
    made = stage.run(Dedup(column="text", **parameters), [shards_of(store, *parts)], store, engine or Inline())[0]
    names = ["dup_cluster", "dup_size", "dup_of", "dup_jaccard"]
    return {r.pop("id"): r for r in made.frame(["id", *names]).to_dicts()}


def removed(found: dict[str, Row]) -> dict[str, str]:
    return {row_id: r["dup_of"] for row_id, r in found.items() if r["dup_of"]}


def shingles(text: str) -> set[int]:
    return set((ngram_hashes(pa.array([text]), 5)[1] >> np.uint64(32)).tolist())


def similarity(one: str, two: str) -> float:
    a, b = shingles(one), shingles(two)
    return len(a & b) / len(a | b)


def words(seed: int, count: int = 100) -> list[str]:
    return random.Random(seed).choices(WORDS, k=count)


def varied(base: list[str], changes: int, seed: int = 0) -> str:
    """Replace so many words, far apart, by words that are nowhere else."""
    made = list(base)
    for i in range(changes):
        made[(i * len(base)) // changes] = f"other{seed}x{i}"
    return " ".join(made)


@pytest.mark.parametrize("grid", [Grid(), Grid(seed=9, bands=5, rows=3, n=2)])
def test_signatures_are_those_of_datasketch(grid: Grid) -> None:
    from datasketch import MinHash

    texts = [*TEXTS.values(), "one two three", ""]
    signed, _, counts = signatures(pa.array(texts), grid)
    for text, own, count in zip(texts, signed, counts):
        theirs = MinHash(grid.permutations, seed=grid.seed, hashfunc=lambda h: h, scheme="affine32")
        hashes = ngram_hashes(pa.array([text]), grid.n)[1] >> np.uint64(32)
        for value in hashes.tolist():
            theirs.update(value)
        assert (own.tolist(), count) == (theirs.hashvalues.tolist(), len(hashes))


@given(st.lists(st.text("abc 漢字。", max_size=60), max_size=5), st.integers(1, 4))
def test_shingle_sets_are_the_distinct_hashes_in_order(texts: list[str], n: int) -> None:
    column = pa.array(texts, pa.string())
    offsets, found = shingle_sets(column, np.arange(len(texts)), n)
    places, hashes = ngram_hashes(column, n)
    for i in range(len(texts)):
        own = (hashes[places[i] : places[i + 1]] >> np.uint64(32)).tolist()
        assert found[offsets[i] : offsets[i + 1]].tolist() == list(dict.fromkeys(own))


@given(st.lists(st.integers(1, 6), max_size=30), st.integers(1, 30))
def test_candidates_are_the_pairs_of_equal_keys(keys: list[int], hubs: int) -> None:
    spread = np.array(keys, np.uint64) << np.uint64(40)
    found = groups.candidates(spread, np.arange(len(keys), dtype=np.uint64), hubs)
    pairs = zip(groups.better(found).tolist(), groups.worse(found).tolist())
    rank = [keys[:i].count(k) for i, k in enumerate(keys)]
    wanted = {(i, j) for j in range(len(keys)) for i in range(j) if keys[i] == keys[j] and rank[i] < hubs}
    assert Counter(pairs) == Counter(wanted)


@given(st.lists(st.integers(0, 3), max_size=20))
def test_copies_follow_the_best_with_both_hashes(values: list[int]) -> None:
    exact = np.array([[v // 2, v % 2] for v in values], np.uint64).reshape(-1, 2) + np.uint64(1)
    assert groups.copies(exact).tolist() == [values.index(v) for v in values]


FORMS: dict[str, Callable[[str], str]] = {
    "line breaks": lambda text: re.sub(" |(?<=[、，])", "\n", text),
    "case": str.upper,
    "punctuation": lambda text: re.sub("[.,，。、]", " - ", text),
    "width": lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
}


@pytest.mark.parametrize("lang", TEXTS)
@pytest.mark.parametrize("form", FORMS)
def test_copies_in_another_form_are_found(home: Path, lang: str, form: str) -> None:
    text = TEXTS[lang]
    found = marked(home, [row("a", text), row("b", FORMS[form](text)), row("c", " ".join(words(3)))])
    assert removed(found) == {"b": "a"}
    assert found["b"]["dup_jaccard"] == 1


@pytest.mark.parametrize("lang", TEXTS)
def test_near_copies_are_found_with_their_similarity(home: Path, lang: str) -> None:
    one = TEXTS[lang] * 2
    two = one + " x"
    found = marked(home, [row("a", one), row("b", two)])
    assert found["b"] == {
        "dup_cluster": "a", "dup_size": 2, "dup_of": "a", "dup_jaccard": pytest.approx(similarity(one, two))
    }  # fmt: skip


def test_row_without_copies_is_a_cluster_of_its_own(home: Path) -> None:
    found = marked(home, [row("a", TEXTS["en"])])
    assert found["a"] == {"dup_cluster": "a", "dup_size": 1, "dup_of": "", "dup_jaccard": 1.0}


def test_short_texts_have_exact_copies_only(home: Path) -> None:
    texts = {"a": "dry cough", "b": "Dry cough!", "c": "dry cough today", "d": "!", "e": "?", "f": "!"}
    found = marked(home, [row(i, t) for i, t in texts.items()])
    assert removed(found) == {"b": "a", "f": "d"}


def test_chain_of_near_misses_does_not_remove_what_has_no_similar_row_left(home: Path) -> None:
    base = words(1, 300)
    links = [" ".join(base[i : i + 150]) for i in range(0, 100, 20)]
    assert min(similarity(a, b) for a, b in pairwise(links)) >= 0.7 > similarity(links[0], links[2])
    rows = [row(f"r{i}", text) for i, text in enumerate(links)]
    found = marked(home, rows)
    texts = dict(zip(found, links))
    assert all(similarity(texts[a], texts[b]) >= 0.7 for a, b in removed(found).items())
    assert removed(found) == {"r1": "r0", "r3": "r2"}


def corpus(seed: int) -> list[Row]:
    """Make families of near-copies, copies and single rows."""
    draw = random.Random(seed)
    rows = []
    for family in range(draw.randint(2, 6)):
        base = words(seed * 100 + family)
        for member in range(draw.randint(1, 5)):
            text = varied(base, draw.choice((0, 1, 2, 3, 5)) or 1, member) if member else " ".join(base)
            rows.append(row(f"f{family}m{member}", text, redistribute=draw.choice(("yes", "no", "unknown"))))
    draw.shuffle(rows)
    return rows


@settings(max_examples=6)
@given(st.integers(0, 10**6))
def test_laws_of_clusters(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    rows = corpus(seed)
    found = marked(tmp_path_factory.mktemp("home"), rows)
    texts = {r["id"]: r["text"] for r in rows}
    gone = removed(found)
    clusters = Counter(r["dup_cluster"] for r in found.values())
    assert {i for i in found if i not in gone} == set(clusters)
    for row_id, own in found.items():
        assert own["dup_size"] == clusters[own["dup_cluster"]]
        assert own["dup_cluster"] == gone.get(row_id, row_id)
        assert own["dup_jaccard"] == pytest.approx(similarity(texts[row_id], texts[own["dup_cluster"]]))
        assert own["dup_jaccard"] >= np.float32(0.7)


def test_nothing_changes_with_order_parts_or_workers(home: Path) -> None:
    rows = corpus(5) + corpus(6)[:4]
    rows = [r | {"id": f"{i:02d}"} for i, r in enumerate(rows)]
    one = marked(home, rows)
    again = (
        marked(home, rows[::-1][:5], rows[::-1][5:9], [], rows[::-1][9:])
        if False
        else marked(home, rows[::-1][:5], rows[::-1][5:])
    )
    with local(2) as pool:
        parallel = marked(home, rows[:7], rows[7:], engine=pool)
    assert one == again == parallel
    assert removed(one)


PREFERRED: dict[str, tuple[Row, Row]] = {
    "redistributable": ({"redistribute": "no", "q_score": 0.9}, {"redistribute": "yes", "q_score": 0.1}),
    "quality": ({"q_score": 0.1, "split": "test"}, {"q_score": 0.9, "split": "train"}),
    "split": ({"split": "train", "date": "2024"}, {"split": "test", "date": "2020"}),
    "newest": ({"date": "2020-01-02"}, {"date": "2021-05-06"}),
    "id": ({"id": "z"}, {"id": "m"}),
}


@pytest.mark.parametrize("rule", PREFERRED)
def test_which_row_stays(rule: str, home: Path) -> None:
    rows = [row(i, TEXTS["en"], q_score=0.5, date="") | own for i, own in zip("az", PREFERRED[rule])]
    found = marked(home, rows)
    assert list(removed(found)) == ["z" if rule == "id" else "a"]


def test_missing_values_go_last() -> None:
    rows = pa.table({"id": ["a", "b", "c"], "q_score": [None, 0.2, 0.7], "date": [None, None, None]})
    assert preference.preferred(rows).tolist() == [2, 1, 0]


def test_copies_across_sources_and_splits(home: Path) -> None:
    store = Store(home)
    one = shards_of(store, [row("a/1", TEXTS["en"])])
    two = shards_of(store, [row("b/1", TEXTS["en"].lower(), split="test")])
    made = stage.run(Dedup(column="text"), [one, two], store, Inline())
    assert [s.frame(["dup_of"])["dup_of"].to_list() for s in made] == [["b/1"], [""]]


def write_first(count: int, path: Path) -> dict[str, Any]:
    """Write the first of some rows, or a part without rows."""
    table = pa.Table.from_pylist([row(f"x/{i}", TEXTS["en"]) for i in range(2)]).slice(0, count)
    with writing_ipc(path, table.schema) as writer:
        writer.write_table(table)
    return {}


def test_part_without_rows(home: Path) -> None:
    store = Store(home)
    [rows] = make(store, [Layer(recipe={"kind": "rows"}, jobs=(2, 0), write=write_first)], Inline())
    [made] = stage.run(Dedup(column="text"), [rows], store, Inline())
    assert made.frame(["dup_of"])["dup_of"].to_list() == ["", "x/0"]


def test_no_rows(home: Path) -> None:
    store = Store(home)
    assert stage.run(Dedup(column="text"), [], store, Inline()) == []


def saved(folder: Path, texts: dict[str, str], grid: Grid) -> Path:
    column = pa.array(list(texts.values()))
    made = sketch(column, grid)
    sets = shingle_sets(column, np.arange(len(texts)), grid.n)
    folder.mkdir()
    rows = index.rows_of(pa.array(list(texts)), made.exact, made.keys, sets)
    files = [index.write_rows(folder / f"part-{i}.arrow", rows.slice(i, 1)) for i in range(len(texts))]
    index.write_manifest(folder, grid, files)
    return folder


def test_rows_of_an_index_stay_and_stand_for_what_is_similar(home: Path, tmp_path: Path) -> None:
    base = words(1)
    against = saved(tmp_path / "index", {"old/1": varied(base, 2, 1), "old/2": " ".join(base), "old/3": "a b"}, Grid())
    rows = [
        row("a", " ".join(base).upper()),
        row("b", varied(base, 1)),
        row("c", " ".join(words(2))),
        row("d", "A, b."),
    ]
    found = marked(home, [*rows, row("e", varied(base, 1).title())], against=str(against))
    assert removed(found) == {"a": "old/2", "b": "old/2", "d": "old/3", "e": "old/2"}
    assert (found["a"]["dup_size"], found["c"]["dup_size"]) == (4, 1)
    assert (
        found["b"]["dup_jaccard"]
        == found["e"]["dup_jaccard"]
        == pytest.approx(similarity(rows[1]["text"], " ".join(base)))
    )


def test_index_of_other_parameters_is_refused(tmp_path: Path) -> None:
    folder = saved(tmp_path / "index", {"a": "x"}, Grid(bands=3))
    with pytest.raises(MedcorpusError, match="index made with bands 3, not 14"):
        index.open_index(folder, Grid())


def test_damaged_index_is_refused(tmp_path: Path) -> None:
    folder = saved(tmp_path / "index", {"a": "x y z"}, Grid())
    file = folder / "part-0.arrow"
    file.write_bytes(file.read_bytes()[:-9] + b"123456789")
    with pytest.raises(VerificationError, match="differs from the index's manifest"):
        index.open_index(folder, Grid())


def test_no_index(tmp_path: Path) -> None:
    with pytest.raises(MedcorpusError, match="no signature index"):
        index.open_index(tmp_path, Grid())


@pytest.mark.parametrize("wrong", [{"bands": 0}, {"n": 0}, {"groupings": 16}])
def test_impossible_parameters_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Grid(**wrong)


def test_row_that_other_rules_leave_out_takes_no_copy_with_it(home: Path) -> None:
    rows = [
        row("a", TEXTS["en"], eligible=False, redistribute="yes"),
        row("b", TEXTS["en"], eligible=True, redistribute="no"),
    ]
    found = marked(home, rows)
    assert (found["a"]["dup_of"], found["b"]["dup_of"]) == ("b", "")
