"""What `medcorpus build` tells people at the end: rows, the funnel, what was skipped, and where everything lies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from medcorpus.console import Output

if TYPE_CHECKING:
    from medcorpus.build import Built

CARDS = ("README.md", "card.html")


def show(built: Built, out: Output) -> None:
    """Print the report of a finished build."""
    from medcorpus import products

    manifest = built.release.manifest
    kept = sum(source["rows_out"] for source in manifest["sources"].values())
    notes = [f"{kept:,} rows", f"{built.seconds:.1f} s"]
    notes += ["of made-up samples"] if built.release.is_sample else []
    notes += [] if built.new else ["nothing has changed since it was built"]
    out.line(f"{products.get(built.release.product).title} {built.release.version}: {', '.join(notes)}\n")
    _show_sources(manifest["sources"], out)
    _show_categories(manifest["tasks"], out)
    out.line()
    funnel = [(step["step"], f"{step['rows']:,}") for step in manifest["funnel"]]
    out.table(("step", "rows left"), funnel, right=("rows left",))
    show_overlaps(manifest.get("overlaps", ()), out)
    _show_lint(manifest.get("lint", {}).get("findings", ()), out)
    _show_skipped(built.skipped, out)
    for warning in built.warnings:
        out.warn(warning)
    _show_places(built, out)


def _show_sources(sources: Mapping[str, Mapping[str, Any]], out: Output) -> None:
    langs = _in_order(lang for source in sources.values() for lang in source["langs"])
    numbers = ("read", *langs, "rows")
    rows = [_source_cells(name, source, langs) for name, source in sources.items()]
    rows.append(_total(sources.values(), langs))
    out.table(("source", *numbers, "left out because"), rows, right=numbers)


def _in_order(langs: Iterable[str]) -> list[str]:
    """Give languages in the papers' order, then any other by its code."""
    from medcorpus.products import LANGS

    return sorted(set(langs), key=lambda code: (LANGS.index(code) if code in LANGS else len(LANGS), code))


def _source_cells(name: str, source: Mapping[str, Any], langs: Sequence[str]) -> tuple[str, ...]:
    counts = [f"{source['langs'][lang]:,}" if lang in source["langs"] else "" for lang in langs]
    because = "; ".join(f"{n:,} {why}" for why, n in source["rejected"].items())
    return (name, f"{source['rows_in']:,}", *counts, f"{source['rows_out']:,}", because)


def _total(sources: Iterable[Mapping[str, Any]], langs: Sequence[str]) -> tuple[str, ...]:
    totals: Counter[str] = Counter()
    for source in sources:
        totals.update({"read": source["rows_in"], "rows": source["rows_out"], **source["langs"]})
    return ("total", *(f"{totals[column]:,}" for column in ("read", *langs, "rows")), "")


def _show_categories(tasks: Mapping[str, int], out: Output) -> None:
    from medcorpus import registry

    if not tasks:
        return
    known = registry.tasks()
    rows: Counter[str] = Counter()
    for task_id, n in tasks.items():
        rows[known[task_id][1].category] += n
    of = Counter(known[task_id][1].category for task_id in tasks)
    out.line()
    cells = [(category, f"{of[category]:,}", f"{n:,}") for category, n in sorted(rows.items())]
    out.table(("task category", "tasks", "rows"), cells, right=("tasks", "rows"))


def show_overlaps(overlaps: Iterable[Mapping[str, Any]], out: Output) -> None:
    """Print how many rows of each source repeat test items of each benchmark; nothing where none does."""
    rows = [
        (o["source"], o["benchmark"], f"{o['rows']:,}", o["worst"], o["overlap_with"], f"{o['overlap']:.0%}")
        for o in overlaps
    ]
    if rows:
        out.line()
        columns = ("source", "benchmark", "rows", "the worst repeats", "this test item", "of it")
        out.table(columns, rows, title="rows that repeat test items", right=("rows", "of it"))


def _show_lint(findings: Iterable[Mapping[str, Any]], out: Output) -> None:
    """Print what the linter counted in each task; nothing where it found nothing."""
    rows = [(f["task"], f["check"], f"{f['rows']:,}", f"{f['of']:,}", f["exempt"] or f["example"]) for f in findings]
    if rows:
        out.line()
        columns = ("task", "check", "rows", "of", "why it may, or the first")
        out.table(columns, rows, title="what the linter counted", right=("rows", "of"))


def _show_skipped(skipped: Mapping[str, str], out: Output) -> None:
    if skipped:
        out.line(f"\nskipped, for their raw files are not here ({len(skipped)}):")
    for line in skipped.values():
        out.line(f"  {line}")


def _show_places(built: Built, out: Output) -> None:
    folder = built.release.path
    cards = [name for name in CARDS if (folder / name).is_file()]
    places = {"release": folder, "root": built.release.manifest["root"], "left-out rows": folder / "ledger.parquet"}
    out.facts("", {**places, "card": "\n".join(str(folder / name) for name in cards)})
