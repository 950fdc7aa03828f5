"""Small tables for people: lists of facts that print well in a terminal and in a notebook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, overload

SHORT = 48
"""Longest cell in a terminal."""


class Rows(Sequence[dict[str, Any]]):
    """Rows of the same columns: a list of dicts by number, a column by name, a table when it is shown.

    >>> rows = Rows([{"name": "pubmedqa", "lang": "en"}])
    >>> rows["name"], rows[0]["lang"]
    (['pubmedqa'], 'en')
    """

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._rows = [dict(r) for r in rows]

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> Rows: ...
    @overload
    def __getitem__(self, index: str) -> list[Any]: ...
    def __getitem__(self, index: int | slice | str) -> Any:
        if isinstance(index, str):
            return [r[index] for r in self._rows]
        return Rows(self._rows[index]) if isinstance(index, slice) else self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self._rows)

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return list(self._rows[0]) if self._rows else []

    def __repr__(self) -> str:
        if not self._rows:
            return "(no rows)"
        cells = [self.columns, *([_short(v) for v in r.values()] for r in self._rows)]
        widths = [max(len(row[i]) for row in cells) for i in range(len(self.columns))]
        return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths)).rstrip() for row in cells)

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(c)}</th>" for c in self.columns)
        body = "".join("<tr>" + "".join(f"<td>{_html(v)}</td>" for v in r.values()) + "</tr>" for r in self._rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


class Facts(Mapping[str, Any]):
    """Named facts of one thing; a two-column table when it is shown."""

    def __init__(self, title: str, facts: Mapping[str, Any]) -> None:
        self.title, self._facts = title, dict(facts)

    def __getitem__(self, name: str) -> Any:
        return self._facts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)

    def __repr__(self) -> str:
        width = max(map(len, self._facts), default=0)
        return "\n".join([self.title, *(f"  {n.ljust(width)}  {v}" for n, v in self._facts.items())])

    def _repr_html_(self) -> str:
        body = "".join(f"<tr><th>{escape(n)}</th><td>{_html(v)}</td></tr>" for n, v in self._facts.items())
        return f"<table><caption>{escape(self.title)}</caption><tbody>{body}</tbody></table>"


def _short(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= SHORT else text[: SHORT - 1] + "…"


def _html(value: Any) -> str:
    text = escape(str(value))
    return f'<a href="{text}">{text}</a>' if text.startswith("https://") else text
