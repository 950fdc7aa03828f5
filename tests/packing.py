"""Makes archives for tests, honest and hostile, byte by byte where the standard library refuses to."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
from hypothesis import strategies as st

Make = Callable[[Path], Path]


def tar_of(*members: tarfile.TarInfo | tuple[str, bytes], name: str = "x.tar") -> Make:
    """Make a tar of headers without content, and of names with content."""

    def make(folder: Path) -> Path:
        with tarfile.open(folder / name, "w", format=tarfile.PAX_FORMAT) as tar:
            for member in members:
                if isinstance(member, tarfile.TarInfo):
                    tar.addfile(member)
                else:
                    header = tarfile.TarInfo(member[0])
                    header.size = len(member[1])
                    tar.addfile(header, io.BytesIO(member[1]))
        return folder / name

    return make


def odd(name: str, kind: bytes, link: str = "") -> tarfile.TarInfo:
    """Give the header of a member that is no file."""
    header = tarfile.TarInfo(name)
    header.type, header.linkname = kind, link
    return header


def zip_of(*members: tuple[str, bytes], mode: int = 0, name: str = "x.zip") -> Make:
    """Make a zip; its names are stored as they are given."""

    def make(folder: Path) -> Path:
        with warnings.catch_warnings(), zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
            warnings.simplefilter("ignore")
            for member, content in members:
                info = zipfile.ZipInfo("placeholder")
                info.filename, info.external_attr, info.compress_type = member, mode << 16, zipfile.ZIP_DEFLATED
                archive.writestr(info, content)
        return folder / name

    return make


def bytes_of(name: str, content: bytes) -> Make:
    """Make a file of bytes."""

    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


def patched(make: Make, change: Callable[[bytes], bytes]) -> Make:
    """Change the bytes of an archive."""

    def changed(folder: Path) -> Path:
        path = make(folder)
        path.write_bytes(change(path.read_bytes()))
        return path

    return changed


def zstd(content: bytes) -> bytes:
    return bytes(pa.compress(content, "zstd", asbytes=True))


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "zst": zstd,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "tgz": gzip.compress,
    "tar": bytes,
}


def content_of(make: Make, folder: Path) -> bytes:
    path = make(folder)
    content = path.read_bytes()
    path.unlink()
    return content


def tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def lying_size(size: int) -> Callable[[bytes], bytes]:
    """State another unpacked size in both headers of a zip of one member."""

    def change(content: bytes) -> bytes:
        directory = content.index(b"PK\x01\x02")
        out = bytearray(content)
        out[22:26] = out[directory + 24 : directory + 28] = struct.pack("<I", size)
        return bytes(out)

    return change


def encrypted(content: bytes) -> bytes:
    out = bytearray(content)
    out[6] |= 1
    out[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(out)


def overlapping(content: bytes) -> bytes:
    """Let the second entry of a zip's directory point to the first one's bytes."""
    second = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 1)
    return content[: second + 42] + struct.pack("<I", 0) + content[second + 46 :]


def long_header(size: int, kind: bytes = tarfile.XHDTYPE) -> bytes:
    header = odd("long", kind)
    header.size = size
    return header.tobuf(tarfile.GNU_FORMAT)


NAME = st.text(st.sampled_from("ab./\\: ~\x00\nCONé\u0301ßSs\u202e\ud800*?") | st.characters(), max_size=30)
