"""Cleaning: speed of `clean` and `boilerplate` on one core, and what `boilerplate` leaves out.

Running text comes from `MEDCORPUS_REAL_DATA/text`, every file of which is one language and domain.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.measure import MB, fastest
from tests.bench.printing import show

if TYPE_CHECKING:
    import polars as pl

KINDS = ("en.medical", "zh.medical", "ja.general", "fr.medical", "ru.medical", "es.medical", "und.general")


def main() -> dict[str, Any]:
    """Measure both stages.

    Raises:
        RuntimeError: `MEDCORPUS_REAL_DATA` is not set.
    """
    if "MEDCORPUS_REAL_DATA" not in os.environ:
        raise RuntimeError("MEDCORPUS_REAL_DATA is not set: there is no running text")
    folder = Path(os.environ["MEDCORPUS_REAL_DATA"]) / "text"
    speeds = [_speed(folder / f"{kind}.parquet") for kind in KINDS]
    files = sorted(folder.glob("*.parquet"))
    sources = [row for file in files for row in _left_out(file)]
    show(
        "Cleaning on one core",
        {
            "name": "text",
            "MB": "MB",
            "clean": "clean MB/s",
            "count": "counting lines MB/s",
            "leave": "leaving out MB/s",
        },
        speeds,
    )
    columns = {"source": "source", "documents": "documents", "lines": "lines left out", "different": "different lines"}
    show("What boilerplate leaves out", columns | {"share": "share of characters"}, sources)
    return {"speed": speeds, "left out": sources}


def _speed(file: Path) -> dict[str, Any]:
    import polars as pl

    from medcorpus.stages.boilerplate import Boilerplate
    from medcorpus.stages.clean import Clean

    rows = pl.read_parquet(file, columns=["text", "source"])
    table, size = rows.to_arrow(), float(rows["text"].str.len_bytes().sum())
    stage = Boilerplate(column="text")
    shared = _shared(stage, rows).to_arrow()
    jobs = (
        partial(Clean().annotate, table, None),
        partial(stage.counts, table),
        partial(stage.annotate, table, shared),
    )
    clean, count, leave = (size / MB / seconds for seconds in fastest(*jobs, times=3))
    return {"name": file.name.removesuffix(".parquet"), "MB": size / MB, "clean": clean, "count": count, "leave": leave}


def _shared(stage: Any, rows: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    found: pl.DataFrame = stage.shared(stage.counts(rows.to_arrow()).with_columns(part=pl.lit(0)))
    return found


def _left_out(file: Path) -> list[dict[str, Any]]:
    """Give what is left out of each source of a file that loses anything."""
    import polars as pl

    from medcorpus.stages.boilerplate import Boilerplate

    rows = pl.read_parquet(file, columns=["text", "source"])
    stage = Boilerplate(column="text")
    shared = _shared(stage, rows)
    made = rows.hstack(pl.DataFrame(stage.annotate(rows.to_arrow(), shared.to_arrow())))
    lost = 1 - pl.col("body_text").str.len_chars().sum() / pl.col("text").str.len_chars().sum()
    by = made.group_by("source", maintain_order=True).agg(
        documents=pl.len(), lines=pl.col("boilerplate_lines").sum(), share=lost
    )
    different = shared.group_by("source", maintain_order=True).agg(different=pl.len())
    found: list[dict[str, Any]] = by.join(different, on="source", maintain_order="left").to_dicts()
    return [{**row, "source": f"{file.name[:2]} {row['source'].partition(' ')[0]}"} for row in found]
