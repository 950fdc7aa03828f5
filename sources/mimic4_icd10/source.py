"""MIMIC-IV-ICD, the ICD-10 part: discharge summaries and the codes of diagnoses and procedures of the stay.

Upstream format, from the repository's README, notebook and id files: `mimicdata/mimic4_icd10/disch_{train,dev,test}_
split.csv`, which the user makes from MIMIC-IV 2.2 and MIMIC-IV-Note 2.2 with the notebook, columns subject_id, hadm_id,
text (lower case, no punctuation, no numbers) and labels (codes without dots, joined by `;`). 110,442 / 4,017 / 7,851
stays by the repository's id files. No file was at hand.

Titles of the codes come from MIMIC-IV's `hosp/d_icd_diagnoses.csv.gz` and `d_icd_procedures.csv.gz` (icd_code,
icd_version, long_title; only version 10), which must lie where the notebook has them, packed or not; the published task
took them from a crawl of icd10data.com. A code without a title there is given as `no title`. The answer has one code a
line, since titles hold commas and semicolons.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from medcorpus import File, Label, Source, Task, each
from medcorpus.errors import FormatError
from medcorpus.reading import Item
from medcorpus.records import Fields

from .. import _physionet, _tables

FOLDER = "mimicdata/mimic4_icd10"
HOSP = "mimicdata/physionet.org/files/mimiciv/2.2/hosp"
TABLES = ("d_icd_diagnoses.csv", "d_icd_procedures.csv")


def read(path: Path) -> Iterator[Item]:
    """Read one split."""
    titles = dict(_titles(path.parents[2] / HOSP))
    return each(_physionet.table(path, ("hadm_id", "text", "labels")), partial(stay, titles=titles))


def _titles(folder: Path) -> Iterator[tuple[str, str]]:
    for name in TABLES:
        path = next((p for p in (folder / name, folder / f"{name}.gz") if p.is_file()), None)
        if path is None:
            raise FormatError(f"{HOSP}/{name}.gz is not there", where=FOLDER, fix="download it: it names the codes")
        for row in _tables.companion(path, ("icd_code", "icd_version", "long_title")):
            if row["icd_version"].strip() == "10":
                yield row["icd_code"].strip(), row["long_title"].strip()


def stay(row: dict[str, str], titles: dict[str, str]) -> Label:
    """Turn one stay into its note, its codes and their titles."""
    codes = tuple(dict.fromkeys(code.strip() for code in row["labels"].split(";")))
    told = "\n".join(titles.get(code, "no title") for code in codes)
    return Label(key=row["hadm_id"], text=row["text"], labels=codes, extra={"titles": told})


def coded(record: Label) -> Fields:
    """Give every code with its title, one a line."""
    pairs = zip(record.labels, record.extra["titles"].split("\n"))
    return {"coded": "\n".join(f"{code}: {title}" for code, title in pairs)}


source = Source(
    title="MIMIC-IV-ICD: ICD-10",
    about="122,310 discharge summaries of a hospital in Boston, USA, with the ICD-10 codes of the stay.",
    homepage="https://github.com/thomasnguyen92/MIMIC-IV-ICD-data-processing",
    langs=("en",),
    shape=Label,
    **_physionet.terms(
        "mimiciv/2.2",
        " and those of https://physionet.org/content/mimic-iv-note/2.2/, signed for in the same way; run the notebook "
        "dataproc_mimic_IV_exploration_icd10 of https://github.com/thomasnguyen92/MIMIC-IV-ICD-data-processing, and "
        "keep its folder mimicdata",
    ),
    files=(
        File(path=f"{FOLDER}/disch_train_split.csv*"),
        File(path=f"{FOLDER}/disch_dev_split.csv*", split="validation"),
        File(path=f"{FOLDER}/disch_test_split.csv*", split="test"),
        *(File(path=f"{HOSP}/{name}*", companion=True) for name in TABLES),
    ),
    read=read,
    tasks=(
        Task(
            id="task116",
            name="mimic_iv_icd10_coding",
            category="Text Classification",
            domain="Clinical Text",
            input="{text}",
            output="{coded}",
            adds=("coded",),
            fields=coded,
        ),
    ),
    extras=("titles",),
    version="2.2",
)
