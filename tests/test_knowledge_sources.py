"""What the samples of exam, ontology and encyclopedia sources do not show."""

from __future__ import annotations

import json
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from medcorpus import registry
from medcorpus.reading import Placed, Reject
from medcorpus.records import Choice, Label

QUESTION = {"id": "1", "question": "Heel?", "opa": "Talus", "opb": "Calcaneus", "opc": "Cuboid", "opd": "Tibia"}


def read(name: str, path: Path) -> list[object]:
    return list(registry.get(name).read(path))


def test_medmcqa_counts_options_from_one_in_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "train.json"
    path.write_text("\n".join(map(json.dumps, ({**QUESTION, "cop": 2, "exp": None}, QUESTION))), encoding="utf-8")
    found, withheld = read("medmcqa", path)
    assert isinstance(found, Placed)
    assert isinstance(found.record, Choice)
    assert found.record.answers == (1,)
    assert withheld == Reject(2, "answer withheld upstream", withheld=True)


def test_medmcqa_refuses_the_number_of_no_option(tmp_path: Path) -> None:
    path = tmp_path / "train.json"
    path.write_text(json.dumps({**QUESTION, "cop": 5}), encoding="utf-8")
    assert read("medmcqa", path) == [Reject(1, "cop is not the number of an option")]


def test_ddxplus_reads_packed_files_beside_their_codes_and_not_twice(tmp_path: Path) -> None:
    sample = registry.home_of("ddxplus") / "sample"
    for path in sample.glob("*.json"):
        shutil.copy(path, tmp_path)
    packed = tmp_path / "release_train_patients.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(sample / "release_train_patients.csv", "release_train_patients")
    assert read("ddxplus", packed) == read("ddxplus", sample / "release_train_patients.csv")
    shutil.copy(sample / "release_train_patients.csv", tmp_path)
    assert read("ddxplus", packed) == [Reject(1, "read unpacked", withheld=True)]


def test_ddxplus_refuses_an_evidence_that_is_not_listed(tmp_path: Path) -> None:
    for path in (registry.home_of("ddxplus") / "sample").glob("*.json"):
        shutil.copy(path, tmp_path)
    path = tmp_path / "release_test_patients.csv"
    row = "30,[],M,URTI,\"['E_1', 'E_999']\",E_1"
    path.write_text(f"AGE,DIFFERENTIAL_DIAGNOSIS,SEX,PATHOLOGY,EVIDENCES,INITIAL_EVIDENCE\n{row}\n", encoding="utf-8")
    assert read("ddxplus", path) == [Reject(2, "an evidence that release_evidences.json does not list")]


def mmedbench(tmp_path: Path, **checks: object) -> Choice:
    path = tmp_path / "English.jsonl"
    row = {
        "question": "Heel?",
        "options": {"A": "Talus", "B": "Calcaneus"},
        "answer_idx": "B",
        "rationale": "So it is.",
    }
    path.write_text(json.dumps(row | checks), encoding="utf-8")
    (found,) = read("mmedbench", path)
    assert isinstance(found, Placed)
    assert isinstance(found.record, Choice)
    return found.record


@pytest.mark.parametrize(
    ("checks", "serves"),
    [
        ({"human_checked": 1, "human_check_passed": 1}, True),
        ({"human_checked": True, "human_check_passed": True}, True),
        ({"human_checked": 1, "human_check_passed": 0}, False),
        ({"human_checked": 0}, False),
        ({}, True),
    ],
)
def test_mmedbench_tests_with_the_rationales_that_people_passed(
    tmp_path: Path, checks: dict[str, object], serves: bool
) -> None:
    record = mmedbench(tmp_path, **checks)
    (task,) = (task for task in registry.get("mmedbench").tasks if task.lang == "en")
    assert task.fields is not None
    assert (task.fields(replace(record, split="test")) is not None) is serves
    assert task.fields(replace(record, split="train")) is not None


ONTOLOGY = """[Term]
id: DOID:4
name: disease

[Term]
id: DOID:1
name: heart disease
synonym: "cardiac disease" EXACT []
is_a: DOID:4 ! disease

[Term]
id: DOID:2
name: skin disease
is_a: DOID:4 ! disease
"""


def test_do_relates_no_term_to_the_root_as_unrelated(tmp_path: Path) -> None:
    terms = "".join(f"\n[Term]\nid: DOID:{n}\nname: skin disease {n}\nis_a: DOID:2\n" for n in range(100, 300))
    path = tmp_path / "doid.obo"
    path.write_text(ONTOLOGY + terms, encoding="utf-8")
    found = [item.record for item in read("do", path) if isinstance(item, Placed)]
    unrelated = [r for r in found if isinstance(r, Label) and r.labels == ("unrelated",)]
    assert unrelated
    for record in unrelated:
        assert "disease" not in (record.text, record.second)
        assert (record.text == "heart disease") != (record.second == "heart disease")


def test_do_survives_a_circle(tmp_path: Path) -> None:
    path = tmp_path / "doid.obo"
    path.write_text(
        "[Term]\nid: DOID:1\nname: a\nis_a: DOID:2\n\n[Term]\nid: DOID:2\nname: b\nis_a: DOID:1\n", encoding="utf-8"
    )
    assert len(read("do", path)) == 2


TEXT = "The {0} is a part of the body. The {0} may hurt after a fall. The {0} heals within a few weeks. Rest."


def test_medlineplus_exchanges_one_sentence_for_one_of_another_page(tmp_path: Path) -> None:
    path = tmp_path / "encyclopedia.jsonl"
    pages = [{"url": f"https://x/{n}.htm", "title": n, "text": TEXT.format(n)} for n in ("knee", "elbow", "wrist")]
    path.write_text("\n".join(map(json.dumps, pages)), encoding="utf-8")
    (task,) = (task for task in registry.get("medlineplus_pages").tasks if task.id == "task134")
    assert task.fields is not None
    made = [task.fields(item.record) for item in read("medlineplus_pages", path) if isinstance(item, Placed)]
    assert made[0] is None
    for page, fields in zip(pages[1:], made[1:], strict=True):
        assert fields is not None
        paragraph, wrong = str(fields["paragraph"]), str(fields["wrong"])
        assert paragraph.count(wrong) == 1
        assert wrong not in page["text"]
        assert sum(sentence in page["text"] for sentence in paragraph.split(". ")) == 2
