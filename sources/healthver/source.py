"""HealthVer: claims on COVID-19 from search results, each with statements of scientific articles.

Upstream format, checked on the files of dev and test: `data/healthver_{train,dev,test}.csv`, columns id, evidence,
claim, label (Supports, Refutes, Neutral), topic_ip and question; 1,917 and 1,823 rows (training, 10,590 by upstream,
is over 4 MB and was not at hand). Ids are unique in a file and are prefixed with its split, since nothing says that
they are so across files. 198 rows of dev and 129 of test repeat claim and evidence of an earlier row with the same
label: they are withheld.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from medcorpus import File, Label, Source, Task, Withheld, each
from medcorpus.formats import delimited
from medcorpus.reading import Item

COMMIT = "b20ac99ceed62f5264a319fa25a854df1668d85b"
REPOSITORY = "https://github.com/sarrouti/HealthVer"
URL = f"https://raw.githubusercontent.com/sarrouti/HealthVer/{COMMIT}/{{path}}"
LABELS = ("Supports", "Refutes", "Neutral")
SPLITS = {"train": "train", "dev": "validation", "test": "test"}


def read(path: Path) -> Iterator[Item]:
    """Read one split."""
    rows = delimited.rows(path, columns=("id", "evidence", "claim", "label", "question"))
    return each(rows, partial(claim, split=path.stem.removeprefix("healthver_"), seen=set()))


def claim(row: dict[str, str], split: str, seen: set[tuple[str, str, str]]) -> Label | Withheld:
    """Turn one row into a claim with one statement."""
    if row["label"] not in LABELS:
        raise ValueError("a label that is none of the three")
    told = (row["claim"].strip(), row["evidence"].strip(), row["label"])
    if told in seen:
        return Withheld("claim and evidence of an earlier row")
    seen.add(told)
    text, evidence, label = told
    extra = {"question": row["question"].strip()}
    return Label(key=f"{split}-{row['id']}", text=text, second=evidence, labels=(label,), extra=extra)


source = Source(
    title="HealthVer",
    about="14,330 pairs of a health claim and a statement from a scientific article that supports it, refutes it, or "
    "neither.",
    homepage=REPOSITORY,
    langs=("en",),
    shape=Label,
    license="not stated",
    license_evidence="README.md has no licence line and the repository no LICENSE file",
    license_url=f"{REPOSITORY}/blob/{COMMIT}/README.md",
    redistribute="unknown",
    access="open",
    files=tuple(File(path=f"data/healthver_{name}.csv", url=URL, split=split) for name, split in SPLITS.items()),
    read=read,
    tasks=(
        Task(
            id="healthver_verification",
            name="healthver_verification",
            category="Fact Verification",
            domain="Academical Papers",
            input="Claim: {text}\n\nEvidence: {second}",
            output="{labels}",
            labels=LABELS,
        ),
    ),
    extras=("question",),
    version=COMMIT,
)
