"""A Hub that dies after any request of a publication: main is one release or the other, and little is sent again."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from medcorpus.errors import MedcorpusError
from medcorpus.hub.repositories import Commit
from medcorpus.publishing import stage_branch
from tests.hub import CLIENTS_WARN, LoopbackHub
from tests.town import Town, data_sent, history, holds, main, repository, town_of, towns

pytestmark = CLIENTS_WARN
CHANGING = re.compile(r"/commit/|/branch/|/tag/|PUT ")
WAYS = ("lfs", "xet", "lfs by a branch", "xet by a branch")


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Town]]:
    with towns(tmp_path_factory.mktemp("towns")) as found:
        yield found


@dataclass
class Undisturbed:
    """What publishing the second release takes when nothing fails."""

    town: Town
    asked: list[str]
    bytes: int


@pytest.fixture(params=WAYS)
def undisturbed(
    request: pytest.FixtureRequest, both: dict[str, Town], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Undisturbed:
    town = town_of(both, request.param.split()[0])
    if request.param.endswith("branch"):
        monkeypatch.setattr(stage_branch, "MOST_FILES", 1)
        monkeypatch.setattr(stage_branch, "FILES_IN_A_PART", 1)
    with town.hub(tmp_path / "undisturbed") as hub:
        town.publish()
        return Undisturbed(town, [f"{a.method} {a.path}" for a in hub.asked], data_sent(hub))


def boundaries(asked: list[str]) -> list[int]:
    """Give after how many requests the Hub dies: around those that change what others see, at both ends, or all."""
    if os.environ.get("MEDCORPUS_ALL_FAULTS"):
        return list(range(1, len(asked)))
    changing = [n for n, request in enumerate(asked) if CHANGING.search(request)]
    return sorted({1, len(asked) - 1, *changing, *(n + 1 for n in changing)} - {0, len(asked)})


def test_hub_that_dies_after_any_request_holds_one_release_or_the_other(
    undisturbed: Undisturbed, tmp_path: Path
) -> None:
    seen = set()
    for answered in boundaries(undisturbed.asked):
        with undisturbed.town.hub(tmp_path / str(answered)) as hub:
            seen.add(dies_and_is_tried_again(hub, undisturbed, answered))
    assert seen == {"old", "new"}


def dies_and_is_tried_again(hub: LoopbackHub, undisturbed: Undisturbed, answered: int) -> str:
    before, town = main(hub), undisturbed.town
    hub.left = answered
    with contextlib.suppress(MedcorpusError):
        town.publish()
    hub.left = None
    seen = survived(hub, before)
    assert town.publish().version == "1.0.1"
    assert holds(main(hub), hub, "1.0.1")
    assert repository(hub).state().tags == {"v1.0.0": before.oid, "v1.0.1": main(hub).oid}
    assert list(repository(hub).state().branches) == ["main"]
    assert history(hub) == ["meds-ins 1.0.1", "meds-ins 1.0.0", "initial commit"]
    assert data_sent(hub) <= undisturbed.bytes + max(e.size for e in main(hub).files.values())
    return seen


def survived(hub: LoopbackHub, before: Commit) -> str:
    """See that the main branch is one release or the other, as a whole, and say which."""
    tags = repository(hub).state().tags
    assert tags["v1.0.0"] == before.oid
    if main(hub).oid == before.oid:
        assert "v1.0.1" not in tags
        return "old"
    assert holds(main(hub), hub, "1.0.1")
    return "new"
