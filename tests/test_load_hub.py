"""Loading from the Hub: the right version, only what is needed, verified, without network once it was here."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from huggingface_hub import CommitOperationAdd, HfApi

import medcorpus
from medcorpus import publishing, tombstones, yanked
from medcorpus.errors import HubError, MedcorpusError, UnknownNameError, VerificationError
from medcorpus.hub.repositories import State
from medcorpus.publishing import applying, planning
from medcorpus.release import Release
from tests.clinic import NON_COMMERCIAL, OPEN, Clinic, clinic
from tests.hub import CLIENTS_WARN, TOKEN, LoopbackHub, altered, client_environment, loopback, point_clients, status

pytestmark = CLIENTS_WARN
TO, NAME = "hf://tester/meds-ins", "tester/meds-ins"


@dataclass
class Town:
    """A Hub's folder that holds two versions."""

    folder: Path
    clinic: Clinic
    first: Release


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    with pytest.MonkeyPatch.context() as patch, clinic(folder / "clinic", patch) as place:
        first = place.build()
        with loopback(folder / "hub") as hub:
            point_clients(hub, folder / "clients", patch)
            publish(first, place)
            place.rows(OPEN, range(8))
            publish(place.build(), place)
        yield Town(folder / "hub", place, first)


def publish(made: Release, place: Clinic, to: str = TO) -> applying.Published:
    target = publishing.target_at(to)
    return applying.carry_out(planning.prepare(made, target, place.home, allow=("contamination",)), target)


@pytest.fixture
def hub(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackHub]:
    """Run a Hub of its own that holds both versions, with empty caches."""
    with loopback(shutil.copytree(town.folder, tmp_path / "hub")) as running:
        point_clients(running, tmp_path / "clients", monkeypatch)
        monkeypatch.setattr("medcorpus.remote.sleep", lambda seconds: None)
        monkeypatch.setenv("MEDCORPUS_NAMESPACE", "tester")
        yield running


