"""JMED-LLM, entities: symptoms, drugs and doses in Japanese case reports, radiology reports and nursing records.

Upstream format, checked on the files: `datasets/{mrner_disease,mrner_medicine,nrner}.csv`, CSV with `tag` (d: findings
and symptoms that the patient has, m-key: drugs, m-val: doses and other values), `question` and `answer`, a list as
Python prints it. 100 rows each with 810, 250 and 262 entities, all of them in their text, none of the lists empty. A
question is a line that asks and, below it, the text in 「 」; the line says which kind of record it is. Where the
entities stand in the text is not said, hence pairs of a text and its list, in upstream's order, one entity a line. All
is test.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from medcorpus import Pair, Source, each
from medcorpus.formats import delimited, literal
from medcorpus.reading import Item

from .. import _jmed_llm, _tasks

SETS = {"mrner_disease": "CC-BY-4.0", "mrner_medicine": "CC-BY-4.0", "nrner": "CC-BY-NC-SA-4.0"}
KINDS = {"d": "symptoms", "m-key": "drugs", "m-val": "doses"}


def read(path: Path) -> Iterator[Item]:
    """Read one of the sets."""
    return each(delimited.rows(path, columns=("tag", "question", "answer")), partial(entities, path.stem))


def entities(subset: str, row: dict[str, str]) -> Pair:
    """Turn one row into a text and the entities of one kind in it."""
    _, text = _jmed_llm.parts(row["question"])
    found = literal.texts(row["answer"])
    if not all(entity in text for entity in found):
        raise ValueError("an entity that is not in the text")
    if row["tag"] not in KINDS:
        raise ValueError("a tag that is none of the three")
    extra = {"subset": subset, "kind": KINDS[row["tag"]]}
    return Pair(text=text, target="\n".join(dict.fromkeys(found)), license=SETS[subset], extra=extra)


source = Source(
    title="JMED-LLM (entities)",
    about="300 Japanese case reports, radiology reports and nursing records with the symptoms, drugs or doses in them.",
    homepage=_jmed_llm.HOMEPAGE,
    langs=("ja",),
    shape=Pair,
    license="CC-BY-4.0",
    license_evidence=_jmed_llm.EVIDENCE,
    license_url=_jmed_llm.README,
    redistribute="yes",
    access="open",
    folder=_jmed_llm.FOLDER,
    files=_jmed_llm.files(*SETS),
    read=read,
    tasks=tuple(
        _tasks.own(
            *(f"jmed_llm_ner_{kind}", "Named Entity Recognition", "Clinical Text", "ja"),
            fields=_tasks.having("kind", kind),
        )
        for kind in KINDS.values()
    ),
    extras=("subset", "kind"),
    version=_jmed_llm.COMMIT,
)
