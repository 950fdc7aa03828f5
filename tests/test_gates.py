"""Checks before a tag: each of them fails once, and nothing gets published while one does."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from medcorpus import products, publishing
from medcorpus.errors import RefusedError, UnknownNameError
from medcorpus.publishing import applying, gates, planning
from medcorpus.publishing.gates import Candidate, Refusal
from medcorpus.publishing.staging import stage
from medcorpus.release import Release
from tests.clinic import OPEN, Clinic, clinic
from tests.commandline import error_of, run

ALLOW = ("contamination",)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    with pytest.MonkeyPatch.context() as patch, clinic(tmp_path_factory.mktemp("clinic"), patch) as made:
        yield made


@pytest.fixture(scope="module")
def built(place: Clinic) -> Release:
    return place.build()


@pytest.fixture
def candidate(built: Release, place: Clinic, tmp_path: Path) -> Candidate:
    """Give what passes every check."""
    prepared = planning.prepare(built, publishing.target_at(str(tmp_path / "out")), place.home, allow=ALLOW)
    manifest = json.loads(json.dumps(prepared.manifest))
    manifest["protects"] = {"x": {"benchmarks": ["mmedbench", "meds-bench"], "items": 5}}
    data = prepared.contents["README.md"].data
    assert isinstance(data, bytes)
    return Candidate(built, stage(built, place.home), manifest, data.decode(), None)


def found(candidate: Candidate, **changes: Any) -> list[Refusal]:
    return gates.refusals(dataclasses.replace(candidate, **changes))


def test_sound_candidate_passes(candidate: Candidate) -> None:
    assert found(candidate) == []


def altered(candidate: Candidate, change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(json.dumps(candidate.manifest))
    change(manifest)
    return manifest


def some_file(manifest: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = manifest["configs"][f"{OPEN}_answering"]["train"]["files"][0]
    return found


def test_schema(candidate: Candidate) -> None:
    fewer = altered(candidate, lambda m: some_file(m).update(rows=2))
    assert [r.text.split(" ", 1)[1] for r in found(candidate, manifest=fewer)] == ["has 3 rows, not 2"]
    other = altered(candidate, lambda m: m["columns"].pop())
    assert {r.check for r in found(candidate, manifest=other)} == {"schema"}


@pytest.mark.parametrize(("before", "refused"), [(4, False), (5, False), (6, True), (2, False), (1, True)])
def test_drift(before: int, refused: bool, candidate: Candidate) -> None:
    old = altered(candidate, lambda m: m["sources"][OPEN].update(rows_out=before))
    told = [r.text for r in found(candidate, before=old)]
    assert told == ([f"{OPEN} has 4 rows, it had {before}"] if refused else [])


def test_source_that_is_gone(candidate: Candidate) -> None:
    old = altered(candidate, lambda m: m["sources"].update(gone={"rows_out": 9}))
    assert found(candidate, before=old) == [Refusal("drift", "gone has 0 rows, it had 9")]


def test_lint(candidate: Candidate, built: Release) -> None:
    problems = [f"{OPEN}_answering: 3 of 4 rows are blank", "ward_notes_answering: 4 of 4 rows are blank"]
    manifest = {**built.manifest, "lint": {"findings": [], "problems": problems}}
    assert found(candidate, release=Release(built.path, manifest)) == [Refusal("lint", problems[0])]


def test_contamination(candidate: Candidate, monkeypatch: pytest.MonkeyPatch) -> None:
    one = altered(candidate, lambda m: m["protects"]["x"].update(benchmarks=["mmedbench"]))
    told = "the rows were compared with no test item of meds-bench"
    assert found(candidate, manifest=one) == [Refusal("contamination", told)]
    none = altered(candidate, lambda m: m["protects"]["x"].update(items=0))
    assert len(found(candidate, manifest=none)) == 2
    without = dataclasses.replace(products.get("meds-ins"), rules=lambda: {})
    monkeypatch.setattr(products, "get", lambda name: without)
    assert found(candidate) == [Refusal("contamination", "rows that repeat test items are not left out")]


def test_pii(candidate: Candidate, tmp_path: Path) -> None:
    path = candidate.staged.folder / some_file(dict(candidate.manifest))["path"]
    rows = pl.read_parquet(path).with_columns(input=pl.lit("Write to jane.doe@hospital.example.org soon."))
    other = tmp_path / "data" / "x.parquet"
    other.parent.mkdir()
    rows.write_parquet(other)
    searched, hits = gates._searched(other)
    assert (searched, hits["email"]) == (3, 3)
    monkey = altered(candidate, lambda m: some_file(m).update(path=str(other)))
    told = [r for r in found(candidate, manifest=monkey) if r.check == "pii"]
    assert [r.text for r in told] == [
        f"{OPEN}_answering, train: 3 of 3 rows hold what looks like personal data (email)"
    ]


@pytest.mark.parametrize("limit", ["MOST_CONFIGS", "MOST_COLUMNS", "MOST_SPLITS", "GROUP_BYTES", "ROW_BYTES"])
def test_viewer(limit: str, candidate: Candidate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, limit, 1)
    assert {r.check for r in found(candidate)} == {"viewer"}


def test_card(candidate: Candidate) -> None:
    assert found(candidate, card=candidate.card + "\nFILL IN") == [Refusal("card", "the card is not finished: FILL IN")]
    without = candidate.card.replace(OPEN, "other")
    assert [r.check for r in found(candidate, card=without)] == ["card"]
    uncited = altered(candidate, lambda m: m["sources"][OPEN].update(cite=""))
    assert found(candidate, manifest=uncited)[0].text == f"source {OPEN} is not in the card, or without BibTeX"


def test_refused_release_is_not_published(built: Release, place: Clinic, tmp_path: Path) -> None:
    target = publishing.target_at(str(tmp_path / "out"))
    prepared = planning.prepare(built, target, place.home)
    assert list(prepared.plan.refusals) == ["contamination"]
    with pytest.raises(RefusedError, match="--allow contamination"):
        applying.carry_out(prepared, target)
    assert not (tmp_path / "out").exists()
    with pytest.raises(UnknownNameError, match="there is no check 'licences'"):
        planning.prepare(built, target, place.home, allow=("licences",))


def test_command_tells_what_was_refused(built: Release, place: Clinic, tmp_path: Path) -> None:
    common = ("publish", "meds-ins", "--home", place.home, "--path", built.path, "--to", tmp_path / "out")
    assert "no test item of mmedbench" in run(*common, "--dry-run").stdout
    assert "not published: contamination" in error_of(*common, code=1)
    run(*common, "--allow", "contamination", "--plan", tmp_path / "plan.json")
    assert json.loads((tmp_path / "plan.json").read_text())["allowed"] == ["contamination"]
    applied = ("publish", "meds-ins", "--home", place.home, "--path", built.path, "--apply", tmp_path / "plan.json")
    assert "published as 1.0.0" in run(*applied).stdout
