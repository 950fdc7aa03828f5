"""Routes that read: facts of a repository, its trees, files, refs and commits."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlencode

from medcorpus.hub.answers import Answer, Ask, RefusalError, as_json, content, part_of
from medcorpus.hub.repositories import MAIN, Commit, Entry, Repository

FRONT_MATTER = re.compile(r"\s*---\r?\n(.*?)\n---", re.DOTALL)
POINTER_SIZE = 134
PAGE, EXPANDED_PAGE = 1000, 100
"""Most entries of one answer, as the Hub's description of its API states them: of a list, and of an expanded tree."""


def whoami(ask: Ask) -> Answer:
    """Say whom a token belongs to."""
    if not ask.role:
        raise RefusalError(401, "Invalid username or password.")
    token = {"displayName": ask.role, "role": ask.role}
    auth = {"type": "access_token", "accessToken": token}
    return as_json({"type": "user", "id": "0", "name": "local", "orgs": [], "auth": auth})


def listing(ask: Ask) -> Answer:
    """List the repositories that anyone may see."""
    every = {name: ask.repositories.get(name) for name in ask.repositories.names()}
    names = [name for name, repository in every.items() if repository and not repository.state().private]
    wanted = ask.query.get("search", "").lower()
    found = [n for n in names if wanted in n.lower() and n.startswith(ask.query.get("author", ""))]
    page, link = _page(ask, found)
    listed = [{"_id": "0", "id": n, "author": n.split("/")[0], "private": False, "tags": []} for n in page]
    return as_json(listed, 200, **link)


def _page(ask: Ask, entries: Sequence[Any], revision: str = "") -> tuple[Sequence[Any], dict[str, str]]:
    """Give the page of a list that is asked for, and the header that says where the next one is.

    The next address names the revision, so that all pages are of one commit even if a branch moves meanwhile.
    """
    most = EXPANDED_PAGE if ask.query.get("expand", "").lower() == "true" else PAGE
    start, size = _cursor(ask)[1], min(int(ask.query.get("limit") or most), most)
    if start < 0 or size < 1:
        raise RefusalError(400, "there is no such page")
    if start + size >= len(entries):
        return entries[start:], {}
    cursor = base64.urlsafe_b64encode(f"{revision}:{start + size}".encode()).decode()
    address = f"{ask.base}{ask.path}?{urlencode({**ask.query, 'cursor': cursor})}"
    return entries[start : start + size], {"Link": f'<{address}>; rel="next"'}


def _cursor(ask: Ask) -> tuple[str, int]:
    """Read from a cursor the revision and where its page starts."""
    revision, start = base64.urlsafe_b64decode(ask.query.get("cursor") or "OjA=").decode().split(":")
    return revision, int(start)


def facts(ask: Ask) -> Answer:
    """Tell what a repository is, at a revision."""
    repository, commit = ask.commit(unquote(ask.groups[1]) if len(ask.groups) > 1 else MAIN)
    state = repository.state()
    return as_json(
        {
            "_id": "0",
            "id": repository.name,
            "author": repository.name.split("/")[0],
            "sha": commit.oid,
            "private": state.private,
            "gated": state.gated,
            "disabled": False,
            "downloads": 0,
            "likes": 0,
            "tags": [],
            "createdAt": state.created,
            "lastModified": commit.date,
            "siblings": list(_siblings(commit, "blobs" in ask.query)),
            **_card(repository, commit),
        }
    )


def _siblings(commit: Commit, wants_blobs: bool) -> Iterator[dict[str, Any]]:
    for path, entry in sorted(commit.files.items()):
        more = {"size": entry.size, "blobId": entry.oid, **_lfs(entry, "sha256")} if wants_blobs else {}
        yield {"rfilename": path, **more}


def _lfs(entry: Entry, name: str) -> dict[str, Any]:
    return {"lfs": {name: entry.sha256, "size": entry.size, "pointerSize": POINTER_SIZE}} if entry.lfs else {}


def _card(repository: Repository, commit: Commit) -> dict[str, Any]:
    entry = commit.files.get("README.md")
    found, _ = front_matter(content(repository, entry).decode("utf-8", "replace")) if entry else (None, "")
    return {"cardData": found} if found else {}


def front_matter(text: str) -> tuple[Any, str]:
    """Read the YAML at the top of a card, and say what is wrong with it."""
    import yaml

    match = FRONT_MATTER.match(text)
    if match is None:
        return None, ""
    try:
        return yaml.safe_load(match[1]), ""
    except yaml.YAMLError as error:
        return None, str(error)


def allowed(ask: Ask) -> Answer:
    """Say whether whoever asks may read the files."""
    _not_gated(ask, ask.repository())
    return as_json({})


def tree(ask: Ask) -> Answer:
    """List the files below a folder."""
    revision, folder = unquote(ask.groups[1]), unquote(ask.groups[2] or "").strip("/")
    _, commit = ask.commit(_cursor(ask)[0] or revision)
    prefix = f"{folder}/" if folder else ""
    deep = ask.query.get("recursive", "").lower() in ("true", "1")
    below = {p: e for p, e in commit.files.items() if p.startswith(prefix)}
    if not below and folder:
        raise RefusalError(404, f"{folder} does not exist on {revision}", "EntryNotFound")
    files = [p for p in sorted(below) if deep or "/" not in p[len(prefix) :]]
    page, link = _page(ask, [*_folders(below, prefix, deep), *files], commit.oid)
    here = commit.files
    return as_json([_file(p, here[p], commit, ask.query) if p in here else _folder(p) for p in page], 200, **link)


