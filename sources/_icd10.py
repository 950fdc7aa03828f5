"""What the sources of ICD-10 share: a record for each code, and the tasks of explaining a code and of finding it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from medcorpus import Pair, Task
from medcorpus.reading import Reject, Rows
from medcorpus.records import Fields

CODE = re.compile(r"[A-Z]\d[0-9A-Z](\.?[0-9A-Z]{1,4})?\Z", re.ASCII)
"""A code of WHO's classification or of its clinical modification, with or without the dot."""
RANGE = re.compile(r"[A-Z]\d[0-9A-Z]-[A-Z]\d[0-9A-Z]\Z", re.ASCII)
"""A block or chapter, named by its first and last code."""


class Entry(NamedTuple):
    """A code and what it stands for."""

    code: str
    description: str


def dotted(code: str) -> str:
    """Write a code with the dot behind its third character.

    >>> dotted("A000"), dotted("A00.0"), dotted("A00"), dotted("A00-A09")
    ('A00.0', 'A00.0', 'A00', 'A00-A09')
    """
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 and code[3] not in ".-" else code


def with_codes(rows: Rows[Entry]) -> Iterator[tuple[int, tuple[Entry, str]] | Reject]:
    """Yield each entry with all codes of its description where it is the first to have it, else with nothing."""
    listed = list(rows)
    codes: dict[str, list[str]] = defaultdict(list)
    for row in listed:
        if not isinstance(row, Reject):
            codes[row[1].description].append(row[1].code)
    for row in listed:
        yield row if isinstance(row, Reject) else (row[0], (row[1], ", ".join(codes.pop(row[1].description, ()))))


def explained(entry: tuple[Entry, str]) -> Pair:
    """Turn an entry into a pair of code and description; `codes` are all codes of the description."""
    (code, description), codes = entry
    extra = {"codes": codes} if codes else {}
    return Pair(key=code, text=code, target=description, extra=extra)


def searched(record: Pair) -> Fields | None:
    """Take the records that list the codes of their description."""
    return {} if "codes" in record.extra else None


def tasks(name: str, lang: str = "en", phrasings: str = "icd10") -> tuple[Task, Task]:
    """Give the tasks of explaining a code and of giving the codes of a description."""
    return (
        Task(
            id=f"{name}_explanation",
            name=f"{name}_explanation",
            category="Explanation",
            domain="Medical Knowledge",
            input="{text}",
            output="{target}",
            phrasings=f"{phrasings}_explanation",
            lang=lang,
            instruction_lang=lang,
        ),
        Task(
            id=f"{name}_coding",
            name=f"{name}_coding",
            category="Text Classification",
            domain="Medical Knowledge",
            input="{target}",
            output="{codes}",
            phrasings=f"{phrasings}_coding",
            lang=lang,
            instruction_lang=lang,
            fields=searched,
        ),
    )
