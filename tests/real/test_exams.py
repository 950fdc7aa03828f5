"""Counts of the exam and question sources on their real raw files."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from medcorpus import registry
from medcorpus.records import Choice, Origin, Record
from medcorpus.render import is_blank, render
from medcorpus.schema import arrow_schema
from tests.real import counting

pytestmark = pytest.mark.real
NUMERIC = "numeric answer, no choices"
COUNTS: dict[str, dict[str, tuple[int, dict[str, int]]]] = {
    "frenchmedmcqa": {
        "corpus/train.json": (2_171, {}),
        "corpus/dev.json": (312, {}),
        "corpus/test.json": (622, {}),
    },
    "pubmedqa": {"data/ori_pqal.json": (1_000, {})},
    "headqa": {
        "data/HEAD/train_HEAD.json": (2_657, {}),
        "data/HEAD/dev_HEAD.json": (1_366, {}),
        "data/HEAD_EN/dev_HEAD_EN.json": (1_366, {}),
    },
    "igakuqa": {
        "data/2018/112-A.jsonl": (75, {}),
        "data/2018/112-B.jsonl": (49, {}),
        "data/2018/112-C.jsonl": (65, {NUMERIC: 1}),
        "data/2018/112-D.jsonl": (75, {}),
        "data/2018/112-E.jsonl": (51, {}),
        "data/2018/112-F.jsonl": (83, {NUMERIC: 1}),
        "data/2019/113-A.jsonl": (74, {NUMERIC: 1}),
        "data/2019/113-B.jsonl": (49, {}),
        "data/2019/113-C.jsonl": (66, {}),
        "data/2019/113-D.jsonl": (75, {}),
        "data/2019/113-E.jsonl": (51, {}),
        "data/2019/113-F.jsonl": (83, {NUMERIC: 1}),
        "data/2020/114-A.jsonl": (75, {}),
        "data/2020/114-B.jsonl": (50, {}),
        "data/2020/114-C.jsonl": (73, {NUMERIC: 1, "a choice is blank": 1}),
        "data/2020/114-D.jsonl": (74, {NUMERIC: 1}),
        "data/2020/114-E.jsonl": (50, {}),
        "data/2020/114-F.jsonl": (74, {NUMERIC: 1}),
        "data/2021/115-A.jsonl": (75, {}),
        "data/2021/115-B.jsonl": (50, {}),
        "data/2021/115-C.jsonl": (74, {NUMERIC: 1}),
        "data/2021/115-D.jsonl": (75, {}),
        "data/2021/115-E.jsonl": (50, {}),
        "data/2021/115-F.jsonl": (74, {NUMERIC: 1}),
    },
    "medqa": {"data_clean/questions/US/test.jsonl": (1_273, {})},
    "rumedbench": {
        "data/RuMedDaNet/train_v1.jsonl": (1_052, {}),
        "data/RuMedDaNet/dev_v1.jsonl": (256, {}),
        "data/RuMedDaNet/test_v1.jsonl": (256, {}),
    },
    "meqsum": {"MeQSum_ACL2019_BenAbacha_Demner-Fushman.xlsx": (1_000, {})},
    "medicationqa": {"MedInfo2019-QA-Medications.xlsx": (690, {})},
    "chinese_medical_dialogue": {"样例_内科5000-6000.csv": (7_644, {})},
}
FILES = [(name, path) for name, files in COUNTS.items() for path in files]


def records(raw: Path, name: str) -> list[tuple[str, Record]]:
    """Give the records of a source with their files."""
    return counting.records(raw, name, COUNTS[name])


def choices(raw: Path, name: str) -> list[Choice]:
    """Give the records of a source of questions."""
    return [record for _, record in records(raw, name) if isinstance(record, Choice)]


def rendered(raw: Path, name: str, task_id: str) -> Counter[tuple[str, str]]:
    """Count the outputs that a task gives, by split."""
    source = registry.get(name)
    task = next(task for task in source.tasks if task.id == task_id)
    counts: Counter[tuple[str, str]] = Counter()
    for path, record in records(raw, name):
        file = source.file_for(path)
        assert file is not None
        split, lang = record.split or file.split, record.lang or file.lang or source.langs[0]
        origin = dict.fromkeys(arrow_schema(Origin).names, "") | {"source": name, "id": f"{name}/x"}
        if made := render(task, record, origin | {"split": split, "lang": lang}, ("",)):
            assert not is_blank(made)
            counts[split, made.output[0]] += 1
    return counts


@pytest.mark.parametrize(("name", "path"), FILES)
def test_rows_and_rejects(real_raw: Path, name: str, path: str) -> None:
    counting.assert_counts(real_raw, name, path, *COUNTS[name][path])


@pytest.mark.parametrize("name", COUNTS)
def test_every_record_is_sound_and_its_key_its_own(real_raw: Path, name: str) -> None:
    counting.assert_sound(name, (record for _, record in records(real_raw, name)))


@pytest.mark.parametrize(
    ("name", "task_id", "counts"),
    [
        ("frenchmedmcqa", "task60", {"train": 2_171, "validation": 312, "test": 622}),
        ("pubmedqa", "task11", {"train": 500, "test": 500}),
        ("pubmedqa", "task12", {"train": 500, "test": 500}),
        ("pubmedqa", "task13", {"train": 500, "test": 500}),
        ("pubmedqa", "task14", {"train": 497, "test": 495}),
        ("pubmedqa", "task15", {"train": 500, "test": 500}),
        ("pubmedqa", "task123", {"test": 500}),
        ("pubmedqa", "task124", {"train": 500}),
        ("headqa", "task22", {"validation": 1_366}),
        ("headqa", "task23", {"validation": 1_366}),
        ("headqa", "task24", {"validation": 1_366}),
        ("headqa", "task25", {"validation": 1_366}),
        ("headqa", "task129", {"train": 2_657, "validation": 1_366}),
        ("igakuqa", "task59", {"train": 1_590}),
        ("medqa", "task57", {"test": 1_273}),
        ("rumedbench", "task61", {"train": 1_052, "validation": 256, "test": 256}),
        ("meqsum", "task114", {"train": 1_000}),
        ("medicationqa", "task65", {"train": 690}),
        ("chinese_medical_dialogue", "chinese_medical_dialogue_answering", {"train": 7_644}),
    ],
)
def test_rows_that_a_task_takes(real_raw: Path, name: str, task_id: str, counts: dict[str, int]) -> None:
    found: Counter[str] = Counter()
    for (split, _), n in rendered(real_raw, name, task_id).items():
        found[split] += n
    assert found == counts


@pytest.mark.parametrize(
    ("task_id", "counts"),
    [
        ("task12", {("train", "yes"): 244, ("train", "no"): 256, ("test", "yes"): 229, ("test", "no"): 271}),
        ("task14", {("train", "1"): 242, ("train", "0"): 255, ("test", "1"): 225, ("test", "0"): 270}),
        ("task123", {("test", "yes"): 276, ("test", "no"): 169, ("test", "maybe"): 55}),
        ("task124", {("train", "yes"): 276, ("train", "no"): 169, ("train", "maybe"): 55}),
    ],
)
def test_labels_made_from_pubmedqa_are_not_constant(
    real_raw: Path, task_id: str, counts: dict[tuple[str, str], int]
) -> None:
    assert rendered(real_raw, "pubmedqa", task_id) == counts


def test_subjects_of_headqa(real_raw: Path) -> None:
    found = rendered(real_raw, "headqa", "task25")
    assert {subject for _, subject in found} == {
        "biology",
        "chemistry",
        "medicine",
        "nursery",
        "pharmacology",
        "psychology",
    }


def test_images_and_translations_of_headqa(real_raw: Path) -> None:
    found = choices(real_raw, "headqa")
    assert Counter(len(record.options) for record in found) == {5: 2_657, 4: 2 * 1_366}
    assert sum("image" in record.extra for record in found) == 68 + 2 * 30
    assert sum("translation" in record.extra for record in found) == 2 * 1_366


def test_answers_of_igakuqa(real_raw: Path) -> None:
    found = choices(real_raw, "igakuqa")
    assert Counter(len(record.options) for record in found) == {5: 1_587, 6: 1, 8: 2}
    assert [record.key for record in found if "accepts" in record.extra] == ["112B30"]
    assert sum(record.extra["text_only"] == "no" for record in found) == 429


def test_the_question_of_frenchmedmcqa_that_stands_twice_has_two_keys(real_raw: Path) -> None:
    assert [record.key[64:] for record in choices(real_raw, "frenchmedmcqa") if len(record.key) > 64] == ["-2"]


def test_questions_of_the_chinese_dialogues_that_are_only_a_title(real_raw: Path) -> None:
    texts = [record.fields()["text"] for _, record in records(real_raw, "chinese_medical_dialogue")]
    assert sum("\n" not in text for text in texts) >= 6
    assert not any(str(text).endswith("\n无") for text in texts)
