"""A Hub that dies, refuses, stalls or lies: the main branch is always one release or the other, and no token shows."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import datasets
import pytest
from huggingface_hub import CommitOperationAdd, HfApi

from medcorpus import publishing
from medcorpus.errors import HubError, MedcorpusError, MovedError, VerificationError
from medcorpus.hub.answers import Answer
from medcorpus.hub.repositories import MAIN, Commit, Repository
from medcorpus.publishing import applying, planning
from medcorpus.release import Release
from tests.clinic import OPEN, Clinic, clinic
from tests.hub import (
    CLIENTS_WARN,
    TOKEN,
    Fault,
    LoopbackHub,
    cut,
    down,
    longer,
    loopback,
    page,
    point_clients,
    reset,
    stall,
    status,
)

pytestmark = CLIENTS_WARN
TO, NAME = "hf://tester/meds-ins", "tester/meds-ins"


@dataclass
class Town:
    """A clinic with two releases, and a Hub's folder that holds the first of them."""

    place: Clinic
    first: Release
    second: Release
    folder: Path
    asked: list[str]
    bytes: int


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    with pytest.MonkeyPatch.context() as patch, clinic(folder / "clinic", patch) as place:
        first = place.build()
        place.rows(OPEN, range(8))
        second = place.build()
        with loopback(folder / "hub") as hub:
            _point(hub, folder / "clients", patch)
            publish(first, place)
        with loopback(copied(folder / "hub", folder / "again")) as hub:
            _point(hub, folder / "clients2", patch)
            publish(second, place)
            asked, sent = [a.method for a in hub.asked], uploaded(hub)
        yield Town(place, first, second, folder / "hub", asked, sent)


def _point(hub: LoopbackHub, cache: Path, patch: pytest.MonkeyPatch) -> None:
    point_clients(hub, cache, patch)
    patch.setattr("medcorpus.remote.sleep", lambda seconds: None)
    patch.setattr(datasets.config, "STREAMING_READ_MAX_RETRIES", 1)
    patch.setattr(datasets.config, "STREAMING_READ_RETRY_INTERVAL", 0)
    patch.setattr("huggingface_hub.constants.HF_HUB_DOWNLOAD_TIMEOUT", 1)


@pytest.fixture
def hub(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackHub]:
    """Run a Hub of its own that holds the first release."""
    with loopback(copied(town.folder, tmp_path / "hub")) as running:
        _point(running, tmp_path / "clients", monkeypatch)
        yield running


def copied(folder: Path, to: Path) -> Path:
    return shutil.copytree(folder, to)


def publish(made: Release, place: Clinic) -> applying.Published:
    target = publishing.target_at(TO)
    return applying.carry_out(planning.prepare(made, target, place.home, allow=("contamination",)), target)


def uploaded(hub: LoopbackHub) -> int:
    return sum(len(a.body) for a in hub.asked if a.method == "PUT")


def repository(hub: LoopbackHub) -> Repository:
    found = hub.repositories.get(NAME)
    assert found is not None
    return found


def main(hub: LoopbackHub) -> Commit:
    found = repository(hub).resolve(MAIN)
    assert found is not None
    return found


def holds(commit: Commit, hub: LoopbackHub, version: str) -> bool:
    """Say whether a commit holds exactly the files that its manifest lists, and is this version."""
    import json

    blobs = hub.repositories.blobs
    manifest = json.loads(blobs.path(commit.files["manifest.json"].sha256).read_bytes())
    listed = {f["path"]: f["sha256"] for f in manifest["files"]}
    found = {p: e.sha256 for p, e in commit.files.items() if p not in ("manifest.json", ".gitattributes")}
    return bool(found == listed and manifest["version"] == version)


def boundaries(asked: list[str]) -> list[int]:
    """Give after how many requests the Hub dies: around every request that changes something, at both ends, or all."""
    if os.environ.get("MEDCORPUS_ALL_FAULTS"):
        return list(range(1, len(asked)))
    changing = [n for n, method in enumerate(asked) if method not in ("GET", "HEAD")]
    return sorted({1, len(asked) - 1, *changing, *(n + 1 for n in changing)} - {0, len(asked)})


