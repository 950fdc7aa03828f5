"""The checks before a tag as publishing runs them: on what would be published, and nothing is while one fails."""

from __future__ import annotations

import json
import re
from pathlib import Path

import polars as pl
import pytest

from medcorpus import gate, publishing, release
from medcorpus.errors import MedcorpusError, RefusedError, UnknownNameError
from medcorpus.parquet import write_table
from medcorpus.publishing import applying, planning
from medcorpus.publishing.staging import stage
from medcorpus.release import Release
from tests.clinic import OPEN, WARD, Clinic
from tests.commandline import error_of, run


@pytest.fixture(scope="module")
def built(place: Clinic) -> Release:
    return place.build()


@pytest.fixture
def candidate(built: Release, place: Clinic, tmp_path: Path) -> Release:
    """Give what is about to be published, with a look at test items that the made-up sources cannot have."""
    planning.prepare(built, publishing.target_at(str(tmp_path / "out")), place.home)
    staged = release.open_release(stage(built, place.home).folder)
    protects = {"x": {"benchmarks": ["mmedbench", "meds-bench"], "items": 5}}
    return Release(staged.path, {**staged.manifest, "protects": protects})


def test_candidate_for_publication_is_a_release_that_passes(candidate: Release, built: Release) -> None:
    assert gate.check(candidate, built=built) == []
    assert WARD not in candidate.manifest["configs"]


def test_candidate_is_judged_by_what_the_build_found(candidate: Release, built: Release, tmp_path: Path) -> None:
    problems = [f"{OPEN}_answering: 3 of 4 rows are blank", f"{WARD}_answering: 4 of 4 rows are blank"]
    (tmp_path / "built").mkdir()
    ids = next(iter(pl.scan_parquet(candidate.path / "data/*/*.parquet").select("id").head(1).collect()["id"]))
    write_table(tmp_path / "built" / "overlaps.parquet", pl.DataFrame({"id": [ids]}).to_arrow())
    lint = {"findings": [], "problems": problems}
    knowing = Release(tmp_path / "built", {**built.manifest, "lint": lint, "files": []})
    found = gate.check(candidate, built=knowing)
    assert [p.check for p in found] == ["lint", "contamination"]
    assert found[0].text == problems[0]
    assert found[1].text.startswith("1 rows repeat test items")


def test_refused_release_is_not_published(built: Release, place: Clinic, tmp_path: Path) -> None:
    target = publishing.target_at(str(tmp_path / "out"))
    prepared = planning.prepare(built, target, place.home)
    assert list(prepared.plan.refusals) == ["contamination"]
    with pytest.raises(RefusedError, match="--allow contamination"):
        applying.carry_out(prepared, target)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "error", "told"),
    [
        ("contaminatoin", UnknownNameError, "there is no check 'contaminatoin' - did you mean 'contamination'"),
        ("licences", MedcorpusError, "the check 'licences' is never let go"),
        ("withdrawn", MedcorpusError, "the check 'withdrawn' is never let go"),
    ],
)
def test_check_that_cannot_be_let_go(name: str, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        gate.ensure_allowable(["drift", name])


def test_refusal_that_cannot_be_allowed_says_so() -> None:
    assert "--allow" not in str(RefusedError({"drift": ["a"], "licences": ["b"]}, "there", gate.KEPT))


def test_command_tells_what_was_refused(built: Release, place: Clinic, tmp_path: Path) -> None:
    common = ("publish", "meds-ins", "--home", place.home, "--path", built.path, "--to", tmp_path / "out")
    assert "no test item of mmedbench" in run(*common, "--dry-run").stdout
    assert "not published: contamination" in run(*common, code=1).stderr
    assert "never let go" in error_of(*common, "--allow", "counts", code=1)
    told = run(*common, "--allow", "contamination", "--plan", tmp_path / "plan.json").stdout
    assert re.search(r"let go +contamination\n", told)
    assert json.loads((tmp_path / "plan.json").read_text())["allowed"] == ["contamination"]
    applied = ("publish", "meds-ins", "--home", place.home, "--path", built.path, "--apply", tmp_path / "plan.json")
    assert "published as 1.0.0" in run(*applied).stdout
