"""Where releases are published: what a target holds, and how files get there in one step."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

from medcorpus.hub.repositories import CHUNK
from medcorpus.store import sha256_of


@dataclass(frozen=True)
class Content:
    """A file that is to be published: bytes in memory, or a file on disk."""

    data: bytes | Path
    size: int
    sha256: str

    @classmethod
    def of(cls, data: bytes | Path) -> Content:
        """Describe bytes or a file."""
        if isinstance(data, Path):
            return cls(data, data.stat().st_size, sha256_of(data))
        return cls(data, len(data), hashlib.sha256(data).hexdigest())

    @cached_property
    def git_oid(self) -> str:
        """The id that git has for these bytes."""
        digest = hashlib.sha1(b"blob %d\0" % self.size, usedforsecurity=False)
        if isinstance(self.data, bytes):
            digest.update(self.data)
            return digest.hexdigest()
        with self.data.open("rb") as file:
            for chunk in iter(lambda: file.read(CHUNK), b""):
                digest.update(chunk)
        return digest.hexdigest()

    def is_at(self, there: Held | None) -> bool:
        """Say whether a file that is held is this one."""
        if there is None or there.size != self.size:
            return False
        return there.sha256 == self.sha256 if there.sha256 else there.git_oid == self.git_oid


@dataclass(frozen=True, slots=True)
class Held:
    """A file that a target holds: size, and sha256 or git's id."""

    size: int
    sha256: str = ""
    git_oid: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """What a target holds now; the revision is empty when it holds nothing."""

    revision: str = ""
    files: Mapping[str, Held] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """One file that is added, changed or deleted."""

    action: str
    path: str
    bytes: int
    sha256: str


class Target(Protocol):
    """What a publisher needs of a place."""

    address: str
    """As it was named by the user."""
    repository: str
    """Namespace and name on the Hub; empty for a folder."""

    def head(self, revision: str = "") -> Head:
        """Say what it holds, now or at a revision."""

    def read(self, path: str, head: Head) -> bytes:
        """Read a small file and see that it is the one that is held."""

    def put(
        self, changes: Sequence[Change], contents: Mapping[str, Content], head: Head, message: str, version: str
    ) -> str:
        """Carry out all changes or none, if nothing changed since `head`, and give the new revision.

        Raises:
            MovedError: Something changed.
        """

    def tag(self, name: str, revision: str, message: str) -> None:
        """Give a revision the name by which it is loaded."""

    def try_out(self, revision: str, configs: Mapping[str, str]) -> None:
        """Load one row of every configuration; each comes with its first file."""
