"""MS^2: systematic reviews of medicine from PubMed, with the studies they sum up.

Upstream format, from the description in the repository of the MSLR shared task: `mslr_data.tar.gz` holds
`mslr_data/ms2/{train,dev,test}-inputs.csv`, `-targets.csv` and `-reviews-info.csv`, whose columns `sources/_mslr.py`
names. Upstream keeps the targets of test, so test is not read. The archive (253 MB) was not at hand: that title,
abstract and background may be empty, and that no review stands in two splits, is assumed. It also holds the Cochrane
reviews, which the source `rct` reads.

A record is a review, its key the PubMed id of the review; the studies are numbered and stand in upstream's order.
"""

from __future__ import annotations

from medcorpus import File, Pair, Source, Task

from .. import _mslr

COMMIT = "c2218c1a440cf5172d784065b48af2d6c5c50f9a"
ARCHIVE, URL = "mslr_data.tar.gz", "https://ai2-s2-mslr.s3.us-west-2.amazonaws.com/{path}"
SPLITS = {"train": "train", "dev": "validation"}

source = Source(
    title="MS^2",
    about="About 20,000 systematic reviews: their background, the titles and abstracts of the studies they include, "
    "and their conclusion.",
    homepage="https://github.com/allenai/mslr-shared-task",
    langs=("en",),
    shape=Pair,
    license="Apache-2.0 (repository); abstracts from PubMed",
    license_evidence="LICENSE of the repository: 'Apache License, Version 2.0'; no sentence speaks of the abstracts",
    license_url=f"https://github.com/allenai/mslr-shared-task/blob/{COMMIT}/LICENSE",
    redistribute="unknown",
    access="open",
    files=tuple(
        File(
            path=ARCHIVE,
            url=URL,
            member=f"mslr_data/ms2/{name}-{kind}.csv",
            split=split,
            companion=kind != "inputs",
        )
        for kind in ("inputs", "targets", "reviews-info")
        for name, split in SPLITS.items()
    ),
    read=_mslr.read,
    tasks=(
        Task(
            id="task109",
            name="ms2_review_summarization",
            category="Text Summarization",
            domain="Medical Knowledge",
            input="Background: {background}\n\n{text}",
            output="{target}",
        ),
    ),
    extras=("background",),
    version=COMMIT,
)
