"""What starting costs: `import medcorpus` and `medcorpus list`, each in new processes."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.measure import watched
from tests.bench.printing import show

TIMES = 10
COMMAND = str(Path(sys.executable).with_name("medcorpus"))
IMPORT = "from time import perf_counter as t; s = t(); import medcorpus; print(t() - s)"


def main() -> dict[str, Any]:
    """Measure both, and an empty Python process for comparison."""
    rows: list[dict[str, Any]] = [
        {"what": "python -c pass", "ms": _least([sys.executable, "-c", "pass"])},
        {"what": "import medcorpus", "ms": _least([sys.executable, "-c", IMPORT], inside=True)},
    ]
    if Path(COMMAND).exists():
        rows.append({"what": "medcorpus list", "ms": _least([COMMAND, "list"])})
    show(f"Starting, least of {TIMES}", {"what": "what", "ms": "ms"}, rows)
    return {row["what"]: row["ms"] for row in rows}


def _least(command: list[str], inside: bool = False) -> float:
    with tempfile.TemporaryDirectory() as home:
        runs = [watched(command, env={"MEDCORPUS_HOME": home}, sample=False) for _ in range(TIMES)]
    return min(float(run.output) if inside else run.seconds for run in runs) * 1e3
