"""The command that says what a build will cost before it is run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from medcorpus.commands import options
from medcorpus.console import Output
from medcorpus.errors import MissingFilesError
from medcorpus.home import home_folder

if TYPE_CHECKING:
    from medcorpus.fetch import Found
    from medcorpus.plan import Plan, Size
    from medcorpus.product import Product

UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
_AMOUNT = {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15}


def _number(context: click.Context, parameter: click.Parameter, value: str) -> float:
    """Read `6T` or `400M`, powers of 1000."""
    digits = value.strip().removesuffix("B")
    factor = _AMOUNT.get(digits[-1:], 1.0)
    try:
        return float(digits.rstrip("kMGTP") or "x") * factor
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is not a number such as 400M or 6T", context, parameter) from error


@click.command()
@click.argument("product")
@options.raw
@click.option("--source", default="", help="Plan for this source only.")
@click.option("--bytes", "raw_bytes", default="0", callback=_number, help="Bytes of its raw files: 6T, 400G, ...")
@click.option("--docs", default="0", callback=_number, help="Its raw rows: 420M, ...")
@click.option("--sample-rows", type=click.IntRange(min=1), default=8000, show_default=True, help="Rows to measure.")
@options.workers
@options.common
def plan(
    product: str,
    raw: Path | None,
    source: str,
    raw_bytes: float,
    docs: float,
    sample_rows: int,
    workers: int,
    out: Output,
) -> None:
    """Say what a build will cost in time, disk and memory.

    A sample of each source is built and measured, then extrapolated to the raw files that are here or, with --source,
    to the size that --bytes or --docs states. Without --raw, the sources' own samples are all there is to measure.
    Sizes are those of the raw files as they lie on disk, compressed or not; k, M, G and T are powers of 1000.
    """
    from medcorpus import engine, products
    from medcorpus import plan as planning

    if (raw_bytes or docs) and not source:
        raise click.UsageError("--bytes and --docs are of one source: name it with --source")
    wanted = products.get(product)
    found = _found(wanted, raw, source)
    sizes: dict[str, Size] = {source: planning.Size(bytes=raw_bytes, rows=docs)} if source else {}
    with out.progress() as watch:
        made = planning.plan(
            wanted,
            found,
            rows=sample_rows,
            workers=workers or engine.default_workers(),
            sizes=sizes,
            raw=raw,
            watch=lambda done, total: watch("measure", done, total),
        )
    for warning in made.warnings:
        out.warn(warning)
    out.result(made.summary(), bare=[round(made.total.parallel + made.total.serial)], human=lambda: _show(made, out))


def _found(product: Product, raw: Path | None, source: str) -> dict[str, Found]:
    """Find the raw files of the product's sources that are here; nothing is downloaded."""
    from medcorpus import fetch, registry

    names = [source] if source else [n for n in registry.names() if product.takes(n, registry.get(n))]
    found = {n: fetch.find(n, home=home_folder(), raw=raw, sample=raw is None) for n in names}
    here = {n: f for n, f in found.items() if any(not file.companion for file in f.files)}
    if not here:
        raise MissingFilesError(fetch.missing_message(names[0], found[names[0]]), fix="or leave out --raw")
    return here


def _show(made: Plan, out: Output) -> None:
    rows = [
        (
            step,
            _hours(cost.parallel),
            _hours(cost.serial) if cost.serial >= 1 else "",
            _size(cost.bytes),
            "not stated" if (memory := made.memory(step)) is None else _size(memory) if memory else "",
        )
        for step, cost in made.costs.items()
    ]
    numbers = ("shared by processes", "by one process", "written", "memory of its rows")
    out.table(("step", *numbers), rows, title=f"{made.product}: {_sizes(made)}\n", right=numbers)
    out.facts("", _totals(made))


def _sizes(made: Plan) -> str:
    raw_rows = sum(s.size.rows for s in made.shares)
    raw_bytes = sum(s.size.bytes for s in made.shares)
    return f"{_size(raw_bytes)} of raw files, {raw_rows:,.0f} rows of which {made.rows:,.0f} are stored"


def _totals(made: Plan) -> dict[str, str]:
    spent = made.total.parallel + made.total.serial
    measured = ", ".join(f"{s.source} {s.large.rows:,} rows ({_size(s.large.raw_bytes)})" for s in made.shares)
    return {
        "processor time": _hours(spent),
        "wall time": f"{_hours(made.wall_seconds)} with {made.workers} processes",
        "disk": f"{_size(made.total.bytes)} beside the raw files",
        "memory": f"{_size(made.worker_bytes)} in each process; most by one step's rows: "
        f"{_size(max((made.memory(s) or 0 for s in made.costs), default=0))}",
        "measured on": measured,
    }


def _hours(seconds: float) -> str:
    """Write a time in the unit that suits it."""
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:,.1f} {unit}"
    return f"{seconds:,.1f} s" if seconds else ""


def _size(number: float) -> str:
    """Write a number of bytes with three digits, in powers of 1000."""
    for unit in UNITS:
        if number < 999.5 or unit == UNITS[-1]:
            return f"{number:.3g} {unit}"
        number /= 1000
    raise AssertionError


COMMANDS = (plan,)
