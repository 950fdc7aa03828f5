"""The tasks of the paper are there, under its ids: 122 of MedS-Ins, and three that only MedS-Bench has.

`data/paper_tasks.tsv` holds what the paper's figure, its task files and MedS-Bench's scripts say of each. Of its 58
corpora, MedlinePlus is two sources: what may be passed on, and the pages that may not.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from medcorpus import registry
from medcorpus.build import Options, build
from medcorpus.categories import CATEGORIES, DOMAINS

TABLE = Path(__file__).parent / "data" / "paper_tasks.tsv"
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines(), delimiter="\t"))
ONLY_BENCHMARK = {"task122", "task123", "task127"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["task"])
def test_task_of_the_paper_is_there(row: dict[str, str]) -> None:
    source, task = registry.tasks()[row["task"]]
    assert (source, task.category, task.domain) == (row["source"], row["category"], row["domain"])
    assert task.bench is (row["bench"] == "yes")


def test_table_holds_all_of_them() -> None:
    assert len(ROWS) == 125
    assert {row["category"] for row in ROWS} == set(CATEGORIES.values())
    assert {row["domain"] for row in ROWS} == set(DOMAINS)
    assert len({row["source"] for row in ROWS}) == 58 + 1


def test_no_task_has_an_id_like_the_papers_that_is_not_one() -> None:
    numbered = {i for i in registry.tasks() if i.removeprefix("task").isdigit()}
    assert numbered == {row["task"] for row in ROWS}


def test_samples_yield_every_task(tmp_path: Path, sample_layers: str) -> None:
    made = build("meds-ins", Options(home=tmp_path, store=sample_layers, sample=True, workers=1))
    assert {row["task"] for row in ROWS} <= set(made.release.manifest["tasks"])


def test_benchmark_has_the_papers_tasks() -> None:
    bench = {i for i, (_, task) in registry.tasks().items() if task.bench}
    assert bench >= {row["task"] for row in ROWS if row["bench"] == "yes"}
    assert bench >= ONLY_BENCHMARK
