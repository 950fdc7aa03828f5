"""The command that writes the catalogue of sources."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from medcorpus.commands import options
from medcorpus.console import Output
from medcorpus.errors import MissingFilesError
from medcorpus.home import home_folder

if TYPE_CHECKING:
    from medcorpus.catalogue import Built
    from medcorpus.fetch import Found


@click.command()
@options.raw
@options.workers
@options.common
def catalogue(raw: Path | None, workers: int, out: Output) -> None:
    """Write sources/README.md from the sources.

    With --raw, every source whose raw files are there is read first, and what it gives is kept beside it in rows.json.
    """
    from medcorpus import catalogue as cataloguing
    from medcorpus import registry

    made = _recorded(raw, workers, out) if raw else {}
    path = cataloguing.write()
    rows = [(n, b.shown(b.records), b.shown(sum(b.tasks.values()))) for n, b in made.items()]

    def human() -> None:
        out.table(("source", "rows", "instructions"), rows, right=("rows", "instructions"))
        out.line(f"written  {path}: {len(registry.names())} sources")

    value = {"path": path, "sources": {n: {"rows": b.records, "tasks": b.tasks} for n, b in made.items()}}
    out.result(value, bare=[path], human=human)


def _recorded(raw: Path, workers: int, out: Output) -> dict[str, Built]:
    from medcorpus import catalogue as cataloguing
    from medcorpus import engine, registry, store

    found = {n: f for n in registry.names() if (f := _here(n, raw)) is not None}
    if not found:
        raise MissingFilesError(f"no source has raw files in {raw}", fix="name the folder that holds them by source")
    with out.progress(), engine.opened("local", workers or engine.default_workers(), "") as pool:
        return cataloguing.record(found, store.Store(home_folder()), pool)


def _here(name: str, raw: Path) -> Found | None:
    from medcorpus import fetch

    found = fetch.find(name, home=home_folder(), raw=raw)
    return found if any(not f.companion for f in found.files) else None


COMMANDS = (catalogue,)
