"""Counts of six sources in XML and JSON documents on their real raw files."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import cast

import pytest

from medcorpus import registry
from medcorpus.reading import Placed, Reject
from medcorpus.records import Origin, Pair, Record, Spans, Text
from medcorpus.render import render
from medcorpus.schema import arrow_schema

pytestmark = pytest.mark.real
SOURCES = ("medquad", "liveqa", "pubmed", "pmc_oa", "e3c", "e3c_annotated")
LANGUAGES = (("English", "en"), ("French", "fr"), ("Spanish", "es"))


def files(raw: Path, name: str, pattern: str) -> list[Path]:
    """Find the raw files of a source that match a pattern."""
    return sorted((raw / (registry.get(name).folder or name)).glob(pattern))


@cache
def items(raw: Path, name: str, pattern: str) -> tuple[Placed | Reject, ...]:
    """Read every file of a source that matches a pattern."""
    found = [item for path in files(raw, name, pattern) for item in registry.get(name).read(path)]
    assert all(isinstance(item, Placed | Reject) for item in found)
    return cast(tuple[Placed | Reject, ...], tuple(found))


def records(raw: Path, name: str, pattern: str = "") -> list[Record]:
    """Give the records of the files that match a pattern, or of all files that the source declares."""
    patterns = [pattern] if pattern else [f.path for f in registry.get(name).files if not f.companion]
    return [item.record for p in patterns for item in items(raw, name, p) if isinstance(item, Placed)]


@pytest.mark.parametrize(
    ("name", "pattern", "documents", "rows", "withheld"),
    [
        ("medquad", "1_CancerGov_QA/*.xml", 70, 438, {}),
        ("medquad", "2_GARD_QA/*.xml", 350, 696, {}),
        ("medquad", "10_MPlus_ADAM_QA/*.xml", 300, 0, {"answer withheld upstream": 1_238}),
        ("liveqa", "TestDataset/TREC-2017-LiveQA-Medical-Test-Questions-w-summaries.xml", 1, 167, {}),
        (
            "pubmed",
            "tests/fixtures/pmid_xml/*.xml",
            70,
            60,
            {"no abstract": 11, "a book chapter, not an article": 1},
        ),
        ("pmc_oa", "data/*.nxml", 8, 8, {}),
        ("e3c", "data_collection/English/layer1/*.json", 84, 84, {}),
        ("e3c", "data_collection/English/layer3/*.json", 150, 150, {}),
        ("e3c", "data_collection/French/layer1/*.json", 81, 81, {}),
        ("e3c", "data_collection/French/layer3/*.json", 80, 80, {}),
        ("e3c", "data_collection/Spanish/layer1/*.json", 81, 81, {}),
        ("e3c", "data_collection/Spanish/layer3/*.json", 200, 200, {}),
        ("e3c_annotated", "data_annotation/English/layer1/*.xml", 18, 18, {}),
        ("e3c_annotated", "data_annotation/French/layer1/*.xml", 18, 18, {}),
        ("e3c_annotated", "data_annotation/Spanish/layer1/*.xml", 18, 18, {}),
    ],
)
def test_documents_rows_and_what_is_withheld(
    real_raw: Path, name: str, pattern: str, documents: int, rows: int, withheld: dict[str, int]
) -> None:
    assert len(files(real_raw, name, pattern)) == documents
    read = items(real_raw, name, pattern)
    assert sum(isinstance(item, Placed) for item in read) == rows
    left_out = [item for item in read if isinstance(item, Reject)]
    assert all(item.withheld for item in left_out)
    assert Counter(item.reason for item in left_out) == withheld


@pytest.mark.parametrize("name", SOURCES)
def test_records_are_sound_and_their_keys_unique(real_raw: Path, name: str) -> None:
    found = records(real_raw, name)
    assert found
    assert [fault for record in found for fault in record.faults()] == []
    assert [key for key, n in Counter(r.key for r in found).items() if n > 1] == []
    assert {extra for record in found for extra in record.extra} <= set(registry.get(name).extras)


@pytest.mark.parametrize("name", SOURCES)
def test_tasks_render(real_raw: Path, name: str) -> None:
    for task in registry.get(name).tasks:
        for record in records(real_raw, name)[:200]:
            origin = dict.fromkeys(arrow_schema(Origin).names, "") | {
                "id": f"{name}/{record.key}",
                "source": name,
                "split": record.split or "train",
                "lang": record.lang or "en",
                "license": record.license,
                "access": "open",
                "redistribute": "unknown",
            }
            made = render(task, record, origin, registry.instructions(name, task))
            if made is None:
                assert task.fields is not None, "a record that a task does not take, though it takes all"
                continue
            assert made.input.strip() and all(output.strip() for output in made.output)


def test_medquad_pairs_are_numbered_within_their_page(real_raw: Path) -> None:
    read = items(real_raw, "medquad", "2_GARD_QA/*.xml")
    assert all(isinstance(i, Placed) and i.record.key.endswith(f"-{i.row}") for i in read)
    assert max(item.row for item in read) == 6


def test_liveqa_questions_stand_word_for_word_in_both_versions(real_raw: Path) -> None:
    folder = "TestDataset/TREC-2017-LiveQA-Medical-Test"
    with_summaries = records(real_raw, "liveqa", f"{folder}-Questions-w-summaries.xml")
    plain = records(real_raw, "liveqa", f"{folder}.xml")
    assert [(r.key, *r.prose()) for r in with_summaries] == [(r.key, *r.prose()) for r in plain]
    assert all("summary" in r.extra for r in with_summaries)
    assert len({cast(Pair, r).key.partition("A")[0] for r in with_summaries}) == 104


def test_pubmed_abstracts_have_their_language_and_title(real_raw: Path) -> None:
    found = cast(list[Text], records(real_raw, "pubmed"))
    assert Counter(r.lang for r in found) == {"en": 58, "es": 2}
    assert all(r.title and not r.title.startswith("[") and r.date for r in found)
    assert sum("\n" in r.text for r in found) == 12


def test_pmc_articles_name_their_licence(real_raw: Path) -> None:
    found = cast(list[Text], records(real_raw, "pmc_oa"))
    assert Counter(r.license for r in found) == {
        "CC BY": 3,
        "CC-BY-2.0": 2,
        "CC-BY-NC-3.0": 1,
        "CC-PDM-1.0": 1,
        "unknown": 1,
    }
    assert all(r.key.startswith("PMC") and r.title and r.date and len(r.text) > 10_000 for r in found)
    assert sum(r.text.count("[formula]") for r in found) == 24


def test_e3c_languages_come_from_the_files(real_raw: Path) -> None:
    found = records(real_raw, "e3c")
    assert Counter(r.lang for r in found) == {"en": 234, "fr": 161, "es": 281}
    assert Counter(r.lang for r in found if r.key.partition("-")[2].startswith("EN")) == {"en": 234, "fr": 80}
    assert Counter(r.license for r in found) == {"CC-BY-4.0": 345, "CC BY": 324, "CC BY-NC": 7}


@pytest.mark.parametrize(("folder", "lang"), LANGUAGES)
def test_e3c_is_divided_as_upstream_does(real_raw: Path, folder: str, lang: str) -> None:
    layers = [records(real_raw, "e3c", f"data_collection/{folder}/layer{n}/*.json") for n in (1, 3)]
    assert {r.lang for layer in layers for r in layer} == {lang}
    assert Counter(r.split for r in layers[0])["train"] == 36
    assert {r.split for r in layers[1]} == {"train"}


def test_e3c_mentions_by_type(real_raw: Path) -> None:
    found = cast(list[Spans], records(real_raw, "e3c_annotated"))
    assert Counter(s.label for r in found for s in r.spans) == {
        "CLINENTITY": 919,
        "EVENT": 3_373,
        "ACTOR": 377,
        "BODYPART": 596,
        "TIMEX3": 305,
        "RML": 313,
    }
    assert sum(len(r.relations) for r in found) == 3_007 + 76 + 332 + 361
    assert Counter(r.split for r in found) == {"train": 27, "test": 27}


def test_e3c_mentions_begin_and_end_where_words_do(real_raw: Path) -> None:
    found = cast(list[Spans], records(real_raw, "e3c_annotated"))
    assert not any("\r" in r.text for r in found)
    assert all(s.text == s.text.strip() for r in found for s in r.spans)
