"""Where the files of a source are: which folder answers which of its file entries."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from medcorpus.raw import patterns, published

if TYPE_CHECKING:
    from medcorpus.source import File, Source


class Place(NamedTuple):
    """One file of an entry, and the folder it was found in."""

    entry: File
    path: str
    root: Path

    @property
    def local(self) -> Path:
        """Where the file is."""
        return self.root / self.path


def locate(source: Source, roots: Sequence[Path]) -> list[Place]:
    """Find the files of every entry, in the order of the entries, then by path.

    An entry is answered by the first folder that has any of its files, so that a user's own part of a corpus is not
    mixed with another part from the cache. A source with companion files, which are looked for beside each other,
    is answered by one folder as a whole.
    """
    if any(entry.companion for entry in source.files):
        return next(filter(None, (_in(source, [root]) for root in roots)), [])
    return _in(source, roots)


def _in(source: Source, roots: Sequence[Path]) -> list[Place]:
    found: list[Place] = []
    for entry in source.files:
        answers = ([Place(entry, path, root) for path in _paths(root, entry)] for root in roots)
        found += next(filter(None, answers), [])
    return found


def _paths(root: Path, entry: File) -> list[str]:
    """Give the files that fit an entry; a publisher's list of hashes is none of them, whatever the pattern."""
    return [path for path in patterns.expand(root, entry.path) if path.rsplit("/", 1)[-1] != published.NAME]
