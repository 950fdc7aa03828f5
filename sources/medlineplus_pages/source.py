"""MedlinePlus pages on drugs, medical tests, genetics and in the encyclopedia, from the user's own crawl.

The paper's crawl was not published, and most of these pages may not be passed on: the encyclopedia is A.D.A.M.'s, the
drug texts are ASHP's. The layout is therefore this project's own: `pages/{medical_tests,encyclopedia,genetics}.jsonl`,
a page a line, `{url, title, text}`, and `pages/drugs.jsonl`, a section of a page a line, `{url, title, heading, text}`;
all in English.

A section on a drug is a question, its heading (as the pages ask "Why is this medication prescribed?"), and the answer
(task97); any other page is its article and its title (task98 for the encyclopedia).
Tasks 132 and 134-136 exchange a sentence as the source `medlineplus` does, of pages of the same file. The paper says
neither how its mistakes were made nor which pages are behind which task: 132 is on medical tests by its published file
name, 134 (encyclopedia), 135 (drugs) and 136 (genetics) are assumed. Rows are named by their content.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from medcorpus import File, Pair, Source, Task, each
from medcorpus.formats import jsonl
from medcorpus.reading import Item
from medcorpus.records import Fields

from .. import _medlineplus

PAGES = {"medical_tests": 132, "encyclopedia": 134, "drugs": 135, "genetics": 136}


def read(path: Path) -> Iterator[Item]:
    """Read the pages of one kind."""
    return each(jsonl.rows(path), partial(page, kind=path.stem, strangers=_medlineplus.Strangers()))


def page(row: dict[str, Any], kind: str, strangers: _medlineplus.Strangers) -> Pair:
    """Turn a page, or the section of a page on a drug, into a record with a sentence of another page."""
    title, text = row["title"].strip(), row["text"].strip()
    stranger = strangers.of(row["url"], text)
    extra = {"page": kind, "title": title} | ({"stranger": stranger} if stranger else {})
    given, wanted = (row["heading"].strip(), text) if kind == "drugs" else (text, title)
    return Pair(text=given, target=wanted, extra=extra)


def of(record: Pair, kind: str) -> Fields | None:
    """Take the records of a kind of page."""
    return {} if record.extra["page"] == kind else None


def exchanged(record: Pair, kind: str) -> Fields | None:
    """Give the text of a record with a sentence that does not belong there."""
    if record.extra["page"] != kind:
        return None
    text = record.target if kind == "drugs" else record.text
    return _medlineplus.exchanged(text, text, record.extra.get("stranger", ""))


source = Source(
    title="MedlinePlus pages",
    about="Pages of MedlinePlus on drugs, medical tests and genetic conditions and its encyclopedia, for patients.",
    homepage="https://medlineplus.gov/",
    langs=("en",),
    shape=Pair,
    license="copyright of A.D.A.M. (encyclopedia) and ASHP (drugs); NLM's own pages are in the public domain",
    license_evidence="Linking to and Using Content from MedlinePlus: the encyclopedia and the drug information are "
    "listed as copyrighted, not to be reproduced or redistributed without permission",
    license_url="https://medlineplus.gov/about/using/usingcontent/",
    redistribute="no",
    access="manual",
    how="no crawl of MedlinePlus is published: bring your own as 'medlineplus/pages/drugs.jsonl', medical_tests.jsonl, "
    "encyclopedia.jsonl and genetics.jsonl, with url, title and text (and heading for a drug) on each line",
    folder="medlineplus",
    files=tuple(File(path=f"pages/{kind}.jsonl") for kind in PAGES),
    read=read,
    tasks=(
        Task(
            id="task97",
            name="medlineplus_drug_qa",
            category="Question Answering",
            domain="Medical Knowledge",
            input="Drug: {title}\nQuestion: {text}",
            output="{target}",
            fields=partial(of, kind="drugs"),
        ),
        Task(
            id="task98",
            name="medlineplus_encyclopedia_title",
            category="Text Summarization",
            domain="Medical Knowledge",
            input="{text}",
            output="{target}",
            fields=partial(of, kind="encyclopedia"),
        ),
        *(_medlineplus.detection(number, partial(exchanged, kind=kind)) for kind, number in PAGES.items()),
    ),
    extras=("page", "title", "stranger"),
)
