"""Radiopaedia Caption NER: sentences of radiology reports and captions, cut into anatomy, findings and diseases.

The data have not been published: format and labels are those that the published script for task72 reads, and all of
them are assumed. `Report_NER/train_new_new.jsonl`, one object per line: `sentences`, a list of one sentence as a list
of tokens; `ner`, a list of one list of `[first token, last token, type]`, the last token included; `subtext`, the
sentence as it was written. Types: Anatomy, Abnormality, Non-Abnormality, Disease. Other keys are passed over. There is
one file, so every row is train; rows are named by their content.

One record per line: the text is the tokens with single spaces between them, `subtext` an extra. task72 shows the
sentence as it was written and wants its parts in the order of the file as a list of pairs, which is JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

from medcorpus import File, Source, Span, Spans, Task, each
from medcorpus.formats import jsonl
from medcorpus.reading import Item
from medcorpus.records import Fields


def read(path: Path) -> Iterator[Item]:
    """Read the file."""
    return each(jsonl.rows(path), sentence)


def sentence(row: dict[str, Any]) -> Spans:
    """Turn an object into a sentence with its parts."""
    (tokens,), (parts,) = row["sentences"], row["ner"]
    text = " ".join(tokens)
    starts = list(accumulate((len(token) + 1 for token in tokens), initial=0))
    if any(not 0 <= first <= last < len(tokens) for first, last, _ in parts):
        raise ValueError("a part that is not in the sentence")
    places = [(starts[first], starts[last + 1] - 1, label) for first, last, label in parts]
    return Spans(
        text=text,
        spans=tuple(Span(label=label, offsets=((a, b),), text=text[a:b]) for a, b, label in places),
        extra={"subtext": row["subtext"]},
    )


def pairs(record: Spans) -> Fields:
    """Give the parts as a list of pairs."""
    return {"parts": json.dumps([[s.text, s.label] for s in record.spans], ensure_ascii=False)}


source = Source(
    title="Radiopaedia Caption NER",
    about="Sentences of radiology reports and image captions in which the MedS-Ins authors marked anatomy, "
    "abnormalities, normal findings and diseases.",
    homepage="https://github.com/MAGIC-AI4Med/MedS-Ins",
    langs=("en",),
    shape=Spans,
    license="not released",
    license_evidence="neither the data nor a licence was published: data_preparing/report_entity_report.py leaves the "
    "URL empty; the captions are Radiopaedia's",
    license_url="https://github.com/MAGIC-AI4Med/MedS-Ins/blob/main/data_preparing/report_entity_report.py",
    redistribute="unknown",
    access="manual",
    how="The file was never released: ask its contributor, Weike Zhao, through the issues of "
    "https://github.com/MAGIC-AI4Med/MedS-Ins, and put it to `Report_NER/train_new_new.jsonl` in the source's folder.",
    files=(File(path="Report_NER/train_new_new.jsonl"),),
    read=read,
    extras=("subtext",),
    tasks=(
        Task(
            id="task72",
            name="radiology_sentence_decomposition",
            category="Sentence Composition Analysis",
            domain="Clinical Text",
            input="{subtext}",
            output="{parts}",
            adds=("parts",),
            fields=pairs,
        ),
    ),
)
