"""The project's own Hub server: the standard clients work against it, and strangers cannot do what they may not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import datasets
import huggingface_hub
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, errors

from medcorpus.hub.server import Hub
from tests.hub import CLIENTS_WARN, READER, TOKEN, LoopbackHub, altered, cut, loopback, point_clients, status

pytestmark = CLIENTS_WARN
NAME = "tester/things"
CARD = b"""---
license: cc-by-4.0
configs:
- config_name: en
  default: true
  data_files:
  - {split: train, path: data/en/train-00000-of-00001.parquet}
- config_name: zh
  data_files:
  - {split: train, path: data/zh/train-00000-of-00001.parquet}
---
# Things
"""


@pytest.fixture(scope="module", params=["lfs", "xet"])
def hub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackHub]:
    if request.param == "xet":
        pytest.importorskip("hf_xet")
    with loopback(tmp_path_factory.mktemp("hub"), xet=request.param == "xet") as running:
        yield running


@pytest.fixture
def api(hub: LoopbackHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HfApi]:
    """Give a client that may write, and an empty Hub."""
    point_clients(hub, tmp_path / "clients", monkeypatch, xet="XetBlobs" in type(hub.repositories.blobs).__name__)
    yield HfApi(endpoint=hub.url, token=TOKEN)
    hub.faults, hub.left, hub.writable = [], None, True
    for name in hub.repositories.names():
        found = hub.repositories.get(name)
        assert found is not None
        hub.repositories.delete(found)


def shard(path: Path, lang: str, rows: int = 300) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({"id": [f"{lang}-{i}" for i in range(rows)]}), path)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a repository's files."""
    for lang in ("en", "zh"):
        shard(tmp_path / f"repo/data/{lang}/train-00000-of-00001.parquet", lang)
    (tmp_path / "repo" / "README.md").write_bytes(CARD)
    return tmp_path / "repo"


def create(api: HfApi, folder: Path, **options: Any) -> str:
    api.create_repo(NAME, repo_type="dataset", **options)
    done = api.upload_folder(repo_id=NAME, repo_type="dataset", folder_path=folder, commit_message="first")
    api.create_tag(NAME, tag="v1.0.0", repo_type="dataset", revision=done.oid)
    return str(done.oid)


def commit(api: HfApi, *operations: Any, **options: Any) -> Any:
    return api.create_commit(NAME, operations, commit_message="change", repo_type="dataset", **options)


def test_what_is_uploaded_is_loaded(api: HfApi, folder: Path, tmp_path: Path) -> None:
    head = create(api, folder)
    assert api.repo_exists(NAME, repo_type="dataset")
    assert [t.name for t in api.list_repo_refs(NAME, repo_type="dataset").tags] == ["v1.0.0"]
    found = api.dataset_info(NAME, files_metadata=True)
    assert (found.sha, found.card_data and found.card_data["license"]) == (head, "cc-by-4.0")
    entries = {e.path: e for e in api.list_repo_tree(NAME, repo_type="dataset", recursive=True)}
    assert {"data", "data/en", "README.md", "data/zh/train-00000-of-00001.parquet"} <= set(entries)
    local = api.snapshot_download(NAME, repo_type="dataset", local_dir=tmp_path / "copy", revision="v1.0.0")
    assert (Path(local) / "README.md").read_bytes() == CARD
    assert datasets.load_dataset(NAME, "zh", split="train", revision="v1.0.0")[5] == {"id": "zh-5"}
    assert next(iter(datasets.load_dataset(NAME, "en", split="train", streaming=True))) == {"id": "en-0"}
    assert datasets.get_dataset_config_names(NAME) == ["en", "zh"]


def test_uploading_the_same_again_makes_no_commit(api: HfApi, folder: Path) -> None:
    create(api, folder)
    before = [c.commit_id for c in api.list_repo_commits(NAME, repo_type="dataset")]
    api.upload_folder(repo_id=NAME, repo_type="dataset", folder_path=folder, commit_message="again")
    assert [c.commit_id for c in api.list_repo_commits(NAME, repo_type="dataset")] == before


def test_old_tag_keeps_old_files(api: HfApi, folder: Path) -> None:
    head = create(api, folder)
    gone = CommitOperationDelete("data/zh/train-00000-of-00001.parquet")
    made = commit(api, CommitOperationAdd("NEWS.md", b"news"), gone, parent_commit=head)
    api.create_tag(NAME, tag="v2.0.0", repo_type="dataset", revision=made.oid)
    at = {v: api.list_repo_files(NAME, repo_type="dataset", revision=v) for v in ("v1.0.0", "v2.0.0")}
    assert (gone.path_in_repo in at["v1.0.0"], gone.path_in_repo in at["v2.0.0"]) == (True, False)
    assert [p.path for p in api.get_paths_info(NAME, ["NEWS.md", "no"], repo_type="dataset", expand=True)] == [
        "NEWS.md"
    ]


def test_stale_parent_is_refused(api: HfApi, folder: Path) -> None:
    create(api, folder)
    with pytest.raises(errors.HfHubHTTPError) as caught:
        commit(api, CommitOperationAdd("A.md", b"a"), parent_commit="0" * 40)
    assert caught.value.response.status_code == 412
    assert "A.md" not in api.list_repo_files(NAME, repo_type="dataset")


def test_card_that_is_no_yaml_is_refused(api: HfApi, folder: Path) -> None:
    create(api, folder)
    with pytest.raises(ValueError, match="Invalid metadata"):
        commit(api, CommitOperationAdd("README.md", b"---\nlicense: [a\n---\n"))


