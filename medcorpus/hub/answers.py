"""What is asked of the server and what it answers, apart from HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from medcorpus.hub.repositories import CHUNK, Commit, Entry, Repositories, Repository

LARGEST_BODY = 256 * 2**20
"""A body that is read into memory (a commit with the small files in it) may have this many bytes."""


class RefusalError(Exception):
    """A request that is answered with an error; clients tell the kinds apart by the code."""

    def __init__(self, status: int, message: str, code: str = "", **headers: str) -> None:
        super().__init__(message)
        self.status, self.message, self.code, self.headers = status, message, code, headers


@dataclass(slots=True)
class Answer:
    """Status, headers, and the pieces of the body with their number of bytes."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: Iterable[bytes] = ()
    length: int = 0


@dataclass(slots=True)
class Ask:
    """One request: what it wants, of which repository, and who asks.

    Args:
        repositories: Everything that is served.
        base: Address of the server.
        method: GET, HEAD, POST, PUT or DELETE.
        path: Path with its escapes, without the query.
        query: First value of each name in the query.
        headers: Names in lower case.
        chunks: The body, read as it is asked for.
        role: "write", "read", or empty for a stranger.
        groups: What the route's pattern matched.
    """

    repositories: Repositories
    base: str
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    chunks: Iterator[bytes]
    role: str = ""
    groups: tuple[str, ...] = ()

    def body(self) -> bytes:
        """Read the whole body.

        Raises:
            RefusalError: It is too large.
        """
        parts, size = [], 0
        for chunk in self.chunks:
            size += len(chunk)
            if size > LARGEST_BODY:
                raise RefusalError(413, "the request is too large")
            parts.append(chunk)
        return b"".join(parts)

    def json(self) -> dict[str, Any]:
        """Read the body as a JSON object.

        Raises:
            RefusalError: It is none.
        """
        try:
            found = json.loads(self.body() or b"{}")
        except (ValueError, RecursionError) as error:
            raise RefusalError(400, "the body is not JSON") from error
        if not isinstance(found, dict):
            raise RefusalError(400, "the body is not a JSON object")
        return found

    def repository(self) -> Repository:
        """Give the repository that the path names, if whoever asks may know of it."""
        return visible(self, self.groups[0])

    def commit(self, revision: str) -> tuple[Repository, Commit]:
        """Give the repository and the commit that a revision names."""
        repository = self.repository()
        found = repository.resolve(revision)
        if found is None:
            raise RefusalError(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return repository, found


def visible(ask: Ask, name: str) -> Repository:
    """Give a repository by its name; a private one does not exist for strangers.

    Raises:
        RefusalError: There is none, as far as whoever asks may know.
    """
    repository = ask.repositories.get(name)
    if repository is None or (repository.state().private and not ask.role):
        raise RefusalError(404 if ask.role else 401, "Repository not found", "RepoNotFound")
    return repository


def as_json(value: Any, status: int = 200, **headers: str) -> Answer:
    """Answer with a JSON value; underscores in names of headers stand for hyphens."""
    body = json.dumps(value).encode()
    stated = {"Content-Type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}}
    return Answer(status, stated, [body], len(body))


def refusal(error: RefusalError) -> Answer:
    """Answer with an error as the Hub words it."""
    headers = {"X-Error-Message": error.message, **error.headers}
    if error.code:
        headers["X-Error-Code"] = error.code
    return as_json({"error": error.message}, error.status, **headers)


def part_of(path: Path, start: int, length: int) -> Iterator[bytes]:
    """Read a part of a file piece by piece."""
    with path.open("rb") as file:
        file.seek(start)
        while length and (chunk := file.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk


def content(repository: Repository, entry: Entry) -> bytes:
    """Read a small file of a repository."""
    return repository.blobs.path(entry.sha256).read_bytes()
