"""Hashes that a publisher ships with its files, as PhysioNet does: `SHA256SUMS.txt`, beside or above them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from medcorpus.errors import FetchError

if TYPE_CHECKING:
    from medcorpus.raw.pins import Pin
    from medcorpus.raw.places import Place

NAME = "SHA256SUMS.txt"
"""What PhysioNet calls the list of a project's files: a line for each, hash and path, as `sha256sum` writes it."""
_LINE = re.compile(rb"([0-9A-Fa-f]{64})[ ]{1,2}\*?(?:\./)?([^\r\n]+?)[\r\n]*")
_BLANK = re.compile(rb"\s*")
_AGAIN = f"download the file and its {NAME} again"


class _Listed(NamedTuple):
    local: Path
    sha256: str
    line: str


def listed(name: str, places: Iterable[Place]) -> frozenset[Path]:
    """Give the local paths of the files that a publisher's list has.

    Raises:
        FetchError: A line of a list is not a hash and a path.
    """
    return frozenset(entry.local for entry in _entries(name, places))


def check(name: str, places: Iterable[Place], hashed: Mapping[Path, Pin]) -> frozenset[Path]:
    """Compare files with the publisher's lists beside or above them, inside the source's folder.

    Args:
        name: Name of the source.
        places: Where its files are.
        hashed: Size and sha256 of each, by local path.

    Returns:
        The local paths of the files that are in a list, and are what it says.

    Raises:
        FetchError: A file is not what a list says, or a line of a list is not a hash and a path.
    """
    right = set()
    for entry in _entries(name, places):
        found = hashed[entry.local].sha256
        if found != entry.sha256:
            what = f"its sha256 is {found}, but {entry.line} says {entry.sha256}"
            raise FetchError(what, where=f"{name}: {entry.local}", fix=_AGAIN)
        right.add(entry.local)
    return frozenset(right)


def _entries(name: str, places: Iterable[Place]) -> Iterator[_Listed]:
    wanted: dict[Path, dict[bytes, Path]] = {}
    for place in places:
        for path in _lists(place.local.parent, place.root):
            relative = place.local.relative_to(path.parent).as_posix()
            wanted.setdefault(path, {})[relative.encode(errors="surrogateescape")] = place.local
    _lists.cache_clear()
    for path, files in wanted.items():
        yield from _read(name, path, files)


@cache
def _lists(folder: Path, root: Path) -> tuple[Path, ...]:
    """Give the lists that a file in a folder may stand in: there and in every folder above, up to the source's."""
    own = (folder / NAME,) if (folder / NAME).is_file() else ()
    return own if folder == root or folder == folder.parent else (*own, *_lists(folder.parent, root))


def _read(name: str, path: Path, wanted: Mapping[bytes, Path]) -> Iterator[_Listed]:
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            found = _LINE.fullmatch(line)
            if found is None and not _BLANK.fullmatch(line):
                what = f"line {number} is not a sha256 and a path"
                raise FetchError(what, where=f"{name}: {path}", fix=f"download {NAME} again, or delete it")
            if found and (local := wanted.get(found[2])):
                yield _Listed(local, found[1].decode().lower(), f"line {number} of {path.name}")
