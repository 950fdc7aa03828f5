"""SciFact: claims made from citation sentences, with abstracts that support or contradict them.

Upstream format, checked on the claims: `claims_{train,dev,test}.jsonl` of `{id, claim, evidence {document id:
[{sentences, label}]}, cited_doc_ids}` and `corpus.jsonl` of `{doc_id, title, abstract [sentences], structured}`. The
claims are read from a copy that has labels for test as well (upstream withholds them), as `data/scifact/`, and writes
`REFUTE` for upstream's `CONTRADICT`; both are read, and upstream's word is given. The corpus (5,183 abstracts, by
upstream) lies there too, is too large to have been at hand, and is read where it stands beside the claims. Labels of
one claim never differ: 505, 188 and 200 claims have evidence, 304, 112 and 100 have none and are NOT_ENOUGH_INFO; two
claims of train and three of test stand twice.

A record is a claim with one abstract, the first with evidence, else the first cited; further ones are left out. What
no abstract is needed for, the verdict on the claim alone, is a task of the claims with evidence.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from medcorpus import File, Label, Source, Task, each
from medcorpus.errors import FormatError
from medcorpus.formats import jsonl
from medcorpus.reading import Item, Reject
from medcorpus.records import Fields

COMMIT = "667a81990e0613998e8c3856603487269f21e91d"
URL = f"https://raw.githubusercontent.com/jedick/MLE-capstone-project/{COMMIT}/{{path}}"
UPSTREAM = "https://github.com/allenai/scifact"
SPLITS = {"train": "train", "dev": "validation", "test": "test"}
VERDICTS = {"SUPPORT": "SUPPORT", "CONTRADICT": "CONTRADICT", "REFUTE": "CONTRADICT"}
NONE = "NOT_ENOUGH_INFO"

Corpus = dict[str, dict[str, Any]]


def read(path: Path) -> Iterator[Item]:
    """Read the claims of one split."""
    return each(jsonl.rows(path), partial(claim, corpus=_corpus(path.with_name("corpus.jsonl"))))


def _corpus(path: Path) -> Corpus | None:
    if not path.is_file():
        return None
    corpus = {}
    for row in jsonl.rows(path):
        if isinstance(row, Reject) or not isinstance(row[1], dict):
            raise FormatError("a line that is no abstract", where=path.name, fix="fetch the file again")
        corpus[str(row[1].get("doc_id"))] = row[1]
    return corpus


def claim(row: dict[str, Any], corpus: Corpus | None) -> Label:
    """Turn one claim into a record, with an abstract where there is a corpus."""
    document = str(next(iter(row["evidence"]), row["cited_doc_ids"][0]))
    rationales = row["evidence"].get(document, [])
    if any(rationale["label"] not in VERDICTS for rationale in rationales):
        raise ValueError("a label that is neither SUPPORT nor CONTRADICT")
    if corpus is not None and document not in corpus:
        raise ValueError("a document that is not in the corpus")
    told = {} if corpus is None else abstract(corpus[document], [n for r in rationales for n in r["sentences"]])
    return Label(
        key=str(row["id"]),
        text=row["claim"].strip(),
        second=told.pop("abstract", ""),
        labels=(VERDICTS[rationales[0]["label"]] if rationales else NONE,),
        extra=told,
    )


def abstract(document: dict[str, Any], sentences: list[int]) -> dict[str, str]:
    """Give title and numbered sentences of an abstract, and the numbers of those that decide."""
    if not isinstance(document["abstract"], list):
        raise TypeError
    numbered = [f"[{n}] {' '.join(text.split())}" for n, text in enumerate(document["abstract"], 1)]
    decisive = ", ".join(str(n + 1) for n in sorted(set(sentences)))
    told = {"abstract": "\n".join((document["title"].strip(), *numbered)), "rationale": decisive}
    return {name: value for name, value in told.items() if value}


def decided(record: Label) -> Fields | None:
    """Take the claims that evidence decides."""
    return None if record.labels[0] == NONE else {}


def with_abstract(record: Label) -> Fields | None:
    """Take the claims with an abstract."""
    return {} if record.second else None


def with_rationale(record: Label) -> Fields | None:
    """Take the claims with an abstract that has evidence."""
    return {} if record.extra.get("rationale") else None


source = Source(
    title="SciFact",
    about="1,409 scientific claims with abstracts that support or contradict them, and the sentences that do so.",
    homepage=UPSTREAM,
    langs=("en",),
    shape=Label,
    license="CC-BY-4.0 AND ODC-By-1.0",
    license_evidence="LICENSE.md of allenai/scifact: 'All claims and evidence annotations -- in the files "
    "claims_*.jsonl -- are released under CC BY 4.0'; the abstracts 'are licensed under ODC-By 1.0'",
    license_url=f"{UPSTREAM}/blob/68b98a56d93e0f9da0d2aab4e6c3294699a0f72e/LICENSE.md",
    redistribute="yes",
    access="open",
    files=(
        *(File(path=f"data/scifact/claims_{name}.jsonl", url=URL, split=split) for name, split in SPLITS.items()),
        File(path="data/scifact/corpus.jsonl", url=URL, companion=True),
    ),
    read=read,
    tasks=(
        Task(
            id="scifact_claim_verification",
            name="scifact_claim_verification",
            category="Fact Verification",
            domain="Academical Papers",
            input="{text}",
            output="{labels}",
            labels=("SUPPORT", "CONTRADICT"),
            fields=decided,
        ),
        Task(
            id="scifact_abstract_verification",
            name="scifact_abstract_verification",
            category="Fact Verification",
            domain="Academical Papers",
            input="Claim: {text}\n\nAbstract: {second}",
            output="{labels}",
            labels=("SUPPORT", "CONTRADICT", NONE),
            fields=with_abstract,
        ),
        Task(
            id="scifact_rationale_selection",
            name="scifact_rationale_selection",
            category="Text Retrieval",
            domain="Academical Papers",
            input="Claim: {text}\n\nAbstract: {second}",
            output="{rationale}",
            fields=with_rationale,
        ),
    ),
    extras=("rationale",),
    version=COMMIT,
)
