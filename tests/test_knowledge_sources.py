"""What the samples of exam, ontology and encyclopedia sources do not show."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

from medcorpus import registry
from medcorpus.reading import Placed, Reject
from medcorpus.records import Choice

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
