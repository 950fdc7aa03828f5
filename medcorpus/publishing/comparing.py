"""What a release changes of the one that its target holds, row by row, and how that is told.

Rows of the release before come from the target, and only those of files that differ: from a folder as they lie there,
from the Hub through the cache of huggingface_hub, or from files of the same sha256 that were built or staged here.
Nothing is compared before it is what the manifest lists.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from medcorpus import difference, published, release
from medcorpus.card.figures import rows_of
from medcorpus.difference import Difference, telling
from medcorpus.errors import VerificationError
from medcorpus.published import PublishedRelease
from medcorpus.publishing import staging
from medcorpus.publishing.staging import Watch
from medcorpus.publishing.targets import Head, Target
from medcorpus.release import MANIFEST, Release
from medcorpus.versions import Weight


@dataclass(frozen=True, slots=True)
class News:
    """What is new in a release.

    Args:
        new: The release.
        since: What changed since the one that the target holds; None when it holds none.
        sources: Sources that give rows.
    """

    new: difference.Edition
    since: Difference | None
    sources: int

    @property
    def weight(self) -> Weight | None:
        """Which part of the version number should go up; None for a first release."""
        return telling.advice(self.since).weight if self.since else None

    @property
    def lines(self) -> list[str]:
        """What is new as lines of text, the heaviest first, without a text or an id of any row."""
        return telling.lines(self.since) if self.since else telling.first_lines(self.new, self.sources)

    def changelog(self, version: str, date: str, earlier: str) -> str:
        """Give the changelog so far with this release on top, under the version that it will have."""
        new = replace(self.new, version=version)
        return telling.with_entry(earlier, new, self.lines, date=date, before=self.since.old if self.since else None)


def compare(candidate: Release, held: Release | None, watch: Watch) -> News:
    """Compare what is to be published with what the target holds.

    Raises:
        VerificationError: A file that has to be read is not what its manifest lists.
        HubError: A file cannot be had from the Hub.
    """
    manifest = candidate.manifest
    new = difference.Edition(
        product=candidate.product, version=candidate.version, root=manifest["root"], rows=rows_of(manifest)
    )
    since = difference.between(held, candidate, watch) if held else None
    return News(new, since, sum(1 for s in manifest["sources"].values() if s["rows_out"]))


def held_by(target: Target, head: Head, manifest: Mapping[str, Any], home: Path, watch: Watch) -> Release:
    """Open the release that a target holds.

    Args:
        target: The target.
        head: What it holds.
        manifest: Its manifest, which was found to be the one that is listed.
        home: Folder of releases and staged files.
        watch: Called when files have to be downloaded.
    """
    if not target.repository:
        return Release(Path(target.address), manifest)
    folder = published.folder_at(target.repository, head.revision)
    twins = dict(_here(home, str(manifest["product"])))
    return _Held(folder, manifest, target.repository, head.revision, twins, watch)


def _here(home: Path, product: str) -> Iterator[tuple[str, Path]]:
    """Give the files of releases of a product that were built or staged here, by sha256."""
    staged = (home / "publish" / product).glob(f"*/{staging.MARK}")
    for listing in (*release.folder_of(home, product).glob(f"*/{MANIFEST}"), *staged):
        for listed in json.loads(listing.read_text(encoding="utf-8"))["files"]:
            path = listing.parent / listed["path"]
            if path.is_file() and path.stat().st_size == listed["bytes"]:
                yield listed["sha256"], path


@dataclass(frozen=True, slots=True)
class _Held(PublishedRelease):
    """A release on the Hub, of which some files lie here under other names."""

    twins: Mapping[str, Path]
    watch: Watch

    def files(self) -> Iterator[tuple[Path, Mapping[str, Any]]]:
        """Give every listed file, where it lies or would lie, with what the manifest says of it."""
        for path, listed in Release.files(self):
            yield self.twins.get(listed["sha256"], path), listed

    def bring(self, paths: Iterable[Path]) -> None:
        """Download the files among these that do not lie here, and remove those that do not arrive whole.

        Raises:
            VerificationError: A file is not what the manifest lists.
            HubError: The Hub cannot be reached, or refuses.
        """
        own = [p for p in paths if p.is_relative_to(self.path)]
        missing = sum(1 for p in own if not p.is_file())
        what = f"download files of {self.version} to compare"
        if missing:
            self.watch(what, 0, missing)
        PublishedRelease.bring(self, own)
        if missing:
            self.watch(what, missing, missing)
        listed = dict(self.files())
        for path in own:
            try:
                release.verify_file(path, listed[path])
            except VerificationError as error:
                self.discard(path)
                fix = "run the same again: the damaged copy was removed"
                raise VerificationError(error.what, where=error.where, fix=fix) from None
