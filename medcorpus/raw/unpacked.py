"""Archives unpacked once, under the hash of their bytes, and checked whenever they are used again."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

from medcorpus.errors import SourceError
from medcorpus.raw import archives, patterns, pins
from medcorpus.raw.members import single
from medcorpus.raw.pins import Pin


class Unpacked(NamedTuple):
    """One member of an archive, on disk."""

    name: str
    local: Path
    pin: Pin


def members(archive: Path, sha256: str, pattern: str, home: Path) -> list[Unpacked]:
    """Give the members of an archive that fit a pattern, sorted by name, unpacking it the first time.

    Args:
        archive: The archive.
        sha256: Hash of its bytes.
        pattern: Which members; `*` does not cross `/`.
        home: The project's own folder.

    Raises:
        ArchiveError: The archive is hostile or broken.
    """
    from filelock import FileLock

    folder = home / "unpacked" / _key(archive, sha256)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        listed = _intact(folder, pattern)
        if listed is None:
            _table(folder).unlink(missing_ok=True)
            listed = archives.unpack(archive, folder)
            pins.save(_table(folder), listed)
    return [Unpacked(n, folder / n, pin) for n, pin in sorted(listed.items()) if patterns.matches(pattern, n)]


def _key(archive: Path, sha256: str) -> str:
    # The one file in a .gz is named after it: the same bytes under two names are two files.
    name = single(archive)
    return f"{sha256}-{hashlib.sha256(name.encode(errors='surrogateescape')).hexdigest()[:8]}" if name else sha256


def _table(folder: Path) -> Path:
    return folder.with_suffix(".tsv")


def _intact(folder: Path, pattern: str) -> dict[str, Pin] | None:
    """Give what was unpacked, if all members that fit the pattern still are what they were then."""
    if not _table(folder).is_file():
        return None
    try:
        listed = pins.load(_table(folder), where=folder.name)
        chosen = {folder / name: pin for name, pin in listed.items() if patterns.matches(pattern, name)}
        return listed if pins.digests(chosen) == chosen else None
    except (SourceError, OSError):
        return None
