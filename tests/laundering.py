"""What somebody with an editor may do to a release between its build and its publication."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from medcorpus import terms
from medcorpus.terms import KEY, as_metadata
from tests.clinic import WARD


def files_of(folder: Path, source: str = WARD) -> list[Path]:
    """Give a source's files of rows."""
    return sorted((folder / "data" / f"{source}_answering").glob("*.parquet"))


def rewrite(
    folder: Path,
    change: Callable[[pa.Table], pa.Table],
    *,
    source: str = WARD,
    restate: bool = False,
    note: Mapping[bytes, bytes] = MappingProxyType({}),
) -> None:
    """Change a source's tables and let the manifest list the new bytes; `note` goes into the schema's metadata."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for path in files_of(folder, source):
        footer = pq.read_metadata(path).metadata
        table = change(pq.read_table(path))
        counts = terms.counted(table) if restate else None
        told = as_metadata(counts) if counts else {KEY: footer[KEY]}
        pq.write_table(table.replace_schema_metadata({**told, **note}), path)
        relist(manifest, path.relative_to(folder).as_posix(), path.read_bytes())
    (folder / "manifest.json").write_text(json.dumps(manifest))


def replace_file(folder: Path, name: str, content: bytes) -> None:
    """Put other bytes in the place of a file, and let the manifest list them."""
    (folder / name).write_bytes(content)
    edit(folder, lambda manifest: relist(manifest, name, content))


def relist(manifest: dict[str, Any], name: str, content: bytes) -> None:
    """List a file's bytes and hash anew."""
    splits = [s for c in manifest["configs"].values() for s in c.values()]
    for listed in [*manifest["files"], *(f for s in splits for f in s["files"])]:
        if listed["path"] == name:
            listed["bytes"], listed["sha256"] = len(content), hashlib.sha256(content).hexdigest()


def edit(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the manifest."""
    manifest = json.loads((folder / "manifest.json").read_text())
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))


def filled(column: str, value: str) -> Callable[[pa.Table], pa.Table]:
    """Give a change that sets a column to one value."""

    def change(table: pa.Table) -> pa.Table:
        at = table.schema.get_field_index(column)
        return table.set_column(at, table.schema.field(at), pa.array([value] * table.num_rows, pa.string()))

    return change


def opened_up(table: pa.Table) -> pa.Table:
    """Let all rows say that they may leave."""
    for column, value in {"access": "open", "redistribute": "yes", "license": "CC-BY-4.0"}.items():
        table = filled(column, value)(table)
    return table


def declare_open(manifest: dict[str, Any]) -> None:
    """Let the manifest say that the ward's rows may leave."""
    manifest["sources"][WARD] |= {"access": "open", "redistribute": "yes", "license": "CC-BY-4.0"}
