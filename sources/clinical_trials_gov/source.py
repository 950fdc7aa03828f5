"""Leaf Clinical Trials (LCT): eligibility criteria of ClinicalTrials.gov with entities, roles and relations.

Upstream format, checked on all files of the commit: brat, one pair `NCT<number>.txt` and `.ann` per trial. `ner/nic/`
holds 1,006 annotated trials in 21 folders (`training`, `batch1` to `batch20`), no trial twice, with 56,067 mentions of
50 labels, 27,966 events, 10,410 relations of 13 labels and 12,471 attributes; every mention is its text, none is
discontinuous. Lines stand in any order, events before the mentions they are about; events play roles in other events.
`data/docs/brat/` holds 1,500 trials with empty `.ann` files: they were laid out for annotation, an empty file does not
mean that there is nothing to find, so they are withheld and counted. (`ner/archive` holds earlier rounds and
`data/ner/spert` a conversion; neither is read.)

One record per trial, its key is the NCT number. An event is the mention that triggers it: each of its roles becomes a
relation from that mention to the one in the role (`Value2` is a second `Value`), beside upstream's own relations. An
attribute (`Eq-Operator-Value` GTEQ) is what its mention is normalised to; a mention has at most one.

task77 gives entities and relations by line of the text; a relation belongs to the line of the mention it starts from
(247 of 49,642 end in another). Upstream's splits are by line and mix trials, so every trial is train.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

from medcorpus import File, Source, Spans, Task
from medcorpus.formats import brat
from medcorpus.reading import Item, Withheld, each
from medcorpus.records import Fields, Span

COMMIT = "62d54af08ba52e8196e664fcec01122a4d4e38ab"
URL = f"https://raw.githubusercontent.com/uw-bionlp/clinical-trials-gov-data/{COMMIT}/{{path}}"


def read(path: Path) -> Iterator[Item]:
    """Read one trial."""
    return each(brat.documents(path), laid_out if path.parent.parent.name == "brat" else criteria)


def laid_out(document: brat.Document) -> Spans | Withheld:
    """Withhold a trial that was laid out for annotation, unless it has any."""
    return criteria(document) if document.annotated else Withheld("no annotations")


def criteria(document: brat.Document) -> Spans:
    """Turn an annotated trial into a record."""
    if not document.annotated:
        raise ValueError("no annotations")
    values = {a.target: a.value for a in document.attributes}
    return Spans(
        key=document.name,
        text=document.text,
        spans=tuple(replace(s, norm=values[s.key]) if s.key in values else s for s in document.spans),
        relations=(*document.role_relations(), *document.relations),
    )


def by_line(record: Spans) -> Fields:
    """Give entities and relations as JSON, by the line they stand in and in the order of the text."""
    lines = record.text.split("\n")
    starts = list(accumulate((len(line) + 1 for line in lines[:-1]), initial=0))
    found: dict[int, tuple[list[list[str]], list[list[str]]]] = {
        n: ([], []) for n, line in enumerate(lines) if line.strip()
    }
    for span in record.spans:
        found[line_of(span, starts)][0].append([span.text, span.label])
    spans = {s.key: s for s in record.spans}
    links = ((spans[r.head], spans[r.tail], r.label) for r in record.relations)
    for head, tail, label in sorted(links, key=lambda link: (link[0].offsets, link[1].offsets, link[2])):
        found[line_of(head, starts)][1].append([head.text, tail.text, label])
    structure = {f"Line{n + 1}": {"Entities": e, "Relations": r} for n, (e, r) in found.items()}
    return {"structure": json.dumps(structure, ensure_ascii=False)}


def line_of(span: Span, starts: list[int]) -> int:
    """Give the position of the line that a mention starts in."""
    return bisect_right(starts, span.offsets[0][0]) - 1


source = Source(
    title="Leaf Clinical Trials Corpus (ClinicalTrials.gov)",
    about="Eligibility criteria of 1,006 trials of ClinicalTrials.gov, annotated at the University of Washington with "
    "entities, their roles and their relations, for turning criteria into database queries.",
    homepage="https://github.com/uw-bionlp/clinical-trials-gov-data",
    langs=("en",),
    shape=Spans,
    license="not stated",
    license_evidence="README.md is a title without a licence line; no LICENSE file; the texts are ClinicalTrials.gov's",
    license_url=f"https://github.com/uw-bionlp/clinical-trials-gov-data/blob/{COMMIT}/README.md",
    redistribute="unknown",
    access="open",
    files=(
        File(path="ner/nic/*/*.txt", url=URL),
        File(path="ner/nic/*/*.ann", url=URL, companion=True),
        File(path="data/docs/brat/*/*.txt", url=URL),
        File(path="data/docs/brat/*/*.ann", url=URL, companion=True),
    ),
    read=read,
    tasks=(
        Task(
            id="task77",
            name="trial_eligibility_ner_and_relations",
            category="Named Entity Recognition",
            domain="Exam",
            input="{text}",
            output="{structure}",
            adds=("structure",),
            fields=by_line,
        ),
    ),
    version=COMMIT,
)
