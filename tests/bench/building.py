"""The whole build of three products into one home, one command after the other, and the same once more."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.importing import COMMAND
from tests.bench.measure import MB, watched
from tests.bench.printing import show

PRODUCTS = ("meds-ins", "mmedbench", "mmedc")
COLUMNS = {
    "product": "build",
    "sources": "sources",
    "rows": "rows",
    "seconds": "s",
    "again": "again s",
    "peak_mb": "peak MB",
}


def main() -> dict[str, Any]:
    """Build everything, then everything again with nothing changed."""
    raw = os.environ.get("MEDCORPUS_REAL_DATA")
    inputs = ["--raw", str(Path(raw) / "raw")] if raw else ["--sample"]
    with tempfile.TemporaryDirectory() as home:
        rows = [_built(product, inputs, home) for product in PRODUCTS]
        for row in rows:
            row["again"] = _built(row["product"], inputs, home)["seconds"]
    total = {c: sum(r[c] for r in rows) for c in ("rows", "seconds", "again")}
    rows.append({"product": "all", **total, "peak_mb": max(r["peak_mb"] for r in rows)})
    show(f"Build of {'real raw files' if raw else 'samples'}, peak of all processes together", COLUMNS, rows)
    return {"raw": bool(raw), "products": rows}


def _built(product: str, inputs: list[str], home: str) -> dict[str, Any]:
    done = watched([COMMAND, "build", product, *inputs, "--home", home, "--format", "json"])
    made = json.loads(done.output)
    return {
        "product": product,
        "sources": len(made["sources"]),
        "rows": sum(s["rows_out"] for s in made["sources"].values()),
        "seconds": done.seconds,
        "peak_mb": done.peak / MB,
    }
