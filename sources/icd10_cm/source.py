"""ICD-10-CM and ICD-10-PCS: diagnosis and procedure codes of the United States with their descriptions.

Upstream formats; no file was at hand, the layout is that of upstream's icd10OrderFiles.pdf as three public programs
read it. Written in it from a package's table of 2025, all 97,584 lines of ICD-10-CM and 68,367 of ICD-10-PCS are read.
- The official order file (`icd10cm_order_YYYY.txt`, `icd10cm-order-<Month>-YYYY.txt`, `icd10pcs_order_YYYY.txt`), fixed
  width: 1-5 order number, 7-13 code without its dot, 15 whether it is valid for billing (1) or a header (0), 17-76
  short description, from 78 on the long description. Both kinds are read, the long description is the target.
- The crawl of icd10data.com that the paper's task was made from, `crawl_ICD_final.json` (nested objects: a code is the
  name of an object that has a `description`) and `crawl_ICD_PCS.json` (a code is the name of an object with one text).
  It was never published; assumed from the program that read it. Ranges (`A00-B99`) are read as well.
Assumed: UTF-8; the address names CDC's edition of April 2025.

The paper counts 97,785 (nine tenths of about 108,650) with the codes written without dots; ICD-10-CM codes are written
with their dot here, ICD-10-PCS codes have none. Keys are file and code, so that two editions stand side by side: bring
one. A code that repeats in a crawl is taken once. All is train.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from medcorpus import File, Pair, Source, Task, each
from medcorpus.errors import FormatError
from medcorpus.formats import jsonl, plain
from medcorpus.reading import Item

from .. import _icd10

PROCEDURE = re.compile(r"[0-9A-Z]{3,7}\Z", re.ASCII)
EDITION = "https://ftp.cdc.gov/pub/Health_Statistics/NCHS/Publications/ICD10CM/2025-Update/"


def read(path: Path) -> Iterator[Item]:
    """Read an order file or a crawl."""
    if path.suffix == ".json":
        return each(enumerate(crawled(jsonl.document(path), path.stem), 1), partial(record, name=path.stem))
    if not path.read_bytes().removeprefix(BOM_UTF8).strip():
        raise FormatError("empty file", where=path.name, fix="fetch the file again")
    return each(plain.lines(path), partial(ordered, name=path.stem))


def ordered(line: str, name: str) -> Pair:
    """Turn a line of an order file into a record."""
    if not line[:5].strip().isdecimal() or line[14:15] not in ("0", "1"):
        raise ValueError("not a line of an order file")
    return record((line[6:13].strip(), line[77:].strip()), name)


def record(entry: tuple[str, str], name: str) -> Pair:
    """Turn a code with its description into a record."""
    code, description = entry
    if not is_code(code, name):
        raise ValueError("not a code")
    code = code if _is_pcs(name) else _icd10.dotted(code)
    return Pair(key=f"{name}/{code}", text=code, target=description)


def is_code(text: str, name: str) -> bool:
    """Say whether a text is a code of the classification that a file is named after, or a range of ICD-10-CM."""
    if _is_pcs(name):
        return PROCEDURE.match(text) is not None
    return bool(_icd10.CODE.match(text) or _icd10.RANGE.match(text))


def _is_pcs(name: str) -> bool:
    return "pcs" in name.casefold()


def crawled(document: Any, name: str) -> Iterator[tuple[str, str]]:
    """Yield codes with their descriptions out of nested objects, each code once."""
    seen: set[str] = set()
    waiting = [("", document)]
    while waiting:
        key, value = waiting.pop()
        if not isinstance(value, dict):
            continue
        texts = [v for v in (value.get("description"), *value.values()) if isinstance(v, str)]
        if texts and key not in seen and is_code(key, name):
            seen.add(key)
            yield key, texts[0]
        waiting += reversed(value.items())


source = Source(
    title="ICD-10-CM and ICD-10-PCS",
    about="The codes for diagnoses and procedures in use in the United States, with their descriptions.",
    homepage="https://www.cms.gov/medicare/coding-billing/icd-10-codes",
    langs=("en",),
    shape=Pair,
    license="not stated",
    license_evidence="code sets of the U.S. government (CDC/NCHS and CMS), ICD-10 itself is WHO's; no sentence on "
    "passing them on was found",
    license_url="https://www.cdc.gov/nchs/icd/icd-10-cm/",
    redistribute="unknown",
    access="open",
    how="download the order files from https://www.cms.gov/medicare/coding-billing/icd-10-codes into the folder "
    "'icd10_cm', of one year only",
    files=(
        File(
            path="Code-desciptions-April-2025.zip",
            url=EDITION + "{path}",
            member="icd10cm-order-April-2025.txt",
        ),
        File(path="icd10cm-order-*.txt"),
        File(path="icd10cm_order_*.txt"),
        File(path="icd10pcs_order_*.txt"),
        File(path="crawl_ICD_final.json"),
        File(path="crawl_ICD_PCS.json"),
    ),
    read=read,
    tasks=(
        Task(
            id="task115",
            name="icd10_code_explanation",
            category="Explanation",
            domain="Medical Knowledge",
            input="{text}",
            output="{target}",
            phrasings="icd10_cm_explanation",
        ),
    ),
    version="April 2025",
)
