"""`medcorpus export`: releases as MedS-Ins task files, which the published loader and `medcorpus validate` take."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import medcorpus
from medcorpus import atomic, contract, registry
from medcorpus import build as building
from medcorpus.contributions import exporting, validation
from medcorpus.contributions.vocabulary import task_id_from
from medcorpus.errors import MedcorpusError, VerificationError
from medcorpus.release import Release
from tests.checkout import NAME, forget_sources
from tests.commandline import error_of, run

FILE = "train/tiny-exam-qa_tiny_exam_qa.json"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, sample_layers: str) -> Release:
    """Build meds-ins from the samples of a few real sources, once."""
    home = tmp_path_factory.mktemp("built")
    options = building.Options(home=home, store=sample_layers, sample=True, workers=1, lint="warn")
    return building.build("meds-ins", options).release


@pytest.fixture(scope="module")
def everything(built: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out") / "files"
    exporting.export(built, folder, local=True)
    return folder


def as_loaded(path: Path) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Read a task file as its published loader does: id off the name, the first definition, input and output."""
    value = json.loads(path.read_text(encoding="utf-8"))
    definition = value["Definition"][0]
    for instance in value["Instances"]:
        assert isinstance(instance["output"], list)
        yield path.name.split("_")[0], definition, instance["input"], tuple(instance["output"])


@pytest.mark.filterwarnings("ignore:.*made-up samples")
def test_what_is_exported_is_what_the_release_holds(built: Release, everything: Path) -> None:
    first = {i: registry.instructions(*known)[0] for i, known in registry.tasks().items()}
    rows = medcorpus.load("meds-ins", path=built.path, as_="iter")
    wanted = sorted((r["task_id"].replace("_", "-"), first[r["task_id"]], r["input"], tuple(r["output"])) for r in rows)
    found = sorted(row for path in everything.rglob("*.json") for row in as_loaded(path))
    assert found == wanted


def test_what_is_exported_is_sound(everything: Path) -> None:
    paths = list(everything.rglob("*.json"))
    assert len(paths) > 100
    for path in paths:
        found = validation.validate(path)
        assert found.faults == []
        assert [note for note in found.notes if "language" not in note] == []
        assert task_id_from(path.stem) in registry.tasks()


def test_only_rows_that_may_be_passed_on_without_local(built: Release, everything: Path, tmp_path: Path) -> None:
    found = exporting.export(built, tmp_path / "out")
    assert {file.redistribute for file in found.files} == {"yes"}
    free = {p.relative_to(everything) for p in everything.rglob("*.json") if exporting.LOCAL not in p.parts}
    assert {p.relative_to(tmp_path / "out") for p in (tmp_path / "out").rglob("*.json")} == free
    total = sum(s["rows_out"] for s in built.manifest["sources"].values())
    assert sum(f.rows for f in found.files) + sum(found.withheld.values()) == total
    assert (everything / exporting.LOCAL / "NOTICE.txt").read_text(encoding="utf-8") == exporting.NOTICE
    for path in (everything / exporting.LOCAL).rglob("*.json"):
        assert json.loads(path.read_text(encoding="utf-8"))["Redistribute"] != ["yes"]


@pytest.fixture
def own_home(checkout: Path, tmp_path: Path) -> Path:
    """Build meds-ins of the small checkout, and give its home."""
    contract.update(NAME)
    run("build", "meds-ins", "--sample", "--home", tmp_path / "h", "--format", "quiet")
    return tmp_path / "h"


def test_a_file_states_source_licence_and_terms(own_home: Path, tmp_path: Path) -> None:
    result = run("export", "meds-ins", "--to", tmp_path / "out", "--home", own_home)
    assert f"{FILE}     1  tiny_exam  CC0-1.0" in result.stdout
    value = json.loads((tmp_path / "out" / FILE).read_text(encoding="utf-8"))
    assert value["Source"] == ["Tiny Exam"]
    assert value["License"] == ["CC0-1.0"]
    assert value["License evidence"] == ["written for this test"]
    assert (value["Access"], value["Redistribute"], value["Split"]) == (["open"], ["yes"], ["train"])
    assert value["Input_language"] == ["English"]
    assert value["Definition"][0] == "Choose the right option."
    instance = {
        "id": "tiny_exam_qa/tiny_exam/a",
        "input": "Which vitamin prevents scurvy?\nA. Vitamin A\nB. Vitamin C",
        "output": ["B. Vitamin C"],
    }
    assert value["Instances"] == [instance]
    assert "sound" in run("validate", tmp_path / "out" / FILE).stdout


