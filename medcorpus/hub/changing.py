"""Routes that write: repositories, uploads, commits, tags and branches. All of them need a token that may write."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from medcorpus.hub.answers import Answer, Ask, RefusalError, as_json
from medcorpus.hub.reading import front_matter
from medcorpus.hub.repositories import MAIN, NAME, PATH, Entry, Repository, State, git_oid, pointer_entry

LARGE = frozenset((".parquet", ".arrow", ".bin", ".gz", ".jsonl", ".npy", ".tar", ".zip", ".zst"))
"""Files with these endings, and all of more than ten million bytes, are uploaded apart from the commit."""
LARGEST_REGULAR = 10_000_000
SHA256 = re.compile(r"[0-9a-f]{64}")
REF = re.compile(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._/-]{0,99}")


def create(ask: Ask) -> Answer:
    """Create a repository."""
    asked = ask.json()
    name = f"{asked.get('organization') or 'local'}/{asked.get('name')}"
    if asked.get("type") != "dataset" or not NAME.fullmatch(name):
        raise RefusalError(400, f"only data sets with plain names are served here, not {name!r}")
    if ask.repositories.get(name) is not None:
        told = "You already created this dataset repo"
        return as_json({"error": told, "url": f"{ask.base}/datasets/{name}"}, 409, X_Error_Message=told)
    ask.repositories.create(name, private=asked.get("visibility") == "private" or bool(asked.get("private")))
    return as_json({"url": f"{ask.base}/datasets/{name}", "name": name, "id": "0"})


def delete(ask: Ask) -> Answer:
    """Delete a repository."""
    asked = ask.json()
    ask.groups = (f"{asked.get('organization') or 'local'}/{asked.get('name')}",)
    ask.repositories.delete(ask.repository())
    return as_json({})


def settings(ask: Ask) -> Answer:
    """Change who may see a repository."""
    asked, repository = ask.json(), ask.repository()

    def edit(state: State) -> None:
        state.gated = asked.get("gated", state.gated)
        state.private = asked["visibility"] == "private" if "visibility" in asked else state.private

    with ask.repositories.lock:
        repository.change(edit)
    return as_json({"gated": repository.state().gated, "private": repository.state().private})


def check_yaml(ask: Ask) -> Answer:
    """Say whether the front matter of a card can be read."""
    found, wrong = front_matter(str(ask.json().get("content", "")))
    if wrong:
        return as_json({"errors": [{"message": wrong}], "warnings": []}, 400)
    warnings = [] if found else [{"message": "empty or missing yaml metadata in repo card"}]
    return as_json({"errors": [], "warnings": warnings})


def upload_modes(ask: Ask) -> Answer:
    """Say of each file whether it is uploaded apart from the commit, and what is there already."""
    _, commit = ask.commit(unquote(ask.groups[1]))
    files = []
    for asked in ask.json().get("files", []):
        path, here = asked["path"], commit.files.get(asked["path"])
        large = PurePosixPath(path).suffix in LARGE or asked.get("size", 0) > LARGEST_REGULAR
        known = {"oid": here.sha256 if here.lfs else here.oid} if here else {}
        files.append({"path": path, "uploadMode": "lfs" if large else "regular", "shouldIgnore": False, **known})
    return as_json({"files": files, "commitOid": commit.oid})


def lfs_batch(ask: Ask) -> Answer:
    """Say of each object where to put it; an object that is here needs no upload."""
    repository, objects = ask.repository(), []
    for asked in ask.json().get("objects", []):
        oid, size = str(asked.get("oid")), asked.get("size")
        if not SHA256.fullmatch(oid):
            raise RefusalError(422, f"{oid!r} is no sha256")
        found = {"oid": oid, "size": size}
        if repository.blobs.size(oid) != size:
            key = ask.repositories.key(f"{repository.name}/{oid}")
            upload = {"href": f"{ask.base}/lfs/{repository.name}/{oid}?key={key}", "header": {}}
            found |= {"authenticated": True, "actions": {"upload": upload}}
        objects.append(found)
    return as_json({"transfer": "basic", "objects": objects})


def lfs_put(ask: Ask) -> Answer:
    """Take the bytes of an object; the address that `lfs_batch` gave holds the right to do so."""
    name, oid = ask.groups
    if not hmac.compare_digest(ask.query.get("key", ""), ask.repositories.key(f"{name}/{oid}")):
        raise RefusalError(403, "this address is not one that was given for an upload")
    repository = ask.repositories.get(name)
    if repository is None:
        raise RefusalError(404, "Repository not found", "RepoNotFound")
    try:
        repository.blobs.take(ask.chunks, expected=oid)
    except ValueError as error:
        raise RefusalError(400, str(error)) from error
    return Answer(200, {"ETag": f'"{oid}"'})


def commit(ask: Ask) -> Answer:
    """Commit all changes of a request to a branch, or none of them."""
    repository, branch = ask.repository(), unquote(ask.groups[1])
    header, changes = _parsed(ask.body())
    with ask.repositories.lock:
        if branch not in repository.state().branches:
            raise RefusalError(404, f"Invalid rev id: {branch}", "RevisionNotFound")
        _, head = ask.commit(branch)
        parent = str(header.get("parentCommit") or "")
        if parent and not head.oid.startswith(parent):
            raise RefusalError(412, "A commit has happened since. Please refresh and try again.")
        files = dict(head.files)
        for key, value in changes:
            _apply(repository, files, key, value)
        made = repository.commit(branch, str(header.get("summary", "")), files, head.oid)
    url = f"{ask.base}/datasets/{repository.name}/commit/{made.oid}"
    return as_json({"success": True, "commitOid": made.oid, "commitUrl": url, "hookOutput": "", "pullRequestUrl": None})


def _parsed(body: bytes) -> tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]:
    try:
        lines = [json.loads(line) for line in body.splitlines() if line.strip()]
        header, *rest = [(line["key"], dict(line["value"])) for line in lines]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RefusalError(400, "the commit is not lines of JSON") from error
    if header[0] != "header":
        raise RefusalError(400, "the commit has no header")
    return header[1], rest


def _apply(repository: Repository, files: dict[str, Entry], key: str, value: dict[str, Any]) -> None:
    path = str(value.get("path", "")).rstrip("/")
    if not PATH.fullmatch(path):
        raise RefusalError(400, f"{path!r} is no path of a file")
    if key == "file":
        files[path] = _regular(repository, value)
    elif key == "lfsFile":
        files[path] = _large(repository, value)
    elif key in ("deletedFile", "deletedFolder"):
        gone = list(_below(files, path, folder=key == "deletedFolder"))
        if not gone:
            raise RefusalError(404, "A file with this name doesn't exist", "EntryNotFound")
        for name in gone:
            del files[name]
    else:
        raise RefusalError(400, f"{key!r} is not understood")


def _below(files: dict[str, Entry], path: str, *, folder: bool) -> Iterator[str]:
    yield from (p for p in files if (p.startswith(f"{path}/") if folder else p == path))


def _regular(repository: Repository, value: dict[str, Any]) -> Entry:
    try:
        data = base64.b64decode(value["content"], validate=True)
    except (KeyError, binascii.Error) as error:
        raise RefusalError(400, "the content is not base64") from error
    return Entry(git_oid(data), len(data), repository.blobs.take([data]), False)


def _large(repository: Repository, value: dict[str, Any]) -> Entry:
    oid = str(value.get("oid"))
    size = repository.blobs.size(oid) if SHA256.fullmatch(oid) else None
    if size is None:
        raise RefusalError(400, f"LFS pointer points to a file that does not exist: {oid}")
    return pointer_entry(oid, size, getattr(repository.blobs, "xet_of", {}).get(oid, ""))


def add_tag(ask: Ask) -> Answer:
    """Tag a revision."""
    repository, found = ask.commit(unquote(ask.groups[1]))
    name = _ref(ask.json().get("tag"))
    with ask.repositories.lock:
        if name in repository.state().tags:
            raise RefusalError(409, "Tag reference exists already")
        repository.change(lambda state: state.tags.__setitem__(name, found.oid))
    return as_json({"tag": name})


def delete_tag(ask: Ask) -> Answer:
    """Remove a tag."""
    repository, name = ask.repository(), unquote(ask.groups[1])
    with ask.repositories.lock:
        if name not in repository.state().tags:
            raise RefusalError(404, "tag not found", "RevisionNotFound")
        repository.change(lambda state: state.tags.__delitem__(name))
    return as_json({})


def add_branch(ask: Ask) -> Answer:
    """Create a branch at a revision."""
    name = _ref(unquote(ask.groups[1]))
    repository, found = ask.commit(str(ask.json().get("startingPoint") or MAIN))
    with ask.repositories.lock:
        if name in repository.state().branches:
            raise RefusalError(409, "Reference already exists")
        repository.change(lambda state: state.branches.__setitem__(name, found.oid))
    return as_json({})


def delete_branch(ask: Ask) -> Answer:
    """Remove a branch."""
    repository, name = ask.repository(), unquote(ask.groups[1])
    with ask.repositories.lock:
        if name == MAIN or name not in repository.state().branches:
            raise RefusalError(404, "branch not found", "RevisionNotFound")
        repository.change(lambda state: state.branches.__delitem__(name))
    return as_json({})


def _ref(name: Any) -> str:
    if not isinstance(name, str) or not REF.fullmatch(name):
        raise RefusalError(400, f"{name!r} is no name of a branch or tag")
    return name
