"""Shards on disk: layers of Arrow files, each in a folder named by the hash of what made it.

A layer's folder holds parts (`part-00000.arrow`), one receipt per finished part, and at last `manifest.json`. A
layer without a manifest does not exist for readers; its finished parts are taken up by the next run. A column layer
has the same parts, row for row, as the layer it stands on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcorpus import atomic
from medcorpus.errors import LockedError, VerificationError

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

LAYOUT = 1
"""Version of the layout of a layer; a new one makes every layer anew."""
LOCK_SECONDS = 600
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

    folder: Path
    key: str
    parts: tuple[Part, ...]
    recipe: Mapping[str, Any]
    columns: tuple[Shards, ...] = ()

    @property
    def rows(self) -> int:
        """Number of rows."""
        return sum(p.rows for p in self.parts)

    @property
    def lineage(self) -> tuple[str, ...]:
        """Keys of the layer and of the column layers over it: what a later recipe depends on."""
        return (self.key, *(k for c in self.columns for k in c.lineage))

    def path(self, index: int) -> Path:
        """Give the file of one part."""
        return self.folder / self.parts[index].name

    def table(self, index: int) -> pa.Table:
        """Read one part with all its columns; the Arrow file is memory-mapped."""
        table = read_ipc(self.path(index))
        for layer in self.columns:
            extra = layer.table(index)
            for name in extra.column_names:
                table = table.append_column(extra.schema.field(name), extra.column(name))
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
        return Shards(
            folder=self.folder, key=self.key, parts=self.parts, recipe=self.recipe, columns=(*self.columns, layer)
        )

    def verify(self) -> None:
        """Check the bytes of every part against the manifest.

        Raises:
            VerificationError: A part is missing or differs.
        """
        for part in self.parts:
            path = self.folder / part.name
            if not path.exists() or sha256_of(path) != part.sha256:
                raise VerificationError(
                    "differs from its manifest", where=str(path), fix="delete the folder, build again"
                )
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
    """The layers under one MEDCORPUS_HOME."""

    home: Path

    def folder(self, key: str) -> Path:
        """Give the folder of a layer."""
        return self.home / "layers" / key[:32]

    def find(self, key: str) -> Shards | None:
        """Open a finished layer; None when it has no manifest, or lacks a part that the manifest lists."""
        folder = self.folder(key)
        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        parts = tuple(Part(**p) for p in manifest["parts"])
        if any(not _has_size(folder / p.name, p.bytes) for p in parts):
            return None
        return Shards(folder=folder, key=key, parts=parts, recipe=manifest["recipe"])

    def lock(self, key: str, seconds: float = LOCK_SECONDS) -> Any:
        """Give the lock of one key as a context manager; it waits for another process that holds it."""
        return _locked(self.folder(key).with_suffix(".lock"), seconds)


def make(
    store: Store, layers: Sequence[Layer], engine: Any, step: Callable[[int, int], None] | None = None
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
        todo = [layer for layer in missing if store.find(layer.key) is None]
        jobs = [job for layer in todo for job in _open_jobs(store, layer)]
        engine.map(_run, jobs, step)
        for layer in todo:
            _finish(store, layer)
    return [_found(store, layer) for layer in layers]


def _found(store: Store, layer: Layer) -> Shards:
    shards = store.find(layer.key)
    if shards is None:
        raise VerificationError(
            "a layer vanished while it was used", where=str(store.folder(layer.key)), fix="build again"
        )
    return shards


def _open_jobs(store: Store, layer: Layer) -> list[tuple[Path, Any, Any]]:
    folder = store.folder(layer.key)
    folder.mkdir(parents=True, exist_ok=True)
    atomic.sweep(folder)
    paths = [folder / f"part-{i:05d}.arrow" for i in range(len(layer.jobs))]
    return [(p, layer.write, job) for p, job in zip(paths, layer.jobs) if _receipt(p) is None]


def _run(job: tuple[Path, Callable[[Any, Path], Mapping[str, Any]], Any]) -> None:
    path, write, detail = job
    with atomic.replacing(path) as temporary:
        notes = write(detail, temporary)
        receipt = {
            "name": path.name,
            "rows": rows_of(temporary),
            "bytes": temporary.stat().st_size,
            "sha256": sha256_of(temporary),
            "notes": dict(notes),
        }
    atomic.write_json(path.with_suffix(".json"), receipt)


def _receipt(path: Path) -> dict[str, Any] | None:
    try:
        receipt: dict[str, Any] = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    whole = path.exists() and path.stat().st_size == receipt["bytes"] and sha256_of(path) == receipt["sha256"]
    return receipt if whole else None


def _finish(store: Store, layer: Layer) -> None:
    folder = store.folder(layer.key)
    receipts = [_receipt(folder / f"part-{i:05d}.arrow") for i in range(len(layer.jobs))]
    if any(r is None for r in receipts):
        raise VerificationError("a part is missing or differs from its receipt", where=str(folder), fix="build again")
    atomic.write_json(folder / "manifest.json", {"key": layer.key, "recipe": dict(layer.recipe), "parts": receipts})


def read_ipc(path: Path) -> pa.Table:
    """Memory-map an Arrow IPC file as a table.

    Raises:
        VerificationError: It is not a whole Arrow file.
    """
    import pyarrow as pa

    try:
        return pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    except (pa.ArrowInvalid, OSError) as error:
        raise VerificationError(
            f"not a whole Arrow file: {error}", where=str(path), fix="delete its folder, build again"
        ) from error


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


def _has_size(path: Path, size: int) -> bool:
    return path.exists() and path.stat().st_size == size


@contextmanager
def _locked(path: Path, seconds: float) -> Iterator[None]:
    import os
    import socket

    from filelock import FileLock, Timeout

    path.parent.mkdir(parents=True, exist_ok=True)
    holder = path.with_suffix(".holder")
    try:
        with FileLock(path, timeout=seconds):
            holder.write_text(f"process {os.getpid()} on {socket.gethostname()}", encoding="utf-8")
            yield
            holder.unlink(missing_ok=True)
    except Timeout as error:
        who = holder.read_text(encoding="utf-8") if holder.exists() else "another process"
        raise LockedError(
            f"being built by {who}", where=path.stem, fix="wait for it or end it, then run again"
        ) from error
