"""Publishes releases: plan, apply, verify. It knows releases and targets; nothing else knows it.

guard.py          which rows may leave this machine
staging.py        the files that may be published
documents.py      manifest, card and changelog as they are published
comparing.py      what is new since the release that is there, and the version that calls for
planning.py       what publishing would do
applying.py       doing it
targets.py        what a target is       hub_target.py, folder_target.py   the two kinds
"""

from __future__ import annotations

from pathlib import Path

from medcorpus import remote
from medcorpus.errors import MedcorpusError
from medcorpus.publishing.targets import Target
from medcorpus.release import Release


def target_at(to: str, *, private: bool = False) -> Target:
    """Give the target that an address names: `hf://namespace/name`, else a folder."""
    if remote.is_address(to):
        from medcorpus.publishing.hub_target import HubTarget

        return HubTarget(to, private=private)
    if "://" in to:
        raise MedcorpusError("nothing can be published there", where=to, fix="name a folder, or hf://namespace/name")
    from medcorpus.publishing.folder_target import FolderTarget

    return FolderTarget(Path(to))


def refuse_samples(release: Release, to: str, *, allowed: bool) -> None:
    """See that made-up rows get to the Hub only where that was asked for.

    Raises:
        MedcorpusError: They would without having been.
    """
    if release.is_sample and remote.is_address(to) and not allowed:
        told = f"{release.product} {release.version} holds the sources' made-up samples"
        raise MedcorpusError(told, where=to, fix="build it from raw files, or say --sample to publish them as they are")
