"""The hashes raw files must have: pinned by the project in `files.tsv`, or by the user's first fetch in a lock file."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from medcorpus import atomic, registry
from medcorpus.errors import SourceError

if TYPE_CHECKING:
    from medcorpus.fetch import Found, RawFile
    from medcorpus.source import Source

HEADER = "path\tbytes\tsha256"
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


class Pin(NamedTuple):
    """What one raw file must be; a size of -1 is not known."""

    bytes: int
    sha256: str


def digest(path: Path) -> Pin:
    """Read a file once and give its size and sha256."""
    with path.open("rb", buffering=0) as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
        return Pin(stream.tell(), found)


def digests(paths: Iterable[Path]) -> dict[Path, Pin]:
    """Give size and sha256 of many files, read side by side."""
    distinct = list(dict.fromkeys(paths))
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        return dict(zip(distinct, pool.map(digest, distinct)))


def read(name: str) -> dict[str, Pin]:
    """Give the pins of a source's `files.tsv` by path; none when it has no such file.

    Raises:
        SourceError: A line is not `path<TAB>bytes<TAB>sha256`, or the lines are not sorted by path.
    """
    return load(registry.home_of(name) / "files.tsv", where=name)


def of(name: str, source: Source) -> dict[str, Pin]:
    """Give every pin the project states for a source: `files.tsv`, and `File.sha256` before it."""
    listed = read(name)
    stated = {f.path: f.sha256.lower() for f in source.files if f.sha256 and not f.is_pattern}
    for path, sha256 in stated.items():
        if listed.get(path, Pin(-1, sha256)).sha256 != sha256:
            raise SourceError(
                f"{path} has two pins, in files.tsv and in source.py", where=name, fix="delete the wrong one"
            )
    return {**{path: Pin(-1, sha256) for path, sha256 in stated.items()}, **listed}


def write(name: str, found: Found) -> Path:
    """Write a source's `files.tsv` from its raw files; pins of files that are not here now are kept.

    Args:
        name: Name of the source.
        found: What `fetch.find` found; archives are pinned themselves, not their members.

    Returns:
        The path of `files.tsv`.
    """
    source = registry.get(name)
    kept = {path: pin for path, pin in read(name).items() if source.file_for(path)}
    plain = {f.path: Pin(f.size, f.sha256) for f in found.files if not _is_member(f)}
    archives = {_archive_of(f, found.root) for f in found.files if _is_member(f)}
    packed = {path: digest(found.root / path) for path in archives}
    target = registry.home_of(name) / "files.tsv"
    save(target, {**kept, **plain, **packed})
    return target


def _is_member(file: RawFile) -> bool:
    return not file.local.as_posix().endswith(f"/{file.path}")


def _archive_of(file: RawFile, root: Path) -> str:
    ends = [mark.start() for mark in re.finditer("!", file.path)]
    for path in (file.path[:end] for end in ends):
        if (root / path).is_file():
            return path
    raise SourceError(f"the archive of {file.path} is not in {root}", fix="pin a source from one complete copy")


def load(path: Path, *, where: str) -> dict[str, Pin]:
    """Read a table of pins.

    Raises:
        SourceError: It is not such a table; the line is named.
    """
    if not path.is_file():
        return {}
    state = path.stat()
    return dict(_parsed(path, where, (state.st_size, state.st_mtime_ns)))


@lru_cache(maxsize=1024)
def _parsed(path: Path, where: str, state: tuple[int, int]) -> Mapping[str, Pin]:
    """Read a table once for as long as its size and time stay: a build asks for each several times."""
    header, *lines = path.read_bytes().decode(errors="replace").replace("\r\n", "\n").split("\n")
    if header != HEADER:
        raise _broken(where, path, 1, f"is not the header {HEADER!r}")
    pins: dict[str, Pin] = {}
    for number, line in enumerate(lines[:-1], 2):
        if reason := _fault(line, next(reversed(pins), "")):
            raise _broken(where, path, number, reason)
        name, size, sha256 = line.split("\t")
        pins[name] = Pin(int(size), sha256)
    if lines[-1:] != [""]:
        raise _broken(where, path, len(lines) + 1, "has no line end")
    return pins


def _fault(line: str, before: str) -> str:
    parts = line.split("\t")
    if len(parts) != 3 or not (parts[1].isascii() and parts[1].isdigit()) or not _SHA256.match(parts[2]):
        return "is not path, bytes and sha256 separated by tabs"
    if parts[0].startswith("/") or "\\" in parts[0] or {"", ".", ".."} & set(parts[0].split("/")):
        return "leaves the source's folder"
    return "is not sorted by path" if parts[0] <= before else ""


def _broken(where: str, path: Path, line: int, reason: str) -> SourceError:
    return SourceError(
        f"line {line} {reason}", where=f"{where}/{path.name}", fix="write the file again from the raw files"
    )


def save(path: Path, pins: Mapping[str, Pin]) -> None:
    """Write a table of pins, sorted by path.

    Raises:
        SourceError: A path cannot be written as one cell of one line.
    """
    for name in pins:
        if any(c in "\t\r\n" or "\ud800" <= c <= "\udfff" for c in name):
            raise SourceError(f"path {name!r} cannot stand in one line", where=path.name, fix="rename the file")
    rows = [f"{name}\t{pin.bytes}\t{pin.sha256}" for name, pin in sorted(pins.items())]
    atomic.write_text(path, "\n".join([HEADER, *rows, ""]))


def locked(home: Path, name: str) -> dict[str, Pin]:
    """Give what the user's earlier downloads of unpinned files were, by path.

    Raises:
        SourceError: The lock file is damaged.
    """
    path = _lock_file(home, name)
    if not path.is_file():
        return {}
    try:
        entries = json.loads(path.read_bytes())
        return {key: Pin(int(entry["bytes"]), str(entry["sha256"])) for key, entry in entries.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SourceError("the lock file is damaged", where=str(path), fix="delete it and fetch again") from error


def lock(home: Path, name: str, pins: Mapping[str, Pin]) -> None:
    """Record what unpinned downloads were; later ones are checked against it."""
    from filelock import FileLock

    path = _lock_file(home, name)
    if not pins:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")):
        entries = {**locked(home, name), **pins}
        atomic.write_json(path, {key: pin._asdict() for key, pin in entries.items()})


def _lock_file(home: Path, name: str) -> Path:
    return home / "locks" / f"{name}.json"
