"""NaCTeM's readability corpus: PLOS articles with the plain-language summaries that their authors wrote.

Upstream format, from upstream's README, from its page and from code that reads it; no file was at hand:
`plos_corpus/{train,val,test}_plos.jsonl`, JSON Lines of `{doi, title, abstract, "plain language summary", article}`,
all texts; 26,124 / 1,000 / 1,000 articles of six PLOS journals. (Upstream's README calls the files `train.json` and so
on and their content a list: assumed to be another packing, and not read.) Abstracts, the technical summaries, are not
read. The article may hold its own summary, which is taken out of it. The key is the DOI; where it is missing, rows are
named by their content. Assumed: no DOI stands twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medcorpus import File, Pair, Source, Task, each
from medcorpus.formats import jsonl
from medcorpus.reading import Item


def read(path: Path) -> Iterator[Item]:
    """Read one split."""
    return each(jsonl.rows(path), summarised)


def summarised(row: dict[str, Any]) -> Pair:
    """Turn an article into its text, without its plain-language summary, and this summary."""
    summary = row["plain language summary"].strip()
    return Pair(
        key=row.get("doi") or "",
        text=row["article"].replace(summary, "").strip() if summary else row["article"].strip(),
        target=summary,
        extra={"title": row["title"].strip() or "not recorded"},
    )


source = Source(
    title="Controllable readability corpus (NaCTeM)",
    about="28,124 articles of six PLOS journals with the summaries for laypeople that their authors wrote.",
    homepage="https://www.nactem.ac.uk/readability/",
    langs=("en",),
    shape=Pair,
    license="not stated",
    license_evidence="no licence sentence for the corpus was found on its page as far as it could be read, nor in its "
    "repository; PLOS publishes its articles under CC BY",
    license_url="https://www.nactem.ac.uk/readability/",
    redistribute="unknown",
    access="open",
    how="download the corpus from https://www.nactem.ac.uk/readability/ and unpack it into the folder 'readability'",
    files=(
        File(path="plos_corpus/train_plos.jsonl"),
        File(path="plos_corpus/val_plos.jsonl", split="validation"),
        File(path="plos_corpus/test_plos.jsonl", split="test"),
    ),
    read=read,
    tasks=(
        Task(
            id="task113",
            name="plos_lay_summarization",
            category="Text Summarization",
            domain="Medical Knowledge",
            input="Title: {title}\n\n{text}",
            output="{target}",
        ),
    ),
    extras=("title",),
)