def test_branches_and_tags_come_and_go(api: HfApi, folder: Path) -> None:
    create(api, folder)
    api.create_branch(NAME, branch="stage/v2", repo_type="dataset")
    assert [b.name for b in api.list_repo_refs(NAME, repo_type="dataset").branches] == ["main", "stage/v2"]
    api.delete_branch(NAME, branch="stage/v2", repo_type="dataset")
    api.delete_tag(NAME, tag="v1.0.0", repo_type="dataset")
    refs = api.list_repo_refs(NAME, repo_type="dataset")
    assert ([b.name for b in refs.branches], refs.tags) == (["main"], [])
    api.delete_repo(NAME, repo_type="dataset")
    assert not api.repo_exists(NAME, repo_type="dataset")


def test_push_to_hub_of_datasets_works(api: HfApi) -> None:
    datasets.Dataset.from_dict({"a": [1, 2, 3]}).push_to_hub("tester/pushed", config_name="x", split="train")
    assert datasets.load_dataset("tester/pushed", "x")["train"].num_rows == 3


@pytest.mark.parametrize("hub", ["lfs"], indirect=True)
def test_private_and_gated_need_a_token(hub: LoopbackHub, api: HfApi, folder: Path) -> None:
    create(api, folder, private=True)
    stranger, reader = HfApi(endpoint=hub.url, token=False), HfApi(endpoint=hub.url, token=READER)
    with pytest.raises(errors.RepositoryNotFoundError):
        stranger.dataset_info(NAME)
    assert reader.dataset_info(NAME).private
    api.update_repo_settings(NAME, repo_type="dataset", private=False, gated="manual")
    with pytest.raises(errors.GatedRepoError):
        stranger.hf_hub_download(NAME, "README.md", repo_type="dataset")
    assert Path(reader.hf_hub_download(NAME, "README.md", repo_type="dataset")).read_bytes() == CARD


@pytest.mark.parametrize("hub", ["lfs"], indirect=True)
@pytest.mark.parametrize(("token", "code"), [(False, 401), ("hf_" + "Unknown" * 5, 401), (READER, 403)])
def test_only_a_token_that_may_write_writes(hub: LoopbackHub, api: HfApi, folder: Path, token: Any, code: int) -> None:
    create(api, folder)
    other = HfApi(endpoint=hub.url, token=token)
    for attempt in (
        lambda: other.create_repo("tester/mine", repo_type="dataset"),
        lambda: commit(other, CommitOperationAdd("A.md", b"a")),
        lambda: other.create_tag(NAME, tag="v9", repo_type="dataset"),
        lambda: other.delete_repo(NAME, repo_type="dataset"),
    ):
        with pytest.raises(errors.HfHubHTTPError) as caught:
            attempt()
        assert caught.value.response.status_code == code
    assert hub.repositories.names() == [NAME]


@pytest.mark.parametrize("hub", ["lfs"], indirect=True)
def test_read_only_means_nobody_writes(hub: LoopbackHub, api: HfApi, folder: Path) -> None:
    create(api, folder)
    hub.writable = False
    with pytest.raises(errors.HfHubHTTPError, match="read-only"):
        commit(api, CommitOperationAdd("A.md", b"a"))
    assert datasets.load_dataset(NAME, "en", split="train").num_rows == 300


def test_a_server_is_read_only_and_on_the_loopback_unless_told_otherwise(tmp_path: Path) -> None:
    hub = Hub(tmp_path)
    assert (hub.writable, hub.url.startswith("http://127.0.0.1:")) == (False, True)
    hub.start()
    hub.stop()


HOSTILE = ("../x", "/etc/x", "a/../../x", "a/./b", "a\\b", "c:x", "", "a//b", "a\0b")


@pytest.mark.parametrize("hub", ["lfs"], indirect=True)
@pytest.mark.parametrize("path", HOSTILE)
def test_path_that_leaves_the_repository_is_refused(hub: LoopbackHub, api: HfApi, folder: Path, path: str) -> None:
    import json

    import httpx

    create(api, folder)
    lines = [{"key": "header", "value": {"summary": "x"}}, {"key": "file", "value": {"path": path, "content": "eA=="}}]
    answer = httpx.post(
        f"{hub.url}/api/datasets/{NAME}/commit/main",
        content="\n".join(map(json.dumps, lines)),
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("hub", ["lfs"], indirect=True)
def test_nothing_outside_the_folder_is_served(hub: LoopbackHub, api: HfApi, folder: Path) -> None:
    import httpx

    create(api, folder)
    for path in ("../x/resolve/main/a", f"{NAME}/resolve/..%2f..%2fx/README.md", f"{NAME}/resolve/main/..%2f..%2fx"):
        assert httpx.get(f"{hub.url}/datasets/{path}").status_code in (401, 404)
    assert httpx.post(f"{hub.url}/api/datasets/{NAME}/commit/main", content=b"[").status_code == 401
    assert httpx.get(f"{hub.url}/api/datasets/{NAME}/tree/main/%00").status_code == 404


@pytest.mark.parametrize("hub", ["lfs"], indirect=True)
def test_faults_reach_the_clients(hub: LoopbackHub, api: HfApi, folder: Path) -> None:
    create(api, folder)
    hub.fail("GET /api/datasets/tester/things", status(403))
    with pytest.raises(errors.HfHubHTTPError, match="403"):
        api.dataset_info(NAME)
    hub.fail("resolve/main/README.md", lambda a: a, cut)
    assert Path(huggingface_hub.hf_hub_download(NAME, "README.md", repo_type="dataset")).read_bytes() == CARD
    hub.fail("resolve/v1.0.0/data/en", lambda a: a, altered)
    found = api.hf_hub_download(NAME, "data/en/train-00000-of-00001.parquet", repo_type="dataset", revision="v1.0.0")
    assert Path(found).stat().st_size == (folder / "data/en/train-00000-of-00001.parquet").stat().st_size
