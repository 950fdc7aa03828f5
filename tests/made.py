"""Sources made up for tests: a JSON Lines corpus of any size under any raw folder."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from medcorpus import registry
from medcorpus.fetch import Found, RawFile
from medcorpus.formats import jsonl
from medcorpus.reading import Item, Withheld, each
from medcorpus.records import Record, Text
from medcorpus.source import File, Source
from medcorpus.store import sha256_of

NAME = "made_up"


def article(row: dict[str, Any]) -> Text | Withheld:
    """Turn one made-up row into a text; a row without text is withheld."""
    if row["text"] is None:
        return Withheld("no text upstream")
    return Text(key=str(row.get("id", "")), text=row["text"], lang=row.get("lang", ""), split=row.get("split", ""))


def read(path: Path) -> Iterable[Item]:
    """Read one made-up file."""
    return each(jsonl.rows(path), article)


def source(shape: type[Record] = Text, **changes: Any) -> Source:
    """Give a made-up source, with some facts changed."""
    facts: dict[str, Any] = {
        "title": "Made up",
        "about": "Rows for tests.",
        "homepage": "https://example.org",
        "langs": ("en",),
        "shape": shape,
        "license": "CC-BY-4.0",
        "license_evidence": "said so in the test",
        "license_url": "https://example.org/license",
        "redistribute": "yes",
        "access": "open",
        "files": (File(path="*.jsonl"),),
        "read": read,
        "folder": "made_raw",
    }
    return Source(**(facts | changes))


def register(monkeypatch: pytest.MonkeyPatch, made: Source, name: str = NAME) -> None:
    """Let the registry know one made-up source and nothing else."""
    monkeypatch.setattr(registry, "names", lambda: (name,))
    monkeypatch.setattr(registry, "get", lambda asked: made)
    monkeypatch.setattr(registry, "citation", lambda asked: "@misc{made}")
    monkeypatch.setattr(registry, "instructions", lambda asked, task: ("Do it.",))
    uncached = getattr(registry.tasks, "__wrapped__", registry.tasks)
    monkeypatch.setattr(registry, "tasks", uncached)  # the real one remembers what it found


def write_rows(folder: Path, files: Mapping[str, Iterable[Any]]) -> Path:
    """Write files of JSON Lines; a string is written as it stands, as a line of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in files.items():
        lines = [r if isinstance(r, str) else json.dumps(r) for r in rows]
        (folder / name).write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return folder


def found_in(folder: Path, split: str = "train") -> Found:
    """Give the files of a folder as `fetch.find` would."""
    paths = sorted(folder.glob("*.jsonl"))
    files = tuple(_raw_file(p, split) for p in paths)
    return Found(root=folder, files=files, missing=())


def _raw_file(path: Path, split: str) -> RawFile:
    return RawFile(
        path=path.name,
        local=path,
        sha256=sha256_of(path),
        size=path.stat().st_size,
        split=split,
        lang="",
        companion=False,
        pin="none",
    )
