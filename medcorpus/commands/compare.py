"""The command that compares two releases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from medcorpus import atomic
from medcorpus.commands import options
from medcorpus.console import Output
from medcorpus.home import home_folder

if TYPE_CHECKING:
    from medcorpus.difference import Difference

SHOWN = 15


@click.command()
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@click.option("--product", help="Product of the versions, where several products have them.")
@click.option(
    "--changelog",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a changelog with what changed on top; what the file holds already stays below.",
)
@options.common
def diff(old: str, new: str, product: str | None, changelog: Path | None, out: Output) -> None:
    """Compare two releases row by row.

    A and B are releases' folders, versions under the home folder, PRODUCT@VERSION or hf://NAMESPACE/NAME@VERSION; a
    product or an address alone means its newest release. Told are the rows added, removed and changed by source,
    language, task, licence and split, with reasons, and which part of the version number should go up. Only ids are
    told, no texts.
    """
    from medcorpus import difference, references
    from medcorpus.difference import telling

    sides = [references.resolve(text, home_folder(), product) for text in (old, new)]
    with out.progress() as watch:
        found = difference.between(sides[0], sides[1], watch)
    if changelog is not None:
        earlier = changelog.read_text(encoding="utf-8") if changelog.is_file() else ""
        atomic.write_text(changelog, telling.changelog(found, earlier=earlier))
    bare = [f"{status} {count}" for status, count in found.counts.items()]
    out.result(telling.as_facts(found), bare=bare, human=lambda: _show(found, out))


def _show(found: Difference, out: Output) -> None:
    from medcorpus.difference import telling
    from medcorpus.versions import following

    counts = ", ".join(f"{count:,} {status}" for status, count in found.counts.items() if count)
    out.line(f"{found.old.product} {found.old.version} -> {found.new.version}: {counts or 'the rows are the same'}")
    out.line(f"{found.old.rows:,} rows -> {found.new.rows:,}; {found.compared:,} had to be read")
    _show_schema(found, out)
    for dimension, counted in found.by.items():
        _show_counts(dimension, counted, out)
    _show_reasons(found, out)
    _show_terms(found, out)
    if found.made:
        out.line("\nmade in another way")
        for line in found.made:
            out.line(f"  {line}")
    advised = telling.advice(found)
    after = following(found.old.version, advised.weight)
    out.line(f"\n{advised.weight}: {'; '.join(advised.because)}. After {found.old.version}: {after}")


def _show_schema(found: Difference, out: Output) -> None:
    if found.schema:
        rows = [(name, before or "-", after or "-") for name, (before, after) in found.schema.items()]
        out.table(("column", "before", "after"), rows, title="\nschema\n")


def _show_counts(dimension: str, counted: object, out: Output) -> None:
    from medcorpus.difference import STATUSES

    values = counted if isinstance(counted, dict) else {}
    if not values:
        return
    statuses = [s for s in STATUSES if any(c.get(s) for c in values.values())]
    rows = [(value, *(f"{c[s]:,}" if s in c else "" for s in statuses)) for value, c in list(values.items())[:SHOWN]]
    if len(values) > SHOWN:
        rest = list(values.values())[SHOWN:]
        rows.append((f"{len(rest)} more", *(f"{sum(c.get(s, 0) for c in rest):,}" for s in statuses)))
    out.line()
    out.table((dimension, *statuses), rows, right=statuses)


def _show_reasons(found: Difference, out: Output) -> None:
    rows = [(status, f"{n:,}", why) for status, whys in found.reasons.items() for why, n in list(whys.items())[:SHOWN]]
    if rows:
        out.line()
        out.table(("rows", "count", "why, or what changed"), rows, right=("count",))
    examples = [(status, ", ".join(ids[:3])) for status, ids in found.examples.items()]
    if examples:
        out.line()
        out.table(("rows", "such as"), examples)


def _show_terms(found: Difference, out: Output) -> None:
    if found.terms:
        rows = [(t.source, f"{t.rows:,}", t.before, t.after) for t in found.terms[:SHOWN]]
        out.line()
        out.table(("source", "rows", "terms before", "terms now"), rows, right=("rows",))


COMMANDS = (diff,)
