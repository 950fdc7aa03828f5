"""MedlinePlus pages on drugs, medical tests, genetics and in the encyclopedia, from the user's own crawl.

The paper's crawl was not published, and most of these pages may not be passed on: the encyclopedia is A.D.A.M.'s, the
drug texts are ASHP's. The layout is therefore this project's own: `pages/{drugs,medical_tests,encyclopedia,genetics}
.jsonl`, a page a line, `{url, title, sections: [{heading, text}]}`, in English; a section may lack its heading.

A page on a drug gives a record for each section with a heading, which is the question (task97, as the pages ask "Why is
this medication prescribed?"); any other page gives one record, its article and its title (task98 for the encyclopedia).
Tasks 132 and 134-136 exchange a sentence as the source `medlineplus` does, of pages of the same file. The paper says
neither how its mistakes were made nor which pages are behind which task: 132 is on medical tests by its published file
name, 134 (encyclopedia), 135 (drugs) and 136 (genetics) are assumed. Keys: the file, the last part of the address, and
for drugs the number of the section.
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


def page(row: dict[str, Any], kind: str, strangers: _medlineplus.Strangers) -> list[Pair]:
    """Turn a page into records: of each section for drugs, else of the whole."""
    key = f"{kind}/{row['url'].rstrip('/').rpartition('/')[2].removesuffix('.html').removesuffix('.htm')}"
    sections = [((part.get("heading") or "").strip(), part["text"].strip()) for part in row["sections"]]
    article = "\n".join(line for section in sections for line in section if line)
    stranger = strangers.of(key, article)
    extra = {"page": kind, "title": row["title"].strip()} | ({"stranger": stranger} if stranger else {})
    if kind != "drugs":
        return [Pair(key=key, text=article, target=row["title"].strip(), extra=extra)]
    asked = [(number, heading, text) for number, (heading, text) in enumerate(sections, 1) if heading and text]
    return [Pair(key=f"{key}/{number}", text=heading, target=text, extra=extra) for number, heading, text in asked]


def of(record: Pair, kind: str) -> Fields | None:
    """Take the records of a kind of page."""
    return {} if record.extra["page"] == kind else None


def exchanged(record: Pair, kind: str) -> Fields | None:
    """Give the text of a record with a sentence that does not belong there."""
    if record.extra["page"] != kind:
        return None
    text = record.target if kind == "drugs" else record.text
    return _medlineplus.exchanged(record.key, text, record.extra.get("stranger", ""))


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
    "encyclopedia.jsonl and genetics.jsonl, a page a line with url, title and sections of heading and text",
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