@contextlib.contextmanager
def offline(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
        yield


def load(version: str = "latest", path: str = TO, **asked: Any) -> pl.DataFrame:
    frame: pl.DataFrame = medcorpus.load("meds-ins", version=version, path=path, as_="polars", **asked)
    return frame


def change(hub: LoopbackHub, edit: Any) -> None:
    found = hub.repositories.get(NAME)
    assert found is not None
    found.change(edit)


def test_latest_and_exact_versions(hub: LoopbackHub) -> None:
    assert load().height == 12
    assert load("1.0.0").height == 8
    assert load("v1.0.1").height == 12


def test_product_alone_is_looked_up_in_the_namespace(hub: LoopbackHub) -> None:
    frame = medcorpus.load("meds-ins", as_="lazy").collect()
    assert set(frame["source"]) == {OPEN, NON_COMMERCIAL}
    loaded = medcorpus.load("meds-ins", version="1.0.0")
    assert {s: d.num_rows for s, d in loaded.items()} == {"train": 6, "test": 2}


def test_facts_of_a_release_on_the_hub(hub: LoopbackHub) -> None:
    found = medcorpus.info("meds-ins", path=TO)
    assert (found["version"], found["rows"]) == ("1.0.1", 12)


def test_release_that_was_built_here_comes_first(hub: LoopbackHub, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDCORPUS_HOME", str(town.clinic.home))
    assert "ward_notes" in set(medcorpus.load("meds-ins", as_="polars")["source"])
    assert hub.asked == []
    assert medcorpus.load("meds-ins", version="1.0.0", as_="polars").height == 8


def test_only_what_is_needed_is_downloaded(hub: LoopbackHub) -> None:
    rows = load(task=f"{OPEN}_answering", split="train")
    assert set(rows["source"]) == {OPEN}
    brought = {p.split("/", 6)[-1] for p in hub.paths("GET") if "/resolve/" in p and p.endswith(".parquet")}
    assert brought == {f"data/{OPEN}_answering/train-00000-of-00001.parquet"}


def test_little_is_asked_and_nothing_twice(hub: LoopbackHub) -> None:
    load(task=f"{OPEN}_answering", split="train")
    asked = [f"{a.method} {a.path.rsplit('/', 1)[-1]}" for a in hub.asked]
    file = "train-00000-of-00001.parquet"
    once = ["refs", "manifest.json", file]
    looks = [f"HEAD {name}" for name in (yanked.FILE, tombstones.FILE, "manifest.json", file)]
    assert sorted(asked) == sorted([*(f"GET {name}" for name in once), *looks])


def test_what_was_loaded_needs_no_network(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    load("1.0.0")
    hub.asked.clear()
    assert load("1.0.0").height == 8
    assert hub.asked == []
    with offline(monkeypatch):
        assert load("1.0.0").height == load().height == 8
        with pytest.raises(UnknownNameError, match=r"no version '9\.9\.9' .* in the cache: 1\.0\.0"):
            load("9.9.9")
        with pytest.raises(UnknownNameError, match=r"no version '1\.0\.1'"):
            load("1.0.1")
    assert hub.asked == []


def test_offline_says_what_is_not_in_the_cache(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    load("1.0.0", task=f"{OPEN}_answering")
    with offline(monkeypatch):
        with pytest.raises(HubError, match=r"2 files of meds-ins 1\.0\.0 are not in the cache - load it once"):
            load("1.0.0")
        with pytest.raises(HubError, match="nothing of tester/other is in the cache, and HF_HUB_OFFLINE is set"):
            load(path="hf://tester/other")


def test_version_that_does_not_exist(hub: LoopbackHub) -> None:
    with pytest.raises(UnknownNameError, match=r"there is no version '1\.0\.7' - did you mean '1\.0\.1' or '1\.0\.0'"):
        load("1.0.7")


def test_hub_that_is_down_leaves_the_cache(hub: LoopbackHub) -> None:
    load("1.0.0")
    hub.left = 0
    with pytest.warns(UserWarning, match="going by what is in the cache"):
        assert load().height == 8


def test_hub_that_is_down_and_no_cache(hub: LoopbackHub) -> None:
    hub.left = 0
    with pytest.raises(HubError, match="the Hub cannot be reached"):
        load()


def test_altered_bytes_are_refused_and_fetched_again(hub: LoopbackHub) -> None:
    hub.fail(f"GET /datasets/{NAME}/resolve/{tags(hub)['v1.0.0']}/data", altered)
    with pytest.raises(VerificationError, match="load it again: the damaged copy was removed"):
        load("1.0.0")
    assert load("1.0.0").height == 8


def test_damaged_cache_is_refused_and_fetched_again(hub: LoopbackHub, tmp_path: Path) -> None:
    load("1.0.0")
    blob = next(p for p in (tmp_path / "clients").rglob("*.parquet")).resolve()
    data = bytearray(blob.read_bytes())
    data[50] ^= 1
    blob.chmod(0o644)
    blob.write_bytes(data)
    with pytest.raises(VerificationError, match="the damaged copy was removed"):
        load("1.0.0")
    assert load("1.0.0").height == 8


def tags(hub: LoopbackHub) -> dict[str, str]:
    found = hub.repositories.get(NAME)
    assert found is not None
    return found.state().tags


def test_tag_that_was_moved_is_told(hub: LoopbackHub) -> None:
    load("1.0.0")
    change(hub, lambda state: state.tags.update({"v1.0.0": state.tags["v1.0.1"]}))
    with pytest.raises(VerificationError, match=r"tag v1\.0\.0 names another commit than when it was first loaded"):
        load()


def test_tag_on_the_commit_of_another_version(hub: LoopbackHub) -> None:
    change(hub, lambda state: state.tags.update({"v2.0.0": state.tags["v1.0.1"]}))
    with pytest.raises(VerificationError, match=r"tag v2\.0\.0 holds meds-ins 1\.0\.1, not meds-ins 2\.0\.0"):
        load()


def test_hub_that_was_turned_back_is_told_of(hub: LoopbackHub) -> None:
    load()
    change(hub, lambda state: state.tags.pop("v1.0.1"))
    with pytest.warns(UserWarning, match=r"newest version of tester/meds-ins is 1\.0\.0, but 1\.0\.1 was loaded"):
        assert load().height == 8
    assert load("1.0.1").height == 12


def commit(hub: LoopbackHub, name: str, content: bytes) -> None:
    api = HfApi(endpoint=hub.url, token=TOKEN)
    api.create_commit(NAME, [CommitOperationAdd(name, content)], commit_message=name, repo_type="dataset")


def test_yanked_version_is_not_the_latest(hub: LoopbackHub) -> None:
    commit(hub, yanked.FILE, yanked.text_of("meds-ins", {"1.0.1": yanked.Mark("2026-01-31", "names in a note")}))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert load().height == 8
    with pytest.warns(UserWarning, match=r"1\.0\.1 was yanked on 2026-01-31: names in a note"):
        assert load("1.0.1").height == 12


def test_withdrawn_rows_leave_older_releases(hub: LoopbackHub, town: Town) -> None:
    gone = tombstones.entry(f"{OPEN}/n1", "2026-01-31", "asked for by the author")
    assert load("1.0.0").height == 8
    commit(hub, tombstones.FILE, tombstones.as_text([gone]).encode())
    with pytest.warns(UserWarning, match=r"1 row\(s\) of meds-ins 1\.0\.1 were withdrawn"):
        assert load().height == 11
    with pytest.warns(UserWarning, match=r"1 row\(s\) of meds-ins 1\.0\.0 were withdrawn"):
        assert load("1.0.0").height == 7


def settings(**values: Any) -> Any:
    def edit(state: State) -> None:
        for name, value in values.items():
            setattr(state, name, value)

    return edit


def test_private_and_gated_say_what_to_do(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    change(hub, settings(private=True))
    assert load("1.0.0").height == 8
    monkeypatch.setenv("HF_TOKEN", "hf_" + "Nobody" * 5)
    with pytest.raises(HubError, match="for a private repository log in with `hf auth login`"):
        load()
    change(hub, settings(private=False, gated="manual"))
    with pytest.raises(HubError, match="ask for access on the repository's page"):
        load("1.0.1")


def test_other_refusals(hub: LoopbackHub) -> None:
    hub.fail("/refs", status(403), status(200, b"<html>"))
    with pytest.raises(HubError, match="answered 403"):
        load()
    with pytest.raises(HubError, match="check that HF_ENDPOINT is a Hub's address"):
        load()
    with pytest.raises(HubError, match="check the name"):
        load(path="hf://tester/nothing")


def test_repository_of_another_product(hub: LoopbackHub) -> None:
    with pytest.raises(VerificationError, match=r"tag v1\.0\.1 holds meds-ins 1\.0\.1, not mmedc 1\.0\.1"):
        medcorpus.load("mmedc", path=TO)


def test_nothing_here_and_no_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    with offline(monkeypatch), pytest.raises(MedcorpusError, match="run: medcorpus build meds-ins"):
        medcorpus.load("meds-ins")


def test_first_row_waits_for_no_import_that_it_does_not_need(hub: LoopbackHub, tmp_path: Path) -> None:
    program = (
        "import sys, medcorpus\n"
        f"medcorpus.load('meds-ins', path='{TO}', as_='lazy').head(1).collect()\n"
        "print({'datasets', 'jsonschema', 'medcorpus.products', 'huggingface_hub.hf_api', 'pandas'} & {*sys.modules})\n"
    )
    environment = client_environment(hub, tmp_path / "fresh", MEDCORPUS_HOME=str(tmp_path / "home2"))
    out = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert out.stdout.strip() == "set()", out.stderr


def test_everything_with_unmodified_clients(hub: LoopbackHub, town: Town, tmp_path: Path) -> None:
    """Load in a process that knows of the Hub by its environment only."""
    program = (
        "import medcorpus, datasets\n"
        f"print(medcorpus.load('meds-ins', version='1.0.0', path='{TO}')['train'].num_rows)\n"
        f"print(datasets.load_dataset('{NAME}', 'all', revision='v1.0.1')['train'].num_rows)\n"
    )
    environment = client_environment(hub, tmp_path / "fresh", MEDCORPUS_HOME=str(tmp_path / "home2"))
    out = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert out.stdout.split() == ["6", "9"], out.stderr
    environment |= {"HF_HUB_OFFLINE": "1", "HF_ENDPOINT": "http://127.0.0.1:9"}
    program = program.splitlines()[0] + "\n" + program.splitlines()[1]
    out = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert out.stdout.split() == ["6"], out.stderr
