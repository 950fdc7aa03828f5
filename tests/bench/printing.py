"""Tables of numbers for a terminal, in Markdown so that they can be pasted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def show(title: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Print a table: its title, the headings of its columns, and a line for each row."""
    cells = [list(columns.values()), *([cell(row.get(c, "")) for c in columns] for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(columns))]
    rule = ["-" * (w - 1) + (":" if i else "-") for i, w in enumerate(widths)]
    print(f"\n{title}\n")
    for line in (cells[0], rule, *cells[1:]):
        first, *others = (c.rjust(w) if i else c.ljust(w) for i, (c, w) in enumerate(zip(line, widths)))
        print("| " + " | ".join([first, *others]) + " |")


def cell(value: Any) -> str:
    """Write a value with three digits that count.

    >>> cell(0.01234), cell(2.5), cell(123456.7), cell("x")
    ('0.0123', '2.50', '123,457', 'x')
    """
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= 100 else f"{value:#.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
