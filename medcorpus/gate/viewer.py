"""Checks of how a release is shown: what the Hub's viewer can show, and what the documents say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from medcorpus import cards
from medcorpus.card import complete
from medcorpus.gate.asked import Asked
from medcorpus.gate.rows import TEXTS

if TYPE_CHECKING:
    import polars as pl


def viewer(asked: Asked) -> Iterator[str]:
    """See that the Hub's viewer can show everything; names of configurations and splits are for the schema to hold."""
    yield from _numbers(asked)
    for _, _, file in asked.files():
        yield from _file(asked.path(file), str(file["path"]), asked.bounds.group_bytes)
    yield from _long_rows(asked)


def _numbers(asked: Asked) -> Iterator[str]:
    bounds = asked.bounds
    configs = len(cards.front_matter(asked.manifest)["configs"])
    for found, what, most in (
        (configs, "configurations", bounds.configs),
        (len(asked.manifest["columns"]), "columns", bounds.columns),
    ):
        if found > most:
            yield f"{found:,} {what}, the viewer shows {most:,}"
    folders = Counter(str(Path(f["path"]).parent) for f in asked.manifest["files"])
    if folders.total() > bounds.files[0] or max(folders.values(), default=0) > bounds.files[1]:
        yield f"{folders.total():,} files, {max(folders.values()):,} in one folder: more than a repository may have"


def _file(path: Path, name: str, most: int) -> Iterator[str]:
    import pyarrow.parquet as pq

    footer = pq.read_metadata(path)
    groups = [footer.row_group(i) for i in range(footer.num_row_groups)]
    if any(g.total_byte_size > most for g in groups):
        yield f"{name} has a row group of more than {most:,} bytes"
    if any(not g.column(i).has_offset_index for g in groups for i in range(g.num_columns)):
        yield f"{name} has no page index"


def _long_rows(asked: Asked) -> Iterator[str]:
    import polars as pl

    most = asked.bounds.row_bytes
    for _, _, file in asked.files():
        if _largest_group(asked.path(file)) <= most:
            continue
        rows = pl.scan_parquet(asked.path(file), glob=False)
        sizes = [_bytes(name, kind) for name, kind in rows.collect_schema().items() if name in TEXTS]
        long = rows.select("id", size=pl.sum_horizontal(sizes)).filter(pl.col("size") > most)
        if (found := long.head(1).collect()).height:
            yield f"{found['id'][0]} has more than {most:,} bytes, the viewer shows no such row"


def _largest_group(path: Path) -> int:
    """Give the bytes of the largest row group, which no row exceeds unless it repeats one text over and over."""
    import pyarrow.parquet as pq

    footer = pq.read_metadata(path)
    return max((int(footer.row_group(i).total_byte_size) for i in range(footer.num_row_groups)), default=0)


def _bytes(name: str, kind: pl.DataType) -> pl.Expr:
    """Give how many bytes a column's texts have, row by row."""
    import polars as pl

    if isinstance(kind, pl.List):
        return pl.col(name).list.eval(pl.element().str.len_bytes()).list.sum().fill_null(0)
    return pl.col(name).str.len_bytes().fill_null(0)


def card(asked: Asked) -> Iterator[str]:
    """See that the documents beside the data say all they should, and what is so."""
    yield from complete.gaps(asked.release.path, asked.manifest, list(asked.files()))
