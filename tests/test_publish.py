"""Publishing to the Hub and to folders: what arrives, what a second run does, versions, plans, moved heads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import datasets
import polars as pl
import pytest
from huggingface_hub import CommitOperationAdd, HfApi

from medcorpus import publishing, release
from medcorpus.errors import HubError, MedcorpusError, MovedError, RefusedError, VerificationError
from medcorpus.publishing import applying, planning
from medcorpus.publishing.applying import Published
from medcorpus.publishing.planning import Prepared
from medcorpus.release import Release
from tests.clinic import CANARIES, NON_COMMERCIAL, OPEN, WARD, Clinic
from tests.commandline import error_of, run
from tests.hub import CLIENTS_WARN, TOKEN, LoopbackHub, loopback, point_clients

pytestmark = CLIENTS_WARN
TO = "hf://tester/meds-ins"
NAME = "tester/meds-ins"
ALLOW = ("contamination",)
"""There is no benchmark among the made-up sources."""


@pytest.fixture(scope="module")
def first(place: Clinic) -> Release:
    return place.build()


@pytest.fixture(scope="module")
def second(place: Clinic, first: Release) -> Release:
    """Give a release with rows added to a source."""
    place.rows(OPEN, range(8))
    return place.build()


@pytest.fixture(params=["lfs", "xet"])
def hub(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackHub]:
    xet = request.param == "xet"
    if xet:
        pytest.importorskip("hf_xet")
    with loopback(tmp_path / "hub", xet=xet) as running:
        point_clients(running, tmp_path / "clients", monkeypatch, xet=xet)
        yield running


lfs_only = pytest.mark.parametrize("hub", ["lfs"], indirect=True)


def prepare(made: Release, place: Clinic, to: object = TO, **options: Any) -> Prepared:
    return planning.prepare(made, publishing.target_at(str(to)), place.home, **{"allow": ALLOW, **options})


def publish(made: Release, place: Clinic, to: object = TO, **options: Any) -> Published:
    target = publishing.target_at(str(to))
    return applying.carry_out(planning.prepare(made, target, place.home, **{"allow": ALLOW, **options}), target)


def commits(hub: LoopbackHub) -> list[str]:
    return [c.title for c in HfApi(endpoint=hub.url).list_repo_commits(NAME, repo_type="dataset")]


def tags(hub: LoopbackHub) -> dict[str, str]:
    refs = HfApi(endpoint=hub.url).list_repo_refs(NAME, repo_type="dataset")
    return {t.name: t.target_commit for t in refs.tags}


def manifest_at(hub: LoopbackHub, revision: str) -> dict[str, Any]:
    path = HfApi(endpoint=hub.url).hf_hub_download(NAME, "manifest.json", repo_type="dataset", revision=revision)
    found: dict[str, Any] = json.loads(Path(path).read_text())
    return found


def test_what_is_published_is_whole_and_loads(hub: LoopbackHub, place: Clinic, first: Release, tmp_path: Path) -> None:
    done = publish(first, place)
    assert (done.version, done.new) == ("1.0.0", True)
    assert tags(hub) == {"v1.0.0": done.revision}
    rows = datasets.load_dataset(NAME, "all", split="train", revision="v1.0.0")
    assert set(rows["source"]) == {OPEN, NON_COMMERCIAL}
    assert datasets.load_dataset(NAME, f"{OPEN}_answering", revision="v1.0.0")["test"].num_rows == 1
    copy = HfApi(endpoint=hub.url).snapshot_download(
        NAME, repo_type="dataset", revision="v1.0.0", local_dir=tmp_path / "copy"
    )
    opened = release.open_release(Path(copy))
    assert opened.verify() == len(opened.manifest["files"])
    assert opened.manifest["published"]["repository"] == NAME


def test_second_run_makes_no_commit(hub: LoopbackHub, place: Clinic, first: Release) -> None:
    publish(first, place)
    before = commits(hub), tags(hub)
    done = publish(first, place)
    assert (done.new, done.version) == (False, "1.0.0")
    assert (commits(hub), tags(hub)) == before


def test_raw_files_copied_again_on_another_day_are_nothing_new(place: Clinic, first: Release, tmp_path: Path) -> None:
    publish(first, place, tmp_path / "published")
    aged = [{**s, "retrieved": "2019-01-01"} for s in first.manifest["sources"].values()]
    later = replace(first, manifest={**first.manifest, "sources": dict(zip(first.manifest["sources"], aged))})
    assert not prepare(later, place, tmp_path / "published").plan.changes


def test_next_release_sends_what_is_new(hub: LoopbackHub, place: Clinic, first: Release, second: Release) -> None:
    old = publish(first, place).revision
    prepared = prepare(second, place)
    assert (prepared.plan.version, prepared.plan.advice) == ("1.0.1", "patch")
    assert any("4 rows" in line.replace("+", "") for line in prepared.plan.reasons)
    assert [c.path for c in prepared.plan.changes if c.path.startswith("data/")] == [
        f"data/{OPEN}_answering/test-00000-of-00001.parquet",
        f"data/{OPEN}_answering/train-00000-of-00001.parquet",
    ]
    new = publish(second, place).revision
    assert tags(hub) == {"v1.0.0": old, "v1.0.1": new}
    assert commits(hub)[:2] == ["meds-ins 1.0.1", "meds-ins 1.0.0"]
    manifest = manifest_at(hub, "v1.0.1")
    before = manifest_at(hub, "v1.0.0")
    assert manifest["published"]["previous"] == {"version": "1.0.0", "root": before["root"]}


@lfs_only
def test_nothing_of_a_restricted_source_leaves(hub: LoopbackHub, place: Clinic, first: Release) -> None:
    publish(first, place)
    received = everything(hub)
    assert OPEN.encode() in received
    for canary in CANARIES:
        assert canary.encode() not in received
        assert canary.split(" was ")[0].encode() not in received


def everything(hub: LoopbackHub) -> bytes:
    """Give all that the Hub was ever sent, with the text of Parquet files as text."""
    tables = []
    for blob in hub.repositories.blobs.folder.rglob("*"):
        if blob.is_file() and blob.read_bytes()[:4] == b"PAR1":
            tables.append(json.dumps(pl.read_parquet(blob).to_dicts()).encode())
    return b"\0".join([hub.received(), *tables])


@lfs_only
def test_commercial_release_has_no_other_rows(hub: LoopbackHub, place: Clinic, first: Release) -> None:
    publish(first, place, purpose="commercial")
    assert set(datasets.load_dataset(NAME, "all", split="train")["source"]) == {OPEN}
    withheld = manifest_at(hub, "main")["published"]["withheld"]
    assert withheld[NON_COMMERCIAL] == {"licence not on the list: CC-BY-NC-4.0": 4}
    assert withheld[WARD] == {"access: agreement": 4}


@lfs_only
def test_source_that_goes_makes_a_major_version(hub: LoopbackHub, place: Clinic, first: Release) -> None:
    publish(first, place)
    plan = prepare(first, place, purpose="commercial").plan
    assert (plan.version, plan.advice) == ("2.0.0", "major")
    assert {c.action for c in plan.changes if NON_COMMERCIAL in c.path} == {"delete"}
    with pytest.raises(RefusedError, match=f"drift: source {NON_COMMERCIAL} has no row any more, it had 4"):
        publish(first, place, purpose="commercial")
    publish(first, place, purpose="commercial", allow=(*ALLOW, "drift"))
    files = HfApi(endpoint=hub.url).list_repo_files(NAME, repo_type="dataset")
    assert not [f for f in files if NON_COMMERCIAL in f]
    old = HfApi(endpoint=hub.url).list_repo_files(NAME, repo_type="dataset", revision="v1.0.0")
    assert [f for f in old if NON_COMMERCIAL in f]


@lfs_only
def test_version_may_be_named_and_must_rise(hub: LoopbackHub, place: Clinic, first: Release, second: Release) -> None:
    publish(first, place, version="3.1.0")
    assert list(tags(hub)) == ["v3.1.0"]
    with pytest.raises(MedcorpusError, match=r"version 3\.1\.0 is not above 3\.1\.0"):
        prepare(second, place, version="3.1.0")


@lfs_only
def test_head_that_moved_since_the_plan_is_refused(
    hub: LoopbackHub, place: Clinic, first: Release, second: Release
) -> None:
    publish(first, place)
    prepared = prepare(second, place)
    api = HfApi(endpoint=hub.url, token=TOKEN)
    note = CommitOperationAdd("NOTE.md", b"somebody was here")
    head = api.create_commit(NAME, [note], commit_message="note", repo_type="dataset").oid
    with pytest.raises(MovedError, match="somebody else changed"):
        applying.carry_out(prepared, publishing.target_at(TO))
    assert api.repo_info(NAME, repo_type="dataset").sha == head
    assert list(tags(hub)) == ["v1.0.0"]
    publish(second, place)
    assert "NOTE.md" in api.list_repo_files(NAME, repo_type="dataset")


@lfs_only
def test_repository_of_something_else_is_left_alone(hub: LoopbackHub, place: Clinic, first: Release) -> None:
    api = HfApi(endpoint=hub.url, token=TOKEN)
    api.create_repo(NAME, repo_type="dataset")
    api.create_commit(NAME, [CommitOperationAdd("x.csv", b"a")], commit_message="x", repo_type="dataset")
    with pytest.raises(MedcorpusError, match=r"holds files and no manifest: x\.csv"):
        prepare(first, place)
    assert "x.csv" in api.list_repo_files(NAME, repo_type="dataset")


def test_folder_has_the_same_layout(place: Clinic, first: Release, second: Release, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    assert publish(first, place, folder).new
    opened = release.open_release(folder)
    assert opened.verify() == len(opened.manifest["files"])
    assert not publish(first, place, folder).new
    publish(second, place, folder)
    assert release.open_release(folder).version == "1.0.1"
    assert not list(tmp_path.glob(".out*"))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("mine")
    with pytest.raises(MedcorpusError, match="holds something else"):
        prepare(first, place, tmp_path / "other")


def test_folder_is_read_by_datasets(place: Clinic, first: Release, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    publish(first, place, tmp_path / "out")
    loaded = datasets.load_dataset(str(tmp_path / "out"), "qa")
    assert {s: d.num_rows for s, d in loaded.items()} == {"train": 6, "test": 2}


@lfs_only
def test_plan_that_was_written_is_carried_out(hub: LoopbackHub, place: Clinic, first: Release, tmp_path: Path) -> None:
    common = ("publish", "meds-ins", "--home", place.home, "--path", first.path, "--allow", "contamination")
    told = run(*common, "--to", TO, "--plan", tmp_path / "plan.json").stdout
    assert "plan written to" in told
    assert "access: agreement" in told
    assert hub.repositories.names() == []
    assert "published as 1.0.0" in run(*common, "--apply", tmp_path / "plan.json").stdout
    assert "nothing is new" in run(*common, "--apply", tmp_path / "plan.json").stdout
    assert commits(hub)[:1] == ["meds-ins 1.0.0"]


@lfs_only
def test_plan_that_no_longer_holds_is_refused(
    hub: LoopbackHub, place: Clinic, first: Release, second: Release, tmp_path: Path
) -> None:
    publish(first, place)
    common = ("publish", "meds-ins", "--home", place.home, "--allow", "contamination")
    run(*common, "--path", second.path, "--to", TO, "--plan", tmp_path / "plan.json")
    told = error_of(*common, "--path", first.path, "--apply", tmp_path / "plan.json", code=75)
    assert "the release here" in told
    api = HfApi(endpoint=hub.url, token=TOKEN)
    api.create_commit(NAME, [CommitOperationAdd("A.md", b"a")], commit_message="a", repo_type="dataset")
    told = run(*common, "--path", second.path, "--apply", tmp_path / "plan.json", code=75).stderr
    assert "the target's revision" in told
    assert list(tags(hub)) == ["v1.0.0"]


@lfs_only
def test_dry_run_does_nothing(hub: LoopbackHub, place: Clinic, first: Release) -> None:
    told = run("publish", "meds-ins", "--home", place.home, "--path", first.path, "--to", TO, "--dry-run").stdout
    assert "nothing was done" in told
    assert hub.repositories.names() == []
    assert not [m for m in hub.asked if m.method not in ("GET", "HEAD")]


@lfs_only
def test_plan_as_json(hub: LoopbackHub, place: Clinic, first: Release) -> None:
    out = run(
        "publish",
        "meds-ins",
        "--home",
        place.home,
        "--path",
        first.path,
        "--to",
        TO,
        "--format",
        "json",
        "--allow",
        "contamination",
    )
    told = json.loads(out.stdout)
    assert told["done"]["version"] == told["version"] == "1.0.0"
    assert {c["action"] for c in told["changes"]} == {"add"}
    assert told["withheld"] == {WARD: {"access: agreement": 4}}


def test_samples_reach_the_hub_only_when_asked_for(place: Clinic, first: Release) -> None:
    made_up = Release(first.path, {**first.manifest, "sample": True})
    with pytest.raises(MedcorpusError, match="made-up samples"):
        publishing.refuse_samples(made_up, TO, allowed=False)
    publishing.refuse_samples(made_up, TO, allowed=True)
    publishing.refuse_samples(made_up, "folder", allowed=False)


def test_no_address(place: Clinic, first: Release) -> None:
    with pytest.raises(MedcorpusError, match="hf://namespace/name"):
        publishing.target_at("hf://meds-ins")
    with pytest.raises(MedcorpusError, match="name a folder"):
        publishing.target_at("s3://bucket/x")
    assert "say where to publish" in error_of("publish", "meds-ins", "--home", place.home, code=2)


def test_hub_that_cannot_be_reached(place: Clinic, first: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr("medcorpus.remote.sleep", lambda seconds: None)
    with pytest.raises(HubError, match="the Hub cannot be reached"):
        prepare(first, place)


@lfs_only
def test_card_on_the_hub_says_how_to_load_this_version(hub: LoopbackHub, place: Clinic, first: Release) -> None:
    publish(first, place)
    path = HfApi(endpoint=hub.url).hf_hub_download(NAME, "README.md", repo_type="dataset")
    card = Path(path).read_text()
    assert f'medcorpus.load("meds-ins", version="1.0.0", path="hf://{NAME}"' in card
    assert f'load_dataset("{NAME}", "all", revision="v1.0.0")' in card
    assert "medcorpus fetch ward_notes" in card


def test_damaged_staged_file_is_found(place: Clinic, first: Release, tmp_path: Path) -> None:
    from medcorpus.publishing.staging import stage

    staged = stage(first, tmp_path)
    name = next(n for n in staged.files() if n.startswith("data/"))
    path = staged.folder / name
    data = bytearray(path.read_bytes())
    path.unlink()
    data[40] ^= 1
    path.write_bytes(data)
    with pytest.raises(VerificationError, match="sha256"):
        stage(first, tmp_path)
