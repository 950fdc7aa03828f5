"""Categories of ICD-10-CM as a CSV file of codes and titles, made at Stanford University.

Upstream format, checked on the file: `categories.csv`, UTF-8 (all ASCII), comma-separated, titles quoted, without a
header: code without its dot, title. 24,628 rows (the first is A00; who takes it for a header counts 24,627), every code
once: 1,910 of three characters, 22,718 of four to seven. 442 titles repeat another one's: the task of coding takes each
title once and wants all of its codes. The year of ICD-10-CM is not stated; codes are written here with their dot.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from medcorpus import File, Pair, Source, each
from medcorpus.formats import delimited
from medcorpus.reading import Item, Reject, Rows

from .. import _icd10

COMMIT = "013f0796d6bca3a3e491bc9f909dc60d386a5fb2"


def read(path: Path) -> Iterator[Item]:
    """Read the categories."""
    return each(_icd10.with_codes(entries(path)), _icd10.explained)


def entries(path: Path) -> Rows[_icd10.Entry]:
    """Yield codes with their titles."""
    for row in delimited.rows(path, header=False):
        if isinstance(row, Reject):
            yield row
        elif len(row[1]) != 2 or not _icd10.CODE.match(row[1][0]) or not row[1][1].strip():
            yield Reject(row[0], "not a code and a title")
        else:
            yield row[0], _icd10.Entry(_icd10.dotted(row[1][0]), row[1][1].strip())


source = Source(
    title="ICD-10-CM categories (CSV)",
    about="Codes and titles of ICD-10-CM, the clinical modification of ICD-10 for the United States.",
    homepage="https://github.com/k4m1113/ICD-10-CSV",
    langs=("en",),
    shape=Pair,
    license="not stated",
    license_evidence="README.md: 'Script © 2018 Stanford University' and 'ICD-10 codes © The World Health "
    "Organization'; no line on the data",
    license_url=f"https://github.com/k4m1113/ICD-10-CSV/blob/{COMMIT}/README.md",
    redistribute="unknown",
    access="open",
    files=(File(path="categories.csv", url=f"https://raw.githubusercontent.com/k4m1113/ICD-10-CSV/{COMMIT}/{{path}}"),),
    read=read,
    extras=("codes",),
    tasks=_icd10.tasks("icd10_cm_categories", phrasings="icd10_cm"),
    version=COMMIT,
)
