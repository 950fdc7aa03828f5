"""Commands that take something back: a release, or rows for ever."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from medcorpus.commands import options
from medcorpus.console import Output
from medcorpus.errors import MedcorpusError
from medcorpus.home import home_folder

if TYPE_CHECKING:
    from medcorpus.yanked import Mark

_NO_REASON = "say why with --reason"


@click.command()
@click.argument("version")
@click.option("--reason", default="", help="What is wrong with it; whoever loads it is told.")
@click.option("--product", help="Product of the version, where several products have it.")
@click.option("--undo", is_flag=True, help="Take the mark away again.")
@options.common
def yank(version: str, reason: str, product: str | None, undo: bool, out: Output) -> None:
    """Mark a release as one that should not be used any more.

    VERSION is a version under the home folder, PRODUCT@VERSION, or hf://NAMESPACE/NAME@VERSION. The release stays where
    it is: `latest` never means it any more, and who loads exactly this version is warned.
    """
    from medcorpus import references, remote, yanked

    if not (reason.strip() or undo):
        raise click.UsageError(_NO_REASON)
    mark = None if undo else yanked.Mark(_today(), " ".join(reason.split())[:500])
    if remote.is_address(version):
        _yank_on_hub(version, mark, out)
        return
    found = references.resolve(version, home_folder(), product)
    folder = found.path.absolute().parent
    yanked.yank(folder, found.product, found.version, mark)
    value = {"product": found.product, "version": found.version, "yanked": not undo, "marker": folder / yanked.FILE}
    out.result(value, bare=[folder / yanked.FILE], human=lambda: _show_yanked(value, out))


def _yank_on_hub(text: str, mark: Mark | None, out: Output) -> None:
    from medcorpus import yanked
    from medcorpus.publishing import withdrawing

    address, _, version = text.rpartition("@")
    if not address:
        raise click.UsageError("say which version: hf://NAMESPACE/NAME@VERSION")
    withdrawing.yank(address, version, mark)
    value = {"product": address, "version": version, "yanked": mark is not None, "marker": f"{address}/{yanked.FILE}"}
    out.result(value, bare=[value["marker"]], human=lambda: _show_yanked(value, out))


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _show_yanked(value: dict[str, object], out: Output) -> None:
    state = "is yanked" if value["yanked"] else "is not yanked any more"
    out.facts(f"{value['product']} {value['version']} {state}\n", {"marker": value["marker"]})


@click.command()
@click.argument("rows", metavar="ROW-ID...", nargs=-1, required=True)
@click.option("--reason", required=True, help="Why; it stands in the list of withdrawn rows, which is published.")
@options.common
def withdraw(rows: tuple[str, ...], reason: str, out: Output) -> None:
    """Withdraw rows for ever.

    ROW-ID is a record's id (source/key), which withdraws all that is made from it, or an instruction's
    (task/source/key). Later builds leave the rows out, and so does every load of a release that has them. The list
    holds hashes of the ids, no ids.
    """
    from medcorpus import registry, tombstones

    entries = [tombstones.entry(row, _today(), reason) for row in rows]
    if unknown := sorted({e.source for e in entries} - set(registry.names())):
        fix = "write ids as `medcorpus why` shows them: source/key or task/source/key"
        raise MedcorpusError(f"there is no source {unknown[0]!r}", where=rows[0], fix=fix)
    added = tombstones.remember(home_folder(), entries)
    file = home_folder() / tombstones.FILE
    counts = Counter(e.source for e in entries)
    value = {"added": added, "known": len(entries) - added, "sources": dict(counts), "list": file}

    def human() -> None:
        out.facts(f"{added:,} of {len(entries):,} rows were not withdrawn before\n", {"list": file})
        out.line("To withdraw them for everybody, add the lines to cards/tombstones.tsv and publish.")

    out.result(value, bare=[file], human=human)


COMMANDS = (yank, withdraw)
