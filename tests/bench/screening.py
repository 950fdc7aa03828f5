"""A firehose read through its screen: Parquet in, language and medical vocabulary, survivors out as an Arrow part.

The Parquet file is made of running text (`MEDCORPUS_REAL_DATA/text`): the general documents of every language, and so
many medical ones of the six languages that they are one byte in fifty, shuffled, zstd, row groups of 50,000 rows. It
is read as a part of `culturax` is: `ingest.write_part`, one process, one thread. Seconds are the processor's, bytes
those of the text as UTF-8. The steps are measured one after the other: Parquet alone; with the column path's own
checks; with the screen and the Arrow file of the survivors.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.measure import MB, fastest, fresh, peak_memory
from tests.bench.printing import show

LANGS = ("en", "zh", "ja", "fr", "ru", "es")
MEDICAL_SHARE = 0.02
WANTED = 150_000_000
"""Bytes of text in the file."""
FILE = "en_part_00000.parquet"
COLUMNS = {"what": "what", "mb": "MB", "seconds": "s", "mb_s": "MB/s", "rows": "rows", "stored": "stored"}
ONE_THREAD = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}


def main() -> dict[str, Any]:
    """Measure the screen in a process of its own, over a file that another one wrote."""
    if "MEDCORPUS_REAL_DATA" not in os.environ:
        raise RuntimeError("MEDCORPUS_REAL_DATA is not set: there is no running text")
    with tempfile.TemporaryDirectory() as folder:
        size = fresh("screening", "write", folder)["bytes"]
        found = fresh("screening", "time", folder, str(size), env=ONE_THREAD)
    show("A web crawl through its screen, one core", COLUMNS, found["steps"])
    print(f"  peak memory {found['peak'] / MB:,.0f} MB; screened out: {json.dumps(found['screened'])}")
    return found


def _time(folder: Path, size: int) -> dict[str, Any]:
    from medcorpus import ingest
    from medcorpus.columns import Sieve

    path = folder / FILE
    source = _source()
    part = ingest.RawPart(source="culturax", files=((path.name, str(path), "train", "en"),))
    notes: dict[str, Any] = {}

    def read() -> None:
        for _ in source.read(path):
            pass

    def checked() -> None:
        for _ in Sieve(source, _drop_all()).items(source.read(path), path.name, "train", "en"):
            pass

    def screened() -> None:
        notes.update(ingest.write_part(part, folder / "part.arrow"))

    screened()
    seconds = fastest(read, checked, screened, times=3)
    return {"steps": _rows(seconds, size, notes), "peak": peak_memory(), "screened": _counts(notes)}


def _source() -> Any:
    from medcorpus import registry

    return registry.get("culturax")


def _drop_all() -> tuple[Any, ...]:
    import polars as pl

    from medcorpus.screen import Step

    return (Step(None, {"nothing": pl.col("split") == ""}),)


def _counts(notes: dict[str, Any]) -> dict[str, int]:
    return {rule: n for _, rule, n in notes["screened"]}


def _rows(seconds: list[float], size: int, notes: dict[str, Any]) -> list[dict[str, Any]]:
    read = sum(notes["read"].values())
    stored = read - len(notes["rejects"]) - sum(_counts(notes).values())
    names = ("read Parquet", "and check columns", "and screen, survivors to Arrow")
    return [
        {"what": name, "mb": size / MB, "seconds": s, "mb_s": size / MB / s, "rows": read, "stored": kept}
        for name, s, kept in zip(names, seconds, ("", 0, stored))
    ]


def _write(folder: Path) -> dict[str, Any]:
    """Write the Parquet file; give the bytes of its text."""
    import polars as pl
    import pyarrow.parquet as pq

    texts = Path(os.environ["MEDCORPUS_REAL_DATA"]) / "text"
    general = pl.concat(pl.read_parquet(p, columns=["text"]) for p in sorted(texts.glob("*.general.parquet")))
    medical = pl.concat(pl.read_parquet(texts / f"{lang}.medical.parquet", columns=["text"]) for lang in LANGS)
    rows = pl.concat([_some(general, WANTED * (1 - MEDICAL_SHARE)), _some(medical, WANTED * MEDICAL_SHARE)])
    rows = rows.sample(fraction=1, shuffle=True, seed=0)
    pq.write_table(rows.to_arrow(), folder / FILE, compression="zstd", row_group_size=50_000)
    return {"bytes": int(rows["text"].str.len_bytes().sum())}


def _some(rows: Any, size: float) -> Any:
    """Take rows in a fixed random order, again and again, until they have so many bytes."""
    import polars as pl

    times = int(size // rows["text"].str.len_bytes().sum()) + 1
    shuffled = pl.concat([rows] * times).sample(fraction=1, shuffle=True, seed=1)
    return shuffled.filter(shuffled["text"].str.len_bytes().cum_sum() <= size)


if __name__ == "__main__":
    what, where, *stated = sys.argv[1:]
    print(json.dumps(_write(Path(where)) if what == "write" else _time(Path(where), int(stated[0]))))
