"""Shards: layers of Arrow files, each in a folder named by the hash of what made it.

A layer's folder holds parts (`part-00000.arrow`), one receipt per finished part, and at last `manifest.json`. A
layer without a manifest does not exist for readers; its finished parts are taken up by the next run. A column layer
has the same parts, row for row, as the layer it stands on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcorpus import atomic, storage
from medcorpus.errors import VerificationError

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

    from medcorpus.engine import Engine
    from medcorpus.storage import Storage

LAYOUT = 1
"""Version of the layout of a layer; a new one makes every layer anew."""
LOCK_SECONDS = 600
MANIFEST = "manifest.json"
BATCH_ROWS = 8192


def key_of(recipe: Mapping[str, Any]) -> str:
    """Give the key of what a recipe makes: the SHA-256 of its canonical JSON.

    >>> key_of({"a": 1, "b": 2}) == key_of({"b": 2, "a": 1})
    True
    """
    text = json.dumps({"layout": LAYOUT, **recipe}, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One finished file of a layer, as its receipt and the manifest list it."""

    name: str
    rows: int
    bytes: int
    sha256: str
    notes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shards:
    """A finished layer, opened for reading together with the column layers over it."""

    storage: Storage
    folder: str
    key: str
    parts: tuple[Part, ...]
    columns: tuple[Shards, ...] = ()

    @property
    def rows(self) -> int:
        """Number of rows."""
        return sum(p.rows for p in self.parts)

    @property
    def bytes(self) -> int:
        """Bytes of the parts, column layers not included."""
        return sum(p.bytes for p in self.parts)

    @property
    def where(self) -> str:
        """Path or address of the layer's folder."""
        return self.storage.where(self.folder)

    @property
    def lineage(self) -> tuple[str, ...]:
        """Keys of the layer and of the column layers over it: what a later recipe depends on."""
        return (self.key, *(k for c in self.columns for k in c.lineage))

    def table(self, index: int) -> pa.Table:
        """Read one part with all its columns."""
        part = self.parts[index]
        name = f"{self.folder}/{part.name}"
        table = _table(self.storage.buffer(name, part.sha256), self.storage.where(name))
        for layer in self.columns:
            extra = layer.table(index)
            for column in extra.column_names:
                table = table.append_column(extra.schema.field(column), extra.column(column))
        return table

    def tables(self) -> Iterator[pa.Table]:
        """Read the parts in order."""
        return (self.table(i) for i in range(len(self.parts)))

    def frame(self, columns: Sequence[str]) -> pl.DataFrame:
        """Read some columns of all parts into one frame, in row order."""
        import polars as pl

        frames = [pl.DataFrame(t.select(list(columns))) for t in self.tables()]
        return pl.concat(frames, rechunk=False) if frames else pl.DataFrame({c: [] for c in columns})

    def over(self, layer: Shards) -> Shards:
        """Put a column layer on top."""
        return replace(self, columns=(*self.columns, layer))

    def only(self, index: int) -> Shards:
        """Give the layer with one of its parts: all that a job on that part needs to be told."""
        return replace(self, parts=(self.parts[index],), columns=tuple(c.only(index) for c in self.columns))

    def verify(self) -> None:
        """Check the bytes of every part against the manifest.

        Raises:
            VerificationError: A part is missing or differs.
        """
        for part in self.parts:
            name = f"{self.folder}/{part.name}"
            if self.storage.sha256(name) != part.sha256:
                where = self.storage.where(name)
                raise VerificationError("differs from its manifest", where=where, fix="delete the folder, build again")
        for layer in self.columns:
            layer.verify()


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A layer to be made: its recipe, and one job per part.

    `write` is a module-level function `(job, path) -> notes` that writes the part's Arrow file to `path`.
    """

    recipe: Mapping[str, Any]
    jobs: tuple[Any, ...]
    write: Callable[[Any, Path], Mapping[str, Any]]

    @property
    def key(self) -> str:
        """The key of the layer."""
        return key_of(self.recipe)


@dataclass(frozen=True, slots=True)
class Store:
    """The layers of one place.

    Args:
        place: A folder, or the address of one in an object store (`s3://bucket/prefix`).
    """

    place: Path | str

    @property
    def storage(self) -> Storage:
        """What holds them."""
        return storage.at(self.place)

    def folder(self, key: str) -> str:
        """Give the name of a layer's folder in the storage."""
        return f"layers/{key[:32]}"

    def find(self, key: str) -> Shards | None:
        """Open a finished layer; None when it has no manifest, or lacks a part that the manifest lists."""
        folder, held = self.folder(key), self.storage
        content = held.read(f"{folder}/{MANIFEST}")
        if content is None:
            return None
        parts = tuple(Part(**p) for p in json.loads(content)["parts"])
        here = held.sizes(folder)
        if any(here.get(p.name) != p.bytes for p in parts):
            return None
        return Shards(storage=held, folder=folder, key=key, parts=parts)

    def lock(self, key: str, seconds: float = LOCK_SECONDS) -> AbstractContextManager[None]:
        """Give the lock of one key as a context manager; it waits for another process that holds it."""
        return self.storage.lock(self.folder(key), seconds)


