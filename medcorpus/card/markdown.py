"""Text that comes from data, as Markdown that means nothing but that text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import singledispatch

from medcorpus.card.blocks import Bars, Block, Cell, Code, Fence, Flag, Headline, Link, Notice, Table

UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Controls, line breaks of all kinds, marks that turn the writing direction, and halves of surrogate pairs."""
ADDRESS = re.compile(r"https?://[^\s\"'<>\\^`{|}]+")
MEANING = str.maketrans({c: f"&#{ord(c)};" for c in "&<>|\\`"} | {c: f"\\{c}" for c in "*_[]~$"})
"""What Markdown would take for markup; entities where a backslash would meet other backslashes."""
PLAIN_CODE = re.compile(r"[\w ./:;,=+(){}\[\]\"'@%#~-]+")


def one_line(text: str) -> str:
    r"""Give text without anything unseen, its white space folded.

    >>> one_line("a\r\n b\u2028c")
    'a b c'
    """
    return " ".join(UNSEEN.sub(" ", text).split())


def address(url: str) -> str:
    """Give a web address that is safe to link, else nothing.

    >>> address("https://example.org/a"), address("javascript:alert(1)")
    ('https://example.org/a', '')
    """
    return url if ADDRESS.fullmatch(url) and not UNSEEN.search(url) else ""


def escape(text: str) -> str:
    r"""Escape text for a line of Markdown, inside a table too.

    >>> escape("a|b\n<i>")
    'a&#124;b &#60;i&#62;'
    """
    return one_line(text).translate(MEANING)


def code(text: str) -> str:
    """Show text as code, inside a table too."""
    line = one_line(text)
    return f"`{line}`" if PLAIN_CODE.fullmatch(line) else f"<code>{escape(line)}</code>" if line else ""


def link(text: str, url: str) -> str:
    """Link text to an address; text alone when the address is not safe."""
    target = "".join(f"%{ord(c):02X}" if c in "()[]*~$" else c for c in address(url)).replace("&", "&amp;")
    return f"[{escape(text)}]({target})" if target and one_line(text) else escape(text)


def fence(text: str, language: str) -> str:
    """Put text between fences longer than any run of back-ticks in it.

    >>> fence("```", "text").splitlines()
    ['````text', '```', '````']
    """
    lines = [UNSEEN.sub(" ", line).rstrip() for line in text.splitlines()]
    longest = max(map(len, re.findall("`+", text)), default=0)
    marks = "`" * max(3, longest + 1)
    return "\n".join([f"{marks}{language}", *lines, marks])


def cell(value: Cell) -> str:
    """Render one cell of a table."""
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Link):
        return link(value.text, value.url)
    if isinstance(value, Code):
        return code(value.text)
    return escape(value.text if isinstance(value, Flag) else value)


def table(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """Render a table; columns of numbers stand to the right."""
    right = [bool(rows) and all(isinstance(r[i], int) for r in rows) for i in range(len(columns))]
    lines = [[escape(c) for c in columns], ["---:" if r else "---" for r in right]]
    lines += [[cell(c) for c in row] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


@singledispatch
def block(found: str | Block) -> str:
    """Render a block of a card; prose is Markdown already."""
    return str(found)


@block.register
def _(found: Table) -> str:
    return table(found.columns, found.rows) if found.rows else escape(found.empty)


@block.register
def _(found: Bars) -> str:
    return table(found.columns, found.rows)


@block.register
def _(found: Headline) -> str:
    figures = table(tuple(found.figures), [tuple(found.figures.values())])
    return f"Version {code(found.version)}\n\n{figures}"


@block.register
def _(found: Fence) -> str:
    return fence(found.text, found.language)


@block.register
def _(found: Notice) -> str:
    return f"> **{escape(found.title)}** {escape(found.text)}"
