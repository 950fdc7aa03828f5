"""Where layers lie: a folder of this machine, a folder that several machines share, or a bucket of an object store.

Names are relative, with forward slashes. Whatever the storage, a name has its old content or the whole new one and
never a part of it, and what is read is either what was written or an error. A folder does it with fsync and rename; a
bucket with uploads of whole objects, of which object stores show nothing before the last byte is there.

Folders have locks. Buckets have none: no call that every object store has could give one. None is needed for what is
stored to be right, because a layer's name is the hash of what makes it, its parts are the same bytes whoever makes
them, its manifest comes last, and no part is read that differs from its hash. Two builds of the same at the same time
do the work twice.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from medcorpus import atomic
from medcorpus.errors import LockedError, StorageError, UnknownNameError, VerificationError
from medcorpus.home import home_folder

if TYPE_CHECKING:
    import pyarrow as pa

SCHEMES = ("s3", "gs")
COPIES = "objects"
SILENT_SECONDS = 1.0
"""Waiting for a lock for longer than this is said, as a warning of the log."""
_LOG = logging.getLogger(__name__)
_SECRET = re.compile(r"//[^/@]*@|(?<=[?&])(access_key|secret_key|session_token)=[^&]*")


class Storage(Protocol):
    """Holds files under names; it can be sent to other processes and machines."""

    def where(self, name: str) -> str:
        """Say where a name is, for people."""

    def read(self, name: str) -> bytes | None:
        """Give the content of a small file; None when there is none."""

    def write(self, name: str, content: bytes) -> None:
        """Write a small file whole."""

    def writing(self, name: str) -> AbstractContextManager[Path]:
        """Give a path of this machine to write to; it becomes the file when the block ends without an error."""

    def buffer(self, name: str, sha256: str) -> pa.Buffer:
        """Give the content of a large file.

        Raises:
            VerificationError: It is not there, or differs where nothing but the hash could tell.
        """

    def sha256(self, name: str) -> str | None:
        """Hash what is stored under a name; None when nothing is."""

    def sizes(self, folder: str) -> dict[str, int]:
        """Give the names in a folder, without the folder's, with their bytes."""

    def sweep(self, folder: str) -> None:
        """Make a folder ready to be written to, and remove what killed writers left in it."""

    def lock(self, name: str, seconds: float) -> AbstractContextManager[None]:
        """Keep other builders from a name; wait for one that holds it as long as told, then raise `LockedError`."""


def at(place: str | Path) -> Storage:
    """Give the storage at a path, or at the address of a bucket.

    Raises:
        UnknownNameError: The address is of no known kind.
        StorageError: It holds a password, which would end up in logs.

    >>> at("s3://corpora/medcorpus?region=eu-west-1").where("layers")
    's3://corpora/medcorpus/layers'
    """
    scheme, is_address, rest = str(place).partition("://")
    if isinstance(place, Path) or not is_address:
        return Disk(str(Path(place).expanduser().absolute()))
    if scheme == "file":
        return Disk(rest)
    if scheme not in SCHEMES:
        raise UnknownNameError("kind of storage", scheme, (*SCHEMES, "file"))
    if _SECRET.search(str(place)):
        fix = "leave the keys to the environment or the provider's own configuration (AWS_ACCESS_KEY_ID, ...)"
        raise StorageError("an address with a key in it", where=_SECRET.sub("//...", str(place)), fix=fix)
    return Bucket(str(place))


