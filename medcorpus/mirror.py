"""Copies a product's repository from the Hub into a folder that `medcorpus hub serve` serves to the same clients.

Commits keep their ids, so that a version is the same wherever it is loaded from. What is there already is not
downloaded again; a version is visible when all of its files are there, and not before.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medcorpus.errors import UnknownNameError, VerificationError
from medcorpus.hub.repositories import CHUNK, MAIN, Entry, Repositories, Repository, State, pointer_entry
from medcorpus.publishing.hub_target import HubTarget
from medcorpus.publishing.targets import Content, Head
from medcorpus.release import MANIFEST

Watch = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Mirrored:
    """What a mirror holds now: the repository, its versions, and what was downloaded for it."""

    repository: str
    versions: tuple[str, ...]
    files: int
    bytes: int


def mirror(
    address: str, folder: Path, *, versions: Sequence[str] = (), watch: Watch = lambda what, done, total: None
) -> Mirrored:
    """Bring a repository's main branch and versions into a folder, and verify them.

    Args:
        address: `hf://namespace/name`.
        folder: Folder of mirrors; it may hold others.
        versions: Versions to bring; all by default.
        watch: Called with what is being done, how much of it, and how much there is.

    Raises:
        UnknownNameError: There is no such version.
        VerificationError: What arrived is not what the Hub or the manifest lists.
        HubError: The Hub cannot be reached, or refuses.
    """
    target = HubTarget(address)
    heads = _heads(target, [v.removeprefix("v") for v in versions])
    place = Repositories(folder)
    local = place.get(target.repository) or place.create(target.repository)
    fetched: list[int] = []
    for done, head in enumerate(heads.values(), 1):
        files = {path: _bring(target, head, path, local, fetched) for path in sorted(head.files)}
        _verify(local, files, f"{address}@{head.revision[:12]}")
        local.adopt(head.revision, f"mirror of {target.repository}", files)
        watch("mirror", done, len(heads))
    tags = {name: head.revision for name, head in heads.items() if name != MAIN}

    def show(state: State) -> None:
        state.branches[MAIN] = heads[MAIN].revision
        state.tags |= tags

    with place.lock:
        local.change(show)
    return Mirrored(target.repository, tuple(sorted(tags)), len(fetched), sum(fetched))


def _heads(target: HubTarget, versions: Sequence[str]) -> dict[str, Head]:
    """Give the main branch and the tags that are wanted, each with its files."""
    main = target.head()
    if not main.revision:
        raise UnknownNameError("repository", target.repository, (), fix="check the name, and HF_TOKEN if it is private")
    known = {t.removeprefix("v"): t for t in main.tags if t.startswith("v")}
    for version in versions:
        if version not in known:
            raise UnknownNameError("version", version, known)
    wanted = [known[v] for v in versions or known]
    return {MAIN: main, **{tag: target.head(main.tags[tag]) for tag in wanted}}


def _bring(target: HubTarget, head: Head, path: str, local: Repository, fetched: list[int]) -> Entry:
    """Bring one file, unless it is here, and see that it is the one that the Hub lists."""
    there = head.files[path]
    if there.sha256 and local.blobs.size(there.sha256) == there.size:
        return pointer_entry(there.sha256, there.size)
    with tempfile.TemporaryDirectory(dir=local.folder) as folder:
        got = target.download(path, head.revision, Path(folder))
        if not Content.of(got).is_at(there):
            told = "what was downloaded is not what the Hub lists"
            raise VerificationError(told, where=f"{target.address}/{path}", fix="run the same again")
        with got.open("rb") as file:
            sha256 = local.blobs.take(iter(lambda: file.read(CHUNK), b""), expected=there.sha256)
    fetched.append(there.size)
    return pointer_entry(sha256, there.size) if there.sha256 else Entry(there.git_oid, there.size, sha256, False)


def _verify(local: Repository, files: Mapping[str, Entry], where: str) -> None:
    """See that a commit which holds a manifest holds what it lists."""
    if MANIFEST not in files:
        return
    manifest: dict[str, Any] = json.loads(local.blobs.path(files[MANIFEST].sha256).read_bytes())
    for listed in manifest["files"]:
        found = files.get(listed["path"])
        if found is None or found.sha256 != listed["sha256"]:
            told = f"{listed['path']} is not what the manifest lists"
            raise VerificationError(told, where=where, fix="ask the publisher of this version")
