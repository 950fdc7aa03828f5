"""PICO annotations of Zlabinger et al.: sentences of trial reports with participants, interventions and outcomes.

Upstream format, checked on the files: `data/sentences.json`, one object of 423 `{"<PMID>:<index>": sentence}`, and for
each of the three `data/annotations/<kind>_expert.json`, one object of `{id: {annotations, wids}}` with the ids of the
sentences; `annotations` holds three lists, one an expert, with 0 or 1 for each token, tokens being what stands between
white space. Every list has as many values as its sentence has tokens. (The annotations of crowd workers, `*_baseline`,
`*_senbase` and `*_sensupport`, are not read. The paper describes EBM-NLP here, but counts as this corpus does.)

One record per sentence, keyed by upstream's id. A token belongs to a mention where at least two of the three experts
say so, and neighbouring tokens are one mention: 145 participants in 144 sentences, 307 interventions in 207, 396
outcomes in 268. Mentions of different kinds may overlap.

The tasks want the phrases one to a line, since phrases hold commas, and `not found`, the paper's answer, where there is
none. Upstream has no splits: a tenth of the sentences is held out as test.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from medcorpus import File, Source, Span, Spans, Task, each
from medcorpus.errors import FormatError
from medcorpus.formats import jsonl
from medcorpus.reading import Item
from medcorpus.records import Fields

from .. import _ner

COMMIT = "63358b6bd99826a3607ff7ce78c7e8bbdd5ceed5"
URL = f"https://raw.githubusercontent.com/Markus-Zlabinger/pico-annotation/{COMMIT}/{{path}}"
KINDS = ("participants", "interventions", "outcomes")


def read(path: Path) -> Iterator[Item]:
    """Read the sentences, and the experts' annotations beside them."""
    marks = {kind: expert(path.parent / "annotations" / f"{kind}_expert.json") for kind in KINDS}
    return each(jsonl.entries(path), partial(sentence, marks=marks))


def expert(path: Path) -> dict[str, Any]:
    """Read the annotations of one kind."""
    if not path.is_file():
        raise FormatError("not beside the sentences", where=path.name, fix="fetch it: it holds what is marked in them")
    return dict(entry for _, entry in jsonl.entries(path))


def sentence(entry: tuple[str, str], marks: dict[str, dict[str, Any]]) -> Spans:
    """Turn a sentence into a record with what most experts mark in it."""
    key, text = entry
    if any(key not in found for found in marks.values()):
        raise ValueError("a sentence without annotations")
    tokens = text.split()
    votes = {kind: marks[kind][key]["annotations"] for kind in KINDS}
    spans = [span for kind in KINDS for span in mentions(tokens, votes[kind], kind)]
    return Spans(key=key, text=" ".join(tokens), spans=tuple(sorted(spans, key=lambda span: span.offsets)))


def mentions(tokens: list[str], votes: list[list[int]], label: str) -> Iterator[Span]:
    """Give the runs of tokens that more than half of the experts mark."""
    if any(len(marks) != len(tokens) for marks in votes):
        raise ValueError("not one mark for each token")
    marked = [2 * sum(column) > len(votes) for column in zip(*votes)]
    start = 0
    for inside, run in groupby(zip(tokens, marked), key=lambda pair: pair[1]):
        text = " ".join(token for token, _ in run)
        if inside:
            yield Span(label=label, offsets=((start, start + len(text)),), text=text)
        start += len(text) + 1


def phrases(record: Spans, kind: str) -> Fields:
    """Give the phrases of a kind, one to a line."""
    return {"phrases": "\n".join(_ner.names(record, (kind,))) or "not found"}


def task(task_id: str, kind: str) -> Task:
    """Give the task of one kind."""
    return Task(
        id=task_id,
        name=f"pico_{kind.removesuffix('s')}_extraction",
        category="Information Extraction",
        domain="Academical Papers",
        input="{text}",
        output="{phrases}",
        adds=("phrases",),
        fields=partial(phrases, kind=kind),
        bench=True,
    )


source = Source(
    title="PICO annotations (Zlabinger et al. 2020)",
    about="423 sentences of abstracts of clinical trials in which three medical experts marked the participants, the "
    "interventions and the outcomes; the experts' marks come from EBM-NLP.",
    homepage="https://github.com/Markus-Zlabinger/pico-annotation",
    langs=("en",),
    shape=Spans,
    license="not stated",
    license_evidence="README.md has no licence line and asks to cite the papers; no LICENSE file",
    license_url=f"https://github.com/Markus-Zlabinger/pico-annotation/blob/{COMMIT}/README.md",
    redistribute="unknown",
    access="open",
    files=(
        File(path="data/sentences.json", url=URL),
        *(File(path=f"data/annotations/{kind}_expert.json", url=URL, companion=True) for kind in KINDS),
    ),
    read=read,
    held_out=0.1,
    tasks=tuple(task(f"task{number}", kind) for number, kind in enumerate(KINDS, 1)),
    version=COMMIT,
)
