"""Finds sources by the names of their folders and imports each only when it is asked for."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path

from medcorpus.errors import SourceError, UnknownNameError
from medcorpus.source import NAME, Source, Task


def folder() -> Path:
    """Give the folder that holds the sources: the checkout's, or the one inside the wheel."""
    package = importlib.import_module("medcorpus.corpora")
    return Path(next(iter(package.__path__)))


@cache
def names() -> tuple[str, ...]:
    """Give the names of all sources, sorted: every folder of `sources/` with a `source.py`.

    >>> "pubmedqa" in names()
    True
    """
    return tuple(sorted(p.parent.name for p in folder().glob("*/source.py") if NAME.match(p.parent.name)))


@cache
def get(name: str) -> Source:
    """Import one source by its name.

    Raises:
        UnknownNameError: There is no such source; the nearest names are suggested.
        SourceError: Its module cannot be imported or has no `source`.
    """
    if name not in names():
        raise UnknownNameError("source", name, names())
    try:
        module = importlib.import_module(f"medcorpus.corpora.{name}.source")
    except Exception as error:
        raise SourceError(
            f"source.py cannot be imported: {type(error).__name__}: {error}",
            where=name,
            fix=f"mend sources/{name}/source.py",
        ) from error
    source = getattr(module, "source", None)
    if not isinstance(source, Source):
        raise SourceError("source.py defines no `source = Source(...)`", where=name, fix="see CONTRIBUTING.md")
    return source


def home_of(name: str) -> Path:
    """Give the folder of one source: `source.py`, `sample/`, `expected.jsonl`."""
    get(name)
    return folder() / name


@cache
def tasks() -> dict[str, tuple[str, Task]]:
    """Give every task by its id, with the name of its source, in the order of the ids' numbers."""
    found = [(t.id, (n, t)) for n in names() for t in get(n).tasks]
    twice = {i for i, _ in found if sum(i == j for j, _ in found) > 1}
    if twice:
        raise SourceError(f"task ids used by two sources: {', '.join(sorted(twice))}", fix="give each task its own id")
    return dict(sorted(found, key=lambda item: _task_order(item[0])))


def _task_order(task_id: str) -> tuple[int, str]:
    number = task_id.removeprefix("task")
    return (int(number), task_id) if number.isdigit() else (10**6, task_id)
