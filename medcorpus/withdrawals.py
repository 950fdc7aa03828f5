"""Rows of a release that were withdrawn since it was built: found once, remembered, left out at every load."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from medcorpus import atomic, tombstones
from medcorpus.home import home_folder
from medcorpus.release import Release
from medcorpus.selection import Chosen
from medcorpus.tombstones import Withdrawn

BATCH = 1 << 16


def left_out(release: Release, chosen: Chosen, stacklevel: int = 2) -> Chosen:
    """Leave the rows out that were withdrawn since the release was built, with a warning that says how many.

    Args:
        release: The release.
        chosen: What is about to be read of it; its files have been verified.
        stacklevel: Whose line the warning names, as in `warnings.warn`.
    """
    ids = withdrawn_ids(release, [path for paths in chosen.files.values() for path in paths])
    if not ids:
        return chosen
    text = f"{len(ids):,} row(s) of {release.product} {release.version} were withdrawn since and are left out"
    warnings.warn(text, stacklevel=stacklevel + 1)
    return replace(chosen, without=ids)


def withdrawn_ids(release: Release, paths: list[Path]) -> frozenset[str]:
    """Give the ids of the rows in some files of a release that were withdrawn since it was built."""
    entries = tombstones.known(home_folder())
    name = tombstones.digest(entries)
    if not entries or release.manifest.get("withdrawn", {}).get("list") == name:
        return frozenset()
    found = Withdrawn(entries)
    if not set(found.sources) & set(release.manifest["sources"]):
        return frozenset()
    memory = home_folder() / "verified" / f"{name[:32]}.withdrawn.json"
    known = _remembered(memory)
    listed = dict(release.files())
    new = {listed[p]["sha256"]: _ids_in(p, found) for p in paths if listed[p]["sha256"] not in known}
    if new:
        _remember(memory, {**known, **new})
    return frozenset(i for p in paths for i in {**known, **new}[listed[p]["sha256"]])


def _ids_in(path: Path, found: Withdrawn) -> list[str]:
    """Read the ids of a file, batch by batch, and give those that are withdrawn."""
    import polars as pl
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path, page_checksum_verification=True, memory_map=True)
    columns = [c for c in ("id", "record_id", "source") if c in file.schema_arrow.names]
    ids: list[str] = []
    for batch in file.iter_batches(BATCH, columns=columns):
        rows = pl.DataFrame(batch)
        ids += rows.filter(found.mask(rows))["id"].to_list()
    return ids


def _remembered(memory: Path) -> dict[str, list[str]]:
    try:
        known = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _remember(memory: Path, known: Mapping[str, Any]) -> None:
    try:
        atomic.write_json(memory, known)
    except OSError:  # a folder that cannot be written to: found anew at every load
        return
