"""The first row of one configuration of 122, from a Hub on the loopback to a machine that has nothing of it yet.

Every figure is of a new process with empty caches. `s` is from before the first import to the row, `processor s` the
processor time of that, `after imports` the same in a process that has imported the libraries of all forms before, and
the next column with a Hub that is 50 ms away. `fetched` are the bytes of the repository's files that were asked for,
`disk` is what the load leaves on disk.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.bench import publishing
from tests.bench.measure import MB, size_of
from tests.bench.printing import show
from tests.hub import LoopbackHub, client_environment, loopback, point_clients

REPOSITORY, TASK = "tester/bench", "task60"
FAR = 0.05
LOAD = f"medcorpus.load('meds-ins', task='{TASK}', split='train', path='hf://{REPOSITORY}'"
THEIRS = f"datasets.load_dataset('{REPOSITORY}', '{TASK}', split='train'"
FORMS = {
    'load(as_="lazy")': f"import medcorpus; {LOAD}, as_='lazy').head(1).collect()",
    'load(as_="iter")': f"import medcorpus; next({LOAD}, as_='iter'))",
    'load(as_="polars")': f"import medcorpus; {LOAD}, as_='polars').row(0)",
    'load(as_="arrow")': f"import medcorpus; {LOAD}, as_='arrow').slice(0, 1).to_pylist()",
    'load(as_="datasets")': f"import medcorpus; {LOAD})[0]",
    "load(streaming=True)": f"import medcorpus; next(iter({LOAD}, streaming=True)))",
    "datasets.load_dataset": f"import datasets; {THEIRS})[0]",
    "the same, streaming=True": f"import datasets; next(iter({THEIRS}, streaming=True)))",
}
PEER = "datasets.load_dataset"
BEFORE = "import datasets, polars, pyarrow.parquet, medcorpus.loading, medcorpus.published"
WAYS = {"near": ("pass", 0.0, 5), "imported": (BEFORE, 0.0, 5), "far": ("pass", FAR, 2)}
"""What is done before the clock starts, the Hub's distance in seconds, and how often it is measured."""
PROGRAM = """
import json, os, time
{before}
start, busy = time.perf_counter(), time.process_time()
{code}
print(json.dumps([time.perf_counter() - start, time.process_time() - busy]), flush=True)
os._exit(0)  # a half-read stream of `datasets` now and then aborts the process as it shuts down
"""
COLUMNS = {
    "form": "first row by",
    "near": "s",
    "near_ratio": "x",
    "busy": "processor s",
    "busy_ratio": "x",
    "imported": "after imports s",
    "imported_ratio": "x",
    "far": "50 ms away s",
    "far_ratio": "x",
    "requests": "requests",
    "fetched_mb": "fetched MB",
    "disk_mb": "disk MB",
}


def main() -> dict[str, Any]:
    """Publish a release and take the first row of one configuration in every way."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        made = publishing.release_of(folder, "1.0.0")
        size = sum(f["bytes"] for _, f in made.files()) / MB
        with loopback(folder / "hub") as hub:
            with pytest.MonkeyPatch.context() as patch:
                point_clients(hub, folder / "clients", patch)
                publishing.publish(folder, made)
            rows = _measured(hub, folder / "caches")
    title = f"First row of a configuration of {size / publishing.TASKS:.2f} MB in a release of {size:,.0f} MB"
    show(f"{title}; x is how many times as fast as load_dataset", COLUMNS, rows)
    return {"mb": size, "forms": rows}


def _measured(hub: LoopbackHub, caches: Path) -> list[dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {form: {"form": form} for form in FORMS}
    for way, (before, latency, times) in WAYS.items():
        hub.latency = latency
        for _ in range(times):  # all forms in turn, so that each meets the machine as busy as the others
            for form, code in FORMS.items():
                found = _load(PROGRAM.format(before=before, code=code), hub, caches)
                rows[form][way] = min(found["seconds"], rows[form].get(way, found["seconds"]))
                if way == "near":
                    rows[form] |= found | {"busy": min(found["busy"], rows[form].get("busy", found["busy"]))}
    for row in rows.values():
        row |= {f"{way}_ratio": rows[PEER][way] / row[way] for way in (*WAYS, "busy")}
    return list(rows.values())


def _load(program: str, hub: LoopbackHub, caches: Path) -> dict[str, Any]:
    shutil.rmtree(caches, ignore_errors=True)
    environment = client_environment(hub, caches / "hf", MEDCORPUS_HOME=str(caches / "medcorpus"))
    hub.asked.clear()
    out = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    seconds, busy = json.loads(out.stdout.splitlines()[-1])
    asked = {"requests": len(hub.asked), "fetched_mb": _fetched(hub) / MB, "disk_mb": size_of(caches) / MB}
    return {"seconds": seconds, "busy": busy, **asked}


def _fetched(hub: LoopbackHub) -> int:
    found = hub.repositories.get(REPOSITORY)
    head = found.resolve("main") if found else None
    names = {a.path.split("/", 6)[-1] for a in hub.asked if a.method == "GET" and "/resolve/" in a.path}
    return sum(head.files[n].size for n in names if n in head.files) if head else 0
