"""Rows carry one instruction each, the task's own, or all of them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from medcorpus import phrasings, registry
from medcorpus.build import Options, build


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, sample_layers: str) -> dict[str, pl.DataFrame]:
    """Give the rows of the sample release in every mode."""
    home = tmp_path_factory.mktemp("phrasings")
    asked = {mode: Options(home=home, store=sample_layers, sample=True, phrasings=mode) for mode in phrasings.MODES}
    return {mode: read(build("meds-ins", options).release.path) for mode, options in asked.items()}


def read(release: Path) -> pl.DataFrame:
    return pl.read_parquet(release / "data" / "*" / "*.parquet")


def wordings(task_id: str) -> tuple[str, ...]:
    return registry.instructions(*registry.tasks()[task_id])


@pytest.mark.parametrize("mode", phrasings.MODES)
def test_instruction_is_the_tasks_phrasing_of_that_number(built: dict[str, pl.DataFrame], mode: str) -> None:
    rows = built[mode].select("task_id", "phrasing", "instruction").rows()
    assert all(text == wordings(task_id)[number] for task_id, number, text in rows)


def test_first_gives_each_row_the_tasks_own(built: dict[str, pl.DataFrame]) -> None:
    assert set(built["first"]["phrasing"]) == {0}
    assert set(built["first"]["id"]) == set(built["one"]["id"])


def test_all_gives_every_training_row_every_phrasing(built: dict[str, pl.DataFrame]) -> None:
    once = built["one"].select("id", "task_id", "split").rows()
    wanted = {
        row_id if number == 0 else f"{row_id}#{number}"
        for row_id, task_id, split in once
        for number in range(1 if split == "test" else len(wordings(task_id)))
    }
    assert set(built["all"]["id"]) == wanted
    assert built["all"].height == len(wanted)


def test_nothing_else_of_a_row_changes(built: dict[str, pl.DataFrame]) -> None:
    columns = [c for c in built["one"].columns if c not in ("instruction", "phrasing")]
    kept = built["all"].filter(pl.col("phrasing") == 0).select(columns)
    assert kept.sort("id").equals(built["one"].select(columns).sort("id"))
