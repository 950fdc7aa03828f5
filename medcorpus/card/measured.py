"""Blocks of a card on what was measured: sizes in several units, and rows that repeat test items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from medcorpus.card.blocks import Cell, Code, Table

Manifest = Mapping[str, Any]
UNITS = {"n_chars": "Characters", "n_bytes": "Bytes", "n_words": "Words", "n_tokens": "Tokens"}


def sizes(manifest: Manifest) -> Table:
    """Give documents, characters, bytes, words and tokens of every configuration."""
    found = manifest.get("sizes", {})
    units = [u for u in UNITS if any(u in s for s in found.values())]
    rows = tuple((Code(c), _rows(manifest, c), *(s.get(u, 0) for u in units)) for c, s in found.items())
    columns = ("Configuration", "Documents", *(UNITS[u] for u in units))
    return Table(columns, rows, empty="Sizes were not measured.")


def _rows(manifest: Manifest, config: str) -> int:
    return sum(split["rows"] for split in manifest["configs"][config].values())


def vocabulary(manifest: Manifest) -> Table:
    """Name what tokens were counted in."""
    found = manifest.get("vocabulary", {})
    rows: tuple[tuple[Cell, ...], ...] = tuple((name.capitalize(), Code(str(value))) for name, value in found.items())
    empty = "Tokens were not counted: no tokenizer was installed."
    return Table(("Vocabulary", "Value"), rows, empty=empty)


def redacted(manifest: Manifest) -> Table:
    """Give how many personal data were replaced by tokens, by kind."""
    found = manifest.get("redacted", {})
    rows: tuple[tuple[Cell, ...], ...] = tuple((kind.replace("_", " "), n) for kind, n in found.items() if n)
    return Table(("Kind", "Replaced"), rows, empty="None was found.")


def overlaps(manifest: Manifest) -> Table:
    """Give how many rows of each source repeat test items of each benchmark, and the worst of them."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (Code(o["source"]), Code(o["benchmark"]), o["rows"], Code(o["overlap_with"]), f"{o['overlap']:.0%}")
        for o in manifest.get("overlaps", ())
    )
    columns = ("Source", "Benchmark", "Rows left out", "The worst repeats this item", "Of it")
    return Table(columns, rows, empty="No row repeats a test item that was compared with.")


def protected(manifest: Manifest) -> Table:
    """Give the sources whose test items the rows were compared with."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (Code(source), ", ".join(p["benchmarks"]), p["items"]) for source, p in manifest.get("protects", {}).items()
    )
    empty = "There was none: the rows were compared with no test item."
    return Table(("Source of test items", "Benchmarks", "Items"), rows, empty=empty)


BLOCKS = {
    "table: sizes": sizes,
    "table: vocabulary": vocabulary,
    "table: redacted": redacted,
    "table: overlaps": overlaps,
    "table: protected": protected,
}
"""Every block by its marker."""
