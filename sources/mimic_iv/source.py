"""MIMIC-IV radiology reports: findings and impression, by modality and anatomy of the examination.

Upstream format, from the public documentation (mimic.mit.edu, module note) and PhysioNet's page: MIMIC-IV-Note 2.2,
`note/radiology.csv.gz`, columns note_id, subject_id, hadm_id, note_type, note_seq, charttime, storetime, text;
2,321,355 reports of 237,427 patients; unpacked `note/radiology.csv` is read as well. No file was at hand: the headings
(`EXAMINATION:`, `FINDINGS:`, ...) are those of public section parsers for MIMIC, and ASSUMED to be complete.

A report without findings or without impression is withheld. What was examined is read off the examination's heading
or, without one, the title in capitals, word by word: `CT` is no part of `DIRECT`, `CTA` is CT and angiography, `CHEST
(PA AND LAT)` an X-ray, `liver` the abdomen. A report may have several modalities and anatomies and serves all their
summaries; it serves the two classifications where it has one. Upstream has no split: a tenth is held out as test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache, partial
from pathlib import Path

from medcorpus import File, Pair, Source, Task, each
from medcorpus.reading import Item, Withheld
from medcorpus.records import Fields

from .. import _physionet, _reports

MODALITIES = {
    "X-ray": r"(?i:x-?rays?|radiographs?|radiography|plain films?|CXR)",
    "CT": r"CT[AVU]?|(?i:computed tomography)",
    "MRI": r"MR[IAVE]?|MRCP|(?i:magnetic resonance)",
    "Ultrasound": r"US|U/S|(?i:ultraso\w+|sonogra\w+|duplex|doppler)",
    "Angiography": r"CTA|MRA|(?i:angiogra\w+|arteriogra\w+)",
    "Mammogram": r"MAMMO|(?i:mammogra\w+|tomosynthesis)",
    "Pathology": r"(?i:patholog\w+)",
    "Fluoroscopy": r"(?i:fluoro\w*|esophagrams?|barium|upper GI|(?:video|oropharyngeal) swallow)",
}
PROJECTION = r"AP|PA|LAT|(?i:lateral|views?)"
ANATOMIES = {
    "Chest": r"(?i:chest|thorax|lungs?)",
    "Head and neck": r"(?i:head|neck)",
    "Brain": r"(?i:brain)",
    "Abdomen": r"(?i:abdomen|abdominal|abd|liver|pancreas|kidneys?)",
    "Pelvis": r"(?i:pelvis|pelvic)",
    "Spine": r"(?i:spine|spinal)",
}
SUMMARIES = [(f"task{78 + n}", m, "") for n, m in enumerate(list(MODALITIES)[3:])] + [
    (f"task{first + n}", m, a) for first, m in ((83, "CT"), (89, "MRI")) for n, a in enumerate(ANATOMIES)
]
BENCH = {"Ultrasound", "CT", "MRI"}


def read(path: Path) -> Iterator[Item]:
    """Read the table of reports."""
    return each(_physionet.table(path, ("note_id", "text")), report)


def report(row: dict[str, str]) -> Pair | Withheld:
    """Turn one report into its findings and impression."""
    found = _reports.sections(row["text"])
    if "findings" not in found or "impression" not in found:
        return Withheld("no findings or no impression")
    exam = found.get("examination", "").replace("\n", " ")
    modalities, anatomies = examined(exam)
    more = {"exam": exam, "modalities": modalities, "anatomies": anatomies}
    return Pair(
        key=row["note_id"],
        text=found["findings"],
        target=found["impression"],
        extra={name: value for name, value in more.items() if value},
    )


@lru_cache(maxsize=2**14)
def examined(exam: str) -> tuple[str, str]:
    """Give the modalities and the anatomies that an examination names; a projection alone makes it an X-ray."""
    by = _named(exam, MODALITIES) or _named(exam, {"X-ray": PROJECTION})
    return "; ".join(by), "; ".join(_named(exam, ANATOMIES))


def _named(exam: str, words: dict[str, str]) -> list[str]:
    return [name for name, pattern in words.items() if re.search(rf"\b(?:{pattern})\b", exam)]


def of(record: Pair, modality: str, anatomy: str) -> Fields | None:
    """Take the reports of a modality and, if one is asked for, an anatomy."""
    found = [record.extra.get(name, "").split("; ") for name in ("modalities", "anatomies")]
    return {} if modality in found[0] and anatomy in (*found[1], "") else None


def only(record: Pair, extra: str) -> Fields | None:
    """Take the reports with one modality or one anatomy."""
    label = record.extra.get(extra, "")
    return {"label": label} if label and ";" not in label else None


def summary(task_id: str, modality: str, anatomy: str) -> Task:
    """Give the task of summing up the reports of a modality and anatomy."""
    region = f"_{anatomy.lower().replace(' ', '_')}" if anatomy else ""
    return Task(
        id=task_id,
        name=f"mimic_iv_{modality.lower()}{region}_impression",
        category="Text Summarization",
        domain="Clinical Text",
        input=f"Examination: {modality}{f' of the {anatomy.lower()}' if anatomy else ''}\nFindings: {{text}}",
        output="{target}",
        fields=partial(of, modality=modality, anatomy=anatomy),
        phrasings=modality.lower(),
        bench=modality in BENCH,
    )


def classification(task_id: str, job: str, extra: str, labels: dict[str, str]) -> Task:
    """Give the task of naming the modality or the anatomy of a report."""
    return Task(
        id=task_id,
        name=f"mimic_iv_{job}_classification",
        category="Text Classification",
        domain="Clinical Text",
        input="Findings: {text}\n\nImpression: {target}",
        output="{label}",
        labels=tuple(labels),
        adds=("label",),
        fields=partial(only, extra=extra),
    )


source = Source(
    title="MIMIC-IV-Note: radiology reports",
    about="2,321,355 de-identified radiology reports of a hospital in Boston, USA; here findings and impression.",
    homepage="https://physionet.org/content/mimic-iv-note/2.2/",
    langs=("en",),
    shape=Pair,
    **_physionet.terms("mimic-iv-note/2.2"),
    files=(File(path="note/radiology.csv*"),),
    read=read,
    held_out=0.1,
    tasks=(
        *(summary(*one) for one in SUMMARIES),
        classification("task95", "modality", "modalities", MODALITIES),
        classification("task96", "anatomy", "anatomies", ANATOMIES),
    ),
    extras=("exam", "modalities", "anatomies"),
    folder="mimic_iv_note",
    version="2.2",
)
