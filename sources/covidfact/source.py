"""COVID-Fact: claims on COVID-19 from a forum, true ones and made false ones, with sentences of web pages.

Upstream format, checked on the files: `COVIDFACT_dataset.jsonl`, 4,086 lines of `{claim, label (SUPPORTED 1,296 or
REFUTED 2,790), evidence [sentences], gold_source, flair}`; false claims are true ones with some words replaced by a
model. Five claims stand twice. There are no ids, so the content is hashed.

The split stands in `RTE-covidfact/{train,dev}.tsv` (index, sentence1, Sentence2, label), whose third column is the
claim: 3,263 and 419, all but one of them found in the data; what is in neither is test, 405 lines where both are there
(upstream counts 404). `test.tsv` beside them has claims in another spelling and is not needed. Without `train.tsv`
test cannot be told from train, and both are train.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from medcorpus import File, Label, Source, Task, each
from medcorpus.errors import FormatError
from medcorpus.formats import delimited, jsonl
from medcorpus.reading import Item, Reject

COMMIT = "ceeb613cde5a6c19dea4f2c165654e510ff52b10"
REPOSITORY = "https://github.com/asaakyan/covidfact"
URL = f"https://raw.githubusercontent.com/asaakyan/covidfact/{COMMIT}/{{path}}"
LABELS = ("SUPPORTED", "REFUTED")
FOLDER = "RTE-covidfact"
SPLITS = {"train": "train", "dev": "validation"}


def read(path: Path) -> Iterator[Item]:
    """Read the claims."""
    files = {name: path.parent / FOLDER / f"{name}.tsv" for name in SPLITS}
    splits = {c: SPLITS[name] for name, file in files.items() if file.is_file() for c in _claims(file)}
    return each(jsonl.rows(path), partial(claim, splits=splits, rest="test" if files["train"].is_file() else "train"))


def _claims(path: Path) -> Iterator[str]:
    for row in delimited.rows(path, delimiter="\t", quoted=False, columns=("Sentence2",)):
        if isinstance(row, Reject):
            raise FormatError(f"row {row.row}: {row.reason}", where=path.name, fix="fetch the file again")
        yield row[1]["Sentence2"].strip()


def claim(row: dict[str, Any], splits: dict[str, str], rest: str) -> Label:
    """Turn one line into a claim with its evidence."""
    if row["label"] not in LABELS:
        raise ValueError("a label that is neither SUPPORTED nor REFUTED")
    if not isinstance(row["evidence"], list):
        raise TypeError
    text = row["claim"].strip()
    return Label(
        split=splits.get(text, rest),
        text=text,
        second="\n".join(" ".join(sentence.split()) for sentence in row["evidence"]),
        labels=(row["label"],),
        extra={"url": row["gold_source"]},
    )


source = Source(
    title="COVID-Fact",
    about="4,086 claims on COVID-19 that are supported or refuted by sentences from web pages.",
    homepage=REPOSITORY,
    langs=("en",),
    shape=Label,
    license="not stated",
    license_evidence="README.md has no licence line and the repository no LICENSE file; evidence is from web pages",
    license_url=f"{REPOSITORY}/blob/{COMMIT}/README.md",
    redistribute="unknown",
    access="open",
    files=(
        File(path="COVIDFACT_dataset.jsonl", url=URL),
        *(File(path=f"{FOLDER}/{name}.tsv", url=URL, split=s, companion=True) for name, s in SPLITS.items()),
    ),
    read=read,
    tasks=(
        Task(
            id="covidfact_verification",
            name="covidfact_verification",
            category="Fact Verification",
            domain="Daily Conversation",
            input="Claim: {text}\n\nEvidence: {second}",
            output="{labels}",
            labels=LABELS,
        ),
        Task(
            id="covidfact_claim_alone",
            name="covidfact_claim_alone",
            category="Fact Verification",
            domain="Daily Conversation",
            input="{text}",
            output="{labels}",
            labels=LABELS,
        ),
    ),
    extras=("url",),
    version=COMMIT,
)
