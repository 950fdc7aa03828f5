"""Unpacks archives that nobody has to trust: regular files only, inside the target, within a budget, all or nothing."""

from __future__ import annotations

import errno
import hashlib
import lzma
import shutil
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn

from medcorpus import atomic
from medcorpus.errors import ArchiveError
from medcorpus.raw.members import AGAIN, Member, OverBudgetError, members
from medcorpus.raw.pins import Pin
from medcorpus.raw.safe_names import Claims, parts_of

_CHUNK = 2**18
_BROKEN = (
    *(tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(OSError, EOFError, ValueError, RuntimeError, OverflowError),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much an archive may unpack to.

    Args:
        bytes: Bytes in all.
        members: Members, folders included.
        ratio: Bytes in all for each byte of the archive.
        free: Bytes that are allowed whatever the ratio.
    """

    bytes: int = 2**38
    members: int = 2_000_000
    ratio: int = 200
    free: int = 2**26

    def limit(self, packed: int) -> int:
        """Give the bytes that an archive of a size may unpack to.

        >>> Budget(ratio=10, free=50).limit(3), Budget(ratio=10, free=50).limit(30)
        (50, 300)
        """
        return min(self.bytes, max(self.free, self.ratio * packed))


def unpack(archive: Path, target: Path, budget: Budget | None = None) -> dict[str, Pin]:
    """Unpack an archive to a folder: all of it, or nothing. Archives inside it are left packed.

    Args:
        archive: A zip, tar (plain, .gz, .bz2, .xz, .zst), or a single file compressed by one of these four.
        target: The folder to make; what was there is replaced.
        budget: How much it may unpack to.

    Returns:
        Size and sha256 of every file by its path inside the target.

    Raises:
        ArchiveError: The archive is broken, too large, or holds anything but regular files and folders with safe
            names; nothing of it is left.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    try:
        written = _Unpacking(archive, temporary, budget or Budget()).run()
        shutil.rmtree(target, ignore_errors=True)
        temporary.replace(target)
        atomic.sync(target.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return written


class _Unpacking:
    """One run over one archive, into an empty folder that is its own."""

    def __init__(self, archive: Path, target: Path, budget: Budget) -> None:
        self._archive, self._target, self._most = archive, target, budget.members
        self._limit = self._left = budget.limit(archive.stat().st_size)
        self._claims = Claims()
        self._name = ""
        self._written: dict[str, Pin] = {}

    def run(self) -> dict[str, Pin]:
        with self._told():
            for number, member in enumerate(members(self._archive, self._limit), 1):
                self._name = member.name
                if number > self._most:
                    self._refuse(f"is one more than the {self._most} members allowed")
                self._take(member)
        return self._written

    def _take(self, member: Member) -> None:
        if member.kind not in ("file", "folder"):
            self._refuse(f"is {member.kind}")
        try:
            parts = parts_of(member.name)
            self._claims.claim(parts, folder=member.kind == "folder")
        except ValueError as error:
            self._refuse(str(error))
        if member.kind == "file":
            if not parts:
                self._refuse("has no name")
            self._write(member, self._target.joinpath(*parts), "/".join(parts))

    def _write(self, member: Member, path: Path, name: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with member.open() as source, path.open("xb") as sink:
            found = self._copy(source, sink)
        if member.size not in (-1, found.bytes):
            self._refuse(f"holds {found.bytes} bytes where its header says {member.size}")
        self._written[name] = found

    def _copy(self, source: IO[bytes], sink: IO[bytes]) -> Pin:
        size, hashed = 0, hashlib.sha256()
        while data := source.read(_CHUNK):
            size += len(data)
            self._left -= len(data)
            if self._left < 0:
                raise OverBudgetError
            hashed.update(data)
            sink.write(data)
        return Pin(size, hashed.hexdigest())

    def _refuse(self, reason: str) -> NoReturn:
        what = f"member {self._name[:100]!r} {reason}"
        raise ArchiveError(what, where=self._archive.name, fix="do not use this archive")

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell whatever goes wrong as an ArchiveError that names the archive and the member."""
        try:
            yield
        except ArchiveError as error:
            raise ArchiveError(error.what, where=self._archive.name, fix=error.fix) from error
        except OverBudgetError as error:
            place = f"at member {self._name[:100]!r} it" if self._name else "it"
            what = f"{place} exceeds the {self._limit} bytes it may unpack to"
            raise ArchiveError(what, where=self._archive.name, fix="do not use this archive") from error
        except _BROKEN as error:
            raise self._broken(error) from error

    def _broken(self, error: Exception) -> ArchiveError:
        place = f"at member {self._name[:100]!r}: " if self._name else ""
        full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        reason = (isinstance(error, OSError) and error.strerror) or str(error).split("\n")[0] or type(error).__name__
        fix = "free some space and run it again" if full else AGAIN
        return ArchiveError(f"cannot be unpacked: {place}{reason[:200]}", where=self._archive.name, fix=fix)
