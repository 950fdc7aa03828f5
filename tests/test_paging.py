"""Lists that come in pages, as the Hub gives them: every client follows them to the end, and all are of one commit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import datasets
import httpx
import pytest
from huggingface_hub import CommitOperationAdd, HfApi

import medcorpus
from medcorpus.hub import reading
from medcorpus.hub.answers import Answer
from medcorpus.mirror import mirror
from medcorpus.publishing.hub_target import HubTarget
from tests.hub import CLIENTS_WARN, TOKEN, LoopbackHub, cut, status
from tests.town import NAME, TO, Town, holds, main, towns

pytestmark = CLIENTS_WARN
TREE = "GET /api/datasets/tester/meds-ins/tree/"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with towns(tmp_path_factory.mktemp("towns")) as found:
        yield found["lfs"]


@pytest.fixture
def hub(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackHub]:
    """Run a Hub that holds the first release, and lists three things at a time; with details, two."""
    monkeypatch.setattr(reading, "PAGE", 3)
    monkeypatch.setattr(reading, "EXPANDED_PAGE", 2)
    monkeypatch.setenv("MEDCORPUS_HOME", str(tmp_path / "reader"))
    with town.hub(tmp_path) as running:
        yield running


@pytest.fixture
def api(hub: LoopbackHub) -> HfApi:
    return HfApi(endpoint=hub.url, token=TOKEN)


def trees(hub: LoopbackHub) -> int:
    return len([p for p in hub.paths("GET") if "/tree/" in p])


def test_there_are_more_files_than_a_page_holds(hub: LoopbackHub) -> None:
    assert len(main(hub).files) > 3 * reading.PAGE


@pytest.mark.parametrize("expand", [False, True])
def test_tree_is_followed_to_its_end(expand: bool, hub: LoopbackHub, api: HfApi) -> None:
    listed = [e.path for e in api.list_repo_tree(NAME, repo_type="dataset", recursive=True, expand=expand)]
    assert len(listed) == len(set(listed))
    folders = {p for p in listed if p not in main(hub).files}
    assert set(listed) - folders == set(main(hub).files)
    assert trees(hub) == -(-len(listed) // (2 if expand else 3))


def asked(hub: LoopbackHub, query: str) -> httpx.Response:
    return httpx.get(f"{hub.url}/api/datasets/{NAME}/tree/main?recursive=true&{query}")


def test_fewer_may_be_asked_for_and_no_more(hub: LoopbackHub) -> None:
    assert [len(asked(hub, f"limit={n}").json()) for n in (1, 2, 3, 1000)] == [1, 2, 3, 3]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=-1", "limit=x", "cursor=x", "cursor=Og==", "cursor=OngteQ==", "cursor=OjotMQ=="]
)
def test_page_that_cannot_be(query: str, hub: LoopbackHub) -> None:
    assert asked(hub, query).status_code == 400


def test_cursor_of_an_unknown_commit(hub: LoopbackHub) -> None:
    assert asked(hub, "cursor=ZmZmOjM=").status_code == 404


def test_pages_are_of_one_commit_even_if_the_branch_moves(hub: LoopbackHub, api: HfApi) -> None:
    before = set(main(hub).files)

    def meanwhile(answer: Answer) -> Answer:
        add = [CommitOperationAdd(f"{n}.md", b"n") for n in range(9)]
        api.create_commit(NAME, add, commit_message="n", repo_type="dataset")
        return answer

    hub.fail(TREE, meanwhile)
    assert set(api.list_repo_files(NAME, repo_type="dataset")) in (before, before | {f"{n}.md" for n in range(9)})
    assert {e.path for e in api.list_repo_tree(NAME, repo_type="dataset", recursive=True)} > before


def test_other_lists_come_in_pages_too(hub: LoopbackHub, api: HfApi) -> None:
    for number in range(5):
        add = CommitOperationAdd(f"{number}.md", b"n")
        api.create_commit(NAME, [add], commit_message=f"n{number}", repo_type="dataset")
        api.create_repo(f"tester/other{number}", repo_type="dataset")
    titles = [c.title for c in api.list_repo_commits(NAME, repo_type="dataset")]
    assert titles == ["n4", "n3", "n2", "n1", "n0", "meds-ins 1.0.0", "initial commit"]
    assert len({d.id for d in api.list_datasets(author="tester")}) == 6
    assert len({d.id for d in api.list_datasets(author="tester", limit=4)}) == 4


@pytest.mark.parametrize("fault", [status(503), status(429, Retry_After="1"), cut], ids=["503", "429", "half"])
def test_page_that_is_lost_on_the_way(fault: Any, hub: LoopbackHub) -> None:
    hub.fail(TREE, lambda answer: answer, fault)
    assert set(HubTarget(TO).head().files) == set(main(hub).files)
    assert not hub.faults


def test_next_release_is_published_and_is_not_published_twice(hub: LoopbackHub, town: Town) -> None:
    assert town.publish().new
    assert holds(main(hub), hub, "1.0.1")
    assert not town.publish().new


def test_release_is_loaded_whole(hub: LoopbackHub) -> None:
    assert medcorpus.load("meds-ins", path=TO, as_="polars").height == 8
    loaded = datasets.load_dataset(NAME, "all", revision="v1.0.0")
    assert {s: d.num_rows for s, d in loaded.items()} == {"train": 6, "test": 2}


def test_snapshot_is_whole(hub: LoopbackHub, api: HfApi, tmp_path: Path) -> None:
    copy = Path(api.snapshot_download(NAME, repo_type="dataset", local_dir=tmp_path / "copy"))
    assert {p for p in main(hub).files if not (copy / p).is_file()} == set()


def test_mirror_is_whole(hub: LoopbackHub, tmp_path: Path) -> None:
    assert mirror(TO, tmp_path / "mirror").versions == ("v1.0.0",)
    kept = json.loads((tmp_path / f"mirror/datasets/{NAME}/commits/{main(hub).oid}.json").read_text())
    assert set(kept["files"]) == set(main(hub).files)
