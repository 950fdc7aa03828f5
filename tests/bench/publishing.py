"""Publishing to a Hub on the loopback, and a second release.

`sent` counts what clients sent: bodies of requests, and with Xet what hf_xet wrote. The server and the clients share
the machine, and both hash what they handle. MEDCORPUS_BENCH_MB says how much text there is; 2,000 by default.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from medcorpus import gate, publishing
from medcorpus.publishing import applying, planning
from medcorpus.records import Instruction
from medcorpus.release import Release
from medcorpus.schema import arrow_schema
from tests.bench.measure import MB
from tests.bench.printing import show
from tests.hub import loopback, point_clients
from tests.releases import row, write_tables

MEGABYTES = int(os.environ.get("MEDCORPUS_BENCH_MB", "2000"))
TASKS = 122
BLOCK = 500
"""Rows of a table that is written; each holds about two kilobytes of text."""
COLUMNS = {"what": "what", "seconds": "s", "mb_per_s": "MB/s", "sent_mb": "sent MB", "commits": "commits"}
SECOND = {"mode": "second release, 1 % new rows", "sent_mb": "sent MB", "share": "of the first"}


def main() -> dict[str, Any]:
    """Measure uploads, the second release, and loading."""
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        folder = Path(place)
        first = release_of(folder, "1.0.0", 1.0)
        size = sum(f["bytes"] for _, f in first.files())
        uploads = [_upload(name, run, folder, first, patch) for name, run in UPLOADS.items()]
        show(f"Publishing {size / MB:,.0f} MB of Parquet ({MEGABYTES:,} MB of text, {TASKS} tasks)", COLUMNS, uploads)
        second = [_second(xet, folder, first, patch) for xet in (True, False)]
        show("What a second release sends", SECOND, second)
    return {"mb": size / MB, "uploads": uploads, "second": second}


def release_of(folder: Path, version: str, share: float, seed: int = 1) -> Release:
    return write_tables(folder / "home", version, _tables(share, seed))


def _tables(share: float, seed: int) -> Iterator[pa.Table]:
    """Give tables of made-up rows; those of the first release are a beginning of the second's, task by task."""
    words = np.array([f"word{n:x}" for n in range(20_000)])
    schema = arrow_schema(Instruction)
    for task in range(TASKS):
        rng = np.random.default_rng(seed * 1000 + task)
        wanted = round(MEGABYTES * 500 / TASKS * share)
        for start in range(0, wanted, BLOCK):
            count = min(BLOCK, wanted - start)
            texts = [" ".join(words[rng.zipf(1.3, 260) % len(words)]) for _ in range(count)]
            rows = [row(f"{task}-{start + i}", task_id=f"task{task + 1}", input=t) for i, t in enumerate(texts)]
            yield pa.Table.from_pylist(rows, schema=schema)


def publish(folder: Path, made: Release) -> None:
    target = publishing.target_at("hf://tester/bench")
    prepared = planning.prepare(made, target, folder / "home", allow=[n for n in gate.CHECKS if n not in gate.KEPT])
    applying.carry_out(prepared, target)


def _upload_folder(folder: Path, made: Release) -> None:
    from huggingface_hub import HfApi

    api = HfApi()
    api.create_repo("tester/bench", repo_type="dataset")
    api.upload_folder(repo_id="tester/bench", repo_type="dataset", folder_path=made.path)


def _push_to_hub(folder: Path, made: Release) -> None:
    import datasets

    files = sorted(str(p) for p in (made.path / "data").rglob("*.parquet"))
    rows = datasets.Dataset(pa.concat_tables(pl.read_parquet(f, glob=False).to_arrow() for f in files))
    rows.push_to_hub("tester/bench", config_name="everything", split="train")


UPLOADS: dict[str, Callable[[Path, Release], None]] = {
    "medcorpus publish": publish,
    "upload_folder": _upload_folder,
    "Dataset.push_to_hub": _push_to_hub,
}


def _upload(
    name: str, run: Callable[[Path, Release], None], folder: Path, made: Release, patch: pytest.MonkeyPatch
) -> dict[str, Any]:
    place = folder / name.replace(" ", "-")
    with loopback(place / "hub", xet=True) as hub:
        point_clients(hub, place / "clients", patch, xet=True)
        start = perf_counter()
        run(folder, made)
        seconds = perf_counter() - start
        size = sum(f["bytes"] for _, f in made.files())
        found = hub.repositories.get("tester/bench")
        head = found.resolve("main") if found else None
        commits = len(list(found.commits(head))) - 1 if found and head else 0
        sent = hub.sent() / MB
    return {"what": name, "seconds": seconds, "mb_per_s": size / MB / seconds, "sent_mb": sent, "commits": commits}


def _second(xet: bool, folder: Path, first: Release, patch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Publish a release, then one in which every task has one row in a hundred more."""
    place, version = folder / f"second-{xet}", "1.1.0"
    made = folder / "home" / "releases" / "meds-ins" / version
    from medcorpus.release import open_release

    second = open_release(made) if made.exists() else release_of(folder, version, 1.01)
    with loopback(place / "hub", xet=xet) as hub:
        point_clients(hub, place / "clients", patch, xet=xet)
        publish(folder, first)
        before = hub.sent()
        publish(folder, second)
        sent = hub.sent() - before
    return {"mode": "Xet" if xet else "LFS", "sent_mb": sent / MB, "share": f"{sent / before:.1%}"}
