"""Two releases of a million rows compared row by row: time and memory of `medcorpus diff`, in a process of its own.

In the first line one shard is the same in both and is not read. In the others the rows stand in another order or many
are different, so that every row of both has to be read, hashed and matched; files were verified before.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import polars as pl
import pyarrow as pa

from medcorpus import difference, release
from medcorpus.records import Instruction
from medcorpus.schema import arrow_schema
from tests.bench.measure import MB, fresh, peak_memory
from tests.bench.printing import show
from tests.releases import row, write_tables

TEXT = "A question of usual length about a patient with a fever and a dry cough. " * 3
COLUMNS = {
    "change": "what differs",
    "rows": "rows in each",
    "compared": "rows read",
    "seconds": "s",
    "peak_mb": "peak MB",
}


def table(start: int, stop: int, text: str = TEXT) -> pa.Table:
    """Make instruction rows up; their ids are the numbers from `start` to `stop`."""
    key = pl.col("n").cast(pl.String)
    base = {k: pl.lit(v) for k, v in row("x").items() if isinstance(v, str)}
    own = {
        "id": pl.format("task60/frenchmedmcqa/{}", key),
        "record_id": pl.format("frenchmedmcqa/{}", key),
        "raw_row": pl.col("n").cast(pl.Int32),
        "phrasing": pl.lit(0, pl.Int32),
        "input": pl.format("{} {}", pl.lit(text), key),
        "output": pl.concat_list(key),
    }
    schema = arrow_schema(Instruction)
    frame = pl.DataFrame({"n": range(start, stop)}).select(**base | own)
    return frame.select(schema.names).to_arrow(compat_level=pl.CompatLevel.oldest()).cast(schema)


def _releases(rows: int) -> Iterator[tuple[str, list[pa.Table]]]:
    """Give second releases by what is different in them."""
    few = rows // 100
    yield "nothing", [table(0, rows)]
    yield "one row in a hundred gone, as many new", [table(few, rows + few)]
    yield "every input", [table(0, rows, text=f"{TEXT}Choose.")]


def main(rows: int = 1_000_000) -> dict[str, Any]:
    """Write releases and compare them."""
    found = []
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        write_tables(home, "1.0.0", [table(0, rows)])
        for number, (change, tables) in enumerate(_releases(rows), 1):
            write_tables(home, f"1.{number}.0", tables)
            names = [str(release.folder_of(home, "meds-ins") / v) for v in ("1.0.0", f"1.{number}.0")]
            runs = [fresh("comparing", *names, env={"MEDCORPUS_HOME": place}) for _ in range(2)]
            line = {"change": change, "rows": rows, "compared": runs[1]["compared"], "seconds": runs[1]["seconds"]}
            found.append(line | {"peak_mb": runs[1]["peak"] / MB})
    show(f"Two releases of {rows:,} rows compared", COLUMNS, found)
    return {"rows": rows, "changes": found}


def _child(old: str, new: str) -> None:
    start = perf_counter()
    found = difference.between(release.open_release(Path(old)), release.open_release(Path(new)))
    seconds = perf_counter() - start
    print(json.dumps({"seconds": seconds, "compared": found.compared, "peak": peak_memory()}))


if __name__ == "__main__":
    _child(*sys.argv[1:])
