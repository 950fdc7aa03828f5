"""Writes a release of instructions as MedS-Ins task files: one JSON object a task, named as upstream names them.

    DIR/<split>/<id>_<name>.json              rows that may be passed on
    DIR/local-only/<split>/<id>_<name>.json   rows that may not, where they were asked for

Readers of such files take the task's id to be what stands before the first underscore: an underscore in an id is
written as a hyphen. They take the first element of Definition for the instruction; the other elements say the same in
other words. Source, licence and terms stand in each file.
"""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from medcorpus import atomic, products, registry, selection, withdrawals
from medcorpus.contributions.vocabulary import language_named
from medcorpus.errors import MedcorpusError
from medcorpus.phrasings import ALL
from medcorpus.release import Release
from medcorpus.verified import ensure_verified

if TYPE_CHECKING:
    from medcorpus.selection import Chosen

LOCAL = "local-only"
NOTICE = "The rows in this folder may not be passed on: their publishers do not allow it, or do not say.\n"
COLUMNS = ("id", "input", "output", "redistribute")
FACTS = ("instruction", "lang", "output_lang", "instruction_lang", "license", "source", "task", "category")
Watch = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFile:
    """A task file that was written.

    Args:
        path: Its path inside the folder.
        task: Id of its task.
        split: Split of its rows.
        rows: How many there are.
        source: The corpus.
        license: Its licence.
        redistribute: Whether its rows may be passed on.
    """

    path: str
    task: str
    split: str
    rows: int
    source: str
    license: str
    redistribute: str


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, and how many rows were not because they may not be passed on, by task."""

    files: tuple[TaskFile, ...]
    withheld: Mapping[str, int]


def export(
    release: Release,
    folder: Path,
    *,
    task: str | None = None,
    local: bool = False,
    again: bool = False,
    watch: Watch = lambda done, total: None,
) -> Exported:
    """Write a release as task files into a new folder: all of them, or none.

    Args:
        release: A release of instructions.
        folder: Where to; it must not exist, or be empty.
        task: Only this task or category.
        local: Whether rows that may not be passed on are written as well, into a folder of their own.
        again: Whether what the folder holds is replaced.
        watch: Called with the number of tasks written and of all.

    Raises:
        MedcorpusError: The release has no instructions, there is nothing to write, or the folder is not empty.
        VerificationError: A file of the release differs from the manifest.
    """
    if products.get(release.product).kind != "instructions":
        raise MedcorpusError(f"{release.product} has no tasks", fix="export meds-ins or meds-bench")
    if folder.exists() and any(folder.iterdir()) and not again:
        raise MedcorpusError("the folder is not empty", where=str(folder), fix="name a new one")
    with _whole(folder) as temporary:
        found = Exported(*_written(release, temporary, _chosen(release, task), local, watch))
        if not found.files:
            raise _nothing(release, sum(found.withheld.values()))
    return found


def _nothing(release: Release, withheld: int) -> MedcorpusError:
    if not withheld:
        return MedcorpusError("all its rows were withdrawn", where=release.version, fix="build it again")
    what, fix = f"none of its {withheld:,} rows may be passed on", "--local writes them for your own use"
    return MedcorpusError(what, where=release.version, fix=fix)


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """Give a temporary folder that takes the folder's place when the block ends without an error."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:12]}.tmp")
    temporary.mkdir()
    try:
        yield temporary
        if folder.exists():
            shutil.rmtree(folder)
        temporary.rename(folder)
        atomic.sync(folder.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _chosen(release: Release, task: str | None) -> Chosen:
    chosen = selection.choose(
        release, task=task, lang=None, source=None, split=None, license="any", columns=[*COLUMNS, *FACTS]
    )
    ensure_verified(release, [path for paths in chosen.files.values() for path in paths])
    return withdrawals.left_out(release, chosen)


def _written(
    release: Release, folder: Path, chosen: Chosen, local: bool, watch: Watch
) -> tuple[tuple[TaskFile, ...], dict[str, int]]:
    parts = list(_parts(release, chosen))
    files: list[TaskFile] = []
    withheld: dict[str, int] = {}
    for done, (task_id, split, part) in enumerate(parts, 1):
        made, left = _write_part(release, folder, task_id, split, part, local)
        files += made
        if left:
            withheld[task_id] = withheld.get(task_id, 0) + left
        watch(done, len(parts))
    if any(file.path.startswith(LOCAL) for file in files):
        atomic.write_text(folder / LOCAL / "NOTICE.txt", NOTICE)
    return tuple(files), withheld


def _parts(release: Release, chosen: Chosen) -> Iterator[tuple[str, str, Chosen]]:
    """Give what goes into files of its own: each task and split."""
    for task_id, splits in release.manifest["configs"].items():
        for split, listed in splits.items():
            own = {release.path / file["path"] for file in listed["files"]}
            paths = tuple(path for path in chosen.files.get(split, ()) if path in own)
            if paths:
                yield task_id, split, replace(chosen, files={split: paths})


def _write_part(
    release: Release, folder: Path, task_id: str, split: str, part: Chosen, local: bool
) -> tuple[list[TaskFile], int]:
    """Write the rows of one task and split; give the files, and how many rows were left out."""
    facts = _facts(release, task_id, split, part)
    if not facts:
        return [], 0
    rows: dict[str, int] = {}
    with ExitStack() as opened:
        streams: dict[str, IO[str]] = {}
        for row in _rows(release, part):
            terms = row["redistribute"]
            rows[terms] = rows.get(terms, 0) + 1
            if terms != "yes" and not local:
                continue
            if terms not in streams:
                path = folder / _path(facts["task"], task_id, split, terms)
                streams[terms] = opened.enter_context(_stream(path, {**facts["head"], "Redistribute": [terms]}))
            streams[terms].write("," if rows[terms] > 1 else "")
            instance = {name: row[name] for name in ("id", "input", "output")}
            streams[terms].write("\n" + json.dumps(instance, ensure_ascii=False))
    told = {"task": task_id, "split": split, "source": facts["source"], "license": "; ".join(facts["head"]["License"])}
    made = [
        TaskFile(path=_path(facts["task"], task_id, split, t), rows=rows[t], redistribute=t, **told) for t in streams
    ]
    return made, sum(n for terms, n in rows.items() if terms not in streams)


@contextmanager
def _stream(path: Path, head: Mapping[str, Any]) -> Iterator[IO[str]]:
    """Open a task file behind its facts, for its instances; it is there when the block ends without an error."""
    with atomic.replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "Instances": [')
        yield stream
        stream.write("\n ]\n}\n")


def _path(name: str, task_id: str, split: str, terms: str) -> str:
    file = f"{split}/{task_id.replace('_', '-')}_{name}.json"
    return file if terms == "yes" else f"{LOCAL}/{file}"


def _rows(release: Release, part: Chosen) -> Iterator[Mapping[str, Any]]:
    """Give the rows, each once, whatever number of phrasings it has."""
    once: dict[str, Any] = {"phrasing": frozenset({0})} if release.manifest.get("phrasings") == ALL else {}
    return selection.as_rows(replace(part, columns=COLUMNS, where={**part.where, **once}))


def _facts(release: Release, task_id: str, split: str, part: Chosen) -> dict[str, Any]:
    """Give what is the same for all rows of a task and split: name, source, head of the file; nothing without rows."""
    import polars as pl

    scanned = selection.as_lazy(replace(part, columns=FACTS))
    seen = {
        name: scanned.select(pl.col(name).unique(maintain_order=True).sort()).collect()[name].to_list()
        for name in FACTS
    }
    if not seen["source"]:
        return {}
    source = release.manifest["sources"][seen["source"][0]]
    head = {
        "Contributors": ["medcorpus"],
        "Source": [source["title"]],
        "URL": [source["homepage"]],
        "Categories": seen["category"],
        "Reasoning": [],
        "Definition": _definition(task_id, seen["instruction"]),
        "Input_language": [language_named(code) for code in seen["lang"]],
        "Output_language": [language_named(code) for code in seen["output_lang"]],
        "Instruction_language": [language_named(code) for code in seen["instruction_lang"]],
        "Domains": [registry.tasks()[task_id][1].domain] if task_id in registry.tasks() else [],
        "Positive Examples": [],
        "Negative Examples": [],
        "License": seen["license"],
        "License evidence": [source["license_evidence"]],
        "License URL": [source["license_url"]],
        "Access": [source["access"]],
        "Split": [split],
        "Release": [f"{release.product} {release.version}"],
    }
    return {"task": seen["task"][0], "source": seen["source"][0], "head": head}


def _definition(task_id: str, seen: Sequence[str]) -> list[str]:
    """Give the task's own instruction first, then the others that rows carry."""
    known = registry.tasks().get(task_id)
    own = registry.instructions(*known) if known else ()
    return list(dict.fromkeys([*own[:1], *(text for text in own if text in seen), *seen]))
