"""What a card is made of beside prose: tables, bars, figures, code and notices, neither Markdown nor HTML yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that leads to a web page."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Code:
    """A cell to be read character by character: a name, a hash, parameters."""

    text: str


@dataclass(frozen=True, slots=True)
class Flag:
    """A cell that says yes or no; `good` is what gives the reader more freedom."""

    text: str
    good: bool


Cell = str | int | Link | Code | Flag


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns; `empty` stands where there are none, `folded` titles a table that opens on request."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str = "None."
    folded: str = ""


@dataclass(frozen=True, slots=True)
class Bars:
    """Rows of a label, notes and a count; where bars can be drawn, the count is one."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Headline:
    """The version and the few figures that stand at the top, by their names."""

    version: str
    figures: Mapping[str, int | str]


@dataclass(frozen=True, slots=True)
class Fence:
    """Text of another language: Python, BibTeX."""

    language: str
    text: str
    folded: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a reader must not overlook."""

    title: str
    text: str


Block = Table | Bars | Headline | Fence | Notice
