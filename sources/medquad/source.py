"""MedQuAD: questions about diseases, drugs and tests with their answers, from twelve web sites of the NIH.

Upstream format, checked on all 11,274 documents of commit 577bd37: a folder for each site, a file for each page:
`<Document id source url>` with `<Focus>`, `<FocusAnnotations>` and `<QAPairs>`, in these `<QAPair pid><Question qid
qtype/><Answer/></QAPair>`. Four pages of NINDS are written in lower case instead (`<doc docid corpus url>`, `<pair>`,
`<question>`, `<answer>`) and one of CDC has the root `<DiseaseFile fid source url>`; they are read alike, which gives
the 47,457 pairs of the readme, where looking for `QAPair` alone finds 47,441.

16,423 pairs have an answer. The 31,029 of folders 10, 11 and 12 have none, for MedlinePlus' copyright, and five of
GARD have none either; they are withheld, as are six documents without a question. Of the folders that the tests read,
1, 2 and 10 (70, 350 and 300 documents): 438, 696 and 0 pairs with an answer, 1,238 without.

`qid` stands twice where pages share a document id (eight in folder 1), and the folders share ids among each other; so
the key is site, file name and number of the pair, which is site and qid in all but 35 cases: `CancerGov/0000001_1-1`.
The 16,423 pairs ask 14,995 questions: 839 are answered by several sites, or by several pages of one. Answers keep
upstream's layout, runs of blanks included; only their ends are stripped. The row is the pair's place in its file.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from medcorpus import File, Pair, Reject, Source, Task, Withheld, each
from medcorpus.errors import FormatError
from medcorpus.formats import xml
from medcorpus.reading import Item

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

COMMIT = "577bd37b96c02d1833b2c9eed2de9f96964e96cb"
URL = f"https://raw.githubusercontent.com/abachaa/MedQuAD/{COMMIT}/{{path}}"
ROOTS = ("Document", "doc", "DiseaseFile")
FOLDERS = (
    "1_CancerGov_QA",
    "2_GARD_QA",
    "3_GHR_QA",
    "4_MPlus_Health_Topics_QA",
    "5_NIDDK_QA",
    "6_NINDS_QA",
    "7_SeniorHealth_QA",
    "8_NHLBI_QA_XML",
    "9_CDC_QA",
    "10_MPlus_ADAM_QA",
    "11_MPlusDrugs_QA",
    "12_MPlusHerbsSupplements_QA",
)
WITHHELD = ("ADAM", "MPlusDrugs", "MPlusHerbsSupplements")


def read(path: Path) -> Iterator[Item]:
    """Read the pairs of one page."""
    root = xml.document(path)
    if root.tag not in ROOTS:
        raise FormatError("not a document of MedQuAD", where=path.name, fix="fetch the file again")
    pairs = list(enumerate(root.iter("QAPair", "pair"), 1))
    if not pairs:
        return iter([Reject(1, "no question in the document", withheld=True)])
    focus = next(root.iter("Focus", "doctitle-focus"), None)
    return each(pairs, partial(pair, page=root, focus=focus, path=path))


def pair(element: Element, page: Element, focus: Element | None, path: Path) -> Pair | Withheld:
    """Turn one question into a pair, unless upstream took its answer out."""
    site = page.get("source") or page.get("corpus") or path.parent.name
    question = next(element.iter("Question", "question"), None)
    if question is None:
        raise ValueError("a pair without a question")
    answer = xml.content(next(element.iter("Answer", "answer"), None)).strip()
    if not answer:
        return Withheld("answer withheld upstream" if site in WITHHELD else "no answer upstream")
    said = {
        "focus": xml.line(focus),
        "qtype": question.get("qtype", ""),
        "url": page.get("url", ""),
        "site": site,
    }
    return Pair(
        key=f"{site}/{path.stem}-{element.attrib['pid']!s}",
        text=xml.line(question),
        target=answer,
        extra={name: value for name, value in said.items() if value},
    )


source = Source(
    title="MedQuAD",
    about="47,457 questions on diseases, drugs and tests from 12 NIH web sites, 16,423 of them with their answer.",
    homepage="https://github.com/abachaa/MedQuAD",
    langs=("en",),
    shape=Pair,
    license="CC-BY-4.0",
    license_evidence="readme.txt: 'published under a Creative Commons Attribution 4.0 International Licence (CC BY)'",
    license_url=f"https://github.com/abachaa/MedQuAD/blob/{COMMIT}/readme.txt#L46",
    redistribute="yes",
    access="open",
    files=tuple(File(path=f"{folder}/*.xml", url=URL) for folder in FOLDERS),
    read=read,
    tasks=(
        Task(
            id="task103",
            name="medquad_answering",
            category="Question Answering",
            domain="Medical Knowledge",
            input="{text}",
            output="{target}",
            lang="en",
            exempt={"conflicting": "several sites, and several pages of a site, answer the same question"},
        ),
    ),
    extras=("focus", "qtype", "url", "site"),
    version=COMMIT,
)
