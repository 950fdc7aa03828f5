"""A Hub that refuses, stalls or lies while a release is loaded or mirrored: it is waited for, or told in one line."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from huggingface_hub import CommitOperationAdd, HfApi

import medcorpus
from medcorpus import references, tombstones, yanked
from medcorpus.errors import HubError, MedcorpusError, VerificationError
from medcorpus.mirror import mirror
from medcorpus.publishing import stage_branch
from medcorpus.publishing.withdrawing import yank
from tests.hub import (
    CLIENTS_WARN,
    TOKEN,
    Fault,
    LoopbackHub,
    altered,
    client_environment,
    cut,
    down,
    everything_told,
    longer,
    page,
    reset,
    stall,
    status,
)
from tests.town import NAME, TO, Town, main, town_of, towns

pytestmark = CLIENTS_WARN
Read = Callable[[Path], None]


def load(folder: Path) -> None:
    assert medcorpus.load("meds-ins", path=TO, as_="polars").height == 8


def bring(folder: Path) -> None:
    assert mirror(TO, folder / "mirror").versions == ("v1.0.0",)
    kept = {p.name for p in (folder / "mirror" / "blobs").rglob("*") if p.is_file()}
    assert len(kept) >= 8


READERS: dict[str, Read] = {"load": load, "mirror": bring}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Town]]:
    with towns(tmp_path_factory.mktemp("towns")) as found:
        yield found


@pytest.fixture
def town(request: pytest.FixtureRequest, both: dict[str, Town]) -> Town:
    return town_of(both, getattr(request, "param", "lfs"))


@pytest.fixture
def hub(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackHub]:
    """Run a Hub that holds the first release, for a reader who has nothing yet."""
    monkeypatch.setenv("MEDCORPUS_HOME", str(tmp_path / "reader"))
    with town.hub(tmp_path) as running:
        yield running


def routes(hub: LoopbackHub) -> dict[str, str]:
    """Give what a reader asks for, by what it is; nothing depends on which of several threads asks first."""
    files = f"GET /datasets/{NAME}/resolve/{main(hub).oid}"
    return {
        "versions": f"GET /api/datasets/{NAME}/refs",
        "list": f"GET /api/datasets/{NAME}/tree/",
        "manifest": f"{files}/manifest.json",
        "rows": f"{files}/data/",
    }


FAULTS: dict[str, Fault] = {
    "429": status(429, Retry_After="1"),
    "503": status(503),
    "reset": reset,
    "stall": stall,
    "half": cut,
    "longer": longer,
}


@pytest.mark.parametrize(
    ("read", "what"),
    [("load", "versions"), ("load", "rows"), ("mirror", "versions"), ("mirror", "list"), ("mirror", "rows")],
)
@pytest.mark.parametrize("fault", FAULTS)
def test_what_passes_is_waited_for(read: str, fault: str, what: str, hub: LoopbackHub, tmp_path: Path) -> None:
    hub.fail(routes(hub)[what], FAULTS[fault])
    READERS[read](tmp_path)
    assert not hub.faults


REFUSED = {
    "401": (status(401), "HF_TOKEN"),
    "403": (status(403), "ask for access"),
    "404": (status(404), "check the name"),
    "413": (status(413), "of this size"),
    "page": (page, "HF_ENDPOINT"),
}


@pytest.mark.parametrize("fault", REFUSED)
@pytest.mark.parametrize("read", READERS)
def test_refusal_is_told_at_once(read: str, fault: str, hub: LoopbackHub, tmp_path: Path) -> None:
    given, advice = REFUSED[fault]
    hub.fail(routes(hub)["versions"], *[given] * 9)
    with pytest.raises(HubError) as caught:
        READERS[read](tmp_path)
    assert advice in str(caught.value)
    assert len(hub.faults) == 8


@pytest.mark.parametrize("what", ["manifest", "rows"])
@pytest.mark.parametrize("read", READERS)
def test_altered_bytes_of_the_right_length(read: str, what: str, hub: LoopbackHub, tmp_path: Path) -> None:
    """They are refused by whoever reads, and whoever tries again gets the right ones."""
    hub.fail(f"GET /datasets/{NAME}/resolve/main/manifest.json", altered)  # which a first load asks for ahead
    hub.fail(routes(hub)[what], altered)
    with pytest.raises(VerificationError):
        READERS[read](tmp_path)
    READERS[read](tmp_path)


@pytest.mark.parametrize("town", ["lfs", "xet"], indirect=True)
@pytest.mark.parametrize("read", READERS)
def test_nothing_is_wrong_when_nothing_fails(read: str, town: Town, hub: LoopbackHub, tmp_path: Path) -> None:
    READERS[read](tmp_path)
    assert [p for p in hub.paths("GET") if "/xet-read-token/" in p] or not town.xet


def alter_chunks(path: Path) -> int:
    """Change a byte of every chunk in a file of them; each has a version, 0, and its length before it."""
    data, place, count = bytearray(path.read_bytes()), 0, 0
    while place + 8 < len(data) and data[place] == 0:
        length = int.from_bytes(data[place + 1 : place + 4], "little")
        data[place + 8 + length // 2] ^= 1
        place, count = place + 8 + length, count + 1
    path.write_bytes(data)
    return count


@pytest.mark.parametrize("town", ["xet"], indirect=True)
@pytest.mark.parametrize(
    "program",
    [f"medcorpus.load('meds-ins', path='{TO}', as_='polars')", f"mirror('{TO}', pathlib.Path('mirror'))"],
    ids=["load", "mirror"],
)
def test_altered_chunk_of_the_right_length(program: str, hub: LoopbackHub, tmp_path: Path) -> None:
    """Over Xet the client puts files together from chunks; in a process of its own, for it remembers what it got.

    Who refuses depends on what the byte was: the client where a chunk cannot be unpacked, medcorpus where it can.
    """
    assert sum(map(alter_chunks, (hub.cas / "xet" / "xorbs" / "xorbs").glob("*"))) > 3
    program = f"import medcorpus, pathlib\nfrom medcorpus.mirror import mirror\n{program}"
    environment = client_environment(hub, tmp_path / "fresh", HF_HUB_DISABLE_XET="0", MEDCORPUS_HOME=str(tmp_path))
    command = [sys.executable, "-c", program]
    out = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert "medcorpus.errors." in out.stderr.splitlines()[-1]
    assert [p for p in hub.paths("GET") if "/xet-read-token/" in p]


TAKEN_BACK = {
    yanked.FILE: yanked.text_of("meds-ins", {"0.9.0": yanked.Mark("2026-01-31", "a name in a note")}),
    tombstones.FILE: tombstones.as_text([tombstones.entry("open_notes/n9", "2026-01-31", "asked for")]).encode(),
}


@pytest.mark.parametrize("name", TAKEN_BACK)
def test_altered_list_of_what_was_taken_back(name: str, hub: LoopbackHub) -> None:
    api, add = HfApi(endpoint=hub.url, token=TOKEN), CommitOperationAdd(name, TAKEN_BACK[name])
    api.create_commit(NAME, [add], commit_message=name, repo_type="dataset")
    hub.fail(f"GET /datasets/{NAME}/resolve/main/{name}", altered)
    with pytest.raises(VerificationError, match=f"{name}: what was downloaded is not what the Hub lists"):
        load(Path())
    load(Path())


def publish_by_a_branch(town: Town, folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage_branch, "MOST_FILES", 1)
        town.publish()


TELLING: dict[str, Fault] = {
    "403": status(403),
    "body": status(400, b'{"error": "Authorization: Bearer ' + TOKEN.encode() + b'"}'),
    "header": status(401, X_Error_Message=f"token {TOKEN} is not known"),
    "page": page,
    "down": down,
}
DOING: dict[str, tuple[str, Callable[[Town, Path], object]]] = {
    "load": ("GET", lambda town, folder: load(folder)),
    "load rows": ("/data/", lambda town, folder: load(folder)),
    "mirror": ("GET", lambda town, folder: bring(folder)),
    "mirror files": ("/resolve/", lambda town, folder: bring(folder)),
    "compare": ("GET", lambda town, folder: references.resolve(f"{TO}@1.0.0", folder)),
    "yank": ("POST", lambda town, folder: yank(TO, "1.0.0", yanked.Mark("2026-01-31", "x"))),
    "make a branch": ("/branch/", publish_by_a_branch),
    "commit to a branch": ("/commit/stage", publish_by_a_branch),
    "look at what is copied": ("/paths-info/", publish_by_a_branch),
    "remove a branch": ("DELETE", publish_by_a_branch),
}


NO_BODY = ("make a branch", "remove a branch")
"""What is asked of the Hub without reading what it answers, so that a page in its place is no failure."""


@pytest.mark.parametrize(
    ("what", "fault"), [(w, f) for w in DOING for f in TELLING if not (w in NO_BODY and f == "page")]
)
def test_no_token_shows(
    what: str,
    fault: str,
    hub: LoopbackHub,
    town: Town,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    wanted, do = DOING[what]
    hub.fail(wanted, *[TELLING[fault]] * 400)
    with caplog.at_level(logging.DEBUG), pytest.raises(MedcorpusError) as caught:
        do(town, tmp_path)
    assert TOKEN not in everything_told(caught.value, caplog, "".join(capfd.readouterr()))
    assert not [p for p in tmp_path.rglob("*") if p.is_file() and TOKEN.encode() in p.read_bytes()]
