"""Commands for people's own files, which no source knows."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import click

from medcorpus.commands import options
from medcorpus.console import Output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from medcorpus.own_files import Annotated


def _names(context: click.Context, parameter: click.Parameter, value: str) -> list[str]:
    return [name.strip() for name in value.split(",") if name.strip()]


def _settings(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    for value in values:
        name, equals, _ = value.partition("=")
        if not equals or "." not in name:
            raise click.BadParameter(f"{value!r} is not written STAGE.PARAMETER=VALUE", context, parameter)
    return dict(value.split("=", 1) for value in values)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--stages", "names", required=True, callback=_names, help="Names with commas between: clean,langid.")
@click.option("--out", "folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="Output folder.")
@click.option("--text-column", default="text", show_default=True, help="Column that holds the text.")
@click.option("--lang-column", default="lang", show_default=True, help="Column of the declared language, if any.")
@click.option("--set", "settings", multiple=True, callback=_settings, help="A parameter: clean.repair=false.")
@options.workers
@options.common
def annotate(
    files: tuple[Path, ...],
    names: list[str],
    folder: Path,
    text_column: str,
    lang_column: str,
    settings: dict[str, str],
    workers: int,
    out: Output,
) -> None:
    """Add the stages' columns to your own Parquet files.

    Each file becomes one of the same name in the output folder: same rows, same columns, the stages' columns behind
    them. Files that are finished are not made again. Stages that look at all rows have commands of their own.
    """
    from medcorpus import engine, own_files

    start = perf_counter()
    columns = own_files.Columns(text=text_column, lang=lang_column)
    stages = own_files.chain(names, columns, settings)
    count = min(len(files), workers or engine.default_workers())
    with out.progress() as watch, engine.local(count) as pool:
        made = own_files.annotate(
            files, folder, stages, columns, pool, lambda done, total: watch("annotate", done, total)
        )
    value = own_files.summary(made, stages, perf_counter() - start)
    out.result(value, bare=[a.path for a in made], human=lambda: _show(made, out))


def _show(made: Sequence[Annotated], out: Output) -> None:
    rows = [(a.path, f"{a.rows:,}", "" if a.new else "was here") for a in made]
    out.table(("file", "rows", ""), rows, right=("rows",))


COMMANDS = (annotate,)
