"""`medcorpus why` shows a row's cluster and what the texts differ in."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcorpus import build, duplicates, products
from medcorpus.duplicates import Change, changes
from medcorpus.stages.dedup import Dedup
from medcorpus.why import explain
from tests.checkout import NAME, tiny_checkout
from tests.commandline import run

TASK = f"{NAME}_qa/{NAME}"
LONG = "A sailor of forty comes with bleeding gums, joint pain and many small bruises after eight weeks on dried meat."
EXAM = [
    {"id": "a", "q": f"{LONG} Which vitamin does he lack?"},
    {"id": "b", "q": f"{LONG.upper()} WHICH VITAMIN - DOES HE LACK?"},
    {"id": "c", "q": f"{LONG} Which vitamin does he lack today?"},
    {"id": "d", "q": "Which organ of the upper abdomen makes the hormone insulin?"},
]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Build meds-ins, near-duplicates looked for, from a source of four questions."""
    with pytest.MonkeyPatch.context() as patch, tiny_checkout(tmp_path_factory.mktemp("checkout"), patch) as folder:
        (sample,) = folder.rglob("questions.jsonl")
        rest = {"o": ["Vitamin A", "Vitamin C"], "a": 1, "l": "en"}
        sample.write_text("".join(json.dumps({**row, **rest}) + "\n" for row in EXAM), encoding="utf-8")
        rules = {"near-duplicate": pl.col("dup_of") == ""}
        product = replace(products.MEDS_INS, stages=(Dedup(column="input"),), rules=lambda: rules, protects=())
        patch.setitem(products.PRODUCTS, "meds-ins", product)
        home = tmp_path_factory.mktemp("built")
        build.build("meds-ins", build.Options(home=home, sample=True, workers=1))
        yield home


def test_removed_row_shows_its_cluster(built: Path) -> None:
    (fate,) = explain(f"{NAME}/c", built).fates
    assert fate.cluster is not None
    assert (fate.stayed, fate.cluster.id, fate.cluster.size) == (f"{TASK}/a", f"{TASK}/a", 3)
    assert [m.id for m in fate.cluster.members] == [f"{TASK}/{key}" for key in "acb"]
    assert fate.cluster.members[0].changes == ()
    assert fate.cluster.members[1].changes == (Change(stays="", own="today"),)
    assert 0.7 <= fate.cluster.members[1].jaccard < 1


def test_row_that_stays_shows_its_cluster(built: Path) -> None:
    (fate,) = explain(f"{NAME}/a", built).fates
    assert fate.published
    assert fate.cluster is not None
    assert [(m.id, m.jaccard) for m in fate.cluster.members][1] == (f"{TASK}/b", 1.0)


def test_row_without_copies_has_no_cluster(built: Path) -> None:
    (fate,) = explain(f"{NAME}/d", built).fates
    assert fate.cluster is None


def test_without_layers_there_is_no_cluster(built: Path, tmp_path: Path) -> None:
    shutil.copytree(built / "releases", tmp_path / "releases")
    (fate,) = explain(f"{NAME}/c", tmp_path).fates
    assert (fate.stayed, fate.cluster) == (f"{TASK}/a", None)


def test_people_see_the_difference(built: Path) -> None:
    text = run("why", f"{NAME}/c", "--home", built).stdout
    assert f"3 rows of meds-ins say nearly the same; {TASK}/a stays" in text
    assert "today" in text


@given(st.lists(st.sampled_from(["fever", "cough", "发", "热", ","]), max_size=30), st.integers(0, 29))
def test_a_text_differs_from_itself_in_nothing_and_from_another_in_something(words: list[str], at: int) -> None:
    text = " ".join(words)
    assert changes(text, text) == ()
    assert (changes(text, " ".join([*words[:at], "pain", *words[at:]])) != ()) is True


def test_differences_are_bounded() -> None:
    one = " ".join(f"a{i} same{i}" for i in range(3000))
    found = changes(one, " ".join(f"b{i} same{i}" for i in range(3000)))
    assert len(found) == duplicates.CHANGES
    (long,) = changes("x " * 500, "y " * 500)
    assert long.own.endswith(" …")
