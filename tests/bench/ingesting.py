"""Ingest of every source against the bare parser of its format, over the same raw files.

Ingest is `ingest.write_part` over all parts of a source, one after the other in one process: reading, the source's
own function, every check of every record, ids, and the Arrow file. The bare parser reads the same files, annotation
files included, into Python values and does nothing with them. Seconds are the processor's. Idle memory is that of a
process with the source and pyarrow imported and nothing read.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.measure import MB, fastest, fresh, peak_memory
from tests.bench.printing import show

ENOUGH = 4_000_000
"""Raw bytes from which the costs that every file of a run has once no longer show."""
MOST = 200
"""Most times that files are read over: a sample of a few rows is not worth minutes."""
COLUMNS = {
    "source": "source",
    "bare": "bare parser",
    "mb": "MB",
    "files": "files",
    "rows": "rows",
    "bare_ms": "bare ms",
    "ingest_ms": "ingest ms",
    "ratio": "ratio",
    "repeats": "x",
    "repeated_ratio": "ratio of x",
    "rows_s": "rows/s",
    "mb_s": "MB/s",
    "peak_mb": "peak MB",
    "idle_mb": "idle MB",
    "bare_peak_mb": "bare MB",
    "peak_ratio": "ratio",
}


def main() -> dict[str, Any]:
    """Measure every source that has raw files, each in processes of its own."""
    from medcorpus import registry

    rows, left_out = [], {}
    for name in registry.names():
        try:
            rows.append(_measured(name))
        except RuntimeError as error:
            left_out[name] = str(error)
    show(f"Ingest against the bare parser, on {_what()}", COLUMNS, [*rows, _total(rows)] if rows else [])
    for name, why in left_out.items():
        print(f"  without {name}: {why}")
    return {"raw": bool(_raw()), "sources": rows, "left_out": left_out}


def _what() -> str:
    return "real raw files" if _raw() else "samples (MEDCORPUS_REAL_DATA is not set: only the ratios of x mean much)"


def _measured(name: str) -> dict[str, Any]:
    found = fresh("ingesting", "time", name)
    peak, idle, bare_peak = (fresh("ingesting", what, name)["peak"] for what in ("peak", "idle-peak", "bare-peak"))
    bare, taken = found["bare_seconds"], found["seconds"]
    return {
        "source": name,
        "bare": found["bare"],
        "mb": found["bytes"] / MB,
        "files": found["files"],
        "rows": found["rows"],
        "bare_ms": bare * 1e3,
        "ingest_ms": taken * 1e3,
        "ratio": taken / bare,
        "repeats": found["repeats"],
        "repeated_ratio": found["repeated_seconds"] / found["repeated_bare_seconds"],
        "rows_s": found["rows"] / taken,
        "mb_s": found["bytes"] / MB / taken,
        "peak_mb": peak / MB,
        "idle_mb": idle / MB,
        "bare_peak_mb": bare_peak / MB,
        "peak_ratio": peak / bare_peak,
    }


def _total(rows: list[dict[str, Any]]) -> dict[str, Any]:
    total = {c: sum(r[c] for r in rows) for c in ("mb", "files", "rows", "bare_ms", "ingest_ms")}
    seconds = total["ingest_ms"] / 1e3
    return {
        "source": "all",
        **total,
        "ratio": total["ingest_ms"] / total["bare_ms"],
        "rows_s": total["rows"] / seconds,
        "mb_s": total["mb"] / seconds,
        "peak_mb": max(r["peak_mb"] for r in rows),
        "bare_peak_mb": max(r["bare_peak_mb"] for r in rows),
    }


class _Source:
    """The raw files of a source, to be read in both ways."""

    def __init__(self, name: str) -> None:
        from medcorpus import fetch, ingest
        from tests.bench import bare

        self.found = fetch.find(name, home=Path(os.environ["MEDCORPUS_HOME"]), raw=_raw(), sample=_raw() is None)
        self.parts = list(ingest.layer_of(name, self.found).jobs) if self.found.files else []
        if not self.parts:
            raise SystemExit("no raw files")
        self.bytes = sum(f.size for f in self.found.files)
        self.bare = [bare.reader_of(f.local) for f in self.found.files]

    def ingest(self, folder: Path, repeats: int = 1) -> int:
        from medcorpus import ingest

        rows = 0
        for part in self.parts:
            repeated = ingest.RawPart(source=part.source, files=part.files * repeats)
            rows += sum(ingest.write_part(repeated, folder / "part.arrow")["read"].values())
        return rows

    def read_bare(self, repeats: int = 1) -> None:
        for reader in self.bare * repeats:
            reader.read()


def _raw() -> Path | None:
    stated = os.environ.get("MEDCORPUS_REAL_DATA")
    return Path(stated) / "raw" if stated else None


def _time(source: _Source, folder: Path) -> dict[str, Any]:
    repeats = min(MOST, max(1, round(ENOUGH / source.bytes)))
    once = fastest(lambda: source.ingest(folder), source.read_bare)
    many = fastest(lambda: source.ingest(folder, repeats), lambda: source.read_bare(repeats)) if repeats > 1 else once
    return {
        "rows": source.ingest(folder),
        "bytes": source.bytes,
        "files": len(source.found.files),
        "bare": "+".join(dict.fromkeys(r.name for r in source.bare)),
        "seconds": once[0],
        "bare_seconds": once[1],
        "repeats": repeats,
        "repeated_seconds": many[0],
        "repeated_bare_seconds": many[1],
    }


def _peak(source: _Source, folder: Path) -> dict[str, Any]:
    source.ingest(folder)
    return {"peak": peak_memory()}


def _idle_peak(source: _Source, folder: Path) -> dict[str, Any]:
    import pyarrow as pa

    return {"peak": peak_memory(), "with": pa.__version__}


def _bare_peak(source: _Source, folder: Path) -> dict[str, Any]:
    source.read_bare()
    return {"peak": peak_memory()}


CHILD: dict[str, Callable[[_Source, Path], dict[str, Any]]] = {
    "time": _time,
    "peak": _peak,
    "idle-peak": _idle_peak,
    "bare-peak": _bare_peak,
}


def _child(what: str, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MEDCORPUS_HOME"] = folder
        print(json.dumps(CHILD[what](_Source(name), Path(folder))))


if __name__ == "__main__":
    _child(*sys.argv[1:])
