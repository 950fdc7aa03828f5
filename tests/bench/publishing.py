"""Publishing to a Hub on the loopback, and a second release.

`sent` counts what clients sent: bodies of requests, and with Xet what hf_xet wrote. The server and the clients share
the machine, and both hash what they handle. MEDCORPUS_BENCH_MB says how much text there is; 2,000 by default.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from itertools import pairwise
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
from medcorpus.release import Release, open_release
from medcorpus.schema import arrow_schema
from tests.bench.measure import MB
from tests.bench.printing import show
from tests.hub import loopback, point_clients
from tests.releases import row, write_tables

MEGABYTES = int(os.environ.get("MEDCORPUS_BENCH_MB", "2000"))
TASKS = 122
BLOCK, WORDS = 500, 260
"""Rows of a table that is written, and words of a row: about two kilobytes of text."""
COLUMNS = {"what": "what", "seconds": "s", "mb_per_s": "MB/s", "sent_mb": "sent MB", "commits": "commits"}
SECOND = {"change": "1 % new rows", "mode": "by", "sent_mb": "sent MB", "share": "of the first"}


def main() -> dict[str, Any]:
    """Measure uploads, the second release, and loading."""
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        folder = Path(place)
        first = release_of(folder, "1.0.0")
        size = sum(f["bytes"] for _, f in first.files())
        uploads = [line for name, run in UPLOADS.items() for line in _upload(name, run, folder, first, patch)]
        show(f"Publishing {size / MB:,.0f} MB of Parquet ({MEGABYTES:,} MB of text, {TASKS} tasks)", COLUMNS, uploads)
        second = [_second(change, xet, folder, first, patch) for change in GROWN for xet in (True, False)]
        show("What a second release sends", SECOND, second)
    return {"mb": size / MB, "uploads": uploads, "second": second}


def release_of(folder: Path, version: str, grown: Callable[[int], float] = lambda task: 1.0) -> Release:
    """Write a release of made-up rows; `grown` says how many times as many rows a task has as in the first release."""
    return write_tables(folder / "home", version, _tables(grown))


def _tables(grown: Callable[[int], float]) -> Iterator[pa.Table]:
    """Give tables of made-up rows; those of the first release are a beginning of every other's, task by task."""
    words = pl.Series([f"word{n:x}" for n in range(20_000)])
    schema = arrow_schema(Instruction)
    for task in range(TASKS):
        rng = np.random.default_rng(1000 + task)
        wanted = round(MEGABYTES * 500 / TASKS * grown(task))
        for start in range(0, wanted, BLOCK):
            count = min(BLOCK, wanted - start)
            picked = words.gather(rng.zipf(1.3, count * WORDS).astype(np.uint64) % len(words))
            frame = pl.DataFrame({"input": picked.reshape((count, WORDS)).arr.join(" ")}).with_row_index("n", start)
            like = row("", task_id=f"task{task + 1}", output=["Answer"])
            same = [pl.lit(v, pl.List(pl.String) if n == "output" else None).alias(n) for n, v in like.items()]
            ids = [pl.concat_str(pl.lit(f"{like[n]}{task}-"), "n").alias(n) for n in ("id", "record_id")]
            made = frame.select(
                *(e for e in same if e.meta.output_name() not in {"id", "record_id", "input"}), *ids, "input"
            )
            yield made.select(schema.names).to_arrow(compat_level=pl.CompatLevel.oldest()).cast(schema)


def publish(folder: Path, made: Release) -> dict[str, float]:
    """Publish a release whole and give the seconds that its parts took."""
    target = publishing.target_at("hf://tester/bench")
    start = perf_counter()
    prepared = planning.prepare(made, target, folder / "home", allow=[n for n in gate.CHECKS if n not in gate.KEPT])
    at: dict[tuple[str, int], float] = {("plan", 1): perf_counter()}

    def watch(what: str, done: int, total: int) -> None:
        at.setdefault((what, done), perf_counter())

    applying.carry_out(prepared, target, watch)
    moments = [start, *at.values()]
    seconds = dict(zip(at, (b - a for a, b in pairwise(moments))))
    return {what: s for (what, done), s in seconds.items() if done}


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


UPLOADS: dict[str, Callable[[Path, Release], Any]] = {
    "medcorpus publish": publish,
    "upload_folder": _upload_folder,
    "Dataset.push_to_hub": _push_to_hub,
}


def _upload(
    name: str, run: Callable[[Path, Release], Any], folder: Path, made: Release, patch: pytest.MonkeyPatch
) -> list[dict[str, Any]]:
    place = folder / name.replace(" ", "-")
    with loopback(place / "hub", xet=True) as hub:
        point_clients(hub, place / "clients", patch, xet=True)
        start = perf_counter()
        parts = run(folder, made)
        seconds = perf_counter() - start
        size = sum(f["bytes"] for _, f in made.files())
        found = hub.repositories.get("tester/bench")
        head = found.resolve("main") if found else None
        commits = len(list(found.commits(head))) - 1 if found and head else 0
        sent = hub.sent() / MB
    line = {"what": name, "seconds": seconds, "mb_per_s": size / MB / seconds, "sent_mb": sent, "commits": commits}
    return [line, *({"what": f"- of it {what}", "seconds": s} for what, s in (parts or {}).items())]


GROWN: dict[str, Callable[[int], float]] = {
    "every task has 1 % more rows": lambda task: 1.01,
    "one task has them all": lambda task: 1 + 0.01 * TASKS * (task == TASKS - 1),
}


def _second(change: str, xet: bool, folder: Path, first: Release, patch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Publish a release, then one with one row in a hundred more."""
    place, version = folder / f"second-{change}-{xet}".replace(" ", "-"), f"1.{1 + list(GROWN).index(change)}.0"
    made = folder / "home" / "releases" / "meds-ins" / version
    second = open_release(made) if made.exists() else release_of(folder, version, GROWN[change])
    with loopback(place / "hub", xet=xet) as hub:
        point_clients(hub, place / "clients", patch, xet=xet)
        publish(folder, first)
        before = hub.sent()
        publish(folder, second)
        sent = hub.sent() - before
    shutil.rmtree(place)
    return {"change": change, "mode": "Xet" if xet else "LFS", "sent_mb": sent / MB, "share": f"{sent / before:.1%}"}
