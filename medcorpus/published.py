"""Releases on the Hub, as readers see them: which version is meant, and the files of it that are needed.

A version is resolved to a commit once and remembered with its root, in `published/` under the home folder. What was
seen before needs no network, may not change its meaning, and a Hub that offers less than before is told of. Files come
through the cache of huggingface_hub; nothing here trusts them before they are verified against the manifest.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medcorpus import atomic, release, remote, tombstones, yanked
from medcorpus.errors import HubError, MedcorpusError, UnknownNameError, VerificationError
from medcorpus.home import home_folder
from medcorpus.release import MANIFEST, Release
from medcorpus.versions import numbers, of_tag

NAMESPACE = "MEDCORPUS_NAMESPACE"
DEFAULT_NAMESPACE = "medcorpus"
KIND = "dataset"
LATEST = "latest"
WAITS = (1.0, 2.0)
TRUE = frozenset(("1", "true", "yes", "on"))


@dataclass(frozen=True, slots=True)
class PublishedRelease(Release):
    """A release on the Hub of which the manifest is here; its other files come when they are asked for."""

    repository: str
    revision: str

    def bring(self, paths: Iterable[Path]) -> None:
        """Download the files among these that are not in the cache.

        Raises:
            HubError: The Hub cannot be reached, or refuses.
        """
        wanted = [p.relative_to(self.path).as_posix() for p in paths if not p.is_file()]
        if not wanted:
            return
        if is_offline():
            told = f"{len(wanted)} files of {self.product} {self.version} are not in the cache"
            raise HubError(told, where=f"hf://{self.repository}", fix="load it once with HF_HUB_OFFLINE unset")
        options = {"revision": self.revision, "allow_patterns": wanted}
        _ask(self.repository, f"download {self.product} {self.version}", remote.api().snapshot_download, **options)

    def discard(self, path: Path) -> None:
        """Remove a damaged file from the cache, so that it is downloaded again."""
        path.resolve().unlink(missing_ok=True)
        path.unlink(missing_ok=True)


def default_repository(product: str) -> str:
    """Give the repository of a product; MEDCORPUS_NAMESPACE names whose."""
    return f"{os.environ.get(NAMESPACE) or DEFAULT_NAMESPACE}/{product}"


def is_offline() -> bool:
    """Say whether the Hub must not be asked."""
    from huggingface_hub import constants

    return bool(constants.HF_HUB_OFFLINE) or os.environ.get("HF_HUB_OFFLINE", "").lower() in TRUE


def find(repository: str, product: str, version: str = LATEST) -> PublishedRelease:
    """Open a release on the Hub: the newest that was not yanked, or exactly the version asked for.

    Raises:
        UnknownNameError: There is no such version; or, offline, none in the cache.
        VerificationError: The version is not what it was when it was first seen, or is another's.
        HubError: The Hub refuses, or cannot be reached and nothing of the repository is in the cache.
    """
    memory = _Memory(repository)
    version = version.removeprefix("v")
    revision = memory.commit(version)
    if not revision or version == LATEST:
        version, revision = _resolved(repository, version, memory)
    opened = release.open_release(folder_at(repository, revision))
    wanted = product or opened.product
    if opened.product != wanted or opened.version != version:
        told = f"tag v{version} holds {opened.product} {opened.version}, not {wanted} {version}"
        raise VerificationError(told, where=f"hf://{repository}", fix="name another version, and tell its publisher")
    memory.remember(version, revision, str(opened.manifest["root"]))
    return PublishedRelease(opened.path, opened.manifest, repository, revision)


def folder_at(repository: str, revision: str) -> Path:
    """Give the cache's folder of a commit, with the manifest in it.

    Raises:
        HubError: The Hub cannot be reached, or refuses.
    """
    path: Path = _ask(repository, "read the manifest", _manifest_path, revision=revision)
    return path.parent


def any_product(repository: str, version: str = LATEST) -> PublishedRelease:
    """Open a release on the Hub, of whatever product the repository holds."""
    return find(repository, "", version)


def _manifest_path(*, repo_id: str, repo_type: str, revision: str) -> Path:
    return Path(
        remote.api().hf_hub_download(
            repo_id, MANIFEST, repo_type=repo_type, revision=revision, local_files_only=is_offline()
        )
    )


def _resolved(repository: str, version: str, memory: _Memory) -> tuple[str, str]:
    """Give a version and its commit, from the Hub, or from memory where the Hub cannot be asked."""
    if is_offline():
        return memory.resolved(version, "HF_HUB_OFFLINE is set")
    try:
        refs = _ask(repository, "list the versions", remote.api().list_repo_refs)
    except HubError as error:
        if error.status or not memory.versions:
            raise
        warnings.warn(f"{error.what}; going by what is in the cache", stacklevel=5)
        return memory.resolved(version, "the Hub cannot be reached")
    tags = {of_tag(t.name): str(t.target_commit) for t in refs.tags if of_tag(t.name)}
    memory.compare(tags)
    return _chosen(repository, version, tags, memory)


def _chosen(repository: str, version: str, tags: Mapping[str, str], memory: _Memory) -> tuple[str, str]:
    marks = _yanked(repository)
    if version != LATEST:
        if version not in tags:
            raise UnknownNameError("version", version, sorted(tags, key=numbers))
        if version in marks:
            told = f"{repository} {version} was yanked on {marks[version].date}: {marks[version].reason}"
            warnings.warn(told, stacklevel=6)
        return version, tags[version]
    standing = [v for v in tags if v not in marks]
    if not standing:
        raise MedcorpusError(
            "nothing is published there yet", where=f"hf://{repository}", fix="name another repository"
        )
    newest = max(standing, key=numbers)
    memory.warn_if_older(newest, marks)
    return newest, tags[newest]


def _yanked(repository: str) -> dict[str, yanked.Mark]:
    """Read which versions were yanked, and remember which rows were withdrawn, as the main branch has it."""
    marks = _text_on_main(repository, yanked.FILE)
    stones = _text_on_main(repository, tombstones.FILE)
    if stones is not None:
        tombstones.remember(home_folder(), tombstones.read(stones))
    return yanked.parse(marks.read_bytes(), f"hf://{repository}/{yanked.FILE}") if marks is not None else {}


def _text_on_main(repository: str, name: str) -> Path | None:
    """Download a small file of the main branch; None when there is none."""
    from huggingface_hub.errors import EntryNotFoundError

    def read(**options: Any) -> Path | None:
        try:
            return Path(remote.api().hf_hub_download(filename=name, **options))
        except EntryNotFoundError:
            return None

    found: Path | None = _ask(repository, f"see whether there is a {name}", read)
    return found


def _ask(repository: str, what: str, call: Any, **options: Any) -> Any:
    asked = {"repo_id": repository, "repo_type": KIND, **options}
    return remote.patiently(lambda: call(**asked), what, f"hf://{repository}", waits=WAITS)


class _Memory:
    """Which commit and root each version of a repository had when it was first seen here."""

    def __init__(self, repository: str) -> None:
        self.repository = repository
        self.file = home_folder() / "published" / f"{repository.replace('/', '--')}.json"
        try:
            found = json.loads(self.file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            found = {}
        self.versions: dict[str, dict[str, str]] = found if isinstance(found, dict) else {}

    def commit(self, version: str) -> str:
        """Give the commit of a version that was seen."""
        return self.versions.get(version, {}).get("commit", "")

    def resolved(self, version: str, because: str) -> tuple[str, str]:
        """Give a version and its commit without the Hub."""
        if not self.versions:
            told = f"nothing of {self.repository} is in the cache, and {because}"
            raise HubError(told, fix="load it once with network, or build it")
        if version == LATEST:
            version = max(self.versions, key=numbers)
        if version not in self.versions:
            raise UnknownNameError("version", version, (), fix=f"{because}; in the cache: {', '.join(self.versions)}")
        return version, self.commit(version)

    def compare(self, tags: Mapping[str, str]) -> None:
        """See that no version names another commit than it did."""
        for version, known in self.versions.items():
            if version in tags and tags[version] != known["commit"]:
                told = f"tag v{version} names another commit than when it was first loaded here"
                fix = f"ask its publisher; to accept it, delete {self.file}"
                raise VerificationError(told, where=f"hf://{self.repository}", fix=fix)

    def warn_if_older(self, newest: str, marked: Collection[str]) -> None:
        """Tell of a Hub that offers less than it did: a mirror that stands still, or somebody who turns things back."""
        seen = max((v for v in self.versions if v not in marked), key=numbers, default=newest)
        if numbers(newest) < numbers(seen):
            told = f"the newest version of {self.repository} is {newest}, but {seen} was loaded here before"
            warnings.warn(f"{told}: the Hub or mirror was turned back, or stands still", stacklevel=7)

    def remember(self, version: str, commit: str, root: str) -> None:
        """Remember what a version is.

        Raises:
            VerificationError: It was something else before.
        """
        known = self.versions.get(version)
        if known is None:
            self.versions[version] = {"commit": commit, "root": root}
            atomic.write_json(self.file, self.versions)
        elif known["root"] != root:
            told = f"version {version} has other rows than when it was first loaded here"
            raise VerificationError(
                told, where=f"hf://{self.repository}", fix=f"ask its publisher, or delete {self.file}"
            )