def test_a_row_stands_once_whatever_its_phrasings(own_home: Path, tmp_path: Path) -> None:
    run("build", "meds-ins", "--sample", "--phrasings", "all", "--home", own_home, "--format", "quiet")
    run("export", "meds-ins", "--to", tmp_path / "out", "--home", own_home)
    value = json.loads((tmp_path / "out" / FILE).read_text(encoding="utf-8"))
    assert len(value["Instances"]) == 1
    assert len(value["Definition"]) == 6


def test_build_exports(own_home: Path) -> None:
    arguments = ("build", "meds-ins", "--sample", "--home", own_home, "--export", "meds-ins-json", "--format", "json")
    for _ in range(2):
        (folder,) = json.loads(run(*arguments).stdout)["exported"]
        assert Path(folder).is_relative_to(own_home / "exports" / "meds-ins")
        assert (Path(folder) / FILE).is_file()


def forbid(checkout: Path) -> None:
    path = checkout / "sources" / NAME / "source.py"
    path.write_text(path.read_text(encoding="utf-8").replace('redistribute="yes"', 'redistribute="unknown"'))
    forget_sources()


def test_nothing_that_may_be_passed_on(checkout: Path, own_home: Path, tmp_path: Path) -> None:
    forbid(checkout)
    run("build", "meds-ins", "--sample", "--home", own_home, "--format", "quiet")
    told = error_of("export", "meds-ins", "--to", tmp_path / "out", "--home", own_home, "--format", "quiet", code=1)
    assert "none of its 1 rows may be passed on - --local writes them for your own use" in told
    assert not (tmp_path / "out").exists()
    run("export", "meds-ins", "--to", tmp_path / "out", "--local", "--home", own_home)
    assert (tmp_path / "out" / exporting.LOCAL / FILE).is_file()


def test_withdrawn_rows_are_left_out(own_home: Path, tmp_path: Path) -> None:
    run("withdraw", "tiny_exam/a", "--reason", "asked for", "--home", own_home)
    with pytest.warns(UserWarning, match="were withdrawn since"):
        told = error_of("export", "meds-ins", "--to", tmp_path / "out", "--home", own_home, "--format", "quiet", code=1)
    assert "all its rows were withdrawn" in told


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["mmedz"], 2, "did you mean 'mmedc'"),
        (["mmedc"], 1, "no release of mmedc here"),
        (["meds-ins", "--form", "xml"], 2, "--form"),
        (["meds-ins", "--task", "nerr"], 2, "there is no task 'nerr'"),
    ],
)
def test_wrong_usage(arguments: list[str], code: int, told: str, own_home: Path, tmp_path: Path) -> None:
    assert told in error_of("export", *arguments, "--to", tmp_path / "out", "--home", own_home, code=code)


def test_a_folder_with_something_in_it_is_left_alone(own_home: Path, tmp_path: Path) -> None:
    (tmp_path / "own").write_text("mine", encoding="utf-8")
    told = error_of("export", "meds-ins", "--to", tmp_path, "--home", own_home, code=1)
    assert "the folder is not empty - name a new one" in told
    assert (tmp_path / "own").read_text(encoding="utf-8") == "mine"


def test_all_files_or_none(own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path) -> Any:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(atomic, "sync", full)
    assert "No space left on device" in error_of(
        "export", "meds-ins", "--to", tmp_path / "o" / "x", "--home", own_home, code=1
    )
    assert list((tmp_path / "o").iterdir()) == []


def test_damaged_release_is_refused(own_home: Path, tmp_path: Path) -> None:
    (path,) = (own_home / "releases").rglob("train-*.parquet")
    path.write_bytes(path.read_bytes()[:-1])
    error_of("export", "meds-ins", "--to", tmp_path / "out", "--home", own_home, code=5)
    assert not (tmp_path / "out").exists()


def test_texts_have_no_tasks(tmp_path: Path) -> None:
    release = Release(tmp_path, {"product": "mmedc"})
    with pytest.raises(MedcorpusError, match="mmedc has no tasks"):
        exporting.export(release, tmp_path / "out")


def test_another_release_than_named(own_home: Path, tmp_path: Path) -> None:
    (manifest,) = (own_home / "releases").rglob("manifest.json")
    told = error_of("export", "meds-bench", "--to", tmp_path / "o", "--path", manifest.parent, code=5)
    assert "holds meds-ins, not meds-bench" in told
    assert VerificationError.exit_code == 5
