"""What the sources of RuMedBench share: where the files are, their licence, and records of a complaint and one label.

The repository these files were taken from is closed and points to sb-ai-lab/MedBench, which is under Apache-2.0.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, TypedDict

from medcorpus import File, Label, each
from medcorpus.formats import jsonl
from medcorpus.reading import Item

FOLDER = "rumedbench"
COMMIT = "dd57f4f4f11aebe4fd18011b109d96b6d331a1bf"
FORMER = "dd56a60faf55994ba402615c4067f0652ea0d2bb"
URL = f"https://raw.githubusercontent.com/sb-ai-lab/MedBench/{COMMIT}/{{path}}"
MIRROR = f"https://raw.githubusercontent.com/pavel-blinov/RuMedBench/{FORMER}/{{path}}"
SPLITS = {"train": "train", "dev": "validation", "test": "test"}


class Facts(TypedDict):
    """The facts of a `Source` that are those of the repository."""

    homepage: str
    langs: tuple[str, ...]
    license: str
    license_evidence: str
    license_url: str
    redistribute: Literal["yes"]
    access: Literal["open"]
    version: str


FACTS = Facts(
    homepage="https://github.com/sb-ai-lab/MedBench",
    langs=("ru",),
    license="Apache-2.0",
    license_evidence="LICENSE of sb-ai-lab/MedBench: 'Apache License, Version 2.0'; the files lie in that repository",
    license_url=f"https://github.com/sb-ai-lab/MedBench/blob/{COMMIT}/LICENSE",
    redistribute="yes",
    access="open",
    version=COMMIT,
)


def files(task: str) -> tuple[File, ...]:
    """Give the files of a task's folder."""
    return tuple(
        File(path=f"data/{task}/{name}_v1.jsonl", url=URL, mirrors=(MIRROR,), split=split)
        for name, split in SPLITS.items()
    )


def labelled(path: Path) -> Iterator[Item]:
    """Read a split of complaints with one label each."""
    return each(jsonl.rows(path), _complaint)


def _complaint(row: dict[str, Any]) -> Label:
    if not isinstance(row["code"], str):
        raise TypeError
    return Label(key=row["idx"], text=row["symptoms"].strip(), labels=(row["code"].strip(),))
