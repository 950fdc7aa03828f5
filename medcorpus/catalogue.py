"""The catalogue of sources: `sources/README.md`, and the rows that each source gave when it was last built.

`rows.json` beside a source says what its real raw files gave; the sample's rows are the lines of `expected.jsonl`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcorpus import atomic, registry
from medcorpus.errors import SourceError

if TYPE_CHECKING:
    from medcorpus.engine import Engine
    from medcorpus.fetch import Found
    from medcorpus.store import Shards, Store

ROWS = "rows.json"
INTRODUCTION = """\
# Sources

Made by `medcorpus catalogue` from the sources themselves; edit those, not this page.

*Rows* are records read from the real raw files when they were last built here, `+` where only a part of the files was
at hand, and nothing where none was. *Sample* counts the rows of the sample that ships with the source. *Passing on*
says whether rows may be published again; unknown counts as no.
"""
COLUMNS = ("name", "title", "languages", "shape", "tasks", "licence", "access", "passing on", "rows", "sample")
TASK_COLUMNS = ("task", "name", "category", "source", "language", "rows")
NUMBERS = ("rows", "sample")


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What the real raw files of a source gave.

    Args:
        version: Version of the source that was read.
        records: Rows stored.
        tasks: Instructions rendered, by task id.
        partial: Whether only a part of the raw files was at hand.
    """

    version: str
    records: int
    tasks: Mapping[str, int] = field(default_factory=dict)
    partial: bool = False

    def shown(self, rows: int) -> str:
        """Give a number of rows as people read it."""
        return f"{rows:,}{'+' if self.partial else ''}"


def built(name: str) -> Built | None:
    """Give what was recorded of a source's last build from real files; None where there was none.

    Raises:
        SourceError: The record cannot be read.
    """
    path = registry.home_of(name) / ROWS
    if not path.is_file():
        return None
    try:
        return Built(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise SourceError(
            f"{ROWS} cannot be read: {error}", where=name, fix="run: medcorpus catalogue --raw"
        ) from error


def sample_rows(name: str) -> int:
    """Count the rows of a source's sample."""
    path = registry.home_of(name) / "expected.jsonl"
    return path.read_bytes().count(b"\n") if path.is_file() else 0


def record(found: Mapping[str, Found], store: Store, workers: Engine) -> dict[str, Built]:
    """Ingest and render sources from their raw files, and write beside each what it gave.

    Args:
        found: The raw files of each source.
        store: Where the layers lie; what was made before is looked up.
        workers: Runs the jobs.
    """
    from medcorpus import ingest, render
    from medcorpus.store import make

    names = list(found)
    records = dict(zip(names, make(store, [ingest.layer_of(n, found[n]) for n in names], workers)))
    for name in names:
        ingest.check(name, records[name])
    rendered = dict(zip(names, make(store, [render.layer_of(n, records[n]) for n in names], workers)))
    made = {n: _built(n, found[n], records[n], rendered[n]) for n in names}
    for name, one in made.items():
        value = {"version": one.version, "records": one.records, "tasks": one.tasks, "partial": one.partial}
        atomic.write_text(registry.home_of(name) / ROWS, json.dumps(value, indent=1) + "\n")
    return made


def _built(name: str, found: Found, records: Shards, rendered: Shards) -> Built:
    from medcorpus.raw import pins

    here = {f.path.split("!")[0] for f in found.files}
    counts: Counter[str] = Counter()
    for table in rendered.tables():
        counts.update(table.column("task_id").to_pylist())
    return Built(
        version=registry.get(name).version,
        records=records.rows,
        tasks={task.id: counts[task.id] for task in registry.get(name).tasks},
        partial=bool(found.missing) or bool(pins.read(name).keys() - here),
    )


def text() -> str:
    """Give the text of `sources/README.md`."""
    sources = [_source_cells(name) for name in registry.names()]
    tasks = [_task_cells(i, name) for i, (name, _) in registry.tasks().items()]
    langs = {code for name in registry.names() for code in registry.get(name).langs}
    total = f"{len(sources)} sources, {len(tasks)} tasks, {len(langs)} languages.\n"
    parts = (INTRODUCTION, total, _table(COLUMNS, sources), "## Tasks\n", _table(TASK_COLUMNS, tasks))
    return "\n".join(parts)


def _source_cells(name: str) -> tuple[Any, ...]:
    source, real = registry.get(name), built(name)
    return (
        f"[{name}]({name}/source.py)",
        f"[{source.title}]({source.homepage})",
        " ".join(source.langs),
        source.shape.__name__,
        _ids(task.id for task in source.tasks),
        source.license,
        source.access,
        source.redistribute,
        real.shown(real.records) if real else "",
        f"{sample_rows(name):,}",
    )


def _ids(ids: Iterable[str]) -> str:
    """Give task ids in short: the paper's by their numbers, the others by how many there are."""
    listed = list(ids)
    numbers = [i.removeprefix("task") for i in listed if i.removeprefix("task").isdigit()]
    own = len(listed) - len(numbers)
    return ", ".join([*numbers, *([f"{own} beyond the paper"] if own else [])])


def _task_cells(task_id: str, name: str) -> tuple[Any, ...]:
    task, real = registry.tasks()[task_id][1], built(name)
    rows = real.shown(real.tasks[task_id]) if real and task_id in real.tasks else ""
    lang = task.lang or " ".join(registry.get(name).langs)
    return (task_id, task.name, task.category, name, lang, rows)


def _table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    rule = ["---:" if c in NUMBERS else "---" for c in columns]
    return "".join(_lines([columns, rule, *rows]))


def _lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    for row in rows:
        yield "| " + " | ".join(" ".join(str(cell).split()).replace("|", "\\|") for cell in row) + " |\n"


def write() -> Path:
    """Write `sources/README.md`.

    Returns:
        Its path.
    """
    path = registry.folder() / "README.md"
    atomic.write_text(path, text())
    return path
