"""Blocks of a card on terms: under which all rows together come, and which rows come under lighter ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from medcorpus import terms
from medcorpus.card.blocks import Cell, Code, Notice, Table
from medcorpus.licenses import ANY, ATTRIBUTION, LEVELS, PURPOSES
from medcorpus.terms import Terms

Manifest = Mapping[str, Any]
CALLED = {
    ANY: "no conditions",
    "attribution": "attribution",
    "share-alike": "attribution, sharing alike",
    "non-commercial": "no commercial use",
    "no-derivatives": "no derivatives",
    "agreement": "an agreement",
    "unknown": "unknown",
}
"""Terms in words, from the lightest."""


def together(manifest: Manifest) -> str:
    """Call the terms under which all rows together come."""
    return CALLED[terms.together(terms.of_sources(manifest["sources"]))]


def free_rows(manifest: Manifest) -> int:
    """Count the rows that may be passed on."""
    return sum(rows for found, rows in terms.of_sources(manifest["sources"]).items() if _is_free(found))


def _is_free(found: Terms) -> bool:
    return found.conditions <= PURPOSES["open"]


def kept_here(manifest: Manifest) -> Notice | None:
    """Say how many rows may not be passed on, if any."""
    counted = terms.of_sources(manifest["sources"])
    held = {found: rows for found, rows in counted.items() if not _is_free(found)}
    if manifest["sample"] or not held:
        return None
    total = sum(split["rows"] for splits in manifest["configs"].values() for split in splits.values())
    some = f"{sum(held.values()):,} of {total:,} rows, from {len({found.source for found in held})} of the sources,"
    others = " or load only the others with license='open'" if sum(held.values()) < total else ""
    text = (
        f"{some} come under terms that forbid passing them on or do not say that it is allowed; "
        f"the table of sources says which. Keep them on this machine{others}."
    )
    return Notice("Not every row may be passed on.", text)


def by_terms(manifest: Manifest) -> Table:
    """Count sources and rows under each terms, and say how to load them."""
    counted = terms.of_sources(manifest["sources"])
    rows: list[tuple[Cell, ...]] = []
    for name, called in CALLED.items():
        held = {found: count for found, count in counted.items() if terms.together([found]) == name}
        level = ATTRIBUTION if name == ANY else name
        choice = Code(f'license="{level if level in LEVELS else ANY}"')
        if held:
            rows.append((called, len({found.source for found in held}), sum(held.values()), choice))
    return Table(("Terms", "Sources", "Rows", "Loaded, with the rows above, by"), tuple(rows))


BLOCKS = {"notice: terms": kept_here, "table: terms": by_terms}
"""Every block by its marker."""
