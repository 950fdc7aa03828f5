"""A release of a million made-up rows, written by the same code that writes real ones."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from medcorpus.store import Shards

ROWS = 1_000_000
PART_ROWS = 100_000
TASKS = 8
RAW_FILES = 2_500
"""Raw files the manifest lists, about as many as that of a release of real data: reading them is part of a load."""
VERSION = "0.0.0+bench"
POOL = 8_000_000
"""Characters of running text, of words drawn by a law like that of real words, that rows are cut from."""


def write(home: Path, rows: int = ROWS) -> Path:
    """Write a release of `meds-ins` under a home and give its folder."""
    from medcorpus import atomic, build, products, registry, release, writing
    from medcorpus.fetch import Found, RawFile
    from medcorpus.ingest import Tally
    from medcorpus.phrasings import ONE

    name = next(n for n in registry.names() if registry.get(n).tasks)
    inputs = build.Inputs(product=products.MEDS_INS)
    raw = [
        RawFile(
            path=f"raw/{n}.txt",
            local=home,
            sha256="0" * 64,
            size=0,
            split="train",
            lang="",
            companion=False,
            pin="none",
        )
        for n in range(RAW_FILES)
    ]
    inputs.found[name] = Found(root=home, files=tuple(raw), missing=())
    inputs.tallies[name] = Tally(read=rows, stored=rows, rejected={}, withheld={}, screened={}, rejects=())
    inputs.shards[name] = _shards(home / "bench", name, rows)
    with release.staging(home, "meds-ins", VERSION) as folder:
        writing.write_release(
            folder, inputs, version=VERSION, key="0" * 64, sample=False, phrasings=ONE, step=lambda _done, _all: None
        )
    made = release.find(home, "meds-ins", VERSION)
    release.point_to(home, made)
    for path in (home / "bench").iterdir():
        path.unlink()
    atomic.sync(home)
    return made.path


def _shards(folder: Path, source: str, rows: int) -> Shards:
    from medcorpus import storage
    from medcorpus.store import Part, Shards, writing_ipc

    folder.mkdir(parents=True)
    parts = []
    for number, table in enumerate(_tables(source, rows)):
        part = Part(name=f"{number}.arrow", rows=table.num_rows, bytes=table.nbytes, sha256="")
        with writing_ipc(folder / part.name, table.schema) as writer:
            writer.write_table(table)
        parts.append(part)
    return Shards(storage=storage.at(folder.parent), folder=folder.name, key="0" * 64, parts=tuple(parts))


def _tables(source: str, rows: int) -> Iterator[pa.Table]:
    drawn = random.Random(0)
    words = ["".join(drawn.choices("abcdefghijklmnopqrstuvwxyz", k=drawn.randint(2, 11))) for _ in range(20_000)]
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    pool = " ".join(drawn.choices(words, weights, k=POOL // 6))
    for start in range(0, rows, PART_ROWS):
        yield _table(source, range(start, min(start + PART_ROWS, rows)), pool, drawn)


def _table(source: str, numbers: range, pool: str, drawn: random.Random) -> pa.Table:
    import pyarrow as pa

    from medcorpus import registry
    from medcorpus.records import Instruction
    from medcorpus.schema import arrow_schema

    tasks = list(registry.tasks().values())[:TASKS]
    wordings = {task.id: registry.instructions(name, task)[0] for name, task in tasks}
    given = [tasks[n % len(tasks)][1] for n in numbers]
    columns = {
        "id": [f"{t.id}/{source}/{n}" for t, n in zip(given, numbers)],
        "record_id": [f"{source}/{n}" for n in numbers],
        "task_id": [t.id for t in given],
        "task": [t.name for t in given],
        "category": [t.category for t in given],
        "instruction": [wordings[t.id] for t in given],
        "input": [_cut(pool, drawn, 600) for _ in numbers],
        "output": [[_cut(pool, drawn, 80)] for _ in numbers],
    }
    same = {"source": source, "split": "train", "license": "CC0-1.0", "access": "open", "redistribute": "yes"}
    same |= {"instruction_lang": "en", "lang": "en", "output_lang": "en"}
    schema = arrow_schema(Instruction)
    blank = {f.name: 0 if pa.types.is_integer(f.type) else "" for f in schema}
    filled = {f.name: columns.get(f.name, [(blank | same)[f.name]] * len(numbers)) for f in schema}
    stages = {
        "dup_of": "",
        "overlap": 0.0,
        "overlap_run": 0,
        "overlap_with": "",
        "overlap_in": [""],
        "overlap_text": "",
    }
    table = pa.table(filled, schema=schema)
    for name, value in (stages | {"repeats_item": False}).items():
        table = table.append_column(name, pa.array([value] * len(numbers)))
    return table


def _cut(pool: str, drawn: random.Random, most: int) -> str:
    start = int(drawn.random() * (len(pool) - most))
    return pool[start : start + 20 + int(drawn.random() * (most - 20))]


if __name__ == "__main__":
    print(write(Path(sys.argv[1])))