def make(
    store: Store, layers: Sequence[Layer], engine: Engine, step: Callable[[int, int], None] | None = None
) -> list[Shards]:
    """Make several layers at once, or find them; unfinished parts of all layers share the engine.

    Returns:
        The finished layers in the order given.

    Raises:
        LockedError: Another process has been making one of them for longer than the lock's patience.
    """
    with ExitStack() as locks:
        missing = [layer for layer in layers if store.find(layer.key) is None]
        for key in sorted({layer.key for layer in missing}):
            locks.enter_context(store.lock(key))
        todo = list({layer.key: layer for layer in missing if store.find(layer.key) is None}.values())
        for layer in todo:
            store.storage.sweep(store.folder(layer.key))
        jobs = [job for layer in todo for job in _jobs(store, layer)]
        receipts = iter(engine.map(_finished, jobs, step) if jobs else [])
        for layer in todo:
            _finish(store, layer, list(islice(receipts, len(layer.jobs))))
    return [_found(store, layer) for layer in layers]


def _found(store: Store, layer: Layer) -> Shards:
    shards = store.find(layer.key)
    if shards is None:
        where = store.storage.where(store.folder(layer.key))
        raise VerificationError("a layer vanished while it was used", where=where, fix="build again")
    return shards


@dataclass(frozen=True, slots=True)
class _Job:
    """One part to be made: it may run anywhere, and more than once."""

    storage: Storage
    name: str
    write: Callable[[Any, Path], Mapping[str, Any]]
    detail: Any


def _jobs(store: Store, layer: Layer) -> list[_Job]:
    held, folder = store.storage, store.folder(layer.key)
    return [_Job(held, f"{folder}/part-{i:05d}", layer.write, detail) for i, detail in enumerate(layer.jobs)]


def _finished(job: _Job) -> dict[str, Any]:
    """Make a part unless it is there, and give its receipt."""
    return _receipt(job) or _make_part(job)


def _receipt(job: _Job) -> dict[str, Any] | None:
    """Give the receipt of a part that an earlier run finished; None unless the part is as the receipt says."""
    try:
        receipt: dict[str, Any] = json.loads(job.storage.read(f"{job.name}.json") or b"")
    except ValueError:
        return None
    return receipt if job.storage.sha256(f"{job.name}.arrow") == receipt["sha256"] else None


def _make_part(job: _Job) -> dict[str, Any]:
    name = f"{job.name}.arrow"
    with job.storage.writing(name) as temporary:
        notes = job.write(job.detail, temporary)
        receipt = {
            "name": name.rpartition("/")[2],
            "rows": rows_of(temporary),
            "bytes": temporary.stat().st_size,
            "sha256": sha256_of(temporary),
            "notes": dict(notes),
        }
    job.storage.write(f"{job.name}.json", atomic.json_bytes(receipt))
    return receipt


def _finish(store: Store, layer: Layer, receipts: list[dict[str, Any]]) -> None:
    """Write the manifest, which makes the layer exist; then remove what workers that died on the way left behind."""
    folder = store.folder(layer.key)
    manifest = {"key": layer.key, "recipe": dict(layer.recipe), "parts": receipts}
    store.storage.write(f"{folder}/{MANIFEST}", atomic.json_bytes(manifest))
    store.storage.sweep(folder)


def read_ipc(path: Path) -> pa.Table:
    """Memory-map an Arrow IPC file as a table.

    Raises:
        VerificationError: It is not a whole Arrow file.
    """
    import pyarrow as pa

    return _table(pa.memory_map(str(path)), str(path))


def _table(source: Any, where: str) -> pa.Table:
    import pyarrow as pa

    try:
        return pa.ipc.open_file(source).read_all()
    except (pa.ArrowInvalid, OSError) as error:
        fix = "delete its folder, build again"
        raise VerificationError(f"not a whole Arrow file: {error}", where=where, fix=fix) from error


@contextmanager
def writing_ipc(path: Path, schema: pa.Schema) -> Iterator[Any]:
    """Open an Arrow IPC file for writing; parts are uncompressed so that they can be memory-mapped."""
    import pyarrow as pa

    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        yield writer


def rows_of(path: Path) -> int:
    """Count the rows of an Arrow IPC file without reading its columns."""
    import pyarrow as pa

    reader = pa.ipc.open_file(pa.memory_map(str(path)))
    return sum(reader.get_batch(i).num_rows for i in range(reader.num_record_batches))


def sha256_of(path: Path) -> str:
    """Hash a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
