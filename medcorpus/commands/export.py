"""The command that writes a release in a form of others: `medcorpus export`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from medcorpus.commands import options
from medcorpus.console import Output
from medcorpus.contributions.forms import FORM, FORMS
from medcorpus.errors import VerificationError
from medcorpus.home import home_folder

if TYPE_CHECKING:
    from medcorpus.contributions.exporting import Exported
    from medcorpus.release import Release

SHOWN = 20
"""Files in the table for people; JSON has all."""


@click.command()
@click.argument("product")
@click.option(
    "--to", "folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="A folder that is new."
)
@click.option("--form", type=click.Choice(FORMS), default=FORM, show_default=True, help="What is written.")
@click.option("--task", default=None, help="Only this task or category.")
@click.option("--local", is_flag=True, help="Write rows that may not be passed on as well, for your own use only.")
@options.release_path
@options.common
def export(
    product: str, folder: Path, form: str, task: str | None, local: bool, path: Path | None, out: Output
) -> None:
    """Write a release as MedS-Ins task files.

    One file a task and split, with source and licence in it. Rows that may not be passed on are left out and counted;
    --local writes them to a folder of their own. `medcorpus validate` reads what is written.
    """
    from medcorpus.contributions import exporting

    release = _release(product, path)
    with out.progress() as watch:
        found = exporting.export(
            release, folder, task=task, local=local, watch=lambda done, total: watch("export", done, total)
        )
    value = {
        "release": f"{release.product} {release.version}",
        "folder": folder,
        "files": [asdict(file) for file in found.files],
        "withheld": found.withheld,
    }
    out.result(value, bare=[folder / file.path for file in found.files], human=lambda: show(folder, found, out))


def _release(product: str, path: Path | None) -> Release:
    from medcorpus import products, release

    products.get(product)
    if path is None:
        return release.find(home_folder(), product)
    found = release.open_release(path)
    if found.product != product:
        raise VerificationError(f"holds {found.product}, not {product}", where=str(path), fix="name another path")
    return found


def show(folder: Path, found: Exported, out: Output) -> None:
    """Tell people what was written, and what was not."""
    rows = [(file.path, f"{file.rows:,}", file.source, file.license) for file in found.files[:SHOWN]]
    total = sum(file.rows for file in found.files)
    out.line(f"{folder}: {len(found.files):,} files, {total:,} rows\n")
    out.table(("file", "rows", "source", "licence"), rows, right=("rows",))
    if len(found.files) > SHOWN:
        out.line(f"and {len(found.files) - SHOWN:,} more files")
    if found.withheld:
        left, tasks = sum(found.withheld.values()), len(found.withheld)
        out.line(f"\n{left:,} rows of {tasks:,} tasks may not be passed on and are left out; --local writes them")


COMMANDS = (export,)
