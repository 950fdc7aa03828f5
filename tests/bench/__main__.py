"""`python -m tests.bench [ingest|load|build|import ...] [--json FILE]`: measure, print tables, never assert."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
from pathlib import Path
from typing import Any

from tests.bench import building, importing, ingesting, loading

PARTS = {"import": importing.main, "ingest": ingesting.main, "build": building.main, "load": loading.main}
LIBRARIES = ("pyarrow", "polars", "datasets", "lxml", "fastexcel")


def main() -> None:
    """Run the parts asked for, all of them by default."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"any of {', '.join(PARTS)}")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"no part {min(unknown)!r}; there are {', '.join(PARTS)}")
    found: dict[str, Any] = {"machine": machine()}
    print(", ".join(f"{name} {value}" for name, value in found["machine"].items()))
    for part in asked.parts or PARTS:
        try:
            found[part] = PARTS[part]()
        except RuntimeError as error:
            found[part] = {"not measured": str(error)}
            print(f"\n{part}: not measured: {error}")
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def machine() -> dict[str, str | int]:
    """Say what the figures were taken on: processors, system and versions, nothing that names the machine."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    versions = {name: importlib.metadata.version(name) for name in LIBRARIES}
    return {"cores": cores, platform.system(): platform.machine(), "python": platform.python_version(), **versions}


if __name__ == "__main__":
    main()
