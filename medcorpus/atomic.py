"""Writing files so that a crash leaves either the old content or the new, never a part.

Every file medcorpus writes goes through here: written under a temporary name in the same folder, fsynced, renamed,
and the folder fsynced. A name ending in `.tmp` is never read; `sweep` removes what a killed process left behind.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path to write to; it becomes `path` when the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}.tmp")
    try:
        yield temporary
        sync(temporary)
        temporary.replace(path)
        sync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Force a file, or a folder's list of names, to disk; Windows has no such call for folders."""
    if os.name == "nt" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_text(path: Path, text: str) -> None:
    """Write a small text file in UTF-8, atomically."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Write a value as `json_bytes` gives it, atomically."""
    write_bytes(path, json_bytes(value))


def write_bytes(path: Path, content: bytes) -> None:
    """Write a small file, atomically."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def json_bytes(value: Any) -> bytes:
    """Give a value as indented JSON with sorted keys, in UTF-8."""
    return (json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def sweep(folder: Path) -> int:
    """Remove what killed processes left under temporary names in a folder; the caller holds its lock.

    Returns:
        How many files were removed.
    """
    orphans = list(folder.glob(".*.tmp"))
    for orphan in orphans:
        orphan.unlink(missing_ok=True)
    return len(orphans)
