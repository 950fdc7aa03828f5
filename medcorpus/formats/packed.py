"""Archives of a single file, for corpora whose other files lie beside the archive: unpacked only while it is read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from medcorpus.errors import FormatError
from medcorpus.raw import archives, safe_names


@contextmanager
def alone(path: Path) -> Iterator[Path]:
    """Give the one file in an archive, in a temporary folder; a path that is no archive is given as it is.

    Raises:
        ArchiveError: The archive is broken, too large, or holds anything but files and folders with safe names.
        FormatError: It holds no file, or several.
    """
    if path.suffix.lower() != ".zip":
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        listed = archives.unpack(path, Path(folder, "unpacked"))
        names = [name for name in listed if not _is_litter(name)]
        if len(names) != 1:
            raise FormatError(f"{len(names)} files in it, not one", where=path.name, fix="fetch the file again")
        yield Path(folder, "unpacked", *safe_names.parts_of(names[0]))


def _is_litter(name: str) -> bool:
    """Say whether a member is what macOS adds to archives."""
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith(".")