@dataclass(frozen=True, slots=True)
class Disk:
    """A folder, of this machine or shared by several.

    Args:
        root: Absolute path; the same on every machine that works for this one.
    """

    root: str

    def path(self, name: str) -> Path:
        """Give the path of a name."""
        return Path(self.root, name)

    def where(self, name: str) -> str:
        """Give the path as text."""
        return str(self.path(name))

    def read(self, name: str) -> bytes | None:
        """Read the file."""
        try:
            return self.path(name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, content: bytes) -> None:
        """Write under a temporary name, sync, rename."""
        with atomic.replacing(self.path(name)) as temporary:
            temporary.write_bytes(content)

    def writing(self, name: str) -> AbstractContextManager[Path]:
        """Give a temporary path in the same folder; see `atomic.replacing`."""
        return atomic.replacing(self.path(name))

    def buffer(self, name: str, sha256: str) -> pa.Buffer:
        """Memory-map the file; its bytes are read when they are looked at, so they are not hashed."""
        import pyarrow as pa

        try:
            return pa.memory_map(self.where(name)).read_buffer()
        except FileNotFoundError as error:
            raise _vanished(self, name) from error

    def sha256(self, name: str) -> str | None:
        """Hash the file."""
        try:
            with self.path(name).open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest()
        except FileNotFoundError:
            return None

    def sizes(self, folder: str) -> dict[str, int]:
        """List the folder."""
        try:
            with os.scandir(self.path(folder)) as entries:
                return {e.name: e.stat().st_size for e in entries if e.is_file()}
        except FileNotFoundError:
            return {}

    def sweep(self, folder: str) -> None:
        """Make the folder and remove temporary files; the caller holds its lock."""
        self.path(folder).mkdir(parents=True, exist_ok=True)
        atomic.sweep(self.path(folder))

    def lock(self, name: str, seconds: float) -> AbstractContextManager[None]:
        """Lock `<name>.lock`, as every process that can see the folder understands it."""
        return _locked(self.path(name).with_suffix(".lock"), seconds)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A folder of an object store: `s3://bucket/prefix` or `gs://bucket/prefix`.

    Parts are written on this machine first and uploaded whole; an upload that is not finished is not there. What is
    read is copied, under its hash, to `objects/` in this machine's MEDCORPUS_HOME, for steps look at single columns
    of the same part again and again; the copies may be deleted at any time. Keys come from where the provider's own
    programs take them.

    Args:
        address: The address; `?region=`, `?endpoint_override=` and `?scheme=` are those of `pyarrow.fs`.
    """

    address: str

    def where(self, name: str) -> str:
        """Give the address of an object."""
        return f"{self.address.partition('?')[0].rstrip('/')}/{name}"

    def read(self, name: str) -> bytes | None:
        """Read the object."""
        found = self._content(name)
        return None if found is None else found.to_pybytes()

    def write(self, name: str, content: bytes) -> None:
        """Upload the object in one call."""
        self._upload(name, content)

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """Give a temporary file of this machine, and upload it whole."""
        import pyarrow as pa

        with tempfile.TemporaryDirectory(prefix="medcorpus-") as folder:
            path = Path(folder, "object")
            yield path
            self._upload(name, pa.memory_map(str(path)).read_buffer())

    def buffer(self, name: str, sha256: str) -> pa.Buffer:
        """Memory-map this machine's copy of the object; one that is not here is read and its hash compared first."""
        import pyarrow as pa

        copy = home_folder() / COPIES / sha256
        if not copy.exists():
            found = self._content(name)
            if found is None:
                raise _vanished(self, name)
            if hashlib.sha256(found).hexdigest() != sha256:
                raise VerificationError("differs from its manifest", where=self.where(name), fix=_AGAIN)
            with atomic.replacing(copy) as temporary:
                temporary.write_bytes(found)
        return pa.memory_map(str(copy)).read_buffer()

    def sha256(self, name: str) -> str | None:
        """Read the object and hash it."""
        found = self._content(name)
        return None if found is None else hashlib.sha256(found).hexdigest()

    def sizes(self, folder: str) -> dict[str, int]:
        """List the objects of a folder."""
        from pyarrow.fs import FileSelector

        with self._asking(folder) as (system, path):
            found = system.get_file_info(FileSelector(path, allow_not_found=True))
        return {info.base_name: info.size for info in found if info.is_file}

    def sweep(self, folder: str) -> None:
        """Do nothing: object stores have no folders, and unfinished uploads have no names."""

    def lock(self, name: str, seconds: float) -> AbstractContextManager[None]:
        """Lock nothing; see the module's docstring."""
        return nullcontext()

    def _content(self, name: str) -> pa.Buffer | None:
        with self._asking(name) as (system, path):
            try:
                with system.open_input_file(path) as stream:
                    return stream.read_buffer()
            except FileNotFoundError:
                return None

    def _upload(self, name: str, content: Any) -> None:
        with self._asking(name) as (system, path):
            # No `with`: leaving it on an error would close the stream, and closing finishes an upload.
            stream = system.open_output_stream(path)
            stream.write(content)
            stream.close()
            if (stored := system.get_file_info(path).size) != len(content):
                raise OSError(f"{len(content):,} bytes were sent and {stored} are there")

    @contextmanager
    def _asking(self, name: str) -> Iterator[tuple[Any, str]]:
        """Give the file system and the path in it; what it refuses is said with the object's address."""
        try:
            system, root = _file_system(self.address)
            yield system, f"{root.rstrip('/')}/{name}"
        except (OSError, ValueError) as error:
            what = " ".join(str(error).split())[:300]
            fix = "check the address, the keys in the environment and the network, then run again"
            raise StorageError(what, where=self.where(name), fix=fix) from error


_AGAIN = "delete its folder, build again"


@cache
def _file_system(address: str) -> tuple[Any, str]:
    from pyarrow.fs import FileSystem

    found: tuple[Any, str] = FileSystem.from_uri(address)
    return found


def _vanished(storage: Storage, name: str) -> VerificationError:
    return VerificationError("is not there any more", where=storage.where(name), fix=_AGAIN)


@contextmanager
def _locked(path: Path, seconds: float) -> Iterator[None]:
    import socket

    path.parent.mkdir(parents=True, exist_ok=True)
    holder = path.with_suffix(".holder")
    with _acquired(path, holder, seconds):
        holder.write_text(f"process {os.getpid()} on {socket.gethostname()}", encoding="utf-8")
        yield
        holder.unlink(missing_ok=True)


def _acquired(path: Path, holder: Path, seconds: float) -> AbstractContextManager[Any]:
    """Wait for a lock, saying who holds it once that takes longer than a moment."""
    from filelock import FileLock, Timeout

    lock = FileLock(path)
    with suppress(Timeout):
        return lock.acquire(timeout=min(seconds, SILENT_SECONDS))
    if seconds > SILENT_SECONDS:
        _LOG.warning("%s is being built by %s: waiting up to %.0f s", path.stem, _who(holder), seconds)
    try:
        return lock.acquire(timeout=max(0.0, seconds - SILENT_SECONDS))
    except Timeout as error:
        what, fix = f"being built by {_who(holder)}", "wait for it or end it, then run again"
        raise LockedError(what, where=path.stem, fix=fix) from error


def _who(holder: Path) -> str:
    return holder.read_text(encoding="utf-8") if holder.exists() else "another process"
