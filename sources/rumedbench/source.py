"""RuMedDaNet of RuMedBench: yes/no questions in Russian about a passage on medicine, anatomy or pharmacology.

Upstream format, checked on the files: `data/RuMedDaNet/{train,dev,test}_v1.jsonl`, one `{pairID, context, question,
answer}` a line, the answer `да` or `нет`, as often the one as the other in each split. 1,052 / 256 / 256 questions;
pairIDs are unique. `private_test_v1.jsonl` (512) has no answers and is left out.

The repository these files were taken from is closed and points to sb-ai-lab/MedBench, which holds the same bytes under
Apache-2.0. The other tasks of RuMedBench are not part of this source.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medcorpus import Choice, File, Source, each
from medcorpus.formats import jsonl
from medcorpus.reading import Item

from .. import _exam

COMMIT = "dd57f4f4f11aebe4fd18011b109d96b6d331a1bf"
FORMER = "dd56a60faf55994ba402615c4067f0652ea0d2bb"
URL = f"https://raw.githubusercontent.com/sb-ai-lab/MedBench/{COMMIT}/{{path}}"
MIRROR = f"https://raw.githubusercontent.com/pavel-blinov/RuMedBench/{FORMER}/{{path}}"
OPTIONS = ("да", "нет")
SPLITS = {"train": "train", "dev": "validation", "test": "test"}


def read(path: Path) -> Iterator[Item]:
    """Read one split."""
    yield from each(jsonl.rows(path), question)


def question(row: dict[str, Any]) -> Choice:
    """Turn one upstream object into a question about its passage."""
    if row["answer"] not in OPTIONS:
        raise ValueError("an answer that is neither да nor нет")
    return Choice(
        key=row["pairID"],
        question=row["question"],
        context=row["context"],
        options=OPTIONS,
        answers=(OPTIONS.index(row["answer"]),),
    )


source = Source(
    title="RuMedDaNet (RuMedBench)",
    about="1,564 yes/no questions in Russian, each about one passage from medicine and its neighbouring fields.",
    homepage="https://github.com/sb-ai-lab/MedBench",
    langs=("ru",),
    shape=Choice,
    license="Apache-2.0",
    license_evidence="LICENSE of sb-ai-lab/MedBench: 'Apache License, Version 2.0'; the files lie in that repository",
    license_url=f"https://github.com/sb-ai-lab/MedBench/blob/{COMMIT}/LICENSE",
    redistribute="yes",
    access="open",
    files=tuple(
        File(path=f"data/RuMedDaNet/{name}_v1.jsonl", url=URL, mirrors=(MIRROR,), split=split)
        for name, split in SPLITS.items()
    ),
    read=read,
    tasks=(_exam.task("task61", "rumeddanet_mcqa_ru", "ru", context=True),),
    version=COMMIT,
)
