"""Nothing unverified is loaded: hashes files on first use and remembers which bytes were found right.

What is remembered is tied to the file's device, inode, size and times of content and status change, so a file that
was written to again is hashed again. Where nothing can be remembered (a read-only folder), every load hashes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from medcorpus import atomic
from medcorpus.errors import VerificationError
from medcorpus.home import home_folder
from medcorpus.release import Release, verify_file


def ensure_verified(release: Release, paths: Iterable[Path]) -> None:
    """Check the files that are about to be read, those that were not found right before.

    Raises:
        VerificationError: A file is missing, differs from the manifest, or is not listed in it.
    """
    with verifying(release, paths):
        pass


@contextmanager
def verifying(release: Release, paths: Iterable[Path]) -> Iterator[None]:
    """Check the files as `ensure_verified` does while the block, which must not read them yet, does something else.

    Raises:
        VerificationError: When the block ends: a file is missing, differs from the manifest, or is not listed in it.
    """
    paths = list(paths)
    release.bring(paths)
    listed = dict(release.files())
    memory = home_folder() / "verified" / f"{release.manifest['root'][:32]}.json"
    known = _read(memory)
    todo = []
    for path in paths:
        if path not in listed:
            raise VerificationError(
                "not listed in the manifest", where=str(path), fix="build or download the release again"
            )
        if known.get(str(path)) != _identity(path, listed[path]):
            todo.append(path)
    with ThreadPoolExecutor(4) as pool:
        checks = [pool.submit(verify_file, p, listed[p]) for p in todo]
        yield
        for check in checks:
            check.result()
    if todo:
        _write(memory, known | {str(p): _identity(p, listed[p]) for p in todo})


def _identity(path: Path, listed: Mapping[str, Any]) -> list[Any]:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return []
    return [listed["sha256"], stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns]


def _read(memory: Path) -> dict[str, Any]:
    try:
        known = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _write(memory: Path, known: Mapping[str, Any]) -> None:
    try:
        atomic.write_json(memory, known)
    except OSError:
        return
