"""CANTEMIST: Spanish case reports of cancer with every mention of a tumour's morphology and the codes of each report.

Upstream format, checked on the train set: `cantemist/train-set/cantemist-ner/<name>.txt` and `.ann` in brat, one label
(MORFOLOGIA_NEOPLASIA), and `cantemist/train-set/cantemist-coding/train-coding.tsv` with columns `file`, `code`: codes
of eCIE-O-3.1 (`8140/3`, also `8000/3/H`, `8140/32`). 250 of the 501 reports of the train set are at hand, with 3,145
mentions; the table has 2,757 rows for all 501. One report has a code twice; it is named once.

Upstream's `dev-set1`, `dev-set2` and `test-set` were not at hand and are assumed to be laid out in the same way, with
`dev1-coding.tsv`, `dev2-coding.tsv` and `test-coding.tsv`. A report without a table beside it serves the first task
only.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from medcorpus import File, Source, Spans, each
from medcorpus.errors import FormatError
from medcorpus.formats import brat, plain
from medcorpus.reading import Item, Reject

from .. import _entities, _tasks

COMMIT = "85c86a216bd50b02dc66a0e27650b386b864b3ca"
URL = f"https://raw.githubusercontent.com/kathrynchapman/CANTEMIST2020/{COMMIT}/{{path}}"
SETS = {"train-set": ("train", "train"), "dev-set1": ("dev1", "validation"), "dev-set2": ("dev2", "validation")}
SETS |= {"test-set": ("test", "test")}


def read(path: Path) -> Iterator[Item]:
    """Read one report."""
    return each(brat.documents(path), partial(report, codes=_codes(path)))


def report(document: brat.Document, codes: str) -> Spans:
    """Turn a report into a record."""
    if not document.annotated:
        raise ValueError("no annotations")
    extra = {"codes": codes} if codes else {}
    return Spans(key=document.name, text=document.text, spans=document.spans, extra=extra)


def _codes(path: Path) -> str:
    """Give the codes of a report, one a line, from the table of its set."""
    stem = SETS.get(path.parent.parent.name, ("", ""))[0]
    table = path.parent.parent / "cantemist-coding" / f"{stem}-coding.tsv"
    if not table.is_file():
        return ""
    rows = map(partial(_row, table=table.name), plain.lines(table))
    if next(rows, None) != ("file", "code"):
        raise FormatError("no header with file and code", where=table.name, fix="fetch the file again")
    return "\n".join(dict.fromkeys(code for name, code in rows if name == path.stem))


def _row(line: tuple[int, str] | Reject, table: str) -> tuple[str, str]:
    values = [] if isinstance(line, Reject) else line[1].split("\t")
    if len(values) != 2 or not values[1].strip():
        raise FormatError(f"row {line[0]} is not file and code", where=table, fix="fetch the file again")
    return values[0], values[1].strip()


def _files(name: str, split: str) -> tuple[File, ...]:
    folder = f"cantemist/{name}"
    return (
        File(path=f"{folder}/cantemist-ner/*.txt", url=URL, split=split),
        File(path=f"{folder}/cantemist-ner/*.ann", url=URL, split=split, companion=True),
        File(path=f"{folder}/cantemist-coding/*-coding.tsv", url=URL, split=split, companion=True),
    )


source = Source(
    title="CANTEMIST",
    about="1,301 oncological case reports in Spanish in which every mention of tumour morphology is annotated and "
    "coded by eCIE-O-3.1.",
    homepage="https://temu.bsc.es/cantemist/",
    langs=("es",),
    shape=Spans,
    license="CC-BY-4.0",
    license_evidence="the bigbio loader of the corpus states CC_BY_4p0 for Zenodo record 3978041; the repository that "
    "the files are from has no LICENSE",
    license_url="https://zenodo.org/records/3978041",
    redistribute="yes",
    access="open",
    how="download cantemist.zip from https://zenodo.org/records/3978041 and unpack it as DIR/cantemist/cantemist, "
    "then pass --raw DIR",
    files=tuple(file for name, (_, split) in SETS.items() for file in _files(name, split)),
    read=read,
    tasks=(
        _entities.listing("cantemist_ner", "es", "Clinical Text", typed=False),
        _tasks.own(
            *("cantemist_coding", "Text Classification", "Clinical Text", "es"),
            output="{codes}",
            fields=_tasks.having("codes"),
        ),
    ),
    extras=("codes",),
    version=COMMIT,
)
