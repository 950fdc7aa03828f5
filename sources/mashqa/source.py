"""MASH-QA: consumer health questions from WebMD whose answers are several sentences of a web article.

Upstream format, from programs that read it (among them upstream's own `run_sentqa_att.py`): `mashqa_data.zip` holds
`mashqa_data/{train,val,test}_webmd_squad_v2_full.json`, laid out as SQuAD 2: `data[]` with `title` (the address of the
article) and `paragraphs[]` of `context`, `sent_list` and `qas[]` with `id`, `question`, `is_impossible` and
`answers[]` of `text`, `answer_start`, `answer_starts` and `answer_span` (numbers of sentences). The files were not at
hand: that the text of an answer holds all of its sentences is assumed. The `..._consec.json` files beside them hold
the questions whose answer is one run of sentences; they are part of the full ones and not read.

A record is a question with its first answer; a question without one is withheld. The rights in the text are WebMD's and
no licence is stated for it, so it has to be brought.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from medcorpus import File, Pair, Source, Task, Withheld, each
from medcorpus.formats import squad
from medcorpus.reading import Item

COMMIT = "86e0a7d7a1f3fc0906c74de534340f985f199b1f"
REPOSITORY = "https://github.com/mingzhu0527/MASHQA"
SPLITS = {"train": "train", "val": "validation", "test": "test"}


def read(path: Path) -> Iterator[Item]:
    """Read one split."""
    return each(squad.questions(path), pair)


def pair(asked: squad.Asked) -> Pair | Withheld:
    """Turn one question into a pair."""
    if not asked.question["answers"]:
        return Withheld("no answer in the article")
    return Pair(
        key=str(asked.question["id"]),
        text=asked.question["question"].strip(),
        target=asked.question["answers"][0]["text"].strip(),
        extra={"url": str(asked.article.get("title", ""))},
    )


source = Source(
    title="MASH-QA",
    about="About 34,800 consumer health questions, each answered by one or more sentences of a WebMD article.",
    homepage=REPOSITORY,
    langs=("en",),
    shape=Pair,
    license="not stated for the data (text of WebMD); code Apache-2.0",
    license_evidence="LICENSE: 'Apache License, Version 2.0' for the code; README.md has no sentence on the data, "
    "which lie elsewhere",
    license_url=f"{REPOSITORY}/blob/{COMMIT}/README.md",
    redistribute="unknown",
    access="manual",
    how="The rights in the text are WebMD's: see whether your use is allowed, then unpack mashqa_data.zip from the "
    f"Google Drive link in the README of {REPOSITORY} (or ask its author for it)",
    files=tuple(
        File(path=f"mashqa_data/{name}_webmd_squad_v2_full.json", split=split) for name, split in SPLITS.items()
    ),
    read=read,
    tasks=(
        Task(
            id="task101",
            name="mashqa_answering",
            category="Question Answering",
            domain="Medical Knowledge",
            input="{text}",
            output="{target}",
        ),
    ),
    extras=("url",),
    version=COMMIT,
)
