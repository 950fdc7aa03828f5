"""A second release whose rows differ a little: how many bytes of its files a store of content-defined chunks lacks.

Files are cut as Xet cuts them: a gear hash over the bytes, chunks of 8 to 128 KiB, 64 KiB on average; a chunk that the
first release has is not sent again. Each change touches about one row in a hundred. `stands` writes the files as
medcorpus does, the other columns with one thing changed.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numba
import numpy as np
import polars as pl
import pyarrow as pa

from medcorpus import parquet
from tests.bench.measure import MB
from tests.bench.printing import show

LEAST, MOST, MASK = 8 << 10, 128 << 10, np.uint64(0xFFFF << 48)
GEAR = np.random.default_rng(64).integers(0, 1 << 64, 256, dtype=np.uint64)
ROWS, ONE_IN, WORDS = 200_000, 100, 150
COLUMNS = {
    "change": "what differs",
    "mb": "MB",
    "stands": "new MB",
    "share": "of them",
    "large": "pages of 256 to 1,024 KiB",
    "plain": "without chunking",
}


@numba.njit(cache=True)
def _cuts(data: np.ndarray, gear: np.ndarray, mask: np.uint64, least: int, most: int) -> np.ndarray:
    """Give the ends of the chunks of some bytes."""
    ends = np.empty(data.size // least + 2, np.int64)
    count, start, state = 0, 0, np.uint64(0)
    for place in range(data.size):
        state = (state << np.uint64(1)) + gear[data[place]]
        size = place + 1 - start
        if size >= most or (size >= least and (state & mask) == np.uint64(0)):
            ends[count] = place + 1
            count, start, state = count + 1, place + 1, np.uint64(0)
    if start < data.size:
        ends[count] = data.size
        count += 1
    return ends[:count]


def chunks(path: Path) -> Iterator[tuple[bytes, int]]:
    """Give hash and size of every chunk of a file."""
    data = np.frombuffer(path.read_bytes(), np.uint8)
    start = 0
    for end in _cuts(data, GEAR, MASK, LEAST, MOST).tolist():
        yield hashlib.sha256(data[start:end].tobytes()).digest(), end - start
        start = end


def new_bytes(old: Path, new: Path) -> tuple[int, int]:
    """Give the bytes of a folder's files, and those that another folder's files do not have."""
    known = {name for path in sorted(old.rglob("*.parquet")) for name, _ in chunks(path)}
    total = fresh = 0
    for path in sorted(new.rglob("*.parquet")):
        for name, size in chunks(path):
            total += size
            fresh += 0 if name in known else size
            known.add(name)
    return total, fresh


def rows(seed: int, count: int, source: str = "corpus") -> pl.DataFrame:
    """Make up rows of words that are as unevenly frequent as in text."""
    random = np.random.default_rng(seed)
    words = np.array([f"w{n:x}" * (1 + n % 2) for n in range(20_000)])
    picked = words[np.minimum(random.zipf(1.3, (count, WORDS)), 20_000) - 1]
    texts = [" ".join(line) for line in picked]
    keys = [f"{source}/{seed}-{n}" for n in range(count)]
    return pl.DataFrame(
        {
            "id": keys,
            "source": source,
            "split": "train",
            "lang": "en",
            "license": "CC-BY-4.0",
            "access": "open",
            "redistribute": "yes",
            "raw_file": f"{source}-{seed}.jsonl",
            "raw_row": np.arange(1, count + 1, dtype=np.int32),
            "text": texts,
        }
    )


def _changes(before: pl.DataFrame) -> dict[str, Callable[[], pl.DataFrame]]:
    """Give second releases by what is different in them."""
    few = ROWS // ONE_IN
    new = rows(2, few)
    every = pl.int_range(pl.len()) % ONE_IN == 50
    spread = new.with_columns(at=pl.int_range(pl.len()) * ONE_IN + 0.5)
    numbered = before.with_columns(at=pl.int_range(pl.len()).cast(pl.Float64))
    half = before.height // 2
    return {
        "nothing": lambda: before,
        "a new raw file at the end": lambda: pl.concat([before, new]),
        "a new source in front": lambda: pl.concat([rows(3, few, "another"), before]),
        "new rows at one place": lambda: pl.concat([before[:half], new, before[half:]]),
        "rows gone at one place": lambda: pl.concat([before[:half], before[half + few :]]),
        "ten new rows at each of ten places": lambda: _in_places(before, new[:100]),
        "new rows everywhere": lambda: pl.concat([numbered, spread]).sort("at", maintain_order=True).drop("at"),
        "rows gone everywhere": lambda: before.filter(~every),
    }


def _in_places(before: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    step = before.height // 10
    parts = [part for i in range(10) for part in (before[i * step : (i + 1) * step], new[i * 10 : (i + 1) * 10])]
    return pl.concat(parts)


def written(frame: pl.DataFrame, folder: Path, **format: Any) -> Path:
    """Write rows as a release's files, with parts of the format changed."""
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    plain = pa.schema(
        [pa.field(f.name, pa.string() if pa.types.is_large_string(f.type) else f.type) for f in table.schema]
    )
    before = dict(parquet.FORMAT)
    parquet.FORMAT.update(format)
    try:
        writer = parquet.SplitWriter(folder, "train", plain)
        for start in range(0, table.num_rows, 1 << 14):
            writer.write(table.slice(start, 1 << 14).cast(plain))
        writer.close()
    finally:
        parquet.FORMAT.clear()
        parquet.FORMAT.update(before)
    return folder


def main() -> dict[str, Any]:
    """Write first and second releases and compare their chunks."""
    before = rows(1, ROWS)
    found = []
    with tempfile.TemporaryDirectory() as place:
        folders = {name: written(before, Path(place) / name, **how) for name, how in FORMATS.items()}
        for number, (change, make) in enumerate(_changes(before).items()):
            line: dict[str, Any] = {"change": change}
            for name, how in FORMATS.items():
                total, fresh = new_bytes(folders[name], written(make(), Path(place) / f"{name}-{number}", **how))
                line |= {name: fresh / MB} | ({"mb": total / MB, "share": fresh / total} if name == "stands" else {})
            found.append(line)
    show(f"New bytes of a second release of {ROWS:,} rows", COLUMNS, found)
    return {"rows": ROWS, "changes": found}


FORMATS: dict[str, dict[str, Any]] = {
    "stands": {},
    "large": {"use_content_defined_chunking": True},
    "plain": {"use_content_defined_chunking": False},
}
