"""The command that removes near-duplicates from people's own files."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from medcorpus.commands import options
from medcorpus.console import Output
from medcorpus.errors import MedcorpusError

if TYPE_CHECKING:
    from medcorpus.deduplicate import Outcome
    from medcorpus.stages.dedup.sketches import Grid

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", "folder", required=True, type=FOLDER, help="Output folder.")
@click.option("--text-column", "text", default="text", show_default=True, help="Column that holds the text.")
@click.option("--id-column", "id", default="", help="Column of the ids; by default id, else rows are called file:row.")
@click.option("--threshold", type=float, default=0.7, show_default=True, help="Least similarity of removed rows.")
@click.option("--against", type=FOLDER, help="Signature index of earlier rows, which all stay.")
@click.option("--save-index", type=FOLDER, help="Write a signature index of the rows that stay to this folder.")
@click.option("--ngram", "n", type=click.IntRange(min=1), default=5, show_default=True, help="Tokens in a shingle.")
@click.option("--bands", type=click.IntRange(min=1), default=14, show_default=True, help="Bands of a signature.")
@click.option("--rows", type=click.IntRange(min=1), default=8, show_default=True, help="Values in a band.")
@click.option("--groupings", type=click.IntRange(min=1), default=3, show_default=True, help="Ways to cut bands.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=1, show_default=True, help="Seed of the hashes.")
@click.option("--workers", type=click.IntRange(min=0), default=0, help="Threads; 0, the default: one per processor.")
@options.common
def dedup(files: tuple[Path, ...], folder: Path, out: Output, **settings: Any) -> None:
    """Remove near-duplicates from your own Parquet files.

    Writes the rows that stay, with all their columns, and clusters.parquet, which says for every row which one it was
    removed for and how similar they are. A removed row is always similar to the very row that stays.
    """
    from medcorpus import deduplicate

    _start_lean()
    grid = _grid({name: settings.pop(name) for name in ("n", "bands", "rows", "groupings", "seed")})
    how = deduplicate.Settings(grid=grid, **settings)
    with out.progress() as watch:
        found = deduplicate.deduplicate(files, folder, how, watch)
    out.result(_value(found), bare=[found.out], human=lambda: _show(found, out))


def _start_lean() -> None:
    """Let Arrow use the allocator that gives memory back soonest, unless the environment names one, and no pandas.

    Arrow imports pandas, where it is installed, with the first array it makes, only to recognise pandas' own arrays:
    as much time and memory as all of Arrow. Where that import fails once, Arrow does not try again. A process that
    has Arrow already is left as it is.
    """
    if "pyarrow" in sys.modules:
        return
    import pyarrow as pa

    if "ARROW_DEFAULT_MEMORY_POOL" not in os.environ and "jemalloc" in pa.supported_memory_backends():
        pa.set_memory_pool(pa.jemalloc_memory_pool())
    sys.meta_path.insert(0, _NoPandas())
    pa.array([])
    del sys.meta_path[0]


class _NoPandas:
    """An importer that says pandas is not installed."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def _grid(parameters: dict[str, int]) -> Grid:
    from medcorpus.stages.dedup.sketches import Grid

    try:
        return Grid(**parameters)
    except ValueError as error:
        raise MedcorpusError(str(error), fix="see: medcorpus dedup --help") from error


def _value(found: Outcome) -> dict[str, Any]:
    return {**asdict(found), "removed": found.removed, "seconds": round(found.seconds, 3)}


def _show(found: Outcome, out: Output) -> None:
    facts = {
        "rows": f"{found.rows:,}",
        "kept": f"{found.kept:,}",
        "identical": f"{found.copies:,} removed",
        "similar": f"{found.near:,} removed",
        "in the index": f"{found.earlier:,} of those removed" if found.earlier else "",
        "seconds": f"{found.seconds:.1f}",
        "written": found.out,
    }
    out.facts("near-duplicates\n", facts)


COMMANDS = (dedup,)
