"""A part of a source's raw files, laid out as the whole is: what a measurement reads in place of all."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from medcorpus import registry

if TYPE_CHECKING:
    from medcorpus.fetch import Found

FILES = 8
"""The part is taken from so many raw files, evenly spread over all."""
ROW_BYTES = 4096
"""What a row is taken to have in a file that does not say how many rows it has."""
BATCH_ROWS = 1024


def take(name: str, found: Found, rows: int, into: Path, raw: Path | None = None) -> float:
    """Lay out some of a source's raw files in a folder, and all of the other sources' beside them.

    A Parquet file is shortened, with its own compression; other files cannot be cut without knowing them and are
    taken whole, at least one of them. Companions are taken whole too.

    Args:
        name: The source.
        found: Its raw files.
        rows: About how many rows to take.
        into: The folder, as `--raw` names one.
        raw: Folder of all raw files.

    Returns:
        Bytes that the rows take in the raw files, companions not included.
    """
    if raw is not None:
        for folder in raw.iterdir():
            _link(folder, into / folder.name)
    own = into / (registry.get(name).folder or name)
    own.unlink(missing_ok=True)
    for path in _paths(found, companions=True):
        _link(found.root / path, own / path)
    taken, size = _spread(_paths(found)), 0.0
    for path in taken:
        if size >= rows * ROW_BYTES and not path.endswith(".parquet"):
            break
        size += _take(found.root / path, own / path, math.ceil(rows / len(taken)))
    return size


def bytes_of(found: Found) -> int:
    """Add up a source's raw files, companions not included."""
    return sum((found.root / path).stat().st_size for path in _paths(found))


def _paths(found: Found, companions: bool = False) -> list[str]:
    """Give the raw files, of archives the archives themselves."""
    return list(dict.fromkeys(f.path.partition("!")[0] for f in found.files if f.companion == companions))


def _spread(paths: list[str]) -> list[str]:
    return paths[:: max(1, len(paths) // FILES)][:FILES]


def _take(source: Path, target: Path, rows: int) -> float:
    """Lay out one file, or its first rows; give the bytes that they take in it."""
    if source.suffix != ".parquet":
        _link(source, target)
        return source.stat().st_size
    import pyarrow.parquet as pq

    target.parent.mkdir(parents=True, exist_ok=True)
    _shorten(source, target, rows)
    taken, whole = (int(pq.read_metadata(p).num_rows) for p in (target, source))
    return source.stat().st_size * taken / max(1, whole)


def _shorten(source: Path, target: Path, rows: int) -> None:
    import pyarrow.parquet as pq

    with pq.ParquetFile(source) as file:
        groups = file.metadata.num_row_groups
        compression = file.metadata.row_group(0).column(0).compression if groups else "NONE"
        with pq.ParquetWriter(target, file.schema_arrow, compression=compression) as writer:
            for batch in file.iter_batches(min(rows, BATCH_ROWS)):
                writer.write_batch(batch.slice(0, rows))
                rows -= batch.num_rows
                if rows <= 0:
                    break


def _link(source: Path, target: Path) -> None:
    """Let a file or folder be found under another path; where links are not allowed, copy it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        target.symlink_to(source.absolute(), target_is_directory=source.is_dir())
    except OSError:
        copy = shutil.copytree if source.is_dir() else shutil.copyfile
        copy(source, target)
