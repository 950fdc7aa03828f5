"""ECDC-TM: sentences from the website of the European Centre for Disease Prevention and Control in 25 languages.

Upstream format, taken from public loaders (`europa_ecdc_tm` of Hugging Face datasets, mtdata) since the archive was
not at hand: `ECDC-TM.zip` with `ECDC-TM/ECDC.tmx`, TMX 1.4, a `<tu>` for each sentence, in it a `<tuv xml:lang="EN">`
with one `<seg>` for each language; about 2,500 units a pair of languages (2,567 for English and Bulgarian by the
loader).

One record per unit and pair of the paper (en-sv, en-de, fr-en); a unit that lacks one of the languages gives fewer,
one that gives none is withheld. Everything was written in English, so French is a translation as well. There is no
split.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from medcorpus import File, Pair, Source, Task, Withheld, each
from medcorpus.formats import tmx
from medcorpus.reading import Item

from .. import _tasks

PAIRS = {"task19": ("en", "sv"), "task20": ("en", "de"), "task21": ("fr", "en")}


def read(path: Path) -> Iterator[Item]:
    """Read the translation memory."""
    return each(tmx.units(path), pairs)


def pairs(unit: tmx.Unit) -> list[Pair | Withheld]:
    """Turn a unit into one record for each pair of languages that it has."""
    found: list[Pair | Withheld] = [
        Pair(key=f"{unit.id}-{a}-{b}", lang=a, text=unit.segments[a], target=unit.segments[b], extra={"into": b})
        for a, b in PAIRS.values()
        if a in unit.segments and b in unit.segments
    ]
    return found or [Withheld("in none of the three pairs of languages")]


def _task(task_id: str, lang: str, into: str) -> Task:
    return Task(
        id=task_id,
        name=f"ecdc_translation_{lang}_{into}",
        category="Translation",
        domain="Medical Knowledge",
        input="{text}",
        output="{target}",
        lang=lang,
        output_lang=into,
        fields=_tasks.having("into", into),
    )


source = Source(
    title="ECDC-TM",
    about="The translation memory of the European Centre for Disease Prevention and Control: about 2,500 sentences of "
    "its website, translated from English by professionals into 24 languages.",
    homepage="https://joint-research-centre.ec.europa.eu/language-technology-resources/ecdc-translation-memory_en",
    langs=("en", "fr"),
    shape=Pair,
    license="CC-BY-4.0",
    license_evidence="the loader of Hugging Face datasets quotes 'Creative Commons Attribution 4.0 International(CC "
    "BY 4.0) licence Copyright (c) EU/ECDC, 1995-2020'; other cards say CC BY-SA 4.0, and upstream's page was not at "
    "hand",
    license_url="https://github.com/huggingface/datasets/blob/1.18.4/datasets/europa_ecdc_tm/europa_ecdc_tm.py",
    redistribute="unknown",
    access="open",
    files=(
        File(
            path="ECDC-TM.zip",
            url="https://wt-public.emm4u.eu/Resources/ECDC-TM/ECDC-TM.zip",
            member="ECDC-TM/ECDC.tmx",
        ),
    ),
    read=read,
    tasks=tuple(_task(task_id, *pair) for task_id, pair in PAIRS.items()),
    extras=("into",),
)
