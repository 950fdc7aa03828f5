"""LIMA: a thousand questions with carefully chosen answers; here those on health.

Upstream format, from the dataset card and public readers: `train.jsonl` and `test.jsonl`, one object a line with
`conversations`, a list of turns that begins with a question, and `source`, where it is from. 1,030 in train, 30 of them
with more than one answer, of which the first is taken; 300 in test, which have no answer and are withheld. No file was
at hand.

MedS-Ins took about 31 questions on health; which ones is not published. The rule here: at least two different words of
the list below stand in the question or, for one in the question, three in the answer. ASSUMED is that this comes near;
all others are withheld.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medcorpus import File, Pair, Source, Task, each
from medcorpus.formats import jsonl
from medcorpus.reading import Item, Withheld

HEALTH = re.compile(
    r"\b(allerg|anemi|antibiotic|anxiety|arthrit|asthma|bacteri|blood|cancer|chronic|clinic|cold sore|constipat|cough|"
    r"depress|diabet|diagnos|diarrh|disease|disorder|dizz|doctor|dose|dosage|drug|epilep|fever|flu|headache|health|"
    r"heart|hospital|hypertens|ibuprofen|immun|infect|inflam|injur|insomnia|itch|kidney|liver|medical|medication|"
    r"medicine|migraine|nausea|nurse|obes|pain|patient|pharmac|physician|pill|pregnan|prescri|rash|surg|swell|swollen|"
    r"symptom|therap|throat|treatment|tumor|vaccin|virus|vitamin|wound)",
    re.IGNORECASE,
)


def read(path: Path) -> Iterator[Item]:
    """Read one split."""
    return each(jsonl.rows(path), answer)


def answer(row: dict[str, Any]) -> Pair | Withheld:
    """Turn one conversation into its first question and answer."""
    turns = [turn.strip() for turn in row["conversations"]]
    if len(turns) < 2:
        return Withheld("no answer")
    asked, told = (len({word.casefold() for word in HEALTH.findall(text)}) for text in turns[:2])
    if asked < 2 and not (asked and told >= 3):
        return Withheld("not about health")
    return Pair(text=turns[0], target=turns[1], extra={"origin": row["source"]})


source = Source(
    title="LIMA",
    about="1,030 questions with answers for tuning language models, by Meta AI and others; here those on health.",
    homepage="https://huggingface.co/datasets/GAIR/lima",
    langs=("en",),
    shape=Pair,
    license="CC-BY-NC-SA, or stricter where a question's origin is",
    license_evidence=(
        "dataset card: 'If the source data of LIMA has a stricter license than CC BY-NC-SA, the LIMA dataset follows "
        "the same. Otherwise, it follows the CC BY-NC-SA license.'"
    ),
    license_url="https://huggingface.co/datasets/GAIR/lima",
    redistribute="unknown",
    access="account",
    how=(
        "log in to Hugging Face, accept the conditions at https://huggingface.co/datasets/GAIR/lima and download "
        "train.jsonl and test.jsonl"
    ),
    files=(
        File(path="train.jsonl"),
        File(path="test.jsonl"),
    ),
    read=read,
    tasks=(
        Task(
            id="task40",
            name="lima_medical_qa",
            category="Question Answering",
            domain="Daily Conversation",
            input="{text}",
            output="{target}",
        ),
    ),
    extras=("origin",),
)
