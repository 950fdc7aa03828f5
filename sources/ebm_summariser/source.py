"""EBMSummariser corpus: clinical questions from the Journal of Family Practice with graded, justified answers.

Upstream format, from programs that read it: `ClinicalInquiries.xml`, in it `<record id>` with `<question>` and
`<answer>`; in that a `<snip id>` for each part of the answer: `<sniptext>`, the strength of recommendation
`<sor type>` and `<long id>`s, each one justification (`<longtext>`) with its `<ref>`erences. The file was not at hand;
the authors count 456 questions, 1,396 parts and 3,036 justifications.

A record is either a question with the parts of its answer, one a line (key: the question's id), or a part with all of
its justifications, one a line (key: question and number of the part). A part without justification gives no record of
the second kind. Upstream has no splits; a tenth is held out as test. In task100 the justifications of a part are its
acceptable outputs, so that no input stands twice with different answers: at most 1,396 rows with 3,036 outputs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from medcorpus import File, Pair, Source, Task, each
from medcorpus.formats import xml
from medcorpus.reading import Item
from medcorpus.records import Fields

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

ANSWER, JUSTIFICATION = "answer", "justification"


def read(path: Path) -> Iterator[Item]:
    """Read the questions."""
    return each(xml.elements(path, "record"), pairs)


def pairs(record: Element) -> list[Pair]:
    """Turn one question into its answer, and the parts of the answer into their justifications."""
    key, parts = str(record.attrib["id"]), list(record.iterfind("answer/snip"))
    told = [xml.line(part.find("sniptext")) for part in parts]
    found = [pair(key, ANSWER, xml.line(record.find("question")), told)]
    for number, (part, text) in enumerate(zip(parts, told), 1):
        if longs := [xml.line(long) for long in part.iterfind("long/longtext")]:
            found.append(pair(f"{key}-{number}", JUSTIFICATION, text, longs))
    return found


def pair(key: str, kind: str, text: str, targets: list[str]) -> Pair:
    """Give a text and what belongs to it, one a line."""
    return Pair(key=key, text=text, target="\n".join(filter(None, targets)), extra={"kind": kind})


def answer(record: Pair) -> Fields | None:
    """Take the questions only."""
    return {} if record.extra["kind"] == ANSWER else None


def justifications(record: Pair) -> Fields | None:
    """Give every justification of a part of an answer."""
    return {"any": tuple(record.target.split("\n"))} if record.extra["kind"] == JUSTIFICATION else None


source = Source(
    title="EBMSummariser corpus",
    about="456 clinical questions with evidence-based answers in parts, each part with justifications from the "
    "literature.",
    homepage="https://sourceforge.net/projects/ebmsumcorpus/",
    langs=("en",),
    shape=Pair,
    license="not stated; text from the Journal of Family Practice",
    license_evidence="the papers say that the corpus is 'available for the research community'; no licence was found",
    license_url="https://sourceforge.net/projects/ebmsumcorpus/",
    redistribute="unknown",
    access="open",
    how="Download the corpus from https://sourceforge.net/projects/ebmsumcorpus/ and unpack ClinicalInquiries.xml.",
    files=(File(path="ClinicalInquiries.xml"),),
    read=read,
    held_out=0.1,
    tasks=(
        Task(
            id="task99",
            name="ebm_clinical_question_answering",
            category="Question Answering",
            domain="Medical Knowledge",
            input="{text}",
            output="{target}",
            fields=answer,
        ),
        Task(
            id="task100",
            name="ebm_justification_generation",
            category="Question Answering",
            domain="Medical Knowledge",
            input="{text}",
            output="{any}",
            adds=("any",),
            fields=justifications,
            bench=True,
        ),
    ),
    extras=("kind",),
)
