"""Completes the cache of a source: downloads what is not there, or not what it should be."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from medcorpus.raw import patterns, pins
from medcorpus.raw.pins import Pin

if TYPE_CHECKING:
    from medcorpus.raw.download import Progress, Wanted
    from medcorpus.raw.network import Policy
    from medcorpus.source import File, Source

_CHANGED = "upstream has changed the file since your first fetch; pass --accept-new to take it as it is now"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cache:
    """The cache of one source.

    Args:
        name: Name of the source.
        source: The source.
        home: The project's own folder.
        accept_new: Download files without a project's pin again and take what upstream has now.
    """

    name: str
    source: Source
    home: Path
    accept_new: bool = False

    @property
    def folder(self) -> Path:
        """Folder the source's files are downloaded to; several sources may share one."""
        return self.home / "raw" / (self.source.folder or self.name)

    def complete(
        self, entries: Collection[File], *, progress: Progress | None = None, policy: Policy | None = None
    ) -> dict[Path, Pin]:
        """Download the missing and wrong files of some entries, and lock those that nothing pins.

        Returns:
            Size and sha256 of the entries' files that are now here, by local path.

        Raises:
            FetchError: A download failed, or its bytes are not the pinned ones; the files before it are kept.
        """
        project, locked = pins.of(self.name, self.source), pins.locked(self.home, self.name)
        listed = dict(self._downloadable(entries, project))
        known = pins.digests(p for path in listed if (p := self.folder / path).is_file())
        wanted = [w for path, entry in listed.items() if (w := self._wanted(path, entry, project, locked, known))]
        known |= self._download(wanted, progress, policy)
        fresh = {w.path for w in wanted} if self.accept_new else set()
        unpinned = [path for path in listed if path not in project and (path not in locked or path in fresh)]
        pins.lock(self.home, self.name, {path: known[self.folder / path] for path in unpinned})
        return known

    def _downloadable(self, entries: Collection[File], project: dict[str, Pin]) -> Iterator[tuple[str, File]]:
        claimed: set[str] = set()
        for entry in self.source.files:
            paths = [entry.path] if not entry.is_pattern else [p for p in project if patterns.matches(entry.path, p)]
            yield from ((p, entry) for p in paths if p not in claimed and entry.url and entry in entries)
            claimed.update(paths)

    def _wanted(
        self, path: str, entry: File, project: dict[str, Pin], locked: dict[str, Pin], known: dict[Path, Pin]
    ) -> Wanted | None:
        from medcorpus.raw.download import Wanted

        here, renew = known.get(self.folder / path), self.accept_new and path not in project
        must = project.get(path) or (None if renew else locked.get(path))
        if here is not None and not renew and (must is None or must.sha256 == here.sha256):
            return None
        urls = tuple(url.replace("{path}", quote(path)) for url in (entry.url, *entry.mirrors))
        wanted = Wanted(path=path, urls=urls, folder=self.folder)
        if must is None:
            return wanted
        fix = {} if path in project else {"fix": _CHANGED}
        return Wanted(path=path, urls=urls, folder=self.folder, sha256=must.sha256, size=must.bytes, **fix)

    def _download(self, wanted: list[Wanted], progress: Progress | None, policy: Policy | None) -> dict[Path, Pin]:
        from medcorpus.raw.download import Downloader

        if not wanted:
            return {}
        with Downloader(self.name, policy, progress) as downloader:
            return downloader.get_all(wanted)