def test_hub_that_dies_after_any_request_holds_one_release_or_the_other(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = set()
    for answered in boundaries(town.asked):
        with loopback(copied(town.folder, tmp_path / str(answered))) as hub:
            _point(hub, tmp_path / f"clients{answered}", monkeypatch)
            before = main(hub)
            hub.left = answered
            with contextlib.suppress(MedcorpusError):
                publish(town.second, town.place)
            hub.left = None
            seen.add(survived(hub, before))
            assert publish(town.second, town.place).version == "1.0.1"
            assert holds(main(hub), hub, "1.0.1")
            assert repository(hub).state().tags == {"v1.0.0": before.oid, "v1.0.1": main(hub).oid}
            assert len(list(repository(hub).commits(main(hub)))) == 3
            assert uploaded(hub) <= town.bytes + max(e.size for e in main(hub).files.values())
    assert seen == {"old", "new"}


def survived(hub: LoopbackHub, before: Commit) -> str:
    """See that the main branch is one release or the other, as a whole, and say which."""
    tags = repository(hub).state().tags
    assert tags["v1.0.0"] == before.oid
    if main(hub).oid == before.oid:
        assert "v1.0.1" not in tags
        return "old"
    assert holds(main(hub), hub, "1.0.1")
    return "new"


PASSING: dict[str, tuple[str, Fault]] = {
    "commit 429": ("/commit/main", status(429, Retry_After="3")),
    "commit 503": ("/commit/main", status(503)),
    "commit 503 after all": ("/commit/main", status(503, instead=False)),
    "commit 500": ("/commit/main", status(500)),
    "upload 503": ("PUT /lfs", status(503)),
    "upload reset": ("PUT /lfs", reset),
    "batch 504": ("objects/batch", status(504)),
    "tree 429": ("/tree/", status(429, Retry_After="1")),
    "tree reset": ("/tree/", reset),
    "tree half": ("/tree/", cut),
    "tree longer": ("/tree/", longer),
    "preupload 502": ("/preupload/", status(502)),
    "commit answer lost": ("/commit/main", reset),
    "tag 503": ("/tag/", status(503)),
    "tag answer lost": ("POST /api/datasets/tester/meds-ins/tag/", reset),
    "manifest half": ("resolve", cut),
}


@pytest.mark.parametrize("what", PASSING)
def test_what_passes_is_waited_for(what: str, hub: LoopbackHub, town: Town) -> None:
    hub.fail(*PASSING[what])
    assert publish(town.second, town.place).version == "1.0.1"
    assert not hub.faults
    assert holds(main(hub), hub, "1.0.1")
    assert len(list(repository(hub).commits(main(hub)))) == 3


def test_the_hub_is_waited_for_as_long_as_it_asks(
    hub: LoopbackHub, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("medcorpus.remote.sleep", slept.append)
    hub.fail("/commit/main", status(429, Retry_After="7"), status(503))
    publish(town.second, town.place)
    assert slept == [7.0, 2.0]


REFUSED = {
    "401": ("POST /api/datasets/tester/meds-ins/commit", status(401), "HF_TOKEN"),
    "403": ("POST /api/datasets/tester/meds-ins/commit", status(403), "ask for access"),
    "404": ("POST /api/datasets/tester/meds-ins/commit", status(404), "check the name"),
    "413": ("POST /api/datasets/tester/meds-ins/commit", status(413), "of this size"),
    "upload 403": ("PUT /lfs", status(403), "ask for access"),
    "page": ("POST /api/datasets/tester/meds-ins/commit", page, "HF_ENDPOINT"),
    "page for facts": ("GET /api/datasets/tester/meds-ins", page, "HF_ENDPOINT"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refusal_is_told_at_once(what: str, hub: LoopbackHub, town: Town) -> None:
    wanted, fault, advice = REFUSED[what]
    before = main(hub)
    hub.fail(wanted, *[fault] * 9)
    with pytest.raises(HubError) as caught:
        publish(town.second, town.place)
    assert advice in str(caught.value)
    assert main(hub).oid == before.oid or what == "page"  # the page came after the commit
    assert "v1.0.1" not in repository(hub).state().tags
    assert 9 - len(hub.faults) <= (5 if what == "upload 403" else 1)


def other_sha(answer: Answer) -> Answer:
    body = b"".join(answer.body).replace(b'"oid": "', b'"oid": "0')
    return Answer(answer.status, answer.headers, [body], len(body))


def test_what_did_not_arrive_as_it_was_sent_gets_no_tag(hub: LoopbackHub, town: Town) -> None:
    hub.fail("/tree/", lambda answer: answer, other_sha)
    with pytest.raises(VerificationError, match="did not arrive as it was sent"):
        publish(town.second, town.place)
    assert list(repository(hub).state().tags) == ["v1.0.0"]
    assert publish(town.second, town.place).version == "1.0.1"
    assert list(repository(hub).state().tags) == ["v1.0.0", "v1.0.1"]


def test_commit_of_somebody_else_while_files_are_uploaded(hub: LoopbackHub, town: Town) -> None:
    def meanwhile(answer: Answer) -> Answer:
        api = HfApi(endpoint=hub.url, token=TOKEN)
        api.create_commit(NAME, [CommitOperationAdd("N.md", b"n")], commit_message="n", repo_type="dataset")
        return answer

    hub.fail("PUT /lfs", meanwhile)
    with pytest.raises(MovedError, match="somebody else changed"):
        publish(town.second, town.place)
    assert "N.md" in main(hub).files
    assert list(repository(hub).state().tags) == ["v1.0.0"]


def test_tag_that_names_another_commit_is_never_moved(hub: LoopbackHub, town: Town) -> None:
    def taken(answer: Answer) -> Answer:
        with hub.repositories.lock:
            first = repository(hub).state().tags["v1.0.0"]
            repository(hub).change(lambda state: state.tags.__setitem__("v1.0.1", first))
        return answer

    hub.fail("/commit/main", taken)
    with pytest.raises(MovedError, match=r"tag v1\.0\.1 names another commit"):
        publish(town.second, town.place)


def test_stalled_answer_is_given_up_and_asked_for_again(hub: LoopbackHub, town: Town) -> None:
    hub.fail("resolve", stall)
    assert publish(town.second, town.place).version == "1.0.1"


FAILING: tuple[tuple[str, Fault], ...] = (
    ("/commit/main", status(403)),
    ("/commit/main", status(400, b'{"error": "Authorization: Bearer ' + TOKEN.encode() + b'"}')),
    ("/commit/main", status(401, X_Error_Message=f"token {TOKEN} is not known")),
    ("PUT /lfs", status(403)),
    ("PUT /lfs", down),
    ("/tree/", page),
    ("/preupload/", status(400, TOKEN.encode())),
    ("/tag/", status(403)),
    ("resolve", status(403)),
)


@pytest.mark.parametrize("number", range(len(FAILING)))
def test_no_token_shows(
    number: int, hub: LoopbackHub, town: Town, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    wanted, fault = FAILING[number]
    hub.fail(wanted, *[fault] * 400)
    with caplog.at_level(logging.DEBUG), pytest.raises(MedcorpusError) as caught:
        publish(town.second, town.place)
    out, err = capfd.readouterr()
    own = [caught.value.what, caught.value.where, caught.value.fix, str(caught.value), repr(caught.value)]
    logged = [r.getMessage() for r in caplog.records if not r.name.startswith("httpcore")]  # which logs all answers
    assert TOKEN not in "".join([*own, *logged, out, err])
    assert TOKEN not in "".join(traceback.format_exception(caught.value))
    assert not [p for p in town.place.home.rglob("*") if p.is_file() and TOKEN.encode() in p.read_bytes()]
    assert not [p for p in hub.repositories.folder.rglob("*") if p.is_file() and TOKEN.encode() in p.read_bytes()]
