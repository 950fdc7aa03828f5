"""Data set repositories as files of a folder: what commits hold, which branches and tags point to them, and blobs.

    <folder>/datasets/<namespace>/<name>/repository.json   settings, branches and tags
    <folder>/datasets/<namespace>/<name>/commits/<oid>.json   title, parent, date and files
    <folder>/blobs/<first two digits>/<sha256>             the bytes of files, once each

Everything is written atomically; a commit is visible when the branch points to it, and not before.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path

from medcorpus import atomic
from medcorpus.errors import MedcorpusError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
PATH = re.compile(r"(?!.*(^|/)\.{1,2}(/|$))[^\x00-\x1f\\/:]+(/[^\x00-\x1f\\/:]+)*")
MAIN = "main"
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n"
ATTRIBUTES = b"*.parquet filter=lfs diff=lfs merge=lfs -text\n"
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a commit: its git id, size and sha256, and whether the git object is a pointer to the bytes."""

    oid: str
    size: int
    sha256: str
    lfs: bool
    xet: str = ""


@dataclass(frozen=True, slots=True)
class Commit:
    """A state of all files."""

    oid: str
    title: str
    parent: str
    date: str
    files: Mapping[str, Entry]


@dataclass(slots=True)
class State:
    """What of a repository changes: settings, branches and tags."""

    created: str
    private: bool = False
    gated: str | bool = False
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


def git_oid(content: bytes) -> str:
    """Give the id that git has for a file's content.

    >>> git_oid(b"")
    'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'
    """
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def pointer_entry(sha256: str, size: int, xet: str = "") -> Entry:
    """Give the entry of a file that git keeps a pointer to."""
    return Entry(git_oid(POINTER.format(sha256=sha256, size=size).encode()), size, sha256, True, xet)


class Blobs:
    """Bytes of files by their sha256."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Give where bytes lie, or would lie."""
        return self.folder / sha256[:2] / sha256

    def size(self, sha256: str) -> int | None:
        """Give the number of bytes; None when they are not here."""
        path = self.path(sha256)
        return path.stat().st_size if path.is_file() else None

    def take(self, chunks: Iterable[bytes], expected: str = "") -> str:
        """Store bytes and give their sha256.

        Raises:
            ValueError: They are not the expected ones; nothing is stored.
        """
        digest = hashlib.sha256()
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = self.folder / f".{uuid.uuid4().hex}.tmp"
        try:
            with temporary.open("wb") as file:
                for chunk in chunks:
                    digest.update(chunk)
                    file.write(chunk)
            return self._keep(temporary, digest.hexdigest(), expected)
        finally:
            temporary.unlink(missing_ok=True)

    def _keep(self, temporary: Path, sha256: str, expected: str) -> str:
        if expected and sha256 != expected:
            raise ValueError(f"sha256 is {sha256}, not {expected}")
        atomic.sync(temporary)
        self.path(sha256).parent.mkdir(exist_ok=True)
        temporary.replace(self.path(sha256))
        return sha256


class Repository:
    """One data set repository."""

    def __init__(self, folder: Path, name: str, blobs: Blobs) -> None:
        self.folder, self.name, self.blobs = folder, name, blobs

    def state(self) -> State:
        """Read settings, branches and tags."""
        return State(**json.loads((self.folder / "repository.json").read_text(encoding="utf-8")))

    def change(self, edit: Callable[[State], None]) -> None:
        """Change settings, branches or tags in one step; the caller holds the lock."""
        state = self.state() if (self.folder / "repository.json").exists() else State(now())
        edit(state)
        atomic.write_json(self.folder / "repository.json", asdict(state))

    def resolve(self, revision: str) -> Commit | None:
        """Find the commit that a branch, a tag or an id names."""
        state = self.state()
        oid = state.branches.get(revision) or state.tags.get(revision) or revision
        if not re.fullmatch(r"[0-9a-f]{40}", oid) or not self._path(oid).is_file():
            return None
        return _commit(self._path(oid))

    def commits(self, head: Commit) -> Iterator[Commit]:
        """Give a commit and those before it."""
        commit: Commit | None = head
        while commit is not None:
            yield commit
            commit = self.resolve(commit.parent) if commit.parent else None

    def commit(self, branch: str, title: str, files: Mapping[str, Entry], parent: str) -> Commit:
        """Write a commit and let the branch point to it; the caller holds the lock."""
        content = {"title": title, "parent": parent, "date": now(), "files": {p: asdict(e) for p, e in files.items()}}
        oid = hashlib.sha1(atomic.json_bytes([content, time.time_ns()]), usedforsecurity=False).hexdigest()
        atomic.write_json(self._path(oid), content)
        self.change(lambda state: state.branches.__setitem__(branch, oid))
        return _commit(self._path(oid))

    def adopt(self, oid: str, title: str, files: Mapping[str, Entry]) -> None:
        """Write a commit under the id that it has elsewhere; nothing points to it yet."""
        content = {"title": title, "parent": "", "date": now(), "files": {p: asdict(e) for p, e in files.items()}}
        if not self._path(oid).is_file():
            atomic.write_json(self._path(oid), content)

    def _path(self, oid: str) -> Path:
        return self.folder / "commits" / f"{oid}.json"


@lru_cache(maxsize=64)
def _commit(path: Path) -> Commit:
    content = json.loads(path.read_text(encoding="utf-8"))
    files = {p: Entry(**e) for p, e in content.pop("files").items()}
    return Commit(oid=path.stem, files=files, **content)


class Repositories:
    """All repositories of a folder."""

    def __init__(self, folder: Path, blobs: Blobs | None = None) -> None:
        self.folder, self.blobs = folder, blobs or Blobs(folder / "blobs")
        self.lock = threading.RLock()
        self._secret = secrets.token_bytes(32)

    def key(self, text: str) -> str:
        """Sign a text, so that an address which holds it is known to come from here."""
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()

    def names(self) -> list[str]:
        """Give the names of all repositories, sorted."""
        found = (self.folder / "datasets").glob("*/*/repository.json")
        return sorted("/".join(p.parent.parts[-2:]) for p in found)

    def get(self, name: str) -> Repository | None:
        """Give a repository by its name; None when there is none."""
        repository = self._at(name)
        return repository if (repository.folder / "repository.json").is_file() else None

    def create(self, name: str, *, private: bool = False) -> Repository:
        """Create a repository with one commit; the caller has seen that there is none.

        Raises:
            MedcorpusError: The name is not one that a repository may have.
        """
        repository = self._at(name)
        with self.lock:
            repository.change(lambda state: setattr(state, "private", private))
            entry = Entry(git_oid(ATTRIBUTES), len(ATTRIBUTES), self.blobs.take([ATTRIBUTES]), False)
            repository.commit(MAIN, "initial commit", {".gitattributes": entry}, "")
        return repository

    def delete(self, repository: Repository) -> None:
        """Remove a repository; its blobs stay, since others may hold the same."""
        with self.lock:
            shutil.rmtree(repository.folder)

    def _at(self, name: str) -> Repository:
        if not NAME.fullmatch(name):
            raise MedcorpusError(f"{name!r} is no name of a repository", fix="write it namespace/name")
        return Repository(self.folder / "datasets" / name, name, self.blobs)


def now() -> str:
    """Give the time as the Hub writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
