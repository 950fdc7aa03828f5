"""Releases on the Hub, as readers see them: which version is meant, and the files of it that are needed.

A version is resolved to a commit once and remembered with its root, in `published/` under the home folder. What was
seen before needs no network, may not change its meaning, and a Hub that offers less than before is told of. Files come
through the cache of huggingface_hub; nothing here trusts them before they are verified against the manifest.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path

from medcorpus import atomic, release, remote, tombstones, yanked
from medcorpus.errors import HubError, MedcorpusError, UnknownNameError, VerificationError
from medcorpus.home import home_folder
from medcorpus.release import MANIFEST, Release
from medcorpus.remote import Answer
from medcorpus.versions import numbers, of_tag

NAMESPACE = "MEDCORPUS_NAMESPACE"
DEFAULT_NAMESPACE = "medcorpus"
LATEST = "latest"
WAITS = (1.0, 2.0)
FEW = 8
"""So many files are asked for by their names, all at once."""
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
        what = f"download {self.product} {self.version}"
        if len(wanted) > FEW:  # one bar for all of them, and one list that tells where each lies
            _ask(self.repository, what, partial(remote.snapshot, self.repository, self.revision, wanted))
            return
        one = partial(remote.download, self.repository, revision=self.revision)
        with ThreadPoolExecutor(FEW) as pool:
            list(pool.map(lambda path: _ask(self.repository, what, partial(one, path)), wanted))

    def discard(self, path: Path) -> None:
        """Remove a damaged file from the cache, so that it is downloaded again."""
        remote.discard(path)


def default_repository(product: str) -> str:
    """Give the repository of a product; MEDCORPUS_NAMESPACE names whose."""
    return f"{os.environ.get(NAMESPACE) or DEFAULT_NAMESPACE}/{product}"


def is_offline() -> bool:
    """Say whether the Hub must not be asked."""
    from huggingface_hub import constants

    return bool(constants.HF_HUB_OFFLINE) or os.environ.get("HF_HUB_OFFLINE", "").lower() in TRUE


def find(repository: str, product: str, version: str = LATEST, library: str = "") -> PublishedRelease:
    """Open a release on the Hub: the newest that was not yanked, or exactly the version asked for.

    Args:
        repository: Its repository.
        product: Its product; empty for any.
        version: Its version.
        library: Imported while the Hub is waited for.

    Raises:
        UnknownNameError: There is no such version; or, offline, none in the cache.
        VerificationError: The version is not what it was when it was first seen, or is another's.
        HubError: The Hub refuses, or cannot be reached and nothing of the repository is in the cache.
    """
    memory = _Memory(repository)
    version = version.removeprefix("v")
    revision = memory.commit(version)
    if not revision or version == LATEST:
        version, revision = _resolved(repository, version, memory, library)
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
    read = partial(remote.download, repository, MANIFEST, revision=revision, local_files_only=is_offline())
    return _ask(repository, "read the manifest", read).parent


def any_product(repository: str, version: str = LATEST) -> PublishedRelease:
    """Open a release on the Hub, of whatever product the repository holds."""
    return find(repository, "", version)


def _resolved(repository: str, version: str, memory: _Memory, library: str) -> tuple[str, str]:
    """Give a version and its commit, from the Hub, or from memory where the Hub cannot be asked."""
    if is_offline():
        return memory.resolved(version, "HF_HUB_OFFLINE is set")
    listed, notes = _asked_at_once(repository, version, library, is_first=not memory.versions)
    try:
        tags = listed.result()
    except HubError as error:
        if error.status or not memory.versions:
            raise
        warnings.warn(f"{error.what}; going by what is in the cache", stacklevel=5)
        return memory.resolved(version, "the Hub cannot be reached")
    tags = {of_tag(name): commit for name, commit in tags.items() if of_tag(name)}
    memory.compare(tags)
    return _chosen(repository, version, tags, memory, notes)


Notes = Mapping[str, "Future[Path | None]"]
"""The lists that stand on the main branch, by their names; None where there is no such list."""


def _asked_at_once(
    repository: str, version: str, library: str, *, is_first: bool
) -> tuple[Future[dict[str, str]], Notes]:
    """Ask for all that has to be known before files are, at the price of one answer.

    At the first load the manifest is asked for as well, where it most likely is: if the versions say that it is
    another's, it stays in the cache for nothing.
    """
    likely = "main" if version == LATEST else f"v{version}"
    with ThreadPoolExecutor(4) as pool:
        listed = pool.submit(_ask, repository, "list the versions", partial(remote.tags, repository))
        notes = {name: pool.submit(_text_on_main, repository, name) for name in (yanked.FILE, tombstones.FILE)}
        if is_first:
            pool.submit(remote.download, repository, MANIFEST, revision=likely)
        if library:
            import_module(library)
    return listed, notes


def _chosen(repository: str, version: str, tags: Mapping[str, str], memory: _Memory, notes: Notes) -> tuple[str, str]:
    marks = _yanked(repository, notes)
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


def _yanked(repository: str, notes: Notes) -> dict[str, yanked.Mark]:
    """Read which versions were yanked, and remember which rows were withdrawn, as the main branch has it."""
    marks, stones = notes[yanked.FILE].result(), notes[tombstones.FILE].result()
    if stones is not None:
        tombstones.remember(home_folder(), tombstones.read(stones))
    return yanked.parse(marks.read_bytes(), f"hf://{repository}/{yanked.FILE}") if marks is not None else {}


def _text_on_main(repository: str, name: str) -> Path | None:
    """Download a small file of the main branch; None when there is none."""
    from huggingface_hub.errors import EntryNotFoundError

    def read() -> Path | None:
        try:
            return remote.download(repository, name)
        except EntryNotFoundError:
            return None

    return _ask(repository, f"see whether there is a {name}", read)


def _ask(repository: str, what: str, call: Callable[[], Answer]) -> Answer:
    return remote.patiently(call, what, f"hf://{repository}", waits=WAITS)


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
