r"""Names of archive members: which are safe on every system, and which of them would overwrite each other.

A name is refused rather than repaired, under the rules of POSIX and of Windows alike, so that an archive unpacks to
the same files everywhere or not at all.
"""

from __future__ import annotations

import re
import unicodedata

MAX_PART, MAX_NAME, MAX_DEPTH = 255, 2048, 64
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])[ ]*(?:\..*)?", re.IGNORECASE)

Parts = tuple[str, ...]


def parts_of(name: str) -> Parts:
    r"""Split a member's name into the parts of a path below the target; empty for the target itself.

    >>> parts_of("./data//train.json")
    ('data', 'train.json')

    Raises:
        ValueError: The name is not safe; the message says why, as a clause.
    """
    if reason := _fault(name):
        raise ValueError(reason)
    parts = tuple(p for p in name.split("/") if p not in ("", "."))
    if reason := next(filter(None, map(_part_fault, parts)), ""):
        raise ValueError(reason)
    return parts


def _fault(name: str) -> str:
    if name.startswith("/"):
        return "is an absolute path"
    if "\\" in name:
        return "holds a backslash"
    if ":" in name:
        return "holds a colon, which names a drive or stream on Windows"
    if _CONTROL.search(name):
        return "holds a control character"
    if _SURROGATE.search(name):
        return "is not valid Unicode"
    return "is too long" if len(name.encode()) > MAX_NAME or name.count("/") > MAX_DEPTH else ""


def _part_fault(part: str) -> str:
    if part == "..":
        return "leaves the folder"
    if part.endswith((".", " ")):
        return "ends in a dot or space, which Windows drops"
    if _RESERVED.fullmatch(part):
        return "is a device on Windows"
    return "is too long" if len(part.encode()) > MAX_PART else ""


def folded(name: str) -> str:
    """Give what case-insensitive and normalising file systems take a name for.

    >>> folded("STRASSE") == folded("straße"), folded("e\u0301") == folded("É")
    (True, True)
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


class Claims:
    """The names an archive has used so far, as any file system would see them."""

    def __init__(self) -> None:
        self._taken: dict[str, tuple[Parts, bool]] = {}

    def claim(self, parts: Parts, *, folder: bool) -> None:
        """Use a name, and the folders above it.

        Raises:
            ValueError: Another member has the name, or one that some file system takes for the same.
        """
        for depth in range(1, len(parts) + 1):
            prefix, is_folder = parts[:depth], folder or depth < len(parts)
            key = folded("/".join(prefix))
            other, was_folder = self._taken.setdefault(key, (prefix, is_folder))
            if other != prefix:
                raise ValueError(f"differs from {'/'.join(other)!r} in letter case or accents only")
            if was_folder != is_folder:
                raise ValueError("is both a file and a folder")
            if not is_folder and other is not prefix:
                raise ValueError("stands in the archive twice")
