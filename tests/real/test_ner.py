"""Counts of the sources of named entities on their real raw files, read as an ingest reads them.

Upstream's figures are those of the source's own documentation or of its authors; a difference has its reason beside it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pytest

from medcorpus import fetch, ingest, registry
from medcorpus.records import Spans
from medcorpus.render import render
from medcorpus.schema import records_of

pytestmark = pytest.mark.real


@dataclass(frozen=True)
class Found:
    """What a source's raw files gave."""

    rows: list[dict[str, Any]]
    records: list[Spans]
    rejects: Counter[str]

    @property
    def mentions(self) -> Counter[str]:
        return Counter(row["split"] for row, record in zip(self.rows, self.records) for _ in record.spans)

    @property
    def splits(self) -> Counter[str]:
        return Counter(row["split"] for row in self.rows)


@cache
def found(raw: Path, name: str) -> Found:
    """Ingest what there is of a source."""
    rows, records, rejects = [], [], Counter[str]()
    with TemporaryDirectory() as folder:
        files = fetch.find(name, home=Path(folder, "home"), raw=raw)
        for number, job in enumerate(ingest.layer_of(name, files).jobs):
            path = Path(folder, str(number))
            rejects.update(reason for _, _, reason, _ in ingest.write_part(job, path)["rejects"])
            with pa.OSFile(str(path)) as stream:
                table = pa.ipc.open_file(stream).read_all()
            rows += table.to_pylist()
            records += [record for record in records_of(table, Spans) if isinstance(record, Spans)]
    return Found(rows, records, rejects)


def outputs(raw: Path, name: str, task_id: str) -> list[tuple[str, ...]]:
    """Give what a task wants for every row that serves it."""
    read = found(raw, name)
    task = next(t for t in registry.get(name).tasks if t.id == task_id)
    texts = registry.instructions(name, task)
    made = [render(task, record, row, texts) for record, row in zip(read.records, read.rows)]
    return [instruction.output for instruction in made if instruction]


SETS = [
    # sentences, as in the index of the raw data unless a reason stands here
    ("bc5_chem", "test", 4_797, 9_809),
    # the index counts 5,794: it takes the lines that mark documents, 200 of them, for sentences
    ("jnlpba", "validation", 1_739, 4_551),
    ("jnlpba", "test", 3_855, 8_662),
    ("anatem", "validation", 2_118, 2_139),
    ("anatem", "test", 3_830, 4_616),
    ("bionlp13cg", "train", 3_033, 10_826),
    ("bionlp13cg", "validation", 1_003, 3_616),
    ("bionlp13cg", "test", 1_906, 6_881),
    ("bionlp13pc", "validation", 857, 2_734),
    ("bionlp13pc", "test", 1_695, 5_306),
    ("bionlp11id", "validation", 721, 1_598),
    ("bionlp11id", "test", 1_961, 3_810),
    ("biocreative_v", "train", 50, 925),
    # 6,976 sentences and 14,765 entities in the files, less 71 sentences without text and one with five entities, of
    # which one is misplaced
    ("ddi_corpus", "train", 6_904, 14_760),
    ("ddi_corpus", "test", 1_964, 3_726),
]


@pytest.mark.parametrize(("name", "split", "sentences", "mentions"), SETS)
def test_sentences_and_mentions(real_raw: Path, name: str, split: str, sentences: int, mentions: int) -> None:
    read = found(real_raw, name)
    assert (read.splits[split], read.mentions[split]) == (sentences, mentions)


@pytest.mark.parametrize("name", sorted({name for name, *_ in SETS}))
def test_every_record_is_sound(real_raw: Path, name: str) -> None:
    assert {fault for record in found(real_raw, name).records for fault in record.faults()} == set()


@pytest.mark.parametrize("name", sorted({name for name, *_ in SETS} - {"ddi_corpus"}))
def test_nothing_is_rejected(real_raw: Path, name: str) -> None:
    assert found(real_raw, name).rejects == {}


@pytest.mark.parametrize(
    ("name", "task_id", "rows", "without"),
    [
        ("bc5_chem", "task126", 4_797, 1_706),
        ("bc5_chem", "task127", 4_797, 1_955),
        ("biocreative_v", "task28", 50, 0),
        ("biocreative_v", "biocreative_v_cid", 50, 1),
        ("ddi_corpus", "ddi_corpus_drug_ner", 8_868, 1_899),
        ("ddi_corpus", "ddi_corpus_relations", 4_578, 1_986),
    ],
)
def test_rows_of_each_task_and_how_many_find_nothing(
    real_raw: Path, name: str, task_id: str, rows: int, without: int
) -> None:
    made = outputs(real_raw, name, task_id)
    assert (len(made), sum(output[0].startswith("There is no ") for output in made)) == (rows, without)


def test_interactions_of_the_ddi_corpus(real_raw: Path) -> None:
    """All pairs of the files that interact: 4,999 with a type and one without, which is an int.

    The corpus's article counts 5,028 interactions and 18,502 substances, the released files 5,000 and 18,491.
    """
    read = found(real_raw, "ddi_corpus")
    assert read.rejects == {"a sentence without text": 71, "a mention differs from the text it points at": 1}
    assert Counter(r.label for record in read.records for r in record.relations) == {
        "effect": 2_047,
        "mechanism": 1_621,
        "advise": 1_047,
        "int": 285,
    }


def test_concept_relations_join_first_mentions(real_raw: Path) -> None:
    """Of 124 relations one is of a concept without mention, and one joins the same mentions as another."""
    assert sum(len(record.relations) for record in found(real_raw, "biocreative_v").records) == 122


def test_no_listed_name_spans_lines(real_raw: Path) -> None:
    for name in ("bc5_chem", "jnlpba", "anatem", "bionlp13cg", "bionlp13pc", "bionlp11id", "ddi_corpus"):
        assert not [s.text for record in found(real_raw, name).records for s in record.spans if "\n" in s.text]
