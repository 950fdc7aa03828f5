"""What the sources from PhysioNet share: their terms, how to get them, and their tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, TypedDict

from medcorpus.formats import delimited, gzipped
from medcorpus.reading import Reject

LICENSE = "PhysioNet Credentialed Health Data License 1.5.0"
EVIDENCE = (
    "PhysioNet Clinical Database Restricted Data Use Agreement 1.5.0, 3: 'I will not share access to PhysioNet "
    "restricted data with anyone else.'"
)
LICENSE_URL = "https://github.com/MIT-LCP/license-and-dua/blob/main/DataUseAgreement-v1.5.0.md"


class Terms(TypedDict):
    """The facts of a `Source` that say on which terms its files are to be had."""

    license: str
    license_evidence: str
    license_url: str
    redistribute: Literal["no"]
    access: Literal["agreement"]
    how: str


def terms(project: str, more: str = "") -> Terms:
    """Give the terms of a project (`mimic-iv-note/2.2`); `more` says what is needed besides its files."""
    how = (
        "become a credentialed user of PhysioNet (account, CITI training 'Data or Specimens Only Research'), "
        f"sign the data use agreement at https://physionet.org/content/{project}/ and download its files with "
        f"SHA256SUMS.txt{more}"
    )
    return Terms(
        license=LICENSE,
        license_evidence=EVIDENCE,
        license_url=LICENSE_URL,
        redistribute="no",
        access="agreement",
        how=how,
    )


def table(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]] | Reject]:
    """Read a `.csv` or `.csv.gz` row by row; nothing of a packed one that lies unpacked beside itself."""
    if not gzipped.is_spare(path):
        yield from delimited.rows(path, columns=columns)
