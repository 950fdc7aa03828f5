"""Counts of the sources of dialogues and consultations on their real raw files."""

from __future__ import annotations

from pathlib import Path

import pytest

from medcorpus import registry
from medcorpus.records import Origin, Record
from medcorpus.render import is_blank, render
from medcorpus.schema import arrow_schema
from tests.real import counting

pytestmark = pytest.mark.real
COUNTS: dict[str, dict[str, tuple[int, dict[str, int]]]] = {
    "aci_bench": {
        "data/challenge_data/train.csv": (67, {}),
        "data/challenge_data/valid.csv": (20, {}),
        "data/challenge_data_json/valid_subjective.json": (20, {}),
    },
    "mts_dialog": {
        "Main-Dataset/MTS-Dialog-TrainingSet.csv": (1_201, {}),
        "Main-Dataset/MTS-Dialog-ValidationSet.csv": (100, {}),
        "Main-Dataset/MTS-Dialog-TestSet-1-MEDIQA-Chat-2023.csv": (200, {}),
        "Main-Dataset/MTS-Dialog-TestSet-2-MEDIQA-Sum-2023.csv": (200, {}),
    },
    "cmb_clin": {"Data/CME-test-qa/CMB-test-qa.json": (208, {})},
}
TASKS: list[tuple[str, str, dict[str, int]]] = [
    ("aci_bench", "aci_bench_note", {"train": 67, "validation": 20}),
    ("aci_bench", "aci_bench_history", {"validation": 20}),
    ("mts_dialog", "mts_dialog_section", {"train": 1_201, "validation": 100, "test": 400}),
    ("mts_dialog", "mts_dialog_header", {"train": 1_201, "validation": 100, "test": 400}),
    ("mts_dialog", "mts_dialog_conversation", {"train": 562, "validation": 48, "test": 178}),
    ("cmb_clin", "cmb_clin_answering", {"test": 80}),
    ("cmb_clin", "cmb_clin_diagnosis", {"test": 68}),
    ("cmb_clin", "cmb_clin_treatment", {"test": 60}),
]
FILES = [(name, path) for name, files in COUNTS.items() for path in files]


def records(raw: Path, name: str) -> list[tuple[str, Record]]:
    """Give the records of a source with their files."""
    return counting.records(raw, name, COUNTS[name])


def outputs(raw: Path, name: str, task_id: str) -> dict[str, list[str]]:
    """Give the outputs of a task by split."""
    source = registry.get(name)
    task = next(task for task in source.tasks if task.id == task_id)
    found: dict[str, list[str]] = {}
    for path, record in records(raw, name):
        file = source.file_for(path)
        assert file is not None
        split = record.split or file.split
        origin = dict.fromkeys(arrow_schema(Origin).names, "") | {"source": name, "id": f"{name}/x"}
        if made := render(task, record, origin | {"split": split, "lang": source.only_lang}, ("",)):
            assert not is_blank(made)
            found.setdefault(split, []).append(made.output[0])
    return found


@pytest.mark.parametrize(("name", "path"), FILES)
def test_rows_and_rejects(real_raw: Path, name: str, path: str) -> None:
    counting.assert_counts(real_raw, name, path, *COUNTS[name][path])


@pytest.mark.parametrize("name", COUNTS)
def test_every_record_is_sound_and_its_key_its_own(real_raw: Path, name: str) -> None:
    counting.assert_sound(name, (record for _, record in records(real_raw, name)))


@pytest.mark.parametrize(("name", "task_id", "counts"), TASKS)
def test_rows_that_a_task_takes(real_raw: Path, name: str, task_id: str, counts: dict[str, int]) -> None:
    assert {split: len(rows) for split, rows in outputs(real_raw, name, task_id).items()} == counts
