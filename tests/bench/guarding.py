"""Decontamination: how many planted test items are found, and how much clean text is taken for one.

Items are the real test questions and abstracts of mmedbench and meds-bench that `MEDCORPUS_REAL_DATA/raw` has. Each is
planted, in five ways, between two pieces of a general document of its language; clean text is all of
`MEDCORPUS_REAL_DATA/text` but the corpora that the benchmarks were drawn from.
"""

from __future__ import annotations

import os
import random
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import process_time
from typing import Any

from tests.bench.printing import show

BENCHMARKS = ("mmedbench", "meds-bench")
LANGS = {"frenchmedmcqa": "fr", "headqa": "es", "igakuqa": "ja", "rumedbench": "ru"}
OWN = "headqa|FrenchMedMCQA|jungokasai|igakuqa|RuMedDaNet|medquad|JMMLU"
"""Sources of the running text that share documents with the benchmarks."""
PIECE = 2000
PLANTED = {"source": "source", "way": "planted", "items": "items", "found": "found", "share": "share"}
CLEAN = {
    "file": "clean text",
    "documents": "documents",
    "mb": "MB",
    "flagged": "flagged",
    "share": "share",
    "mb_s": "MB/s",
}


def main() -> dict[str, Any]:
    """Plant, search, and count."""
    if "MEDCORPUS_REAL_DATA" not in os.environ:
        raise RuntimeError("MEDCORPUS_REAL_DATA is not set: there are no real test items")
    real = Path(os.environ["MEDCORPUS_REAL_DATA"])
    with tempfile.TemporaryDirectory() as home:
        items = _items(real / "raw", Path(home))
        index, told = _index(items, Path(home))
    planted, clean = _planted(items, index, real / "text"), list(_clean(index, real / "text"))
    print(f"\n{told['items']:,} test items, {told['indexed']:,} of them long enough to be looked for")
    show("Planted test items", PLANTED, planted)
    show("Clean text, one core", CLEAN, clean)
    return {"items": told, "planted": planted, "clean": clean}


def _items(raw: Path, home: Path) -> Any:
    """Give the test items of both benchmarks from the raw files that are there."""
    import pyarrow as pa

    from medcorpus import build, fetch, ingest, items, products, registry
    from medcorpus.engine import Inline
    from medcorpus.store import Store, make

    guarded = build.benchmarks(products.get("meds-ins"))
    tables = []
    for name in registry.names():
        found = fetch.find(name, home=home, raw=raw) if name in guarded else None
        if found and any(not f.companion for f in found.files):
            records = make(Store(home), [ingest.layer_of(name, found)], Inline())[0]
            layer = make(Store(home), [items.layer_of(name, guarded[name], records)], Inline())[0]
            tables += [pa.table({n: t.column(n).to_pylist() for n in t.column_names}, t.schema) for t in layer.tables()]
    return pa.concat_tables(tables)


def _index(items: Any, home: Path) -> tuple[Any, dict[str, int]]:
    from medcorpus.stages.decontaminate import Decontaminate
    from medcorpus.stages.decontaminate.index import index_of, write_items
    from medcorpus.store import read_ipc

    common = Decontaminate().common
    told = dict(write_items(items, common, home / "index.arrow"))
    table = read_ipc(home / "index.arrow")
    return index_of(table.take(list(range(table.num_rows))), common), told


def _ways(passages: list[str], chance: random.Random) -> dict[str, str]:
    first, *others = passages
    shuffled = chance.sample(others, len(others))
    sentences = [s for s in re.split(r"(?<=[.?!。？])\s*", max(passages, key=len)) if s.strip()]
    return {
        "verbatim": "\n".join(passages),
        "options in another order": "\n".join([first, *(f"{a}) {o}" for a, o in zip("abcdefghij", shuffled))]),
        "other punctuation": re.sub(
            r"[,.;:?!。、，？]", lambda _: chance.choice((" ", " - ", " ; ")), "\n".join(passages)
        ),
        "upper case, one line": " ".join(passages).upper(),
        "longest sentence": max(sentences, key=len),
    }


def _planted(items: Any, index: Any, text: Path) -> list[dict[str, Any]]:
    import polars as pl
    import pyarrow as pa

    from medcorpus.stages.decontaminate.matching import columns_of

    chance = random.Random(1)
    hosts = {
        lang: pl.read_parquet(text / f"{lang}.general.parquet")["text"].to_list() for lang in ("en", *LANGS.values())
    }
    texts: dict[tuple[str, str], list[str]] = {}
    for row in items.to_pylist():
        source = row["id"].partition("/")[0]
        host = chance.choice(hosts[LANGS.get(source, "en")])
        for way, said in _ways(row["passages"], chance).items():
            texts.setdefault((source, way), []).append(f"{host[:PIECE]}\n{said}\n{host[PIECE : 2 * PIECE]}")
    return [
        _counted(source, way, columns_of(pa.table({"text": said}), index)["repeats_item"].to_pylist())
        for (source, way), said in texts.items()
    ]


def _counted(source: str, way: str, found: list[bool]) -> dict[str, Any]:
    return {"source": source, "way": way, "items": len(found), "found": sum(found), "share": sum(found) / len(found)}


def _clean(index: Any, text: Path) -> Iterator[dict[str, Any]]:
    import polars as pl

    from medcorpus.stages.decontaminate.matching import columns_of

    total: dict[str, Any] = {"file": "all", "documents": 0, "mb": 0.0, "flagged": 0}
    for path in sorted(text.glob("*.parquet")):
        rows = pl.read_parquet(path).filter(~pl.col("source").str.contains(f"(?i){OWN}"))
        start = process_time()
        flagged = sum(columns_of(rows.select("text").to_arrow(), index)["repeats_item"].to_pylist())
        seconds = process_time() - start
        mb = float(rows["text"].str.len_bytes().sum()) / 1e6
        one = {"file": path.stem, "documents": rows.height, "mb": mb, "flagged": flagged}
        total = {"file": "all", **{k: total[k] + one[k] for k in ("documents", "mb", "flagged")}}
        yield one | {"share": flagged / max(1, rows.height), "mb_s": mb / seconds}
    yield total | {"share": total["flagged"] / total["documents"], "mb_s": ""}
