"""`python -m tests.bench [part ...] [--json FILE] [--docs FILE]`: measure, print, never assert.

`--docs docs/BENCHMARKS.md` puts the tables in place of those between `<!-- part -->` and `<!-- /part -->` there.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import io
import json
import os
import platform
from collections.abc import Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from tests.bench import (
    building,
    cleaning,
    comparing,
    from_hub,
    guarding,
    importing,
    ingesting,
    langid,
    loading,
    medical,
    near,
    pii,
    publishing,
    quality,
    rereleasing,
    row_local,
    screening,
)

PARTS = {
    "import": importing.main,
    "ingest": ingesting.main,
    "build": building.main,
    "load": loading.main,
    "screen": screening.main,
    "row-local": row_local.main,
    "decontaminate": guarding.main,
    "clean": cleaning.main,
    "langid": langid.main,
    "medical": medical.main,
    "quality": quality.main,
    "pii": pii.main,
    "near": near.main,
    "publish": publishing.main,
    "from-hub": from_hub.main,
    "rerelease": rereleasing.main,
    "diff": comparing.main,
}
LIBRARIES = ("pyarrow", "polars", "numba", "datasets", "lxml", "fastexcel")


def main() -> None:
    """Run the parts asked for, all of them by default."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=str(__doc__).splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="part", help=f"any of {', '.join(PARTS)}")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    parser.add_argument("--docs", type=Path, help="put the tables into this page")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"no part {min(unknown)!r}; there are {', '.join(PARTS)}")
    found: dict[str, Any] = {"machine": machine()}
    print(", ".join(f"{name} {value}" for name, value in found["machine"].items()))
    for part in asked.parts or PARTS:
        found[part], told = _measured(part)
        print(told)
        if asked.docs:
            _put(asked.docs, part, told, found["machine"])
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _measured(part: str) -> tuple[dict[str, Any], str]:
    """Give the figures of a part and the tables it prints."""
    told = io.StringIO()
    try:
        with redirect_stdout(told):
            figures = PARTS[part]()
    except RuntimeError as error:
        return {"not measured": str(error)}, f"\n{part}: not measured: {error}"
    return figures, told.getvalue().rstrip("\n")


def _put(page: Path, part: str, told: str, taken_on: Mapping[str, Any]) -> None:
    before, opening, rest = page.read_text(encoding="utf-8").partition(f"<!-- {part} -->")
    _, closing, after = rest.partition(f"<!-- /{part} -->")
    if not closing:
        raise SystemExit(f"{page}: no <!-- {part} --> and <!-- /{part} --> in it")
    machine_line = ", ".join(f"{name} {value}" for name, value in taken_on.items())
    text = f"{before}{opening}\n\n{told.strip()}\n\nTaken on: {machine_line}.\n\n{closing}{after}"
    page.write_text(text, encoding="utf-8")


def machine() -> dict[str, str | int | float]:
    """Say what the figures were taken on, and how busy it was with other things; nothing names the machine."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    versions = {name: importlib.metadata.version(name) for name in LIBRARIES}
    busy = {"load average before": round(os.getloadavg()[0], 1)} if hasattr(os, "getloadavg") else {}
    system = {platform.system(): platform.machine(), "python": platform.python_version()}
    return {"cores": cores, **busy, **system, **versions}


if __name__ == "__main__":
    main()
