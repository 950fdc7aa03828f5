"""Two releases of the made-up sources, and a Hub that holds the first, to publish the second to while things fail."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import datasets
import pytest
from huggingface_hub import get_session

from medcorpus import publishing
from medcorpus.hub.repositories import MAIN, Commit, Repository
from medcorpus.publishing import applying, planning
from medcorpus.release import Release
from tests.clinic import OPEN, Clinic, clinic
from tests.hub import LoopbackHub, loopback, point_clients

TO, NAME = "hf://tester/meds-ins", "tester/meds-ins"


@dataclass
class Town:
    """A clinic with two releases, and a Hub's folder that holds the first of them."""

    place: Clinic
    first: Release
    second: Release
    folder: Path
    xet: bool = False

    @contextmanager
    def hub(self, folder: Path) -> Iterator[LoopbackHub]:
        """Run a Hub of its own that holds the first release."""
        with pytest.MonkeyPatch.context() as patch:
            shutil.copytree(self.folder, folder / "hub")
            with running(folder, patch, xet=self.xet) as hub:
                yield hub

    def publish(self, made: Release | None = None, **options: Any) -> applying.Published:
        """Publish the second release, or another."""
        target = publishing.target_at(TO)
        options = {"allow": ("contamination",), **options}
        prepared = planning.prepare(made or self.second, target, self.place.home, **options)
        return applying.carry_out(prepared, target)


@contextmanager
def towns(folder: Path) -> Iterator[dict[str, Town]]:
    """Build both releases once, and publish the first to a Hub that takes LFS and, with hf_xet, one that takes Xet."""
    with pytest.MonkeyPatch.context() as patch, clinic(folder / "clinic", patch) as place:
        first = place.build()
        place.rows(OPEN, range(8))
        second = place.build()
        ways = ("lfs", "xet") if find_spec("hf_xet") else ("lfs",)
        found = {way: Town(place, first, second, folder / way / "hub", way == "xet") for way in ways}
        for way, town in found.items():
            with running(folder / way, patch, xet=town.xet):
                town.publish(first)
        yield found


def town_of(found: dict[str, Town], way: str) -> Town:
    """Give one of the towns, or skip the test where it cannot be."""
    if way not in found:
        pytest.skip(f"hf_{way} is not installed")
    return found[way]


@contextmanager
def running(folder: Path, patch: pytest.MonkeyPatch, *, xet: bool = False) -> Iterator[LoopbackHub]:
    """Run a Hub over `hub/` in a folder, with impatient clients pointed at it."""
    with loopback(folder / "hub", xet=xet) as hub:
        point_clients(hub, folder / "clients", patch, xet=xet)
        patch.setattr("medcorpus.remote.sleep", lambda seconds: None)
        patch.setattr("medcorpus.remote.LONGEST_SILENCE", 1)
        patch.setattr(get_session(), "timeout", None)
        patch.setattr(datasets.config, "STREAMING_READ_MAX_RETRIES", 1)
        patch.setattr(datasets.config, "STREAMING_READ_RETRY_INTERVAL", 0)
        patch.setattr("huggingface_hub.constants.HF_HUB_DOWNLOAD_TIMEOUT", 1)
        yield hub


def data_sent(hub: LoopbackHub) -> int:
    """Count the bytes of large files that clients sent since the Hub runs, and those in the folder of chunks."""
    chunks = sum(p.stat().st_size for p in hub.cas.rglob("*") if p.is_file()) if hub.cas.exists() else 0
    return chunks + sum(len(a.body) for a in hub.asked if a.method == "PUT")


def repository(hub: LoopbackHub) -> Repository:
    """Give the repository that is published to."""
    found = hub.repositories.get(NAME)
    assert found is not None
    return found


def main(hub: LoopbackHub) -> Commit:
    """Give what the main branch points to."""
    found = repository(hub).resolve(MAIN)
    assert found is not None
    return found


def history(hub: LoopbackHub) -> list[str]:
    """Give the titles of the main branch's commits, the newest first."""
    return [c.title for c in repository(hub).commits(main(hub))]


def holds(commit: Commit, hub: LoopbackHub, version: str) -> bool:
    """Say whether a commit holds exactly the files that its manifest lists, and is this version."""
    blobs = hub.repositories.blobs
    manifest = json.loads(blobs.path(commit.files["manifest.json"].sha256).read_bytes())
    listed = {f["path"]: f["sha256"] for f in manifest["files"]}
    found = {p: e.sha256 for p, e in commit.files.items() if p not in ("manifest.json", ".gitattributes")}
    return bool(found == listed and manifest["version"] == version)
