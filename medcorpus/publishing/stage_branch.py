"""A branch for a very large release: its files are committed there in parts, and one commit copies all of them to main.

Whatever stops it, the main branch is what it was; what the branch holds already is not sent again. Readers go by tags,
so that they never see it. It is removed before the release gets its tag.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from medcorpus import remote
from medcorpus.errors import HubError, MedcorpusError, MovedError, VerificationError
from medcorpus.publishing.targets import Change, Content, Head

if TYPE_CHECKING:
    from medcorpus.publishing.hub_target import HubTarget

PREFIX = "stage/"
MOST_FILES = 1000
"""More files than this go by a branch: a commit has 60 seconds on the Hub, whose client never puts more into one."""
MOST_BYTES = 20 * 2**30
"""More bytes than this take an hour at 50 Mbit/s, and only what a commit names is sure to be kept meanwhile."""
FILES_IN_A_PART, BYTES_IN_A_PART = 250, 5 * 2**30
"""The most of one commit to the branch: as many files as the Hub's own client begins with, a quarter of an hour."""
MOST_COPIED = 25_000
"""Files that one commit may hold, as the Hub's client states it."""


def is_needed(sent: Sequence[Change]) -> bool:
    """Say whether these files are too many, or too large, to be committed at once."""
    return len(sent) > MOST_FILES or sum(c.bytes for c in sent) > MOST_BYTES


def copies(
    target: HubTarget, paths: Sequence[str], contents: Mapping[str, Content], head: Head, version: str
) -> list[Any]:
    """Commit files to the branch and give the operations that copy them from there.

    What is copied is named by the commit that was looked at, whatever becomes of the branch afterwards.

    Raises:
        MedcorpusError: They are more than a commit may hold.
        MovedError: Somebody else published meanwhile, and so removed the branch.
        VerificationError: What arrived is not what was sent.
        HubError: The Hub cannot be reached, or refuses.
    """
    from huggingface_hub import CommitOperationCopy

    if len(paths) > MOST_COPIED:
        told = f"{len(paths):,} files are more than the {MOST_COPIED:,} that a commit of the Hub may hold"
        raise MedcorpusError(told, where=target.address, fix="publish fewer sources or tasks in one product")
    branch = f"{PREFIX}v{version}"
    there = _opened(target, branch, contents, head)
    if missing := _missing(there, paths, contents):
        for part in parts(missing, contents):
            _commit(target, branch, part, contents)
        there = target.head(branch)
    if missing := _missing(there, paths, contents):
        where = f"{target.address}@{branch}"
        raise VerificationError(f"{missing[0]} did not arrive as it was sent", where=where, fix="run the same again")
    return [CommitOperationCopy(p, p, src_revision=there.revision) for p in paths]


def _missing(there: Head, paths: Sequence[str], contents: Mapping[str, Content]) -> list[str]:
    return [p for p in paths if not contents[p].is_at(there.files.get(p))]


def _opened(target: HubTarget, branch: str, contents: Mapping[str, Content], head: Head) -> Head:
    """Give what the branch holds: made anew, unless nothing is on it but files of this release and of its head."""
    if branch in target.branches():
        there = target.head(branch)
        if all(
            held == head.files.get(p) or (p in contents and contents[p].is_at(held)) for p, held in there.files.items()
        ):
            return there
        remove(target, [branch])
    target.ask("make a branch", target.api.create_branch, branch=branch, revision=head.revision, exist_ok=True)
    return head


def parts(paths: Iterable[str], contents: Mapping[str, Content]) -> Iterator[list[str]]:
    """Cut a list of files into the parts that are committed at once."""
    part: list[str] = []
    size = 0
    for path in paths:
        if part and (len(part) == FILES_IN_A_PART or size + contents[path].size > BYTES_IN_A_PART):
            yield part
            part, size = [], 0
        part.append(path)
        size += contents[path].size
    if part:
        yield part


def _commit(target: HubTarget, branch: str, part: Sequence[str], contents: Mapping[str, Content]) -> None:
    try:
        added = target.upload(part, contents, branch)
        options = {"commit_message": f"{len(part)} files", "revision": branch}
        target.ask("commit to the branch", target.api.create_commit, operations=added, **options)
    except HubError as error:
        if remote.status_of(error) != 404:
            raise
        told = f"the branch {branch} is gone: somebody else published meanwhile; nothing was published"
        raise MovedError(told, where=target.address, fix="make a new plan and look at it") from None


def remove(target: HubTarget, branches: Iterable[str]) -> None:
    """Remove branches, if they are still there."""
    for branch in branches:
        try:
            target.ask(f"remove the branch {branch}", target.api.delete_branch, branch=branch)
        except HubError as error:
            if remote.status_of(error) != 404:
                raise


def left_over(target: HubTarget) -> list[str]:
    """Name the branches that releases were brought by; once one is published, none of them is of use."""
    return [b for b in target.branches() if b.startswith(PREFIX)]
