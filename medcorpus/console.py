"""What the command line prints: tables that fit the terminal, JSON for programs, bare lines for scripts.

Results go to standard output, everything said on the way (progress, warnings, errors) to standard error. Text that
comes from corpora is made harmless first: no escape sequence, control or direction character of a corpus reaches a
terminal.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TextIO

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, ProgressColumn

Format = Literal["human", "json", "quiet"]
FORMATS: tuple[Format, ...] = ("human", "json", "quiet")
Watch = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is (0: not known)."""

UNLIMITED = 10_000
"""Width of a table that goes to a file or a pipe: one line per row."""
PLAIN_SECONDS = 10.0
"""Where no bar can be drawn, the same step says how far it is this often."""

_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # control sequences: colours, cursor, erase
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # strings: titles, links, clipboard
    r"|\x1b[ -/]*[0-~]?"
)
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def safe(text: object) -> str:
    r"""Take escape sequences, control and direction characters out of a text; line breaks and tabs stay.

    >>> safe("a\x1b[31mb\u202ec\x07")
    'abc'
    """
    return _UNSAFE.sub("", _SEQUENCE.sub("", str(text).replace("\r\n", "\n").replace("\r", "\n")))


def one_line(text: object) -> str:
    r"""Make a text harmless and put it on one line.

    >>> one_line("first\n  second")
    'first second'
    """
    return " ".join(safe(text).split())


def as_json(value: Any) -> str:
    r"""Write a value as one line of JSON; what could disturb a terminal is written as `\uXXXX`.

    >>> as_json({"a": "\x9b"})
    '{"a": "\\u009b"}'
    """
    text = json.dumps(value, ensure_ascii=not _speaks_unicode(sys.stdout), default=str)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _speaks_unicode(stream: TextIO) -> bool:
    return (getattr(stream, "encoding", None) or "").lower().replace("-", "") == "utf8"


@dataclass(frozen=True, slots=True)
class Output:
    """Prints a command's result in one of the three formats."""

    format: Format = "human"

    def result(self, value: Any, *, bare: Iterable[object] = (), human: Callable[[], None]) -> None:
        """Print a result: the value as one line of JSON, its bare lines, or what `human` prints."""
        if self.format == "json":
            click.echo(as_json(value))
        elif self.format == "quiet":
            for line in bare:
                click.echo(one_line(line))
        else:
            human()

    def line(self, text: object = "") -> None:
        """Print text for people."""
        click.echo(safe(text))

    def warn(self, text: object) -> None:
        """Say on standard error what should be looked at; other formats carry it in their result."""
        if self.format == "human":
            click.echo(one_line(f"warning: {text}"), err=True)

    def table(
        self, columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "", right: Sequence[str] = ()
    ) -> None:
        """Print a table that fits the terminal; a file or a pipe gets one line per row.

            Names, in the first column, and numbers are the last to be broken.

        Args:
            columns: Headings.
            rows: Cells, as many in each row as there are columns.
            title: A line above the table.
            right: Headings of the columns that are set flush right.
        """
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
        for number, column in enumerate(columns):
            justify: Literal["left", "right"] = "right" if column in right else "left"
            whole = number == 0 or column in right
            table.add_column(Text(column), justify=justify, overflow="fold", no_wrap=whole)
        for row in rows:
            table.add_row(*(Text(one_line(cell)) for cell in row))
        if title:
            self.line(title)
        _print(table)

    def facts(self, title: str, facts: Mapping[str, object]) -> None:
        """Print named facts of one thing; those that are empty are left out."""
        from rich.table import Table
        from rich.text import Text

        grid = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
        grid.add_column(style="bold", no_wrap=True)
        grid.add_column(overflow="fold")
        for name, value in facts.items():
            if value not in ("", (), [], None):
                grid.add_row(Text(name), Text(safe(value)))
        self.line(title)
        _print(grid)

    @contextmanager
    def progress(self, unit: Literal["steps", "bytes"] = "steps") -> Iterator[Watch]:
        """Show how far the work is: a bar on a terminal, plain lines elsewhere, nothing unless people read it."""
        if self.format == "quiet" or (self.format == "json" and not sys.stderr.isatty()):
            yield lambda what, done, total: None
        elif sys.stderr.isatty():
            with _bars(unit) as bars:
                yield _Bars(bars).watch
        else:
            yield _Lines(unit).watch


def width() -> int:
    """Give the width tables may have: the terminal's, or next to no limit."""
    return _console(sys.stdout).width


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    limited = stream.isatty() or "COLUMNS" in os.environ
    return Console(file=stream, width=None if limited else UNLIMITED, highlight=False, markup=False, emoji=False)


def _print(table: Any) -> None:
    console = _console(sys.stdout)
    with console.capture() as captured:
        console.print(table)
    text = "\n".join(line.rstrip() for line in captured.get().splitlines())
    click.echo(text, color=console.is_terminal)


def _bars(unit: str) -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    amount: ProgressColumn = DownloadColumn() if unit == "bytes" else MofNCompleteColumn()
    description = TextColumn("{task.description}", markup=False)
    return Progress(
        description,
        BarColumn(),
        amount,
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )


class _Bars:
    """One bar for each thing that is being done; it goes when the thing is finished."""

    def __init__(self, progress: Progress) -> None:
        self.progress, self.tasks = progress, dict[str, Any]()

    def watch(self, what: str, done: int, total: int) -> None:
        if what not in self.tasks:
            self.tasks[what] = self.progress.add_task(one_line(what), total=total or None)
        self.progress.update(self.tasks[what], completed=done, total=total or None)
        if total and done >= total:
            self.progress.remove_task(self.tasks.pop(what))


class _Lines:
    """One plain line for each thing that is finished, and now and then one for what takes long."""

    def __init__(self, unit: str) -> None:
        self.unit = " bytes" if unit == "bytes" else ""
        self.said: dict[str, float] = {}

    def watch(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        since = now - self.said.setdefault(what, now)
        if (total and done >= total) or since >= PLAIN_SECONDS:
            self.said[what] = now
            whole = f" of {total:,}" if total else ""
            click.echo(f"{one_line(what)}: {done:,}{whole}{self.unit}", err=True)
