"""RCT summarization data: Cochrane reviews with the randomized trials they include.

Upstream format: `{train,dev,test}-inputs.csv` and `-targets.csv` in the top folder, with the columns that
`sources/_mslr.py` names. Checked on the three files of targets of commit de10c27 (3,752, 470 and 470 reviews, the ids
Cochrane's own such as CD007697, in one split each, no target blank) and, for the inputs, on the notebook beside them,
which shows their columns and rows without an abstract. The inputs themselves were not at hand. The archive of the MSLR
shared task holds the same reviews without the targets of test.

A record is a review, its key the Cochrane id; the studies are numbered and stand in upstream's order.
"""

from __future__ import annotations

from medcorpus import File, Pair, Source, Task

from .. import _mslr

COMMIT = "de10c2712873efa1733859f2d7113af60427d7b2"
URL = f"https://raw.githubusercontent.com/bwallace/RCT-summarization-data/{COMMIT}/{{path}}"
SPLITS = {"train": "train", "dev": "validation", "test": "test"}

source = Source(
    title="RCT summarization data",
    about="About 4,700 Cochrane reviews: titles and abstracts of the included trials, and the authors' conclusions.",
    homepage="https://github.com/bwallace/RCT-summarization-data",
    langs=("en",),
    shape=Pair,
    license="not stated",
    license_evidence="README.md has no licence line and the repository no LICENSE file; abstracts are from PubMed",
    license_url=f"https://github.com/bwallace/RCT-summarization-data/blob/{COMMIT}/README.md",
    redistribute="unknown",
    access="open",
    files=(
        *(File(path=f"{name}-inputs.csv", url=URL, split=split) for name, split in SPLITS.items()),
        *(File(path=f"{name}-targets.csv", url=URL, split=split, companion=True) for name, split in SPLITS.items()),
    ),
    read=_mslr.read,
    tasks=(
        Task(
            id="task110",
            name="rct_evidence_summarization",
            category="Text Summarization",
            domain="Medical Knowledge",
            input="{text}",
            output="{target}",
            bench=True,
        ),
    ),
    version=COMMIT,
)
