"""A firehose read through its screen: Parquet in, language and medical vocabulary, survivors out as an Arrow part.

The Parquet files, one for each language, are made of running text (`MEDCORPUS_REAL_DATA/text`): general documents of
the language, of other languages three bytes in a hundred, and medical ones of the language two in a hundred, shuffled,
zstd. They are read as the parts of `culturax` are: `ingest.write_part`, one process, one thread. Seconds are the
processor's, bytes those of the text as UTF-8. Parquet alone is read, then with the column path's own checks, then
with the screen, the records of the survivors and their Arrow file.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.measure import MB, fastest, fresh, peak_memory
from tests.bench.printing import show

if TYPE_CHECKING:
    import polars as pl

LANGS = ("en", "zh", "ja", "fr", "ru", "es")
SHARES = {"general": 0.95, "other": 0.03, "medical": 0.02}
WANTED = 25_000_000
"""Bytes of text in each file."""
COLUMNS = {
    "lang": "declared language",
    "mb": "MB",
    "read": "read MB/s",
    "checked": "checked MB/s",
    "screened": "screened MB/s",
    "rows": "rows",
    "stored": "stored",
}
ONE_THREAD = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}


def main() -> dict[str, Any]:
    """Measure the screen in a process of its own, over files that another one wrote."""
    if "MEDCORPUS_REAL_DATA" not in os.environ:
        raise RuntimeError("MEDCORPUS_REAL_DATA is not set: there is no running text")
    with tempfile.TemporaryDirectory() as folder:
        fresh("screening", "write", folder)
        found = fresh("screening", "time", folder, env=ONE_THREAD)
    show("A web crawl through its screen, one core", COLUMNS, found["langs"])
    print(f"\nPeak memory {found['peak'] / MB:,.0f} MB. Screened out: {json.dumps(found['dropped'])}.")
    return found


def _time(folder: Path) -> dict[str, Any]:
    found = [_language(folder, lang) for lang in LANGS]
    seconds = {what: sum(f["seconds"][what] for f in found) for what in ("read", "checked", "screened")}
    total = {n: sum(f[n] for f in found) for n in ("mb", "rows", "stored")}
    found.append({"lang": "all", **total, "seconds": seconds})
    dropped: dict[str, int] = {}
    for rule, n in (item for f in found[:-1] for item in f["dropped"].items()):
        dropped[rule] = dropped.get(rule, 0) + n
    rows = [f | {what: f["mb"] / s for what, s in f["seconds"].items()} for f in found]
    return {"langs": rows, "dropped": dropped, "peak": peak_memory()}


def _language(folder: Path, lang: str) -> dict[str, Any]:
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from medcorpus import ingest, registry
    from medcorpus.columns import Sieve

    source, path = registry.get("culturax"), _path(folder, lang)
    part = ingest.RawPart(source="culturax", files=((path.name, str(path), "train", lang),))
    notes: dict[str, Any] = {}

    def read() -> None:
        for _ in source.read(path):
            pass

    def checked() -> None:
        for _ in Sieve(source, _drop_all()).items(source.read(path), path.name, "train", lang):
            pass

    def screened() -> None:
        notes.update(ingest.write_part(part, folder / "part.arrow"))

    seconds = dict(zip(("read", "checked", "screened"), fastest(read, checked, screened, times=3)))
    size = pc.sum(pc.binary_length(pq.read_table(path)["text"])).as_py()
    dropped = {rule: n for _, rule, n in notes["screened"]}
    rows = sum(notes["read"].values())
    stored = rows - len(notes["rejects"]) - sum(dropped.values())
    return {"lang": lang, "mb": size / MB, "rows": rows, "stored": stored, "seconds": seconds, "dropped": dropped}


def _drop_all() -> tuple[Any, ...]:
    import polars as pl

    from medcorpus.screen import Step

    return (Step(None, {"nothing": pl.col("split") == ""}),)


def _write(folder: Path) -> dict[str, Any]:
    """Write the Parquet files."""
    import polars as pl
    import pyarrow.parquet as pq

    texts = Path(os.environ["MEDCORPUS_REAL_DATA"]) / "text"
    general = {p.name.split(".")[0]: pl.read_parquet(p, columns=["text"]) for p in texts.glob("*.general.parquet")}
    for lang in LANGS:
        other = pl.concat(general[n] for n in sorted(general) if n != lang)
        medical = pl.read_parquet(texts / f"{lang}.medical.parquet", columns=["text"])
        mixed = {"general": general[lang], "other": other, "medical": medical}
        rows = pl.concat([_some(mixed[kind], WANTED * share) for kind, share in SHARES.items()])
        shuffled = rows.sample(fraction=1, shuffle=True, seed=0)
        pq.write_table(shuffled.to_arrow(), _path(folder, lang), compression="zstd")
    return {}


def _path(folder: Path, lang: str) -> Path:
    return folder / f"{lang}_part_00000.parquet"


def _some(rows: pl.DataFrame, size: float) -> pl.DataFrame:
    """Take rows in a fixed random order, again and again, until they have so many bytes."""
    import polars as pl

    times = int(size) // int(rows["text"].str.len_bytes().sum()) + 1
    shuffled = pl.concat([rows] * times).sample(fraction=1, shuffle=True, seed=1)
    return shuffled.filter(shuffled["text"].str.len_bytes().cum_sum() <= size)


if __name__ == "__main__":
    what, where = sys.argv[1:]
    print(json.dumps({"write": _write, "time": _time}[what](Path(where))))
