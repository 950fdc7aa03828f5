"""ADE Corpus V2: sentences of MEDLINE case reports with drugs, their adverse effects and their doses.

Upstream format, checked on the files: `DRUG-AE.rel` (6,821 rows) and `DRUG-DOSE.rel` (279), pipe-separated without
quoting or header: PMID, sentence, effect or dose, its begin and end, drug, its begin and end. `ADE-NEG.txt` (16,695
lines) holds the sentences without an adverse effect as `PMID NEG sentence`. All three are ASCII. No value holds a
pipe; a sentence that did would be put together again. There are no splits: a tenth of the
rows is held out as test, by sentence.

One record per row. Offsets count in the document (PMID, title and abstract with blank lines between them), which
upstream does not ship, so they are found again in the sentence. Both mentions stand in it in every row; where one
stands there several times (680 rows of DRUG-AE, 33 of DRUG-DOSE) the pair at upstream's distance is taken, the first
of them where two are (6 rows). A row without such a pair would be rejected; there is none. Keys are PMID and
upstream's offsets, which no two rows share; for negative sentences PMID and a count. No row of the two `.rel` files
stands twice; 7 lines of `ADE-NEG.txt` do and stay.

A sentence stands in as many rows as it has pairs (6,821 rows, 4,271 sentences), so a row's own drug is not all there
is to find: `drugs` holds every drug annotated in the sentence and `doses` every dose of the row's drug in it, so that
one row tells it all. Later rows of a sentence (of a sentence and drug, for doses) have the extra `again` and serve no
task. All 213 sentences of DRUG-DOSE stand in DRUG-AE, which alone serves task26.

task37 needs both kinds of sentences: in a build without `ADE-NEG.txt` every row of it is positive.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from medcorpus import File, Source, Span, Spans, Task
from medcorpus.formats import delimited
from medcorpus.reading import Item, Reject, Rows, each
from medcorpus.records import Fields, Relation

COMMIT = "2851af96e26050cf551a2e1f716ff861f7b1059b"
URL = f"https://raw.githubusercontent.com/trunghlt/AdverseDrugReaction/{COMMIT}/{{path}}"
OFFSETS = re.compile(r"\d{1,9}( \d{1,9}){3}\Z", re.ASCII)
LABELS = {"DRUG-AE.rel": "Adverse-Effect", "DRUG-DOSE.rel": "Dose"}
"""What stands beside the drug, by the file's name."""
LINKS = {label: (Relation(label=label, head="drug", tail="other"),) for label in LABELS.values()}
MAX_SENTENCE = 100_000
Listed = Mapping[tuple[str, ...], Mapping[str, None]]
"""The drugs of a sentence, and what stands beside a drug in a sentence, in the order of the file."""


class Row(NamedTuple):
    """The columns of a `.rel` file."""

    pmid: str
    sentence: str
    other: str
    other_start: str
    other_end: str
    drug: str
    drug_start: str
    drug_end: str


def read(path: Path) -> Iterator[Item]:
    """Read one of the three files."""
    if path.name not in LABELS:
        seen: Counter[str] = Counter()
        return each(delimited.rows(path, " ", header=False, quoted=False), lambda words: negative(words, seen))
    label, rows = LABELS[path.name], list(pipes(path))
    listed, told = listed_in(rows), set[tuple[str, ...]]()
    return each(rows, lambda row: pair(row, label, listed, told))


def pipes(path: Path) -> Iterator[tuple[int, Row] | Reject]:
    """Yield the rows of a `.rel` file."""
    for item in delimited.rows(path, "|", header=False, quoted=False):
        try:
            yield item if isinstance(item, Reject) else (item[0], row_of(item[1]))
        except ValueError as error:
            yield Reject(item[0], str(error))


def row_of(values: list[str]) -> Row:
    """Name the values of a row; pipes between the first and the last six belong to the sentence."""
    if len(values) < 8 or not all(values):
        raise ValueError("not 8 values")
    return Row(values[0], "|".join(values[1:-6]), *values[-6:])


def listed_in(rows: Rows[Row]) -> Listed:
    """Give what the rows of a `.rel` file say of the same sentence."""
    listed: dict[tuple[str, ...], dict[str, None]] = defaultdict(dict)
    for item in rows:
        if not isinstance(item, Reject):
            row = item[1]
            listed[row.sentence,][row.drug] = None
            listed[row.sentence, row.drug][row.other] = None
    return listed


