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
    """Give the folder of one source: `source.py`, `cite.bib`, `phrasings/`, `sample/`, `expected.jsonl`."""
    get(name)
    return folder() / name


SHARED = "_phrasings"
"""Folder beside the sources with the instructions that tasks of several sources share."""


@cache
def citation(name: str) -> str:
    """Give the BibTeX of a source, which lies beside it in `cite.bib`.

    >>> citation("frenchmedmcqa").split("{")[0]
    '@inproceedings'

    Raises:
        SourceError: There is no such file.
    """
    return _text(home_of(name) / "cite.bib", name, "write the BibTeX of the corpus into it").strip()


@cache
def phrasings(name: str, stem: str) -> tuple[str, ...]:
    """Give the instructions of a task, one a line of its file: the first is its own, the others say it in other words.

    Args:
        name: The source.
        stem: Name of the file without its ending: the task's `phrasings`, else its id.

    Raises:
        SourceError: There is no such file, or it is empty.
    """
    own = home_of(name) / "phrasings" / f"{stem}.txt"
    shared = folder() / SHARED / f"{stem}.txt"
    text = _text(shared if shared.is_file() and not own.is_file() else own, name, "write one instruction a line")
    lines = tuple(line.strip() for line in text.splitlines() if line.strip())
    if not lines:
        raise SourceError(f"phrasings/{stem}.txt is empty", where=name, fix="write one instruction a line")
    return lines


def instructions(name: str, task: Task) -> tuple[str, ...]:
    """Give the instructions of a task of a source; the first is its own."""
    return phrasings(name, task.phrasings or task.id)


def _text(path: Path, where: str, fix: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        beside = path.relative_to(folder() / where) if path.is_relative_to(folder() / where) else path.name
        raise SourceError(f"{beside} is missing", where=where, fix=fix) from error


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
