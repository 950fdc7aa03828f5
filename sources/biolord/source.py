"""BioLORD: names of biomedical concepts and texts that describe them, made from the relations of UMLS and SNOMED CT.

Upstream format: the dataset card speaks of pairs of a concept's name and its description or definition, 25 million rows
on the Hub, and a published instance of task 50 shows such a pair. Neither files nor column names could be looked up, so
the user writes the data set as `biolord.jsonl`, one object a line: a row must hold two texts, as two values or as one
list, and ASSUMED is that the name comes first.

MedS-Ins took 10,000 rows, which ones is not published. Here the first eight of every 20,000 rows are read, which gives
as many; the others are passed over and not counted. To match a definition (task 48), a record carries three names that
came before it and are not its own; their order follows from the checksum of its text. Upstream has no split: a tenth is
held out as test, as many as MedS-Bench has.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from medcorpus import File, Pair, Source, Task, each
from medcorpus.formats import jsonl
from medcorpus.reading import Item
from medcorpus.records import Fields

BLOCK, TAKEN = 20_000, 8
OTHERS = 3


def read(path: Path) -> Iterator[Item]:
    """Read every block's first rows."""
    rows = (row for row in jsonl.rows(path) if (row[0] - 1) % BLOCK < TAKEN)
    return each(rows, partial(concept, before=deque(maxlen=OTHERS)))


def concept(row: dict[str, Any], before: deque[str]) -> Pair:
    """Turn one row into a name and its description; names that came before are kept and added to."""
    values = chain.from_iterable(v if isinstance(v, list) else [v] for v in row.values())
    texts = [" ".join(value.split()) for value in values if isinstance(value, str)]
    if len(texts) != 2:
        raise ValueError("not two texts")
    name, told = texts
    others = [other for other in before if other != name]
    if name not in before:
        before.append(name)
    return Pair(text=name, target=told, extra={"others": "\n".join(others)} if len(others) == OTHERS else {})


def matching(record: Pair) -> Fields | None:
    """Give the names to choose from, the right one at a place that depends on the description."""
    if "others" not in record.extra:
        return None
    names = record.extra["others"].split("\n")
    names.insert(zlib.crc32(record.target.encode()) % (OTHERS + 1), record.text)
    return {"names": "\n".join(names)}


source = Source(
    title="BioLORD",
    about="25 million pairs of a biomedical concept's name and a text describing it, from UMLS and SNOMED CT.",
    homepage="https://huggingface.co/datasets/FremyCompany/BioLORD-Dataset",
    langs=("en",),
    shape=Pair,
    license="licences of UMLS and SNOMED CT (ihtsdo-and-nlm-licences)",
    license_evidence=(
        "card of the model trained on it: 'given the data used to train this model orginates from UMLS, so you need to "
        "ensure you have proper licensing of UMLS before using this model'; the data set's own card shows no licence"
    ),
    license_url="https://huggingface.co/FremyCompany/BioLORD-STAMB2-v1",
    redistribute="no",
    access="agreement",
    how=(
        "sign the UMLS Metathesaurus License, which covers SNOMED CT, at https://uts.nlm.nih.gov/uts/signup-login, "
        "accept the conditions at https://huggingface.co/datasets/FremyCompany/BioLORD-Dataset, and write its rows as "
        "JSON Lines: load_dataset('FremyCompany/BioLORD-Dataset')['train'].to_json('biolord.jsonl')"
    ),
    files=(File(path="biolord.jsonl"),),
    read=read,
    held_out=0.1,
    tasks=(
        Task(
            id="task48",
            name="biolord_definition_matching",
            category="Text Retrieval",
            domain="Medical Knowledge",
            input="Definition: {target}\n\nConcepts:\n{names}",
            output="{text}",
            adds=("names",),
            fields=matching,
        ),
        Task(
            id="task49",
            name="biolord_concept_from_definition",
            category="Text Summarization",
            domain="Medical Knowledge",
            input="{target}",
            output="{text}",
        ),
        Task(
            id="task50",
            name="biolord_definition_from_concept",
            category="Explanation",
            domain="Medical Knowledge",
            input="Concept: {text}",
            output="{target}",
            bench=True,
        ),
    ),
    extras=("others",),
)