def pair(row: Row, label: str, listed: Listed, told: set[tuple[str, ...]]) -> Spans:
    """Turn a row into a sentence with two mentions and the link from the drug to the other.

    `told` collects what the rows so far are about, so that later ones of the same say that they are.
    """
    other_at, drug_at = places(row)
    other = Span(label=label, offsets=((other_at, other_at + len(row.other)),), text=row.other, key="other")
    drug = Span(label="Drug", offsets=((drug_at, drug_at + len(row.drug)),), text=row.drug, key="drug")
    extra = {"drugs": "|".join(listed[row.sentence,])}
    about: tuple[str, ...] = (row.sentence,)
    if label == "Dose":
        extra["doses"] = "|".join(listed[row.sentence, row.drug])
        about = (row.sentence, row.drug)
    if about in told:
        extra["again"] = "yes"
    told.add(about)
    return Spans(
        key=f"{row.pmid}-{row.other_start}-{row.other_end}-{row.drug_start}-{row.drug_end}",
        text=row.sentence,
        spans=(other, drug) if other.offsets <= drug.offsets else (drug, other),
        relations=LINKS[label],
        extra=extra,
    )


def places(row: Row) -> tuple[int, int]:
    """Find the two mentions in the sentence, as far apart as they are in the document."""
    if not OFFSETS.match(f"{row.other_start} {row.other_end} {row.drug_start} {row.drug_end}"):
        raise ValueError("an offset is not a number")
    if len(row.sentence) > MAX_SENTENCE:  # looking for mentions of any length takes the square of it
        raise ValueError(f"a sentence of over {MAX_SENTENCE:,} characters")
    distance = int(row.drug_start) - int(row.other_start)
    other_at = row.sentence.find(row.other)
    while other_at >= 0:
        drug_at = other_at + distance
        if drug_at >= 0 and row.sentence.startswith(row.drug, drug_at):
            return other_at, drug_at
        other_at = row.sentence.find(row.other, other_at + 1)
    raise ValueError("no two places in the sentence hold the mentions at their distance")


def negative(words: list[str], seen: Counter[str]) -> Spans:
    """Turn the words of a line of `ADE-NEG.txt` into a sentence without mentions."""
    if len(words) < 3 or words[1] != "NEG":
        raise ValueError("not 'PMID NEG sentence'")
    pmid = words[0]
    seen[pmid] += 1
    return Spans(key=f"{pmid}-neg-{seen[pmid]}", text=" ".join(words[2:]), spans=())


def all_drugs(record: Spans) -> Fields | None:
    """Give every drug of a sentence with an adverse effect."""
    effects = "again" not in record.extra and any(s.label == "Adverse-Effect" for s in record.spans)
    return {"drug_names": tuple(record.extra["drugs"].split("|"))} if effects else None


def all_doses(record: Spans) -> Fields | None:
    """Give the drug of a row with a dose and every dose of it in the sentence."""
    if "doses" not in record.extra or "again" in record.extra:
        return None
    drug = next(s.text for s in record.spans if s.label == "Drug")
    return {"drug": drug, "dose_phrases": tuple(record.extra["doses"].split("|"))}


def verdict(record: Spans) -> Fields | None:
    """Say whether a sentence tells of an adverse effect; rows with doses do not say it."""
    if "doses" in record.extra or "again" in record.extra:
        return None
    return {"verdict": "adverse drug event" if record.spans else "non-adverse drug event"}


source = Source(
    title="ADE Corpus V2",
    about="Sentences of MEDLINE case reports annotated with drugs, adverse effects and doses, and sentences without "
    "any adverse effect.",
    homepage="https://github.com/trunghlt/AdverseDrugReaction/tree/master/ADE-Corpus-V2",
    langs=("en",),
    shape=Spans,
    license="not stated",
    license_evidence="no licence line in ADE-Corpus-V2/README.txt, which asks to cite the article, nor in README.md",
    license_url=f"https://github.com/trunghlt/AdverseDrugReaction/blob/{COMMIT}/ADE-Corpus-V2/README.txt",
    redistribute="unknown",
    access="open",
    files=(
        File(path="ADE-Corpus-V2/DRUG-AE.rel", url=URL),
        File(path="ADE-Corpus-V2/DRUG-DOSE.rel", url=URL),
        File(path="ADE-Corpus-V2/ADE-NEG.txt", url=URL),
    ),
    read=read,
    held_out=0.1,
    extras=("drugs", "doses", "again"),
    tasks=(
        Task(
            id="task26",
            name="ade_drug_extraction",
            category="Named Entity Recognition",
            domain="Medical Knowledge",
            input="{text}",
            output="{drug_names}",
            adds=("drug_names",),
            fields=all_drugs,
        ),
        Task(
            id="task29",
            name="ade_drug_dose_extraction",
            category="Information Extraction",
            domain="Medical Knowledge",
            input="Sentence: {text}\nDrug: {drug}",
            output="{dose_phrases}",
            adds=("drug", "dose_phrases"),
            fields=all_doses,
            bench=True,
        ),
        Task(
            id="task37",
            name="ade_sentence_classification",
            category="Text Classification",
            domain="Medical Knowledge",
            input="{text}",
            output="{verdict}",
            adds=("verdict",),
            fields=verdict,
            labels=("adverse drug event", "non-adverse drug event"),
        ),
    ),
    version=COMMIT,
)
