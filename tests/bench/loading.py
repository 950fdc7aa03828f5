"""The first row of a release of a million rows: medcorpus against `datasets` over the same files.

Every figure is of a fresh process. `cold`: the files are not in the machine's page cache, nothing is verified or
cached yet. `first`: in the page cache, but the first load ever (medcorpus hashes the files, `datasets` writes
its Arrow copy). `again`: what every later process pays. Disk is what the load added under the homes of both.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.bench.measure import MB, fresh, peak_memory, size_of, watched
from tests.bench.printing import show

FORMS = {
    "medcorpus lazy": 'load(as_="lazy")',
    "medcorpus iter": 'load(as_="iter")',
    "medcorpus streaming": "load(streaming=True)",
    "medcorpus datasets": 'load(as_="datasets")',
    "datasets": "datasets.load_dataset",
    "datasets streaming": "the same, streaming=True",
}
STATES = ("cold", "first", "again")
COLUMNS = {
    "form": "first row by",
    **{f"{s}_seconds": f"{s} s" for s in STATES},
    "import_seconds": "import s",
    "again_process": "whole process s",
    "peak_mb": "peak MB",
    "disk_mb": "disk MB",
}


def main() -> dict[str, Any]:
    """Write the release and measure every way of loading it."""
    with tempfile.TemporaryDirectory() as place:
        home = Path(place) / "release"
        seconds = watched([sys.executable, "-m", "tests.bench.million", str(home)], sample=False).seconds
        size = size_of(home) / MB
        rows = [_measured(form, home, Path(place) / "caches") for form in FORMS]
    show(f"First row of 1,000,000 rows ({size:.0f} MB of Parquet, made in {seconds:.0f} s)", COLUMNS, rows)
    return {"rows": 1_000_000, "mb": size, "forms": rows}


def _measured(form: str, home: Path, caches: Path) -> dict[str, Any]:
    states = {}
    for state in STATES:
        if state != "again":
            shutil.rmtree(caches, ignore_errors=True)
        if state == "cold":
            _drop_from_page_cache(home)
        before = size_of(home)
        states[state] = fresh("loading", form, str(home), env=_homes(caches))
        added = size_of(home) - before + (size_of(caches) if caches.exists() else 0)
    again = states["again"]
    return {
        "form": FORMS[form],
        **{f"{s}_seconds": found["seconds"] for s, found in states.items()},
        "import_seconds": again["import_seconds"],
        "again_process": again["process_seconds"],
        "peak_mb": max(found["peak"] for found in states.values()) / MB,
        "disk_mb": added / MB,
    }


def _homes(caches: Path) -> dict[str, str]:
    return {"MEDCORPUS_HOME": str(caches / "medcorpus"), "HF_HOME": str(caches / "hf"), "HF_HUB_OFFLINE": "1"}


def _drop_from_page_cache(folder: Path) -> None:
    """Ask the system to forget the files' pages; where it cannot be asked, `cold` equals `first`."""
    if not hasattr(os, "posix_fadvise"):
        return
    for path in folder.rglob("*"):
        if path.is_file():
            descriptor = os.open(path, os.O_RDONLY)
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)


def _child(form: str, home: str) -> None:
    library, _, way = form.partition(" ")
    start = perf_counter()
    module = __import__(library)
    imported = perf_counter()
    row = _by_medcorpus(module, way, home) if library == "medcorpus" else _by_datasets(module, way, home)
    seconds = perf_counter() - imported
    if not row["input"]:
        raise SystemExit("no row")
    print(json.dumps({"import_seconds": imported - start, "seconds": seconds, "peak": peak_memory()}), flush=True)
    os._exit(0)  # a half-read stream of `datasets` now and then aborts the process as it shuts down


def _by_medcorpus(medcorpus: Any, way: str, home: str) -> Any:
    if way == "lazy":
        return medcorpus.load("meds-ins", as_="lazy", path=home).head(1).collect().row(0, named=True)
    if way == "streaming":
        return next(iter(medcorpus.load("meds-ins", split="train", streaming=True, path=home)))
    loaded = medcorpus.load("meds-ins", split="train", as_=way, path=home)
    return next(loaded) if way == "iter" else loaded[0]


def _by_datasets(datasets: Any, way: str, home: str) -> Any:
    files = sorted(map(str, Path(home).glob("releases/*/*/data/*/train-*.parquet")))
    datasets.disable_progress_bars()
    loaded = datasets.load_dataset("parquet", data_files=files, split="train", streaming=way == "streaming")
    return next(iter(loaded)) if way == "streaming" else loaded[0]


if __name__ == "__main__":
    _child(*sys.argv[1:])
