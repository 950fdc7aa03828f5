"""RuMedNER of RuMedBench: sentences of Russian reviews of drugs with drugs, diseases and effects.

Upstream format, checked on the files: `data/RuMedNER/{train,dev,test}_v1.jsonl`, one `{idx, tokens [..], ner_tags
[..]}` a line, tags in IOB2; 3,440 / 676 / 693 sentences with 3,261 / 660 / 645 mentions. Labels: Drugname, Drugclass,
Drugform, DI (disease or indication), ADR (adverse reaction) and Finding (another effect or symptom). The sentences are
those of the corpus RuDReC. Sentences of one review stand in one split; the text is the tokens with single spaces
between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medcorpus import Source, Spans, each
from medcorpus.formats import iob, jsonl
from medcorpus.reading import Item

from .. import _entities, _rumedbench


def read(path: Path) -> Iterator[Item]:
    """Read one split."""
    return each(jsonl.rows(path), sentence)


def sentence(row: dict[str, Any]) -> Spans:
    """Turn one upstream object into a sentence with its mentions."""
    if not isinstance(row["tokens"], list) or not isinstance(row["ner_tags"], list):
        raise TypeError
    found = iob.sentence(row["tokens"], row["ner_tags"])
    return Spans(key=row["idx"], text=found.text, spans=found.spans)


source = Source(
    **_rumedbench.FACTS,
    title="RuMedNER (RuMedBench)",
    about="4,809 sentences from reviews of drugs in Russian with drugs, their classes and forms, diseases and effects.",
    shape=Spans,
    folder=_rumedbench.FOLDER,
    files=_rumedbench.files("RuMedNER"),
    read=read,
    tasks=(
        _entities.listing("rumedbench_ner_entities", "ru", "Daily Conversation"),
        _entities.listing("rumedbench_ner_reactions", "ru", "Daily Conversation", "ADR", typed=False),
    ),
)
