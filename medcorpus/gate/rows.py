"""Checks of the rows themselves: what they repeat, whose they are, whom they name, and who took them back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from medcorpus import products, tombstones
from medcorpus.gate.asked import Asked, Bounds

if TYPE_CHECKING:
    import polars as pl

BATCH = 1 << 13
THREADS = 4
TEXTS = ("text", "title", "question", "context", "options", "rationale", "input", "output")
"""Columns that hold what sources say."""
OVERLAPS = "overlaps.parquet"
UNSTATED = ("", "unknown", "none", "other")
"""What is no licence, whatever else is said."""


def lint(asked: Asked) -> Iterator[str]:
    """Give what the linter refused when the release was built, but for tasks of which it has no row."""
    built = asked.built.manifest
    left_out = [c for c in built["configs"] if c not in asked.manifest["configs"]]
    for problem in built.get("lint", {}).get("problems", ()):
        if not any(re.search(rf"\b{re.escape(config)}\b", problem) for config in left_out):
            yield problem


def contamination(asked: Asked) -> Iterator[str]:
    """See that rows were compared with test items, and that what repeats one is not in the release."""
    product = products.get(asked.release.product)
    if not product.protects:
        return
    compared = {b for p in asked.manifest.get("protects", {}).values() if p["items"] for b in p["benchmarks"]}
    for missing in sorted(set(product.protects) - compared):
        yield f"the rows were compared with no test item of {missing}"
    if products.TEST_ITEM not in product.rules():
        yield "the product's rules do not leave rows out that repeat test items"
    yield from _repeats(asked)


def _repeats(asked: Asked) -> Iterator[str]:
    """See that no row is in the release of which the build found that it repeats a test item."""
    import polars as pl

    path = asked.built.path / OVERLAPS
    if not path.is_file():
        return
    repeat = pl.read_parquet(path, columns=["id"], glob=False)["id"].implode()
    kept = _ids(asked).filter(pl.col("id").is_in(repeat)).collect()["id"]
    if len(kept) > asked.bounds.contamination * asked.rows():
        yield f"{len(kept):,} rows repeat test items, such as {kept[0]}; the bound is {asked.bounds.contamination:.2%}"


def _ids(asked: Asked) -> pl.LazyFrame:
    import polars as pl

    paths = [asked.path(file) for _, _, file in asked.files()]
    return pl.scan_parquet(paths, glob=False).select("id") if paths else pl.LazyFrame(schema={"id": pl.String})


def licences(asked: Asked) -> Iterator[str]:
    """See that sources that give rows say what their licence rests on, and that each row that may leave has one.

    That a source's licence is not known is no fault of the release: such rows stay here.
    """
    for name, source in sorted(asked.manifest["sources"].items()):
        if not source["rows_out"]:
            continue
        unstated = sum(n for text, n in source["licenses"].items() if text.strip().lower() in UNSTATED)
        if unstated and source["redistribute"] == "yes":
            yield f"{name}: {unstated:,} rows that may be passed on state no licence"
        for fact, told in (("license_evidence", "what its licence rests on"), ("license_url", "where that stands")):
            if not source[fact].strip():
                yield f"{name} does not say {told}"


def pii(asked: Asked) -> Iterator[str]:
    """Search a part of the published texts for personal data: a tripwire, no proof that there is none."""
    import polars as pl

    configs = list(asked.manifest["configs"])
    if not configs:
        return
    with ThreadPoolExecutor(THREADS) as pool:
        samples = zip(configs, pool.map(partial(sample, asked), configs))
        rows = pl.concat([found.with_columns(config=pl.lit(config)) for config, found in samples])
    found = rows.select("config", "id").hstack(_personal(rows))
    for config in configs:
        yield from _beyond(asked.bounds, config, found.filter(pl.col("config") == config))


def _beyond(bounds: Bounds, config: str, found: pl.DataFrame) -> Iterator[str]:
    """Tell of the kinds of personal data that are in more rows of a configuration than they may."""
    for kind, most in bounds.personal.items():
        ids = found.filter(f"pii_{kind}")["id"]
        if len(ids) > max(bounds.stray, most * found.height):
            share = f"{len(ids) / found.height:.1%} of {found.height:,} that were searched, the bound is {most:.1%}"
            yield f"{config}: {kind.replace('_', ' ')} in {len(ids):,} rows, such as {ids[0]}: {share}"


def sample(asked: Asked, config: str) -> pl.DataFrame:
    """Give id, language and texts of some rows of a configuration, the same ones each time, evenly apart."""
    import polars as pl

    rows, bounds = asked.rows(config), asked.bounds
    wanted = max(bounds.looked_at_each, bounds.looked_at * rows // max(asked.rows(), 1))
    apart = max(1, -(-rows // wanted))
    found, seen = [], 0
    for frame in _batches(asked, config):
        found.append(_texts(frame.gather_every(apart, -seen % apart)))
        seen += frame.height
    return pl.concat(found) if found else pl.DataFrame(schema=dict.fromkeys(("id", "lang", "text"), pl.String))


def _batches(asked: Asked, config: str) -> Iterator[pl.DataFrame]:
    """Give id, language and texts of the rows, some thousand at a time."""
    import polars as pl
    import pyarrow.parquet as pq

    for split in asked.manifest["configs"][config].values():
        for file in split["files"]:
            read = pq.ParquetFile(asked.path(file), memory_map=True)
            columns = [c for c in (*TEXTS, "id", "lang") if c in read.schema_arrow.names]
            yield from (pl.DataFrame(batch) for batch in read.iter_batches(BATCH, columns=columns))


def _texts(rows: pl.DataFrame) -> pl.DataFrame:
    """Give id, language, and all that sources say in one column."""
    import polars as pl

    lists = {c: pl.col(c).list.join("\n") for c, kind in rows.schema.items() if isinstance(kind, pl.List)}
    texts = [lists.get(c, pl.col(c)).fill_null("") for c in rows.columns if c in TEXTS]
    lang = pl.col("lang") if "lang" in rows.columns else pl.lit("und")
    return rows.select("id", lang=lang, text=pl.concat_str(texts, separator="\n"))


def _personal(rows: pl.DataFrame) -> pl.DataFrame:
    """Say of every row which kinds of personal data are found in it."""
    import polars as pl

    from medcorpus.stages.pii import Pii
    from medcorpus.stages.pii.patterns import KINDS

    table = rows.to_arrow(compat_level=pl.CompatLevel.oldest())
    made = pl.DataFrame(Pii(column="text", lang="lang").annotate(table, None))
    return made.select(pl.col(f"pii_{kind}") > 0 for kind in KINDS)


def withdrawn(asked: Asked) -> Iterator[str]:
    """See that no row is in the release that was withdrawn, by the lists known here."""
    from medcorpus.home import home_folder
    from medcorpus.withdrawals import withdrawn_ids

    if ids := withdrawn_ids(asked.release, [asked.path(file) for _, _, file in asked.files()]):
        yield f"{len(ids):,} rows were withdrawn since it was built; build again"
    entries = tombstones.known(home_folder())
    stated = asked.manifest.get("withdrawn", {}).get("entries", 0)
    if stated > len(entries):
        yield f"it was built with {stated:,} tombstones, {len(entries):,} are known here"
