"""Reads the members of archives one after the other, without trusting what an archive says about itself."""

from __future__ import annotations

import bz2
import gzip
import lzma
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from medcorpus.errors import ArchiveError

AGAIN = "fetch the archive again, or report it"
_LONGEST_HEADER = 2**20
_ZIP_HEADER = 30


class Member(NamedTuple):
    """What an archive says about one of its members.

    Its kind is "file", "folder", or what else it is, in words. A size of -1 is not stated.
    """

    name: str
    kind: str
    size: int
    open: Callable[[], IO[bytes]]


class OverBudgetError(Exception):
    """More was unpacked than the budget allows; the unpacker tells it as an ArchiveError."""


def single(path: Path) -> str:
    """Give the name of the one file inside a compressed file; empty for an archive of several, or none at all.

    >>> single(Path("codes.json.gz")), single(Path("all.tar.gz"))
    ('codes.json', '')
    """
    is_single = path.suffix.lower() in _OPENERS and not path.stem.lower().endswith(".tar")
    return path.stem if is_single else ""


def members(path: Path, limit: int) -> Iterator[Member]:
    """Read the members of an archive in its own order; each must be read before the next is asked for.

    Args:
        path: A zip, tar (plain, .gz, .bz2, .xz, .zst), or a single file compressed by one of these four.
        limit: Bytes that may be unpacked, headers included.

    Raises:
        ArchiveError: It is no archive by its name, or holds what no honest archive holds.
        OverBudgetError: It unpacks to more than the limit.
    """
    suffix = path.suffix.lower()
    if single(path):
        return iter([Member(single(path), "file", -1, lambda: _OPENERS[suffix](path))])
    if suffix == ".zip":
        return _zip(path)
    if suffix == ".tar":
        return _tar(path.open("rb"), limit)
    if opener := _OPENERS.get(_SHORT.get(suffix, suffix)):
        return _tar(opener(path), limit)
    raise ArchiveError("not an archive by its name", fix="name it .zip, .tar, .tar.gz, .gz, .bz2, .xz or .zst")


def _zstd(path: Path) -> IO[bytes]:
    import pyarrow as pa

    # pyarrow notices a stream that was cut; the zstandard package reads it short without a word.
    return cast(IO[bytes], pa.CompressedInputStream(pa.OSFile(str(path)), "zstd"))


_OPENERS: dict[str, Callable[[Path], Any]] = {".gz": gzip.open, ".zst": _zstd, ".bz2": bz2.open, ".xz": lzma.open}
_SHORT = {".tgz": ".gz", ".tzst": ".zst", ".tbz2": ".bz2", ".txz": ".xz"}


class _Meter:
    """Counts what a decompressor gives, so that no header makes the tar reader swallow more than the limit."""

    def __init__(self, stream: IO[bytes], limit: int) -> None:
        self._stream, self._left = stream, limit

    def read(self, size: int = 2**18) -> bytes:
        data = self._stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise OverBudgetError
        return data


class _Header(tarfile.TarInfo):
    """A tar header that is refused where the standard library takes too much or too little.

    It would read a header of any length into memory, and take a damaged or missing header for the end.
    """

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Header:
        try:
            header = super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if len(buf) == tarfile.BLOCKSIZE and not any(buf):
                raise
            raise ArchiveError(f"is damaged, or was cut short between two members ({error})", fix=AGAIN) from error
        if header.size < 0 or (header.size > _LONGEST_HEADER and header.type not in tarfile.REGULAR_TYPES):
            raise ArchiveError(f"member {header.name[:100]!r} states a header of {header.size} bytes", fix=AGAIN)
        return header


def _tar(stream: IO[bytes], limit: int) -> Iterator[Member]:
    with closing(stream):
        meter = _Meter(stream, limit)
        with tarfile.open(fileobj=cast(IO[bytes], meter), mode="r|", tarinfo=_Header) as tar:
            while (header := tar.next()) is not None:
                tar.members.clear()  # type: ignore[attr-defined]  # they would pile up
                yield Member(header.name, _tar_kind(header), header.size, _tar_opener(tar, header))
        # The checksum of the compression comes after the end mark.
        while meter.read():
            pass


def _tar_opener(tar: tarfile.TarFile, header: tarfile.TarInfo) -> Callable[[], IO[bytes]]:
    return lambda: cast(IO[bytes], tar.extractfile(header))


def _tar_kind(header: tarfile.TarInfo) -> str:
    if header.size < 0:
        return "a file of negative size"
    if header.issparse():
        return "a sparse file"
    if header.isreg():
        return "file"
    kinds = {
        tarfile.DIRTYPE: "folder",
        tarfile.SYMTYPE: "a symbolic link",
        tarfile.LNKTYPE: "a hard link",
        tarfile.FIFOTYPE: "a pipe",
        tarfile.CHRTYPE: "a device",
        tarfile.BLKTYPE: "a device",
    }
    return kinds.get(header.type, "of an unknown kind")


def _zip(path: Path) -> Iterator[Member]:
    with zipfile.ZipFile(path) as archive:
        _refuse_overlaps(archive.infolist())
        for info in archive.infolist():
            yield Member(info.orig_filename, _zip_kind(info), info.file_size, _zip_opener(archive, info))


def _zip_opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
    return lambda: archive.open(info)


def _zip_kind(info: zipfile.ZipInfo) -> str:
    mode = stat.S_IFMT(info.external_attr >> 16)
    if info.flag_bits & 1:
        return "encrypted"
    if mode not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "a symbolic link" if mode == stat.S_IFLNK else "a pipe or device"
    if info.orig_filename.endswith("/") or mode == stat.S_IFDIR:
        return "a folder with content" if info.file_size else "folder"
    return "file"


def _refuse_overlaps(infos: list[zipfile.ZipInfo]) -> None:
    """Refuse members that share packed bytes: how a small zip holds any number of large files."""
    end = 0
    for info in sorted(infos, key=lambda i: i.header_offset):
        if info.header_offset < end:
            raise ArchiveError(f"member {info.orig_filename[:100]!r} overlaps another one", fix=AGAIN)
        end = info.header_offset + _ZIP_HEADER + info.compress_size
