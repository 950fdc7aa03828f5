"""The command that compares people's own files with test items."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from medcorpus import atomic
from medcorpus.commands import built_report, options
from medcorpus.console import Output
from medcorpus.errors import UnknownNameError
from medcorpus.home import home_folder

if TYPE_CHECKING:
    import pyarrow as pa

    from medcorpus.own_files import Annotated

REPORT = "overlaps.json"


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--against",
    required=True,
    help="What to compare with, commas between: products built here (mmedbench,meds-bench), or files of test items.",
)
@click.option("--out", "folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="Output folder.")
@click.option("--text-column", default="text", show_default=True, help="Column of the text, in files of items as well.")
@options.workers
@options.common
def decontaminate(
    files: tuple[Path, ...], against: str, folder: Path, text_column: str, workers: int, out: Output
) -> None:
    """Mark rows of your own files that repeat test items.

    Each file becomes one of the same name in the output folder, with the columns overlap, overlap_run, overlap_with,
    overlap_in, overlap_text and repeats_item behind its own. No row is left out. A report says how many rows of each
    source repeat items of each benchmark; the source is the column of that name, or else the file.
    """
    from medcorpus import engine, own_files
    from medcorpus.stages.decontaminate import Decontaminate

    start = perf_counter()
    columns = own_files.Columns(text=text_column)
    stage = Decontaminate(columns=(text_column,))
    count = min(len(files), workers or engine.default_workers())
    with tempfile.TemporaryDirectory() as place, out.progress() as watch, engine.local(count) as pool:
        index = Path(place) / "index.arrow"
        items = _index(_items(against, text_column), stage.common, index)
        made = own_files.annotate(files, folder, [stage], columns, pool, lambda a, b: watch("compare", a, b), index)
    matrix = _matrix(made)
    value = own_files.summary(made, [stage], perf_counter() - start) | {"test_items": items, "overlaps": matrix}
    atomic.write_json(folder / REPORT, value)
    out.result(value, bare=[a.path for a in made], human=lambda: _show(items, matrix, folder, out))


def _items(against: str, column: str) -> list[pa.Table]:
    from medcorpus import items, products, release

    found = []
    for name in filter(None, (part.strip() for part in against.split(","))):
        if name in products.PRODUCTS:
            found.append(items.of_release(release.find(home_folder(), name)))
        elif Path(name).is_file():
            found.append(items.of_file(Path(name), column))
        else:
            raise UnknownNameError(
                "product or file", name, [n for n, p in products.PRODUCTS.items() if p.kind != "text"]
            )
    return found


def _index(tables: Sequence[pa.Table], common: int, path: Path) -> dict[str, int]:
    import pyarrow as pa

    from medcorpus.stages.decontaminate import index

    return dict(index.write_items(pa.concat_tables(tables), common, path))


def _matrix(made: Sequence[Annotated]) -> list[dict[str, Any]]:
    import polars as pl

    from medcorpus import overlaps

    frames = []
    for one in made:
        rows = pl.scan_parquet(one.path, glob=False).with_row_index("row", offset=1)
        names = rows.collect_schema().names()
        source = pl.col("source").cast(pl.String) if "source" in names else pl.lit(one.path.name)
        row_id = pl.col("id").cast(pl.String) if "id" in names else pl.format(f"{one.path.name}:{{}}", "row")
        found = rows.filter("repeats_item").with_columns(source=source, id=row_id)
        frames.append(found.select("source", "id", "^overlap.*$").collect())
    return overlaps.matrix(pl.concat(frames))


def _show(items: Mapping[str, int], matrix: Sequence[Mapping[str, Any]], folder: Path, out: Output) -> None:
    short = items["items"] - items["indexed"]
    out.line(f"{items['items']:,} test items, {short:,} of them too short to be told from chance")
    built_report.show_overlaps(matrix, out)
    if not matrix:
        out.line("no row repeats any of them")
    out.facts("", {"rows": folder, "report": folder / REPORT})


COMMANDS = (decontaminate,)
