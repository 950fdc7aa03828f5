"""MIMIC-CXR: reports of chest radiographs, their findings and impression.

Upstream format, from PhysioNet's page and public readers: `mimic-cxr-reports.zip` of MIMIC-CXR 2.0.0 or 2.1.0 unpacks
to `files/pNN/pNNNNNNNN/sNNNNNNNN.txt`, one free-text report a study, 227,835 in all. The split comes with another
project, MIMIC-CXR-JPG: `mimic-cxr-2.0.0-split.csv.gz` (dicom_id, study_id, subject_id, split: train, validate or test),
all images of a study in one split; it is needed beside `files/`, packed or not. No file was at hand: the headings are
those of public section parsers for MIMIC, and ASSUMED to be complete.

A report without findings or without impression is withheld. A study without a split is a reject.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

from medcorpus import File, Pair, Source, Task, each
from medcorpus.errors import FormatError
from medcorpus.formats import plain
from medcorpus.reading import Item, Reject, Rows, Withheld

from .. import _physionet, _reports

SPLITS = {"train": "train", "validate": "validation", "test": "test"}
SPLIT_FILE = "mimic-cxr-2.0.0-split.csv"


def read(path: Path) -> Iterator[Item]:
    """Read one report."""
    return each(_text(path), partial(report, study=path.stem, splits=_splits(path.parents[3])))


def _text(path: Path) -> Rows[str]:
    text = plain.text_of(path)
    if not text.strip():
        raise FormatError("empty file", where=path.name, fix="unpack mimic-cxr-reports.zip again")
    yield (1, text) if not (fault := plain.fault(text)) else Reject(1, fault)


def _splits(root: Path) -> dict[str, str]:
    """Find the split of every study in the file beside `files/`; it is read once, as long as it does not change."""
    for path in (root / SPLIT_FILE, root / f"{SPLIT_FILE}.gz"):
        if path.is_file():
            return _split_of(path, path.stat().st_mtime_ns, path.stat().st_size)
    raise FormatError(
        f"{SPLIT_FILE}.gz is not beside it", where="files", fix="download it from MIMIC-CXR-JPG: it holds the split"
    )


@cache
def _split_of(path: Path, changed: int, size: int) -> dict[str, str]:
    rows = _physionet.table(path, ("study_id", "split"))
    values = (row[1] for row in rows if not isinstance(row, Reject))
    return {f"s{value['study_id']}": SPLITS[value["split"]] for value in values if value["split"] in SPLITS}


def report(text: str, study: str, splits: dict[str, str]) -> Pair | Withheld:
    """Turn one report into its findings and impression."""
    if study not in splits:
        raise ValueError(f"no split in {SPLIT_FILE}")
    found = _reports.sections(text)
    if "findings" not in found or "impression" not in found:
        return Withheld("no findings or no impression")
    return Pair(key=study, split=splits[study], text=found["findings"], target=found["impression"])


source = Source(
    title="MIMIC-CXR",
    about="227,835 de-identified reports of chest radiographs of a hospital in Boston, USA; findings and impression.",
    homepage="https://physionet.org/content/mimic-cxr/2.1.0/",
    langs=("en",),
    shape=Pair,
    **_physionet.terms(
        "mimic-cxr/2.1.0",
        "; unpack mimic-cxr-reports.zip, and put mimic-cxr-2.0.0-split.csv.gz of "
        "https://physionet.org/content/mimic-cxr-jpg/2.1.0/, signed for in the same way, beside files/",
    ),
    files=(
        File(path="files/p*/p*/s*.txt"),
        File(path="mimic-cxr-2.0.0-split.csv*", companion=True),
    ),
    read=read,
    tasks=(
        Task(
            id="task112",
            name="mimic_cxr_impression",
            category="Text Summarization",
            domain="Clinical Text",
            input="{text}",
            output="{target}",
            bench=True,
        ),
    ),
    version="2.1.0",
)
