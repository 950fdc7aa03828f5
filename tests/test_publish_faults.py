"""A Hub that refuses, stalls, lies or is changed by somebody else while a release is published; no token shows."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import CommitOperationAdd, HfApi, get_session

from medcorpus.errors import HubError, MedcorpusError, MovedError, VerificationError
from medcorpus.hub.answers import Answer
from tests.hub import (
    CLIENTS_WARN,
    TOKEN,
    Fault,
    LoopbackHub,
    altered,
    cut,
    down,
    everything_told,
    longer,
    page,
    reset,
    stall,
    stall_before,
    status,
)
from tests.town import NAME, Town, history, holds, main, repository, towns

pytestmark = CLIENTS_WARN


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with towns(tmp_path_factory.mktemp("towns")) as found:
        yield found["lfs"]


@pytest.fixture
def hub(town: Town, tmp_path: Path) -> Iterator[LoopbackHub]:
    """Run a Hub of its own that holds the first release."""
    with town.hub(tmp_path) as running:
        yield running


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
    "commit answer half": ("/commit/main", cut),
    "commit stalls": ("/commit/main", stall),
    "upload stalls": ("PUT /lfs", stall_before),
    "tree stalls": ("/tree/", stall),
    "tag stalls": ("POST /api/datasets/tester/meds-ins/tag/", stall),
    "manifest half": ("GET /datasets/tester/meds-ins/resolve", cut),
    "manifest longer": ("GET /datasets/tester/meds-ins/resolve", longer),
    "manifest stalls": ("GET /datasets/tester/meds-ins/resolve", stall),
}


@pytest.mark.parametrize("what", PASSING)
def test_what_passes_is_waited_for(what: str, hub: LoopbackHub, town: Town) -> None:
    hub.fail(*PASSING[what])
    assert town.publish().version == "1.0.1"
    assert not hub.faults
    assert holds(main(hub), hub, "1.0.1")
    assert len(history(hub)) == 3


def test_the_hub_is_waited_for_as_long_as_it_asks(
    hub: LoopbackHub, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("medcorpus.remote.sleep", slept.append)
    hub.fail("/commit/main", status(429, Retry_After="7"), status(503))
    town.publish()
    assert slept == [7.0, 2.0]


@pytest.mark.parametrize(("own", "then"), [(None, 1), (7, 7)])
def test_silence_of_the_hub_has_an_end(own: int | None, then: int, hub: LoopbackHub, town: Town) -> None:
    """By itself the client waits for ever; whoever has told it not to is left alone."""
    get_session().timeout = own
    town.publish()
    assert get_session().timeout.read == then


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
        town.publish()
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
        town.publish()
    assert list(repository(hub).state().tags) == ["v1.0.0"]
    assert town.publish().version == "1.0.1"
    assert list(repository(hub).state().tags) == ["v1.0.0", "v1.0.1"]


def test_altered_manifest_of_the_last_release_is_refused(hub: LoopbackHub, town: Town) -> None:
    hub.fail("GET /datasets/tester/meds-ins/resolve", altered)
    with pytest.raises(VerificationError, match="what was read is not what the Hub lists"):
        town.publish()
    assert history(hub)[0] == "meds-ins 1.0.0"


def test_commit_of_somebody_else_while_files_are_uploaded(hub: LoopbackHub, town: Town) -> None:
    def meanwhile(answer: Answer) -> Answer:
        api = HfApi(endpoint=hub.url, token=TOKEN)
        api.create_commit(NAME, [CommitOperationAdd("N.md", b"n")], commit_message="n", repo_type="dataset")
        return answer

    hub.fail("PUT /lfs", meanwhile)
    with pytest.raises(MovedError, match="somebody else changed"):
        town.publish()
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
        town.publish()


def test_nothing_but_the_header_holds_the_token(hub: LoopbackHub, town: Town) -> None:
    town.publish()
    assert TOKEN.encode() not in hub.received()
    assert not [p for p in hub.paths() if TOKEN in p]


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
        town.publish()
    assert TOKEN not in everything_told(caught.value, caplog, "".join(capfd.readouterr()))
    assert not [p for p in town.place.home.rglob("*") if p.is_file() and TOKEN.encode() in p.read_bytes()]
    assert not [p for p in hub.repositories.folder.rglob("*") if p.is_file() and TOKEN.encode() in p.read_bytes()]
