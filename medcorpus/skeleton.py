"""What `medcorpus new` writes: a source that can be imported, and whose checks say what is still to be filled in."""

from __future__ import annotations

import re
from pathlib import Path

from medcorpus import products, registry
from medcorpus.errors import MedcorpusError, UnknownNameError
from medcorpus.records import SHAPES
from medcorpus.source import NAME

SHAPE_NAMES = tuple(shape.__name__ for shape in SHAPES)

_RECORDS = {
    "Text": 'text=row["text"], title=row["title"]',
    "Choice": 'question=row["question"], options=tuple(row["options"]), answers=(row["answer"],)',
    "Spans": 'text=row["text"], spans=tuple(Span(**span) for span in row["spans"])',
    "Label": 'text=row["text"], labels=(row["label"],)',
    "Pair": 'text=row["text"], target=row["target"]',
}
_TASKS = {
    "Choice": ("Question Answering", "{question}\\n{options}", "{answer}"),
    "Spans": ("Named Entity Recognition", "{text}", "{mentions}"),
    "Label": ("Text Classification", "{text}", "{labels}"),
    "Pair": ("Text Summarization", "{text}", "{target}"),
}

_SOURCE = '''"""FILL IN: what the corpus is, its upstream format as checked on the files, counts found, and quirks.

FILL IN: how each quirk is handled, and what is assumed rather than checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medcorpus import {imports}
from medcorpus.formats import jsonl
from medcorpus.reading import Item

URL = "https://FILL IN/{{path}}"


def read(path: Path) -> Iterator[Item]:
    """Read one raw file. FILL IN: the reader of medcorpus.formats that fits."""
    return each(jsonl.rows(path), record)


def record(row: dict[str, Any]) -> {shape}:
    """Turn one upstream row into a record. FILL IN: the upstream's own field names."""
    return {shape}(key=row["id"], {record})


source = Source(
    title={title},
    about="FILL IN: what it holds and who made it, in one or two sentences",
    homepage="FILL IN: where people read about it",
    langs=(),  # FILL IN: ISO 639-1 codes
    shape={shape},
    license="FILL IN: SPDX id, or the publisher's own words",
    license_evidence="FILL IN: the sentence that grants or withholds, or what was looked at without finding one",
    license_url="FILL IN: where that sentence stands",
    redistribute="unknown",  # FILL IN: yes needs a sentence that allows it
    access="open",  # FILL IN: open, account, agreement or manual
    files=(File(path="FILL IN.jsonl", url=URL, split="train"),),
    read=read,{tasks}
    version="",  # FILL IN: upstream version or commit
)
'''
_TASK = """
    tasks=(
        Task(
            id="{name}",
            name="{name}",
            category="{category}",
            domain="Medical Knowledge",
            input="{given}",
            output="{wanted}",
        ),
    ),"""


_CITE = "FILL IN: BibTeX\n"
_PHRASINGS = "FILL IN: what to do, and every label there is; then, a line each, five other ways to say it\n"


class RefusedNameError(MedcorpusError):
    """A name that a new source cannot have: taken, or not spelt as names are."""

    exit_code = 2


def write(name: str, *, shape: str = "Text", title: str = "") -> list[Path]:
    """Write the skeleton of a new source into the checkout.

    Args:
        name: Name of its folder, which is the name users type.
        shape: Shape of its records.
        title: Name as its authors write it; to be filled in when it is empty.

    Returns:
        The files written.

    Raises:
        RefusedNameError: The name is taken or cannot be one.
        MedcorpusError: This is no checkout of the project.
    """
    if shape not in SHAPE_NAMES:
        raise UnknownNameError("shape", shape, SHAPE_NAMES)
    _check_name(name)
    _check_place()
    folder = registry.folder() / name
    folder.mkdir()
    files = {"__init__.py": "", "cite.bib": _CITE, "source.py": source_text(name, shape=shape, title=title)}
    if shape in _TASKS:
        files = {f"phrasings/{name}.txt": _PHRASINGS} | files
    for file, text in files.items():
        (folder / file).parent.mkdir(exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")
    registry.names.cache_clear()
    registry.tasks.cache_clear()
    return [folder / file for file in files]


def source_text(name: str, *, shape: str, title: str = "") -> str:
    """Give the text of the skeleton's `source.py`."""
    parts = {"File", "Source", shape, "each"}
    parts |= {"Span"} if shape == "Spans" else set()
    parts |= {"Task"} if shape in _TASKS else set()
    return _SOURCE.format(
        imports=", ".join(sorted(parts)),
        shape=shape,
        record=_RECORDS[shape],
        title=_quoted(title or "FILL IN: name as its authors write it"),
        tasks=_task_text(name, shape),
    )


def _quoted(text: str) -> str:
    escaped = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _task_text(name: str, shape: str) -> str:
    if shape not in _TASKS:
        return ""
    category, given, wanted = _TASKS[shape]
    return _TASK.format(name=name, category=category, given=given, wanted=wanted)


def _check_place() -> None:
    if not (registry.folder().parent / "pyproject.toml").is_file():
        raise MedcorpusError(
            "sources are added to a checkout of the project, and this is an installed package",
            where=str(registry.folder()),
            fix="clone the repository and run `pip install -e .` in it",
        )


def _check_name(name: str) -> None:
    if not NAME.match(name):
        near = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:64]
        fix = f"call it {near!r}" if NAME.match(near) else "take the name its authors gave it"
        raise RefusedNameError(f"{name!r} cannot be a name: only a-z, 0-9 and _, at most 64", fix=fix)
    if name in products.PRODUCTS:
        raise RefusedNameError(f"{name!r} is a product", fix="take another name")
    if (registry.folder() / name).exists():
        raise RefusedNameError(f"there is a source {name!r} already", fix=f"see: medcorpus show {name}")
