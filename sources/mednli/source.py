"""MedNLI: sentences from the past medical history of patients, and what can be concluded from them.

Upstream format, from PhysioNet's page, the BigBIO reader and other public readers: MedNLI 1.0.0,
`mli_{train,dev,test}_v1.jsonl`, one object a line with pairID, sentence1 (premise), sentence2 (hypothesis), gold_label
(entailment, contradiction or neutral) and parses of both sentences, which are not read. 11,232 / 1,395 / 1,422 pairs.
No file was at hand; that pairID is unique is ASSUMED.

Physicians wrote three hypotheses for a premise, one of each kind. For the sorting task (44) three rows in a row with
one premise and three labels are a triple; its entailed row carries the other two hypotheses, and the order in which
the three are shown follows from the checksum of its key. Rows out of such a triple serve the other tasks only.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import permutations
from pathlib import Path
from typing import Any

from medcorpus import File, Label, Source, Task, each
from medcorpus.formats import jsonl
from medcorpus.reading import Item, Reject
from medcorpus.records import Fields

from .. import _physionet

LABELS = ("entailment", "contradiction", "neutral")
ORDERS = tuple(permutations(LABELS))

Hypotheses = dict[str, str]


def read(path: Path) -> Iterator[Item]:
    """Read one split."""
    rows = list(jsonl.rows(path))
    values = [row[1] for row in rows if not isinstance(row, Reject) and isinstance(row[1], dict)]
    return each(rows, partial(pair, triples=dict(_triples(values))))


def _triples(values: Sequence[dict[str, Any]]) -> Iterator[tuple[str, Hypotheses]]:
    """Give the three hypotheses about one premise by the key of the entailed one."""
    at = 0
    while at + 3 <= len(values):
        three = values[at : at + 3]
        told = {str(row.get("gold_label")): str(row.get("sentence2")) for row in three}
        whole = len({str(row.get("sentence1")) for row in three}) == 1 and set(told) == set(LABELS)
        if whole:
            yield next(str(row.get("pairID")) for row in three if row.get("gold_label") == "entailment"), told
        at += 3 if whole else 1


def pair(row: dict[str, Any], triples: dict[str, Hypotheses]) -> Label:
    """Turn one line into a pair of sentences and its label."""
    label = row["gold_label"]
    if label not in LABELS:
        raise ValueError("gold_label is not entailment, contradiction or neutral")
    more = triples.get(row["pairID"], {}) if label == "entailment" else {}
    return Label(
        key=row["pairID"],
        text=row["sentence1"].strip(),
        second=row["sentence2"].strip(),
        labels=(label,),
        extra={name: more[name].strip() for name in LABELS[1:] if more},
    )


def entailed(record: Label) -> Fields | None:
    """Take the hypotheses that follow."""
    return {} if record.labels == ("entailment",) else None


def contradicted(record: Label) -> Fields | None:
    """Take the hypotheses that cannot be."""
    return {} if record.labels == ("contradiction",) else None


def triple(record: Label) -> Fields | None:
    """Give the three hypotheses about a premise in an order that depends on the key, and what each of them is."""
    if "neutral" not in record.extra:
        return None
    order = ORDERS[zlib.crc32(record.key.encode()) % len(ORDERS)]
    told = {"entailment": record.second, **record.extra}
    return {
        "sentences": tuple(f"Sentence {n}: {told[label]}" for n, label in enumerate(order, 1)),
        "verdicts": "\n".join(f"Sentence {n}: {label}" for n, label in enumerate(order, 1)),
    }


NLI = "Natural Language Inference"

source = Source(
    title="MedNLI",
    about="14,049 pairs of a sentence from a patient's history and a hypothesis about it, by physicians in the USA.",
    homepage="https://physionet.org/content/mednli/1.0.0/",
    langs=("en",),
    shape=Label,
    **_physionet.terms("mednli/1.0.0"),
    files=(
        File(path="mli_train_v1.jsonl"),
        File(path="mli_dev_v1.jsonl", split="validation"),
        File(path="mli_test_v1.jsonl", split="test"),
    ),
    read=read,
    tasks=(
        Task(
            id="task41",
            name="mednli_entailment_discriminative",
            category=NLI,
            domain="Clinical Text",
            input="Sentence 1: {text}\n\nSentence 2: {second}",
            output="{labels}",
            labels=LABELS,
            bench=True,
        ),
        Task(
            id="task42",
            name="mednli_entailment_generative",
            category=NLI,
            domain="Clinical Text",
            input="{text}",
            output="{second}",
            fields=entailed,
            bench=True,
        ),
        Task(
            id="task43",
            name="mednli_contradiction_generative",
            category="Wrong Candidate Generation",
            domain="Clinical Text",
            input="{text}",
            output="{second}",
            fields=contradicted,
        ),
        Task(
            id="task44",
            name="mednli_three_way_sorting",
            category=NLI,
            domain="Clinical Text",
            input="Statement: {text}\n{sentences}",
            output="{verdicts}",
            adds=("sentences", "verdicts"),
            fields=triple,
            joiner="\n",
        ),
    ),
    extras=LABELS[1:],
    version="1.0.0",
)
