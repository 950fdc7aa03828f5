"""Test items of the benchmarks: what no training row may say.

Build makes one layer per source and hands all of them to the stages; an item is a record of the test split, as the
separate passages its shape has (question, context, every option), so that their order does not matter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcorpus import registry
from medcorpus.errors import FormatError, MissingFilesError
from medcorpus.schema import records_of
from medcorpus.store import Layer, Shards, writing_ipc

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

    from medcorpus.release import Release

SPLIT = "test"


@dataclass(frozen=True, slots=True)
class _Selection:
    source: str
    benchmarks: tuple[str, ...]
    shards: Shards


def schema() -> pa.Schema:
    """Give the columns of an item: its record's id, the benchmarks it is of, its passages."""
    import pyarrow as pa

    strings = pa.list_(pa.field("item", pa.string(), nullable=False))
    columns = {"id": pa.string(), "benchmarks": strings, "passages": strings}
    return pa.schema([pa.field(name, kind, nullable=False) for name, kind in columns.items()])


def layer_of(name: str, benchmarks: Sequence[str], records: Shards) -> Layer:
    """Describe the layer of a source's test items.

    Args:
        name: The source.
        benchmarks: Names of the products that test with it.
        records: Its records.
    """
    code = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    recipe = {"kind": "items", "code": code, "benchmarks": list(benchmarks), "over": records.lineage}
    jobs = tuple(_Selection(name, tuple(benchmarks), records.only(i)) for i in range(len(records.parts)))
    return Layer(recipe=recipe, jobs=jobs, write=write_part)


def write_part(job: _Selection, path: Path) -> Mapping[str, Any]:
    """Write the test items among one part of the records."""
    with writing_ipc(path, schema()) as writer:
        writer.write_table(_items(job))
    return {}


def _items(job: _Selection) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    table = job.shards.table(0)
    table = table.filter(pc.equal(table.column("split"), SPLIT))
    records = records_of(table, registry.get(job.source).shape)
    columns = [
        table.column("id").combine_chunks(),
        [list(job.benchmarks)] * table.num_rows,
        [[passage for passage in record.prose() if passage.strip()] for record in records],
    ]
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, schema())], schema=schema())


def of_release(release: Release) -> pa.Table:
    """Give the test items of a release of questions or instructions, in the columns of `schema`.

    An instruction's passages are the lines of its input and its outputs.

    Raises:
        MissingFilesError: It has no test rows.
        VerificationError: A file differs from the manifest.
    """
    import polars as pl

    from medcorpus import verified

    listed = [
        f["path"] for splits in release.manifest["configs"].values() for f in splits.get(SPLIT, {}).get("files", ())
    ]
    if not listed:
        raise MissingFilesError(f"this release of {release.product} has no test rows", where=str(release.path))
    files = [release.path / path for path in listed]
    verified.ensure_verified(release, files)
    rows = pl.scan_parquet(files, glob=False)
    names = rows.collect_schema().names()
    whole = (
        pl.concat_list("question", "context", "options") if "question" in names else _lines(pl.col("input"), "output")
    )
    return _table(rows.select("id", passages=whole).collect(), release.product)


def of_file(path: Path, column: str) -> pa.Table:
    """Give the rows of a Parquet or JSON Lines file as test items; the lines of the text are the passages.

    Args:
        path: The file.
        column: Its text column.

    Raises:
        FormatError: It is neither, or has no such column.
    """
    import polars as pl

    try:
        rows = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_ndjson(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise FormatError("neither Parquet nor JSON Lines", where=str(path), fix="convert it first") from error
    if column not in rows.columns:
        raise FormatError(f"no column {column!r}", where=str(path), fix=f"there are: {', '.join(rows.columns)}")
    ids = (
        pl.col("id").cast(pl.String)
        if "id" in rows.columns
        else pl.format(f"{path.stem}:{{}}", pl.int_range(1, pl.len() + 1))
    )
    return _table(rows.select(id=ids, passages=pl.col(column).str.split("\n")), path.stem)


def _lines(text: pl.Expr, *more: str) -> pl.Expr:
    import polars as pl

    return pl.concat_list(text.str.split("\n"), *more)


def _table(rows: pl.DataFrame, benchmark: str) -> pa.Table:
    import polars as pl

    spoken = pl.col("passages").list.eval(pl.element().filter(pl.element().str.strip_chars() != ""))
    rows = rows.select("id", benchmarks=pl.lit([benchmark], dtype=pl.List(pl.String)), passages=spoken)
    return rows.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(schema())
