"""Commands that make something: fetch raw files, ingest a source, build a product."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from medcorpus import linter, phrasings
from medcorpus.commands import built_report, options
from medcorpus.console import Output
from medcorpus.contributions.forms import FORMS
from medcorpus.errors import MedcorpusError, MissingFilesError
from medcorpus.home import home_folder

if TYPE_CHECKING:
    from medcorpus.build import Built, Options
    from medcorpus.fetch import Found
    from medcorpus.ingest import Tally
    from medcorpus.store import Shards

ALL = "all"
SHOWN_REJECTS = 10


@click.command()
@click.argument("source")
@options.raw
@options.accept_new
@options.common
def fetch(source: str, raw: Path | None, accept_new: bool, out: Output) -> None:
    """Get the raw files of a source.

    Each is taken from --raw, from the cache, or downloaded. Every file is checked against its pin before it gets its
    name; an interrupted download goes on where it stopped. Where the publisher's SHA256SUMS.txt lies beside or above
    the files, they are checked against it.
    """
    from medcorpus import fetch as fetching

    home = home_folder()
    try:
        with out.progress("bytes") as watch:
            found = fetching.fetch(source, home=home, raw=raw, accept_new=accept_new, progress=watch)
    except MissingFilesError:
        if out.format == "human":
            _show_files(source, fetching.find(source, home=home, raw=raw), out)
        raise
    facts = ("path", "sha256", "pin", "listed")
    files = [
        {**{fact: getattr(f, fact) for fact in facts}, "bytes": f.size, "local": str(f.local)} for f in found.files
    ]
    value = {"source": source, "root": str(found.root), "files": files}
    out.result(value, bare=[f.local for f in found.files], human=lambda: _show_files(source, found, out))


def _show_files(source: str, found: Found, out: Output) -> None:
    rows = [(f.path, f"{f.size:,}", f.sha256[:16], f.pin, f.local) for f in found.files]
    out.table(("file", "bytes", "sha256", "pin", "here"), rows, title=f"{source}\n", right=("bytes",))
    listed = sum(f.listed for f in found.files)
    if listed:
        out.line(
            f"\n{listed:,} of {len(found.files):,} files checked against the publisher's SHA256SUMS.txt: as stated"
        )


@click.command()
@click.argument("source")
@options.raw
@options.sample
@options.max_rejects
@options.engine
@options.common
def ingest(source: str, raw: Path | None, sample: bool, max_rejects: float | None, out: Output, **where: Any) -> None:
    """Read a source into records, and say what was rejected.

    Makes the records only, no release; the first rejected rows are shown with file and row.
    """
    from medcorpus import ingest as ingesting

    _refuse_both(raw, sample)
    found = _raw_files(source, raw, sample, out)
    shards = _records(source, found, out, **where)
    total = ingesting.tally(shards)
    if out.format == "human":
        _show_tally(source, total, found, out)
    ingesting.check(source, shards, max_rejects)
    value = _tally_facts(source, total, found) | {"path": shards.where}
    out.result(value, bare=[shards.where], human=lambda: out.line(f"\nrecords  {shards.where}"))


def _refuse_both(raw: Path | None, sample: bool) -> None:
    if raw and sample:
        raise click.UsageError("--raw and --sample exclude each other")


def _raw_files(source: str, raw: Path | None, sample: bool, out: Output) -> Found:
    from medcorpus import fetch as fetching

    download = not (raw or sample)
    with out.progress("bytes") as watch:
        found = fetching.find(source, home=home_folder(), raw=raw, sample=sample, download=download, progress=watch)
    if all(f.companion for f in found.files):
        raise MissingFilesError(fetching.missing_message(source, found) or f"{source} has no raw files")
    return found


def _records(source: str, found: Found, out: Output, engine: str, address: str, workers: int, store: str) -> Shards:
    from medcorpus import engine as running
    from medcorpus import ingest as ingesting
    from medcorpus import store as storing

    layer = ingesting.layer_of(source, found)
    place = storing.Store(store or home_folder())
    count = workers or (0 if address else min(len(layer.jobs), running.default_workers()))
    with out.progress() as watch, running.opened(engine, count, address) as pool:
        made = storing.make(place, [layer], pool, lambda done, total: watch("read", done, total))
    return made[0]


def _tally_facts(source: str, total: Tally, found: Found) -> dict[str, Any]:
    rejects = [{"file": f, "row": row, "reason": why, "withheld": held} for f, row, why, held in total.rejects]
    return {
        "source": source,
        "files": len(found.files),
        "rows_in": total.read,
        "rows_out": total.stored,
        "rejected": dict(total.rejected),
        "withheld": dict(total.withheld),
        "screened": dict(total.screened),
        "rejects": rejects[:SHOWN_REJECTS],
        "missing": list(found.missing),
    }


def _show_tally(source: str, total: Tally, found: Found, out: Output) -> None:
    out.facts(
        f"{source}\n",
        {
            "raw files": len(found.files),
            "not here": ", ".join(found.missing),
            "rows read": f"{total.read:,}",
            "records": f"{total.stored:,}",
        },
    )
    reasons = [(f"{n:,}", why, "") for why, n in total.rejected.items()]
    reasons += [(f"{n:,}", why, "left out by upstream") for why, n in total.withheld.items()]
    reasons += [(f"{n:,}", why, "screened out while reading") for why, n in total.screened.items()]
    if reasons:
        out.line()
        out.table(("rows", "not used because", ""), reasons, right=("rows",))
    shown = [r for r in total.rejects if not r[3]][:SHOWN_REJECTS]
    if shown:
        rows = [(file, row, why) for file, row, why, _ in shown]
        out.table(("file", "row", "reason"), rows, title="\nthe first rejects", right=("row",))


@click.command()
@click.argument("product")
@options.raw
@options.sample
@click.option("--strict", is_flag=True, help="Refuse to build when a raw file is missing or differs from its pin.")
@click.option(
    "--download/--no-download",
    default=None,
    help="Download what is not here; the default unless --raw or --sample is given.",
)
@options.accept_new
@options.engine
@options.max_rejects
@click.option(
    "--phrasings",
    type=click.Choice(phrasings.MODES),
    default=phrasings.ONE,
    show_default=True,
    help="Instructions of a row: one of its task's, the task's own, or a row for each.",
)
@click.option(
    "--lint",
    type=click.Choice((linter.FAIL, linter.WARN)),
    default=linter.FAIL,
    show_default=True,
    help="What becomes of a build with tasks that the linter refuses.",
)
@click.option(
    "--tombstones",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="List of withdrawn rows (id, date, reason; tabs between): left out of this and every later build and load.",
)
@click.option(
    "--export",
    "form",
    type=click.Choice(FORMS),
    default=None,
    help="Write the rows that may be passed on in this form as well, under exports/ in the home folder.",
)
@options.common
def build(
    product: str,
    out: Output,
    raw: Path | None,
    sample: bool,
    download: bool | None,
    form: str | None,
    **settings: Any,
) -> None:
    """Build a product into a release.

    PRODUCT is mmedc, meds-ins, mmedbench, meds-bench, or all. What was built before from the same files, code and
    parameters is looked up. A source whose raw files are not here is skipped, with a line that says how to get them.
    """
    from medcorpus import products
    from medcorpus.build import Options

    _refuse_both(raw, sample)
    names = list(products.PRODUCTS) if product == ALL else [products.get(product).name]
    wants = not (raw or sample) if download is None else download
    how = Options(home=home_folder(), raw=raw, sample=sample, download=wants, **settings)
    failures: dict[str, MedcorpusError] = {}
    for name in names:
        try:
            _build_one(name, how, form, out)
        except MedcorpusError as error:
            failures[name] = error
    _raise(failures, len(names))


def _build_one(name: str, how: Options, form: str | None, out: Output) -> None:
    from medcorpus import build as building
    from medcorpus import products

    with out.progress() as watch:
        built = building.build(name, how, watch)
    exported = _exported(built, how, out) if form and products.get(name).kind == "instructions" else []
    value = {**built.summary(), "exported": exported} if form else built.summary()
    out.result(value, bare=[built.release.path, *exported], human=lambda: built_report.show(built, out))


def _exported(built: Built, how: Options, out: Output) -> list[Path]:
    """Write the task files of a release, anew where there are some; give their folder."""
    from medcorpus.contributions import exporting

    made = built.release
    folder = how.home / "exports" / made.product / made.version
    with out.progress() as watch:
        exporting.export(made, folder, again=True, watch=lambda done, total: watch("export", done, total))
    return [folder]


def _raise(failures: Mapping[str, MedcorpusError], tried: int) -> None:
    """Raise the one error there is, or one that tells all of them; products that could be built are built."""
    errors = list(failures.values())
    if len(errors) > 1:
        told = MedcorpusError(
            f"{len(errors)} of {tried} products were not built: {'; '.join(f'{n}: {e}' for n, e in failures.items())}"
        )
        told.exit_code = errors[0].exit_code
        raise told from errors[0]
    for error in errors:
        raise error


COMMANDS = (fetch, ingest, build)
