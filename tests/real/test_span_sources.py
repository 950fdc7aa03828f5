"""Counts of six span and label sources on their real raw files."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import cast

import pytest

from medcorpus import registry
from medcorpus.reading import Placed, Reject
from medcorpus.records import Label, Origin, Record, Spans
from medcorpus.render import render
from medcorpus.schema import arrow_schema

pytestmark = pytest.mark.real
SOURCES = ("ade_corpus_v2", "hoc", "ncbi_disease", "bc5_chem", "clinical_trials_gov", "nerel_bio")


@cache
def items(raw: Path, name: str, pattern: str) -> tuple[Placed | Reject, ...]:
    """Read every file of a source that matches a pattern."""
    source = registry.get(name)
    paths = sorted((raw / (source.folder or name)).glob(pattern))
    found = [item for path in paths for item in source.read(path)]
    assert all(isinstance(item, Placed | Reject) for item in found)
    return cast(tuple[Placed | Reject, ...], tuple(found))


def records(raw: Path, name: str, pattern: str) -> list[Record]:
    """Give the records among what a source reads."""
    return [item.record for item in items(raw, name, pattern) if isinstance(item, Placed)]


def spans(raw: Path, name: str, pattern: str) -> list[Spans]:
    """Give the records of a source of spans."""
    return [record for record in records(raw, name, pattern) if isinstance(record, Spans)]


@pytest.mark.parametrize(
    ("name", "pattern", "rows", "mentions", "relations"),
    [
        ("ade_corpus_v2", "ADE-Corpus-V2/DRUG-AE.rel", 6_821, 13_642, 6_821),
        ("ade_corpus_v2", "ADE-Corpus-V2/DRUG-DOSE.rel", 279, 558, 279),
        ("ncbi_disease", "original-data/train/*.txt", 593, 5_145, 0),
        ("ncbi_disease", "original-data/devel/*.txt", 100, 787, 0),
        ("ncbi_disease", "original-data/test/*.txt", 100, 960, 0),
        ("bc5_chem", "data/BC5CDR-IOB/test.tsv", 4_797, 9_809, 0),
        ("clinical_trials_gov", "ner/nic/batch4/*.txt", 50, 3_340, 3_029),
        ("clinical_trials_gov", "ner/nic/batch7/*.txt", 50, 3_214, 2_897),
        ("clinical_trials_gov", "ner/nic/training/*.txt", 20, 957, 857),
        ("nerel_bio", "nerel-bio-v1.0/train/*.txt", 200, 17_670, 12_246),
    ],
)
def test_rows_mentions_and_relations(
    real_raw: Path, name: str, pattern: str, rows: int, mentions: int, relations: int
) -> None:
    read = items(real_raw, name, pattern)
    found = spans(real_raw, name, pattern)
    assert [item for item in read if isinstance(item, Reject)] == []
    assert len(found) == rows
    assert sum(len(record.spans) for record in found) == mentions
    assert sum(len(record.relations) for record in found) == relations


@pytest.mark.parametrize("name", SOURCES)
def test_every_record_is_sound_and_its_key_its_own(real_raw: Path, name: str) -> None:
    patterns = [file.path for file in registry.get(name).files if not file.companion]
    found = [record for pattern in patterns for record in records(real_raw, name, pattern)]
    assert found
    assert {fault for record in found for fault in record.faults()} == set()
    assert max(Counter(record.key for record in found if record.key).values(), default=1) == 1


def test_trials_laid_out_for_annotation_are_withheld(real_raw: Path) -> None:
    read = items(real_raw, "clinical_trials_gov", "data/docs/brat/*/*.txt")
    assert read == (Reject(1, "no annotations", withheld=True),) * 50


def test_the_pmid_that_stands_twice_has_two_keys(real_raw: Path) -> None:
    keys = [record.key for record in records(real_raw, "ncbi_disease", "original-data/train/*.txt")]
    assert [key for key in keys if key.startswith("8528200")] == ["8528200", "8528200-2"]


def test_labels_of_bc5cdr(real_raw: Path) -> None:
    found = spans(real_raw, "bc5_chem", "data/BC5CDR-IOB/test.tsv")
    assert Counter(s.label for record in found for s in record.spans) == {"Chemical": 5_385, "Disease": 4_424}


def test_discontinuous_mentions_of_nerel_bio(real_raw: Path) -> None:
    found = spans(real_raw, "nerel_bio", "nerel-bio-v1.0/train/*.txt")
    parts = [s.offsets for record in found for s in record.spans if len(s.offsets) > 1]
    assert len(parts) == 79
    assert all(list(offsets) == sorted(offsets) for offsets in parts)


def test_hallmarks(real_raw: Path) -> None:
    found = [record for record in records(real_raw, "hoc", "text/*.txt") if isinstance(record, Label)]
    assert len(found) == 450
    assert Counter(label for record in found for label in record.labels) == {
        "Sustaining proliferative signaling": 119,
        "Genomic instability and mutation": 97,
        "Resisting cell death": 95,
        "Activating invasion and metastasis": 70,
        "Enabling replicative immortality": 55,
        "Avoiding immune destruction": 54,
        "Evading growth suppressors": 51,
        "Tumor promoting inflammation": 39,
        "Inducing angiogenesis": 33,
        "Cellular energetics": 9,
        "none": 8,
    }


@pytest.mark.parametrize(
    ("name", "task_id", "rows", "inputs"),
    [
        ("ade_corpus_v2", "task26", 4_271, 4_271),
        ("ade_corpus_v2", "task29", 250, 250),
        ("ade_corpus_v2", "task37", 4_271, 4_271),
        ("hoc", "task106", 442, 442),
        ("ncbi_disease", "task27", 793, 792),
        ("bc5_chem", "task126", 4_797, 4_788),
        ("bc5_chem", "task127", 4_797, 4_788),
        ("clinical_trials_gov", "task77", 120, 120),
        ("nerel_bio", "nerel_bio_ner", 200, 200),
    ],
)
def test_the_same_input_has_the_same_answer(real_raw: Path, name: str, task_id: str, rows: int, inputs: int) -> None:
    source = registry.get(name)
    task = next(task for task in source.tasks if task.id == task_id)
    origin = dict.fromkeys(arrow_schema(Origin).names, "") | {"lang": source.langs[0]}
    read = [
        (file, record) for file in source.files if not file.companion for record in records(real_raw, name, file.path)
    ]
    found = [replace(record, split=record.split or file.split) for file, record in read]
    made = [i for record in found if (i := render(task, record, origin, ("",))) is not None]
    assert len(made) == rows
    assert len({i.input for i in made}) == inputs
    assert len({(i.input, i.output) for i in made}) == inputs
