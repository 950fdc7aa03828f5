"""Where a row comes from and what became of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from medcorpus import build, why
from medcorpus.errors import UnknownNameError, VerificationError
from medcorpus.why import Fate, explain
from tests.checkout import NAME, tiny_checkout

URL = "https://example.org/questions.jsonl"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Build meds-ins from the one small source."""
    with pytest.MonkeyPatch.context() as patch, tiny_checkout(tmp_path_factory.mktemp("checkout"), patch):
        home = tmp_path_factory.mktemp("built")
        build.build("meds-ins", build.Options(home=home, sample=True, workers=1))
        yield home


def only_fate(row_id: str, home: Path) -> Fate:
    (fate,) = explain(row_id, home).fates
    return fate


@pytest.mark.parametrize("row_id", [f"{NAME}/a", f"{NAME}_qa/{NAME}/a"])
def test_published_row(row_id: str, built: Path) -> None:
    story = explain(row_id, built)
    assert (story.record, story.source, story.raw_file, story.raw_row, story.url) == (
        f"{NAME}/a", NAME, "questions.jsonl", 1, URL
    )  # fmt: skip
    fate = only_fate(row_id, built)
    assert (fate.product, fate.published, fate.config, fate.split) == ("meds-ins", True, f"{NAME}_qa", "train")
    assert fate.id == f"{NAME}_qa/{NAME}/a"


@pytest.mark.parametrize("row_id", [f"{NAME}/b", f"{NAME}_qa/{NAME}/b"])
def test_duplicate_says_which_copy_stayed(row_id: str, built: Path) -> None:
    assert explain(row_id, built).raw_row == 2
    fate = only_fate(row_id, built)
    assert (fate.published, fate.step, fate.reason) == (False, "keep", "exact duplicate")
    assert fate.stayed == f"{NAME}_qa/{NAME}/a"


def test_record_that_serves_no_task(built: Path) -> None:
    fate = only_fate(f"{NAME}/c", built)
    assert (fate.id, fate.step, fate.reason) == (f"{NAME}/c", "render", "no task of the source takes this record")
    assert explain(f"{NAME}/c", built).raw_row == 3


def test_one_release_by_its_folder(built: Path) -> None:
    (folder,) = (built / "releases" / "meds-ins").glob("0.*")
    assert explain(f"{NAME}/a", built, folder).fates == explain(f"{NAME}/a", built).fates
    with pytest.raises(VerificationError, match=r"no manifest\.json here"):
        explain(f"{NAME}/a", built, built)


def test_layers_are_not_needed(built: Path, tmp_path: Path) -> None:
    shutil.copytree(built / "releases", tmp_path / "releases")
    assert explain(f"{NAME}/b", tmp_path) == explain(f"{NAME}/b", built)


def test_damaged_release_is_not_believed(built: Path, tmp_path: Path) -> None:
    shutil.copytree(built / "releases", tmp_path / "releases")
    ledger = next(tmp_path.rglob("ledger.parquet"))
    ledger.write_bytes(ledger.read_bytes()[:-1] + b"?")
    with pytest.raises(VerificationError, match=r"ledger\.parquet"):
        explain(f"{NAME}/b", tmp_path)


@pytest.mark.parametrize(
    ("row_id", "told"),
    [
        (f"{NAME}/e", f"there is no row '{NAME}/e' - did you mean '{NAME}/c' or '{NAME}/b' or '{NAME}/a'?"),
        (f"{NAME}_qa/{NAME}/e", f"did you mean '{NAME}_qa/{NAME}/b' or '{NAME}_qa/{NAME}/a'?"),
        (f"{NAME}/nothing-at-all-like-any-other-id", f"ids here look like '{NAME}/a'"),
        ("tiny_exams/a", f"there is no source or task 'tiny_exams' - did you mean '{NAME}'"),
        (f"{NAME}_qa/tiny_exams/a", f"there is no source 'tiny_exams' - did you mean '{NAME}'?"),
        (NAME, "an id is written source/key or task/source/key"),
        ("", "an id is written source/key or task/source/key"),
        (f"{NAME}/", "an id is written source/key or task/source/key"),
    ],
)
def test_unknown_ids(row_id: str, told: str, built: Path) -> None:
    with pytest.raises(UnknownNameError) as error:
        explain(row_id, built)
    assert told in str(error.value)
    assert error.value.exit_code == 2


def test_nothing_was_built(built: Path, home: Path) -> None:
    with pytest.raises(UnknownNameError, match=f"nothing of {NAME} was built here; run: medcorpus build"):
        explain(f"{NAME}/a", home)


def test_many_ids_are_not_all_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(why, "COMPARED", 3)
    known = [f"pubmed/{n}" for n in range(1000, 1100)]
    assert why._alike("pubmed/1x42", known[:3]) == known[:3]
    alike = why._alike("pubmed/9042", [*known, "pubmed/42"])
    assert "pubmed/1042" in alike or len(alike) == 3
    assert "pubmed/42" not in alike
