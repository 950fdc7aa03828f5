"""The row-local stages one after the other and all together, on one core: megabytes of text a second.

Text is that of `MEDCORPUS_REAL_DATA/text`: of each of the six languages so many medical and general documents as make
`EACH` bytes of either, put together in turn. Seconds are processor time of a process that may use one thread; what is
compiled or loaded at first use is not counted.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from time import process_time
from typing import Any

from tests.bench.measure import MB, fresh, peak_memory
from tests.bench.printing import show

STAGES = ("clean", "langid", "medical", "quality", "pii")
LANGS = ("en", "zh", "ja", "fr", "ru", "es")
EACH = 3_000_000
BATCH = 4096
ROUNDS = 3
COLUMNS = {"stage": "stage", "seconds": "s", "mb_s": "MB/s"}
ONE_THREAD = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1", "ARROW_IO_THREADS": "1"}


def main() -> dict[str, Any]:
    """Measure every stage on what the ones before it give."""
    if "MEDCORPUS_REAL_DATA" not in os.environ:
        raise RuntimeError("MEDCORPUS_REAL_DATA is not set: there is no running text")
    found = fresh("row_local", env=ONE_THREAD)
    show(
        f"Row-local stages over {found['mb']:.0f} MB, {found['documents']:,} documents, one core",
        COLUMNS,
        found["rows"],
    )
    print(f"  peak memory {found['peak'] / MB:,.0f} MB")
    return found


def _text() -> Any:
    import polars as pl

    folder = Path(os.environ["MEDCORPUS_REAL_DATA"]) / "text"
    parts = []
    for lang in LANGS:
        for domain in ("medical", "general"):
            rows = pl.read_parquet(folder / f"{lang}.{domain}.parquet").sample(fraction=1, shuffle=True, seed=1)
            parts.append(rows.filter(pl.col("text").str.len_bytes().cum_sum() <= EACH).select("text", "lang"))
    return pl.concat(parts).sample(fraction=1, shuffle=True, seed=1)


def _measured() -> dict[str, Any]:
    from medcorpus import own_files

    text = _text()
    stages = own_files.chain(STAGES, own_files.Columns())
    tables = [text.slice(i, BATCH).to_arrow() for i in range(0, text.height, BATCH)]
    _over(stages, tables[:1])
    rounds = [_over(stages, tables) for _ in range(ROUNDS)]
    best = {s.name: min(r[s.name] for r in rounds) for s in stages}
    mb = float(text["text"].str.len_bytes().sum()) / MB
    rows = [{"stage": n, "seconds": s, "mb_s": mb / s} for n, s in best.items()]
    total = min(sum(r.values()) for r in rounds)
    rows.append({"stage": "all", "seconds": total, "mb_s": mb / total})
    return {"mb": mb, "documents": text.height, "rows": rows, "peak": peak_memory()}


def _over(stages: Any, tables: list[Any]) -> dict[str, float]:
    """Give the seconds each stage takes over all tables."""
    seconds = dict.fromkeys((s.name for s in stages), 0.0)
    for view in tables:
        for stage in stages:
            start = process_time()
            columns = stage.annotate(view, None)
            seconds[stage.name] += process_time() - start
            for name in columns.column_names:
                view = view.append_column(name, columns.column(name))
    return seconds


if __name__ == "__main__":
    print(json.dumps(_measured()))
