"""Very large releases go by a branch: one commit on main, the branch is gone, and what it holds is not sent again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import CommitOperationAdd, CommitOperationCopy, HfApi

import medcorpus
from medcorpus import published
from medcorpus.errors import HubError, MedcorpusError, MovedError, UnknownNameError, VerificationError
from medcorpus.hub.answers import Answer
from medcorpus.publishing import stage_branch
from medcorpus.publishing.hub_target import HubTarget
from medcorpus.publishing.targets import Change, Content, Head
from tests.clinic import NON_COMMERCIAL
from tests.hub import CLIENTS_WARN, TOKEN, Fault, LoopbackHub, reset, status
from tests.town import NAME, TO, Town, data_sent, history, holds, main, repository, town_of, towns

pytestmark = CLIENTS_WARN
BRANCH = "stage/v1.0.1"
COMMIT = "POST /api/datasets/tester/meds-ins/commit/"
TO_BRANCH, TO_MAIN = f"{COMMIT}stage", f"{COMMIT}main"


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Town]]:
    with towns(tmp_path_factory.mktemp("towns")) as found:
        yield found


@pytest.fixture(params=["lfs", "xet"])
def town(request: pytest.FixtureRequest, both: dict[str, Town], monkeypatch: pytest.MonkeyPatch) -> Town:
    """Let every release be very large, and every file a part of its own."""
    monkeypatch.setattr(stage_branch, "MOST_FILES", 1)
    monkeypatch.setattr(stage_branch, "FILES_IN_A_PART", 1)
    return town_of(both, request.param)


@pytest.fixture
def hub(town: Town, tmp_path: Path) -> Iterator[LoopbackHub]:
    with town.hub(tmp_path) as running:
        yield running


lfs_only = pytest.mark.parametrize("town", ["lfs"], indirect=True)


def branches(hub: LoopbackHub) -> list[str]:
    return list(repository(hub).state().branches)


def commits_to_the_branch(hub: LoopbackHub) -> int:
    return len([p for p in hub.paths("POST") if "/commit/stage" in p])


def give_up(town: Town, hub: LoopbackHub, wanted: str = TO_MAIN) -> None:
    """Publish until something is refused, with all files on the branch unless told otherwise."""
    hub.fail(wanted, status(403))
    with pytest.raises(HubError, match="403"):
        town.publish()
    assert branches(hub) == ["main", BRANCH]


def test_very_large_release_is_one_commit(town: Town, hub: LoopbackHub) -> None:
    done = town.publish()
    assert history(hub) == ["meds-ins 1.0.1", "meds-ins 1.0.0", "initial commit"]
    assert (branches(hub), commits_to_the_branch(hub)) == (["main"], 2)
    assert holds(main(hub), hub, "1.0.1")
    assert repository(hub).state().tags["v1.0.1"] == done.revision == main(hub).oid


@lfs_only
def test_first_release_may_be_very_large(town: Town, hub: LoopbackHub) -> None:
    api = HfApi(endpoint=hub.url, token=TOKEN)
    api.delete_repo(NAME, repo_type="dataset")
    town.publish(town.first)
    assert history(hub) == ["meds-ins 1.0.0", "initial commit"]
    assert holds(main(hub), hub, "1.0.0")


@lfs_only
def test_files_that_go_are_deleted_by_the_same_commit(town: Town, hub: LoopbackHub) -> None:
    town.publish()
    town.publish(town.first, purpose="commercial", allow=("contamination", "drift"))
    assert history(hub)[:2] == ["meds-ins 2.0.0", "meds-ins 1.0.1"]
    assert holds(main(hub), hub, "2.0.0")
    assert not [p for p in main(hub).files if NON_COMMERCIAL in p]
    assert commits_to_the_branch(hub) > 2


def test_small_release_needs_no_branch(both: dict[str, Town], tmp_path: Path) -> None:
    with both["lfs"].hub(tmp_path) as hub:
        both["lfs"].publish()
        assert not [p for p in hub.paths() if "/branch/" in p]


@pytest.mark.parametrize(
    ("files", "bytes", "needed"),
    [(1000, 1, False), (1001, 1, True), (4, 5 * 2**30, False), (4, 5 * 2**30 + 1, True)],
)
def test_what_is_very_large(files: int, bytes: int, needed: bool) -> None:
    assert stage_branch.is_needed([Change("add", f"{n}", bytes, "") for n in range(files)]) == needed


def test_parts_are_cut_by_files_and_by_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage_branch, "FILES_IN_A_PART", 3)
    monkeypatch.setattr(stage_branch, "BYTES_IN_A_PART", 10)
    sizes = {"a": 1, "b": 1, "c": 1, "d": 1, "e": 20, "f": 5, "g": 5, "h": 1}
    contents = {path: Content(b"", size, "") for path, size in sizes.items()}
    assert list(stage_branch.parts(sizes, contents)) == [["a", "b", "c"], ["d"], ["e"], ["f", "g"], ["h"]]


def test_more_than_a_commit_may_hold_is_told_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage_branch, "MOST_COPIED", 2)
    with pytest.raises(MedcorpusError, match="3 files are more than the 2 that a commit of the Hub may hold"):
        stage_branch.copies(HubTarget(TO), ["a", "b", "c"], {}, Head(), "1.0.0")


def test_what_the_branch_holds_is_not_sent_or_committed_again(town: Town, hub: LoopbackHub) -> None:
    give_up(town, hub)
    sent, commits = data_sent(hub), commits_to_the_branch(hub)
    town.publish()
    assert (data_sent(hub), commits_to_the_branch(hub)) == (sent, commits)
    assert holds(main(hub), hub, "1.0.1")


@lfs_only
def test_branch_with_half_of_the_files_gets_the_other_half(town: Town, hub: LoopbackHub) -> None:
    hub.fail(TO_BRANCH, lambda answer: answer)
    give_up(town, hub, TO_BRANCH)
    town.publish()
    assert commits_to_the_branch(hub) == 3
    assert (branches(hub), holds(main(hub), hub, "1.0.1")) == (["main"], True)


def test_readers_never_see_the_branch(town: Town, hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDCORPUS_HOME", str(hub.repositories.folder / "reader"))
    give_up(town, hub)
    assert published.find(NAME, "meds-ins").version == "1.0.0"
    assert medcorpus.load("meds-ins", path=TO, as_="polars").height == 8
    with pytest.raises(UnknownNameError, match="no version"):
        published.find(NAME, "meds-ins", BRANCH)


def somebody_commits(hub: LoopbackHub, branch: str, path: str = "N.md", content: bytes = b"n") -> None:
    add = CommitOperationAdd(path, content)
    api = HfApi(endpoint=hub.url, token=TOKEN)
    api.create_commit(NAME, [add], commit_message="n", repo_type="dataset", revision=branch)


def test_main_that_moves_meanwhile(town: Town, hub: LoopbackHub) -> None:
    def meanwhile(answer: Answer) -> Answer:
        somebody_commits(hub, "main")
        return answer

    hub.fail("paths-info/main", meanwhile)
    with pytest.raises(MovedError, match="somebody else changed"):
        town.publish()
    assert history(hub) == ["n", "meds-ins 1.0.0", "initial commit"]
    sent = data_sent(hub)
    assert town.publish().version == "1.0.1"
    assert history(hub) == ["meds-ins 1.0.1", "n", "meds-ins 1.0.0", "initial commit"]
    assert (branches(hub), "N.md" in main(hub).files, data_sent(hub)) == (["main"], True, sent)


@lfs_only
@pytest.mark.parametrize("path", ["N.md", "data/open_notes_answering/train-00000-of-00001.parquet"])
def test_branch_that_holds_anything_else_is_made_anew(town: Town, hub: LoopbackHub, path: str) -> None:
    give_up(town, hub)
    somebody_commits(hub, BRANCH, path)
    town.publish()
    assert [a.method for a in hub.asked if "/branch/" in a.path] == ["POST", "DELETE", "POST", "DELETE"]
    assert holds(main(hub), hub, "1.0.1")
    assert "N.md" not in main(hub).files


@lfs_only
def test_branches_of_other_attempts_go_with_the_next_release(town: Town, hub: LoopbackHub) -> None:
    HfApi(endpoint=hub.url, token=TOKEN).create_branch(NAME, branch="stage/v0.9.0", repo_type="dataset")
    HfApi(endpoint=hub.url, token=TOKEN).create_branch(NAME, branch="mine", repo_type="dataset")
    town.publish()
    assert branches(hub) == ["main", "mine"]


@lfs_only
def test_branch_that_somebody_removes_meanwhile(town: Town, hub: LoopbackHub) -> None:
    def meanwhile(answer: Answer) -> Answer:
        HfApi(endpoint=hub.url, token=TOKEN).delete_branch(NAME, branch=BRANCH, repo_type="dataset")
        return answer

    hub.fail("objects/batch", meanwhile)
    with pytest.raises(MovedError, match=r"the branch stage/v1\.0\.1 is gone: somebody else published meanwhile"):
        town.publish()
    assert history(hub)[0] == "meds-ins 1.0.0"
    assert town.publish().version == "1.0.1"


@lfs_only
def test_branch_that_moves_before_the_copy_changes_nothing(town: Town, hub: LoopbackHub) -> None:
    """What is copied is named by a commit, so that a file somebody puts on the branch is not published."""

    def meanwhile(answer: Answer) -> Answer:
        somebody_commits(hub, BRANCH, "data/open_notes_answering/train-00000-of-00001.parquet", b"other")
        return answer

    hub.fail("paths-info/main", meanwhile)
    town.publish()
    assert holds(main(hub), hub, "1.0.1")


def other_sha(answer: Answer) -> Answer:
    body = b"".join(answer.body).replace(b'"oid": "', b'"oid": "0')
    return Answer(answer.status, answer.headers, [body], len(body))


@lfs_only
def test_what_did_not_arrive_on_the_branch_is_not_copied(town: Town, hub: LoopbackHub) -> None:
    hub.fail("/tree/", lambda answer: answer, other_sha)
    with pytest.raises(VerificationError, match="did not arrive as it was sent"):
        town.publish()
    assert (history(hub)[0], branches(hub)) == ("meds-ins 1.0.0", ["main", BRANCH])
    assert town.publish().version == "1.0.1"


PASSING: dict[str, tuple[str, Fault]] = {
    "branch 503": ("POST /api/datasets/tester/meds-ins/branch/", status(503)),
    "branch answer lost": ("POST /api/datasets/tester/meds-ins/branch/", reset),
    "part 429": (TO_BRANCH, status(429, Retry_After="1")),
    "part answer lost": (TO_BRANCH, reset),
    "source of the copy 502": ("paths-info", status(502)),
    "copy 504 after all": (TO_MAIN, status(504, instead=False)),
    "copy answer lost": (TO_MAIN, reset),
    "removal 503": ("DELETE", status(503)),
    "removal answer lost": ("DELETE", reset),
}


@lfs_only
@pytest.mark.parametrize("what", PASSING)
def test_what_passes_is_waited_for(what: str, town: Town, hub: LoopbackHub) -> None:
    hub.fail(*PASSING[what])
    assert town.publish().version == "1.0.1"
    assert not hub.faults
    assert (branches(hub), holds(main(hub), hub, "1.0.1")) == (["main"], True)
    assert len(history(hub)) == 3


@lfs_only
def test_small_files_are_copied_by_their_content(town: Town, hub: LoopbackHub) -> None:
    """The client downloads what is no large file and commits it anew; the server has to give it by the commit's id."""
    api = HfApi(endpoint=hub.url, token=TOKEN)
    api.create_branch(NAME, branch="side", repo_type="dataset")
    somebody_commits(hub, "side")
    head = api.repo_info(NAME, repo_type="dataset", revision="side").sha
    copy = CommitOperationCopy("N.md", "copies/N.md", src_revision=head)
    api.create_commit(NAME, [copy], commit_message="copy", repo_type="dataset")
    assert {"copies/N.md", "N.md"} & set(main(hub).files) == {"copies/N.md"}
