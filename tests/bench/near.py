"""Near-duplicates, parquet in -> parquet out, beside other libraries on the same file: time, memory, what is found.

Each runs in its own process, start-up included. Seconds are by the clock; on a busy machine those of the processor say
more. How many rows is given in MEDCORPUS_BENCH_ROWS (`50000,200000,800000`).
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.bench import near_mix
from tests.bench.measure import MB, watched
from tests.bench.printing import show

PEERS = {
    "rensa": ("rensa",),
    "gaoya": ("gaoya",),
    "datasketch": ("datasketch>=2",),
    "datatrove": ("datatrove[io]", "spacy", "regex", "nltk", "tokenizers"),
}
"""What is installed for each."""
MOST_ROWS = {"datatrove": 10_000}
PEER_ROWS = 200_000
"""Larger mixes are run here only; those with an entry in `MOST_ROWS` stop earlier."""
ROWS = "10000,50000"
COLUMNS = {
    "what": "what",
    "rows": "rows",
    "mb": "MB",
    "seconds": "seconds",
    "cpu": "processor s",
    "rate": "MB/s",
    "ratio": "x of its time",
    "peak": "peak MB",
    "per_row": "bytes a row over 300 MB",
    "found": "J >= 0.85 found %",
    "removed_unique": "unique removed %",
}
RECALL = {"lang": "language", "exact": "J = 1", "high": "J >= 0.85", "edge": "0.8 <= J < 0.85", "pairs": "pairs"}


def main() -> dict[str, Any]:
    """Measure, print the tables and give their figures."""
    _compile()
    counts = [int(c) for c in os.environ.get("MEDCORPUS_BENCH_ROWS", ROWS).split(",")]
    runs = [run for count in counts for run in _runs(near_mix.made(count), count)]
    for run in runs:
        run["found"] = run["recall"][-1]["high"]
    show("Near-duplicates, parquet in -> parquet out, start-up included", COLUMNS, runs)
    largest = [run for run in runs if run["what"] == "medcorpus"][-1]
    show(f"Planted pairs found among {largest['rows']:,} rows, %", RECALL, largest["recall"])
    return {"runs": runs}


def _compile() -> None:
    """Compile the kernels where they are not cached yet, once for an installation, and say how long that took."""
    done = watched([sys.executable, "-c", "import medcorpus.stages.dedup.kernel"], sample=False)
    again = watched([sys.executable, "-c", "import medcorpus.stages.dedup.kernel"], sample=False)
    print(f"\nkernels: {done.seconds:.1f} s at first, {again.seconds:.1f} s from the cache")


def _runs(mix: Path, count: int) -> list[dict[str, Any]]:
    own = _run("medcorpus", mix, count)
    peers = [_run(name, mix, count) for name in PEERS if count <= MOST_ROWS.get(name, PEER_ROWS)]
    for run in (own, *peers):
        run["ratio"] = run["seconds"] / own["seconds"]
    return [own, *peers]


def _run(name: str, mix: Path, count: int) -> dict[str, Any]:
    import pyarrow.parquet as pq

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = watched(_command(name, mix, out))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        files = sorted(out.glob("kept-*.parquet")) if out.is_dir() else [out]
        kept = {i for f in files for i in pq.read_table(f, columns=["id"]).column("id").to_pylist()}
    size = sum(len(t.encode()) for t in pq.read_table(mix, columns=["text"]).column("text").to_pylist()) / MB
    found = _found(mix, kept)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "what": name,
        "rows": count,
        "mb": size,
        "seconds": done.seconds,
        "cpu": cpu,
        "rate": size / done.seconds,
        "peak": done.peak / MB,
        "per_row": max(0.0, done.peak - 300 * MB) / count,
        **found,
    }


def _command(name: str, mix: Path, out: Path) -> list[str]:
    if name == "medcorpus":
        command = Path(sys.executable).with_name("medcorpus")
        return [str(command), "dedup", str(mix), "--out", str(out), "--format", "json"]
    return [str(_python_of(name, mix.parent)), str(Path(__file__).with_name("near_peers.py")), name, str(mix), str(out)]


def _python_of(name: str, home: Path) -> Path:
    """Give the interpreter of a peer's own environment, made now if it is not there."""
    python = home / "venvs" / name / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(python.parents[1])], check=True)
        packages = [*PEERS[name], "pyarrow", "numpy"]
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *packages], check=True)
    return python


def _found(mix: Path, kept: set[str]) -> dict[str, Any]:
    """Give the share of planted pairs of which one is gone, by language, and of other rows that are gone, in %."""
    import pyarrow.parquet as pq

    planted = pq.read_table(mix.with_suffix(".planted")).to_pylist()
    ids = set(pq.read_table(mix, columns=["id"]).column("id").to_pylist())
    paired = {i for p in planted if p["jaccard"] >= near_mix.UNIQUE for i in (p["id"], p["of"])}
    unique = ids - paired
    rows = [_recall(lang, [p for p in planted if p["lang"] == lang], kept) for lang in near_mix.LANGS]
    everything = _recall("all", planted, kept)
    return {"removed_unique": 100 * len(unique - kept) / len(unique), "recall": [*rows, everything]}


def _recall(lang: str, planted: Sequence[Mapping[str, Any]], kept: set[str]) -> dict[str, Any]:
    levels = {"exact": (0.9999, 2.0), "high": (0.85, 2.0), "edge": (0.8, 0.85)}
    row: dict[str, Any] = {"lang": lang, "pairs": len(planted)}
    for name, (least, below) in levels.items():
        own = [p for p in planted if least <= p["jaccard"] < below]
        row[name] = 100 * sum(not {p["id"], p["of"]} <= kept for p in own) / max(1, len(own))
    return row
