"""RuMedDaNet of RuMedBench: yes/no questions in Russian about a passage on medicine, anatomy or pharmacology.

Upstream format, checked on the files: `data/RuMedDaNet/{train,dev,test}_v1.jsonl`, one `{pairID, context, question,
answer}` a line, the answer `да` or `нет`, as often the one as the other in each split. 1,052 / 256 / 256 questions;
pairIDs are unique. `private_test_v1.jsonl` (512) has no answers and is left out.

The other tasks of RuMedBench are sources of their own, with the facts that all of them share.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medcorpus import Choice, Source, each
from medcorpus.formats import jsonl
from medcorpus.reading import Item

from .. import _exam, _rumedbench

OPTIONS = ("да", "нет")


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
    **_rumedbench.FACTS,
    title="RuMedDaNet (RuMedBench)",
    about="1,564 yes/no questions in Russian, each about one passage from medicine and its neighbouring fields.",
    shape=Choice,
    files=_rumedbench.files("RuMedDaNet"),
    read=read,
    tasks=(_exam.task("task61", "rumeddanet_mcqa_ru", "ru", context=True),),
)
