"""HealthFact (PUBHEALTH): claims about public health, a text about each, a verdict and its explanation.

Upstream format, taken from `data/README.md` of the repository, which lists the columns, and from the public loader
`health_fact` of Hugging Face datasets; the files were not at hand: `PUBHEALTH/{train,dev,test}.tsv`, tab separated
with a header, quoted as CSV is: `claim_id, claim, date_published, explanation, fact_checkers, main_text, sources,
label, subjects`; test has a nameless column of row numbers before them. Missing values are written `nan`. 9,817 /
1,227 / 1,235 rows by upstream's README, 9,832 / 1,225 / 1,235 by the loader, which counts rows that broke.

ASSUMED: the header has the loader's names. Labels are true, false, mixture and unproven; a row without label is
withheld, one with another is a reject, and so is one that broke: the loader fills those up.

task16 leaves out unproven claims, for which the paper has no number; task17 takes true claims alone, since what it
asks for must be supported; task18 takes every claim with an explanation, whatever the verdict, as the benchmark does.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from medcorpus import File, Label, Source, Task, Withheld, each
from medcorpus.formats import delimited
from medcorpus.reading import Item
from medcorpus.records import Fields

from .. import _tasks

COLUMNS = ("claim_id", "claim", "explanation", "main_text", "label")
VERDICTS = {"false": "0", "mixture": "1", "true": "2", "unproven": ""}
SPLITS = {"train": "train", "dev": "validation", "test": "test"}


def read(path: Path) -> Iterator[Item]:
    """Read one split."""
    return each(delimited.rows(path, delimiter="\t", columns=COLUMNS), partial(claim, stem=path.stem))


def claim(row: dict[str, str], stem: str) -> Label | Withheld:
    """Turn one row into a text and a claim about it."""
    values = {name: "" if row[name].strip() == "nan" else row[name].strip() for name in COLUMNS}
    if not values["label"]:
        return Withheld("no label")
    if values["label"] not in VERDICTS:
        raise ValueError("a label that is none of the four")
    more = {"explanation": values["explanation"]} if values["explanation"] else {}
    key = f"{stem}-{values['claim_id']}"
    return Label(key=key, text=values["main_text"], second=values["claim"], labels=(values["label"],), extra=more)


def verdict(record: Label) -> Fields | None:
    """Give the paper's number of a verdict."""
    number = VERDICTS[record.labels[0]]
    return {"verdict": number} if number else None


def supported(record: Label) -> Fields | None:
    """Take only claims that are true."""
    return {} if record.labels == ("true",) else None


source = Source(
    title="HealthFact (PUBHEALTH)",
    about="About 12,300 claims on public health from fact-checking and news sites, with the article on each, a verdict "
    "and a journalist's explanation of it.",
    homepage="https://github.com/neemakot/Health-Fact-Checking",
    langs=("en",),
    shape=Label,
    license="MIT",
    license_evidence="LICENSE of the repository: 'MIT License'; the articles are from news and fact-checking sites",
    license_url="https://github.com/neemakot/Health-Fact-Checking/blob/master/LICENSE",
    redistribute="unknown",
    access="open",
    how="download PUBHEALTH.zip from https://drive.google.com/file/d/1eTtRs5cUlBP5dXsx-FTAlmXuB6JQi2qj/view and "
    "unpack it in DIR/healthfact, then pass --raw DIR",
    files=tuple(File(path=f"PUBHEALTH/{name}.tsv", split=split) for name, split in SPLITS.items()),
    read=read,
    tasks=(
        Task(
            id="task16",
            name="healthfact_claim_verification",
            category="Fact Verification",
            domain="Medical Knowledge",
            input="Paragraph: {text}\n\nClaim: {second}",
            output="{verdict}",
            labels=("0", "1", "2"),
            adds=("verdict",),
            fields=verdict,
            bench=True,
        ),
        Task(
            id="task17",
            name="healthfact_claim_generation",
            category="Sentence Composition Analysis",
            domain="Medical Knowledge",
            input="{text}",
            output="{second}",
            fields=supported,
        ),
        Task(
            id="task18",
            name="healthfact_claim_explanation",
            category="Explanation",
            domain="Medical Knowledge",
            input="Paragraph: {text}\n\nClaim: {second}",
            output="{explanation}",
            fields=_tasks.having("explanation"),
            bench=True,
        ),
    ),
    extras=("explanation",),
)
