"""After a release: what changed, versions that are withdrawn, mirrors, and serving them without internet."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import medcorpus
from medcorpus import publishing
from medcorpus.hub.repositories import Repository
from medcorpus.hub.server import Hub, serving
from medcorpus.publishing import applying, planning
from medcorpus.release import Release
from tests.clinic import NON_COMMERCIAL, OPEN, WARD, Clinic, clinic
from tests.commandline import error_of, run
from tests.hub import CLIENTS_WARN, READER, LoopbackHub, altered, client_environment, loopback, point_clients

pytestmark = CLIENTS_WARN
TO, NAME = "hf://tester/meds-ins", "tester/meds-ins"


@dataclass
class Town:
    """Two local releases, and a Hub's folder that holds both."""

    folder: Path
    clinic: Clinic
    first: Release
    second: Release


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    with pytest.MonkeyPatch.context() as patch, clinic(folder / "clinic", patch) as place:
        first = place.build()
        place.rows(OPEN, [1, 2, 3, 4, 5, 5])
        change_answer(place)
        second = place.build()
        with loopback(folder / "hub") as hub:
            point_clients(hub, folder / "clients", patch)
            for made in (first, second):
                target = publishing.target_at(TO)
                applying.carry_out(planning.prepare(made, target, place.home, allow=("contamination",)), target)
        yield Town(folder / "hub", place, first, second)


def change_answer(place: Clinic) -> None:
    path = place.raw / NON_COMMERCIAL / "rows.jsonl"
    path.write_text(path.read_text().replace("Answer 2 of", "A better answer 2 of"))


@pytest.fixture
def hub(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackHub]:
    with loopback(shutil.copytree(town.folder, tmp_path / "hub")) as running:
        point_clients(running, tmp_path / "clients", monkeypatch)
        monkeypatch.setattr("medcorpus.remote.sleep", lambda seconds: None)
        monkeypatch.setenv("MEDCORPUS_NAMESPACE", "tester")
        yield running


def test_diff_of_versions_on_the_hub(hub: LoopbackHub) -> None:
    out = run("diff", f"{TO}@1.0.0", TO, "--format", "json")
    told = json.loads(out.stdout)
    assert (told["old"]["version"], told["counts"]) == (
        "1.0.0",
        {"added": 2, "removed": 1, "changed": 1, "moved": 3},
    )
    assert WARD not in out.stdout
    assert "did you mean" in error_of("diff", f"{TO}@1.0.9", TO, code=2)


def test_diff_reads_only_what_differs(hub: LoopbackHub) -> None:
    run("diff", f"{TO}@1.0.0", f"{TO}@1.0.0")
    assert not [p for p in hub.paths("GET") if p.endswith(".parquet") and "/data/" in p]


def test_diff_with_what_was_built_here(hub: LoopbackHub, town: Town) -> None:
    told = run("diff", town.first.path, f"{TO}@1.0.0").stdout
    assert "may not be passed on" in told


def test_yanked_version(hub: LoopbackHub) -> None:
    newest = medcorpus.load("meds-ins", as_="polars")
    found = hub.repositories.get(NAME)
    assert found is not None
    last = max(found.state().tags).removeprefix("v")
    assert "is yanked" in run("yank", f"{TO}@{last}", "--reason", "a name in a note").stdout
    before = history(found)
    run("yank", f"{TO}@v{last}", "--reason", "a name in a note")
    assert history(found) == before
    assert medcorpus.load("meds-ins", as_="polars").height != newest.height
    assert "did you mean" in error_of("yank", f"{TO}@1.0.9", "--reason", "x", code=2)
    assert "is not yanked" in run("yank", f"{TO}@{last}", "--undo").stdout
    assert medcorpus.load("meds-ins", as_="polars").equals(newest)
    assert "nothing is to be done" in error_of("yank", f"{TO}@{last}", "--undo", code=1)
    assert "say which version" in error_of("yank", TO, "--reason", "x", code=2)


def history(repository: Repository) -> list[str]:
    head = repository.resolve("main")
    assert head is not None
    return [c.title for c in repository.commits(head)]


def test_mark_survives_the_next_release(hub: LoopbackHub, town: Town) -> None:
    run("yank", f"{TO}@1.0.0", "--reason", "x")
    town.clinic.rows(OPEN, range(9))
    target = publishing.target_at(TO)
    applying.carry_out(
        planning.prepare(town.clinic.build(), target, town.clinic.home, allow=("contamination",)), target
    )
    assert "yanked.json" in target.head().files


def test_mirror_serves_the_same_versions(hub: LoopbackHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = medcorpus.load("meds-ins", version="1.0.0", as_="polars")
    told = run("mirror", "meds-ins", "--to", tmp_path / "mirror").stdout
    assert "1.0.0" in told
    hub.asked.clear()
    again = json.loads(run("mirror", "meds-ins", "--to", tmp_path / "mirror", "--format", "json").stdout)
    assert not [p for p in hub.paths("GET") if p.endswith(".parquet")]
    assert len(again["versions"]) == 2
    with serving(Hub(tmp_path / "mirror")) as mirror:
        point_clients(mirror, tmp_path / "inside", monkeypatch)
        assert medcorpus.load("meds-ins", version="1.0.0", as_="polars").equals(frame)
        assert medcorpus.load("meds-ins", as_="polars").height == 9  # the commits are the same: no tag has moved


def test_mirror_refuses_what_is_not_listed(hub: LoopbackHub, tmp_path: Path) -> None:
    hub.fail("GET /datasets/tester/meds-ins/resolve/", *[lambda a: a] * 3, altered)
    message = error_of("mirror", "meds-ins", "--to", tmp_path / "mirror", code=5)
    assert "not what the Hub lists" in message
    with serving(Hub(tmp_path / "mirror")) as mirror:
        found = mirror.repositories.get(NAME)
        assert found is None or found.state().tags == {}


def test_hospital_without_internet(hub: LoopbackHub, tmp_path: Path) -> None:
    """Serve a mirror with the command, and load from it with clients that know it by HF_ENDPOINT only."""
    run("mirror", "meds-ins", "--to", tmp_path / "mirror", "--version", "1.0.0")
    command = [sys.executable, "-m", "medcorpus.cli", "hub", "serve", str(tmp_path / "mirror"), "--port", "0"]
    with subprocess.Popen([*command, "--format", "quiet"], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            endpoint = server.stdout.readline().strip()
            program = (
                "import datasets\n"
                f"print(datasets.load_dataset('{NAME}', 'all', revision='v1.0.0')['train'].num_rows)\n"
                "from huggingface_hub import HfApi\n"
                "try: HfApi().create_repo('x/y', repo_type='dataset')\n"
                "except Exception as error: print('read-only' in str(error))\n"
            )
            environment = client_environment(hub, tmp_path / "fresh", HF_ENDPOINT=endpoint, HF_TOKEN=READER)
            out = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
        finally:
            server.terminate()
    assert out.stdout.split() == ["6", "True"], out.stderr


def test_writing_needs_a_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MEDCORPUS_HUB_TOKEN", raising=False)
    assert "needs a token" in error_of("hub", "serve", tmp_path, "--write", code=2)
