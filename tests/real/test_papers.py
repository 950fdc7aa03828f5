"""Counts of the sources of articles, claims and answers on their real raw files."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import cast

import pytest

from medcorpus import registry
from medcorpus.raw import unpacked
from medcorpus.raw.pins import digests
from medcorpus.reading import Placed, Reject
from medcorpus.records import Origin
from medcorpus.render import is_blank, render
from medcorpus.schema import arrow_schema

pytestmark = pytest.mark.real
TASK2, TASK3 = "MEDIQA_Task2_RQE/MEDIQA2019-Task2-RQE", "MEDIQA_Task3_QA/MEDIQA2019-Task3-QA"
ROWS: dict[str, dict[str, tuple[int, dict[str, int]]]] = {
    # 809, 300 and 300 claims by upstream
    "scifact": {
        "data/scifact/claims_train.jsonl": (809, {}),
        "data/scifact/claims_dev.jsonl": (300, {}),
        "data/scifact/claims_test.jsonl": (300, {}),
    },
    # 4,086 claims by upstream
    "covidfact": {"COVIDFACT_dataset.jsonl": (4_086, {})},
    # 1,917 rows by upstream; 198 of them repeat claim and evidence of another one
    "healthver": {"data/healthver_dev.csv": (1_719, {"claim and evidence of an earlier row": 198})},
    # 12,865 prompts by upstream, of which the annotations are not here; ten articles are
    "evidence_inference": {"annotations/prompts_merged.csv": (10, {"the annotations are not beside it": 12_855})},
    # 1,022 abstracts by upstream
    "morfitt": {"dev.tsv": (1_022, {})},
    # 302 and 230 pairs by upstream
    "mediqa2019_rqe": {f"{TASK2}-ValidationSet-AMIA2016.xml": (302, {}), f"{TASK2}-TestSet-wLabels.xml": (230, {})},
    # 25 questions by upstream, with 234 answers
    "mediqa2019_qa": {f"{TASK3}-ValidationSet.xml": (234, {})},
}
FILES = [(name, path) for name, files in ROWS.items() for path in files]


@cache
def items(raw: Path, name: str, path: str) -> tuple[Placed | Reject, ...]:
    """Read one file of a source."""
    return cast(tuple[Placed | Reject, ...], tuple(registry.get(name).read(raw / name / path)))


def rendered(raw: Path, name: str, task_id: str) -> Counter[tuple[str, str]]:
    """Count the outputs that a task gives, by split."""
    source = registry.get(name)
    task = next(task for task in source.tasks if task.id == task_id)
    counts: Counter[tuple[str, str]] = Counter()
    for path in ROWS[name]:
        file = source.file_for(path)
        assert file is not None
        for item in items(raw, name, path):
            if isinstance(item, Placed):
                split = item.record.split or file.split
                origin = dict.fromkeys(arrow_schema(Origin).names, "") | {"id": f"{name}/x", "split": split}
                if made := render(task, item.record, origin | {"source": name, "lang": source.langs[0]}, ("",)):
                    assert not is_blank(made)
                    counts[split, made.output[0]] += 1
    return counts


@pytest.mark.parametrize(("name", "path"), FILES)
def test_rows_and_rejects(real_raw: Path, name: str, path: str) -> None:
    rows, withheld = ROWS[name][path]
    found = items(real_raw, name, path)
    rejects = [item for item in found if isinstance(item, Reject)]
    assert len(found) - len(rejects) == rows
    assert Counter(reject.reason for reject in rejects) == withheld
    assert all(reject.withheld for reject in rejects)


@pytest.mark.parametrize("name", ROWS)
def test_every_record_is_sound_and_its_key_its_own(real_raw: Path, name: str) -> None:
    found = [i.record for path in ROWS[name] for i in items(real_raw, name, path) if isinstance(i, Placed)]
    assert {fault for record in found for fault in record.faults()} == set()
    assert max(Counter(record.key for record in found if record.key).values(), default=1) == 1


@pytest.mark.parametrize(
    ("name", "task_id", "counts"),
    [
        (
            # the claims with evidence: 505 of 809, 188 of 300, 200 of 300
            "scifact",
            "scifact_claim_verification",
            {
                ("train", "SUPPORT"): 332,
                ("train", "CONTRADICT"): 173,
                ("validation", "SUPPORT"): 124,
                ("validation", "CONTRADICT"): 64,
                ("test", "SUPPORT"): 100,
                ("test", "CONTRADICT"): 100,
            },
        ),
        (
            # 1,296 supported and 2,790 refuted by the paper; without train.tsv all but the 419 of dev.tsv are train
            "covidfact",
            "covidfact_verification",
            {
                ("train", "SUPPORTED"): 1_166,
                ("train", "REFUTED"): 2_501,
                ("validation", "SUPPORTED"): 130,
                ("validation", "REFUTED"): 289,
            },
        ),
        (
            "healthver",
            # 993, 533 and 391 by upstream's file; all rows that repeat another one are neutral
            "healthver_verification",
            {("validation", "Neutral"): 795, ("validation", "Supports"): 533, ("validation", "Refutes"): 391},
        ),
        # 250 of the 1,022 by upstream's table
        ("morfitt", "morfitt_veterinary", {("validation", "oui"): 250, ("validation", "non"): 772}),
        (
            # 129 of 302 and 115 of 230 are true
            "mediqa2019_rqe",
            "mediqa2019_rqe_entailment",
            {
                ("validation", "true"): 129,
                ("validation", "false"): 173,
                ("test", "true"): 115,
                ("test", "false"): 115,
            },
        ),
        (
            "mediqa2019_qa",
            "mediqa2019_qa_rating",
            {
                ("validation", "4"): 59,
                ("validation", "3"): 35,
                ("validation", "2"): 64,
                ("validation", "1"): 76,
            },
        ),
        ("mediqa2019_qa", "mediqa2019_qa_filtering", {("validation", "1"): 94, ("validation", "0"): 140}),
    ],
)
def test_labels(real_raw: Path, name: str, task_id: str, counts: dict[tuple[str, str], int]) -> None:
    assert rendered(real_raw, name, task_id) == counts


@pytest.mark.parametrize(
    ("name", "task_id", "count"),
    [
        ("evidence_inference", "evidence_inference_comparisons", 10),
        ("mediqa2019_qa", "mediqa2019_qa_answering", 25),
        ("morfitt", "morfitt_specialties", 1_022),
    ],
)
def test_rows_that_a_task_takes(real_raw: Path, name: str, task_id: str, count: int) -> None:
    assert sum(rendered(real_raw, name, task_id).values()) == count


def test_every_clinical_case_has_its_counterpart(real_raw: Path, tmp_path: Path) -> None:
    """Five cases by upstream, each with abstract and full text: ten texts for each of three tasks."""
    source = registry.get("wmt_clinical_cases")
    archive = real_raw / "wmt_clinical_cases/ClinicalCasesWithEval.zip"
    sha256 = digests([archive])[archive].sha256
    kinds: Counter[tuple[str, str]] = Counter()
    for file in source.files:
        for member in unpacked.members(archive, sha256, file.member, tmp_path):
            (item,) = source.read(member.local)
            assert isinstance(item, Placed)
            assert not item.record.faults()
            kinds[file.lang, item.record.extra["kind"]] += 1
    assert kinds == {("en", "translation"): 10, ("fr", "translation"): 10, ("fr", "correction"): 10}


def test_evidence_inference_lists_all_that_is_asked_about_an_article(real_raw: Path) -> None:
    found = items(real_raw, "evidence_inference", "annotations/prompts_merged.csv")
    compared = [i.record.extra["comparisons"] for i in found if isinstance(i, Placed)]
    assert sum(text.count("Comparator: ") for text in compared) == 25