def _folders(paths: dict[str, Entry], prefix: str, deep: bool) -> list[str]:
    found: dict[str, None] = {}
    for path in sorted(paths):
        parents = [str(p) for p in PurePosixPath(path).parents if len(str(p)) >= len(prefix) and str(p) != "."]
        found |= dict.fromkeys(p for p in reversed(parents) if deep or "/" not in p[len(prefix) :])
    return list(found)


def _folder(path: str) -> dict[str, Any]:
    oid = hashlib.sha1(path.encode(), usedforsecurity=False).hexdigest()
    return {"type": "directory", "oid": oid, "size": 0, "path": path}


def _file(path: str, entry: Entry, commit: Commit, query: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "file", "oid": entry.oid, "size": entry.size, "path": path, **_lfs(entry, "oid")}
    if entry.xet:
        found["xetHash"] = entry.xet
    if query.get("expand", "").lower() == "true":
        found["lastCommit"] = {"id": commit.oid, "title": commit.title, "date": commit.date}
        found["securityFileStatus"] = {"status": "safe", "avScan": None, "pickleImportScan": None}
    return found


def paths_info(ask: Ask) -> Answer:
    """Tell what is at certain paths; what is not there is left out."""
    _, commit = ask.commit(unquote(ask.groups[1]))
    if "json" in ask.headers.get("content-type", ""):
        asked = ask.json()
        paths, query = asked.get("paths", []), {"expand": str(asked.get("expand", False))}
    else:
        form = parse_qs(ask.body().decode())
        paths, query = form.get("paths", []), {"expand": form.get("expand", [""])[0]}
    return as_json([f for p in paths if (f := _at(str(p).strip("/"), commit, query))])


def _at(path: str, commit: Commit, query: Mapping[str, str]) -> dict[str, Any] | None:
    if path in commit.files:
        return _file(path, commit.files[path], commit, query)
    return _folder(path) if any(p.startswith(f"{path}/") for p in commit.files) else None


def refs(ask: Ask) -> Answer:
    """List branches and tags."""
    state = ask.repository().state()
    return as_json(
        {
            "branches": [{"name": n, "ref": f"refs/heads/{n}", "targetCommit": c} for n, c in state.branches.items()],
            "tags": [{"name": n, "ref": f"refs/tags/{n}", "targetCommit": c} for n, c in state.tags.items()],
            "converts": [],
            "pullRequests": [],
        }
    )


def commits(ask: Ask) -> Answer:
    """List the commits that led to a revision."""
    repository, head = ask.commit(_cursor(ask)[0] or unquote(ask.groups[1]))
    page, link = _page(ask, list(repository.commits(head)), head.oid)
    listed = [{"id": c.oid, "title": c.title, "message": "", "authors": [], "date": c.date} for c in page]
    return as_json(listed, 200, **link)


def file(ask: Ask) -> Answer:
    """Give a file, or a range of it."""
    repository, commit = ask.commit(unquote(ask.groups[1]))
    _not_gated(ask, repository)
    path = unquote(ask.groups[2])
    entry = commit.files.get(path)
    if entry is None:
        raise RefusalError(404, "Entry not found", "EntryNotFound", **{"X-Repo-Commit": commit.oid})
    headers = _file_headers(ask, path, entry, commit)
    return _ranged(ask, repository, entry, headers)


def _not_gated(ask: Ask, repository: Repository) -> None:
    if repository.state().gated and not ask.role:
        told = f"Access to dataset {repository.name} is restricted. You must have access to it and be authenticated."
        raise RefusalError(401, told, "GatedRepo")


def _file_headers(ask: Ask, path: str, entry: Entry, commit: Commit) -> dict[str, str]:
    headers = {
        "X-Repo-Commit": commit.oid,
        "ETag": f'"{entry.sha256 if entry.lfs else entry.oid}"',
        "Accept-Ranges": "bytes",
        "Content-Type": "application/octet-stream",
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(PurePosixPath(path).name)}",
    }
    if entry.lfs:
        headers |= {"X-Linked-Etag": f'"{entry.sha256}"', "X-Linked-Size": str(entry.size)}
    if entry.xet:
        token = f"{ask.base}/api/datasets/{ask.groups[0]}/xet-read-token/{commit.oid}"
        headers |= {"X-Xet-Hash": entry.xet, "Link": f'<{token}>; rel="xet-auth"'}
    return headers


def _ranged(ask: Ask, repository: Repository, entry: Entry, headers: dict[str, str]) -> Answer:
    path, size = repository.blobs.path(entry.sha256), entry.size
    wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", ask.headers.get("range", ""))
    if wanted is None or wanted[0] == "bytes=-" or ask.method == "HEAD":
        return Answer(200, headers, part_of(path, 0, size), size)
    start = int(wanted[1]) if wanted[1] else max(0, size - int(wanted[2]))
    end = min(int(wanted[2]), size - 1) if wanted[1] and wanted[2] else size - 1
    if start > end:
        return Answer(416, headers | {"Content-Range": f"bytes */{size}"})
    stated = headers | {"Content-Range": f"bytes {start}-{end}/{size}"}
    return Answer(206, stated, part_of(path, start, end - start + 1), end - start + 1)
