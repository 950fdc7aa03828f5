"""Evidence Inference: what reports of randomized trials say of an intervention, a comparator and an outcome.

Upstream format, from its description and checked on the files: `annotations/prompts_merged.csv` (PromptID, PMCID,
Outcome, Intervention, Comparator; 12,865 prompts on 3,372 articles, which do not stand together), the plain text of an
article in `annotations/txt_files/PMC{PMCID}.txt`, the split by article in `annotations/splits/{split}_article_ids.txt`
(29 prompts are in none and are train). `annotations/annotations_merged.csv` (UserID, PromptID, PMCID, Valid Label,
Valid Reasoning, Label, Annotations, Label Code, In Abstract, Evidence Start, Evidence End), over 4 MB, was not at hand;
`v2_annotations.csv`, which is part of it, was: 4,876 rows, where `significantly increased` is misspelt 687 times, so
that the Label Code is read (1, 0, -1; another, 3, stands for an invalid prompt). `xml_files` and `additional_files` say
the same again. Formulas stand in 41 articles as a whole TeX document before the same in plain characters: the former is
left out.

A record is a prompt with the passages annotated as evidence, each on a line, and the label that most of the annotators
gave whose label was found valid. The first prompt on an article whose text is there carries the text and all that is
asked about the article as well, even where nothing more is known of the prompt. Others are withheld: prompts without
annotation (284 of the 2,728 newer ones) or whose annotators disagree, and all prompts where the file of annotations is
not there (10 of 12,865 were read without it; with all 4,470 articles and the newer annotations 2,388 prompts have a
label and 3,363 carry their article; one article is an empty file).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from medcorpus import File, Pair, Source, Task, Withheld, each
from medcorpus.errors import FormatError
from medcorpus.formats import delimited, plain
from medcorpus.reading import Item, Reject
from medcorpus.records import Fields

from .. import _tables

COMMIT = "b9831b6c59b52ac2d277f757d413ececf0949a8d"
REPOSITORY = "https://github.com/jayded/evidence-inference"
URL = f"https://raw.githubusercontent.com/jayded/evidence-inference/{COMMIT}/{{path}}"
LABELS = {"1": "significantly increased", "-1": "significantly decreased", "0": "no significant difference"}
SPLITS = ("train", "validation", "test")
TEX, TEX_END = r"\documentclass[", r"\end{document}"
ASKED = ("PromptID", "PMCID", "Outcome", "Intervention", "Comparator")
ANNOTATED = ("PromptID", "Valid Label", "Annotations", "Label Code")

Row = dict[str, str]
Annotations = dict[str, list[Row]]


def read(path: Path) -> Iterator[Item]:
    """Read the prompts."""
    asked: dict[str, list[Row]] = defaultdict(list)
    for row in delimited.rows(path, columns=ASKED):
        if not isinstance(row, Reject):
            asked[row[1]["PMCID"]].append(row[1])
    told = partial(record, asked=asked, annotations=_annotations(path.parent), splits=_splits(path.parent))
    return each(delimited.rows(path, columns=ASKED), partial(told, folder=path.parent / "txt_files"))


def _annotations(folder: Path) -> Annotations | None:
    path, found = folder / "annotations_merged.csv", defaultdict(list)
    for row in _tables.companion(path, ANNOTATED) if path.is_file() else ():
        found[row["PromptID"]].append(row)
    return dict(found) or None


def _splits(folder: Path) -> dict[str, str]:
    found = {}
    for split in SPLITS:
        path = folder / "splits" / f"{split}_article_ids.txt"
        lines = list(plain.lines(path)) if path.is_file() else []
        if path.is_file() and not (lines and all(not isinstance(x, Reject) and x[1].strip().isdigit() for x in lines)):
            raise FormatError("not one article id a line", where=path.name, fix="fetch the file again")
        found.update({x[1].strip(): split for x in lines if not isinstance(x, Reject)})
    return found


def record(
    prompt: Row, asked: dict[str, list[Row]], annotations: Annotations | None, splits: dict[str, str], folder: Path
) -> Pair | Withheld:
    """Turn one prompt into its finding, its article beside it if it is the first prompt on it."""
    key = prompt["PMCID"]
    split = splits.get(key, "train")
    found = finding(prompt, annotations, split)
    text = article(folder / f"PMC{int(key)}.txt") if asked[key][0] == prompt else ""
    if not text:
        return found
    compared = "\n\n".join(dict.fromkeys(comparison(one) for one in asked[key]))
    extra = {"article": text, "comparisons": compared}
    if isinstance(found, Pair):
        return replace(found, extra={**found.extra, **extra})
    return Pair(key=prompt["PromptID"], split=split, text=text, target=compared, extra=extra)


def article(path: Path) -> str:
    """Give the text of an article, nothing where it is not there."""
    if not path.is_file():
        return ""
    try:
        text = plain.text_of(path).strip()
    except FormatError:
        raise ValueError("an article that is not UTF-8") from None
    if reason := plain.fault(text) or (None if text else "nothing in it"):
        raise ValueError(f"an article with {reason}")
    return without_tex(text)


def without_tex(text: str) -> str:
    r"""Leave out formulas that stand as whole TeX documents before the same in plain characters.

    >>> without_tex(r"of \documentclass[12pt]{minimal}\begin{document}$$\alpha$$\end{document}α = 5 %")
    'of α = 5 %'
    """
    before, *documents = text.split(TEX)
    parts = ((document, *document.partition(TEX_END)[1:]) for document in documents)
    return before + "".join(after if end else TEX + document for document, end, after in parts)


def finding(prompt: Row, annotations: Annotations | None, split: str) -> Pair | Withheld:
    """Give a comparison with its evidence and what most annotators read in it."""
    if annotations is None:
        return Withheld("the annotations are not beside it")
    if not (all_of_it := annotations.get(prompt["PromptID"])):
        return Withheld("no annotation upstream")
    valid = [row for row in all_of_it if row["Valid Label"] in ("True", "1") and row["Label Code"] in LABELS]
    counts = Counter(LABELS[row["Label Code"]] for row in valid).most_common(2)
    if not counts or len({count for _, count in counts}) < len(counts):
        return Withheld("no label that most annotators agree on")
    chosen = [row["Annotations"] for row in valid if LABELS[row["Label Code"]] == counts[0][0]]
    evidence = "\n".join(dict.fromkeys(" ".join(text.split()) for text in chosen if text.strip()))
    if not evidence:
        return Withheld("no evidence")
    extra = {"comparison": comparison(prompt)}
    return Pair(key=prompt["PromptID"], split=split, text=evidence, target=counts[0][0], extra=extra)


def comparison(prompt: Row) -> str:
    """Give a prompt on three lines."""
    return "\n".join(f"{name}: {' '.join(prompt[name].split())}" for name in ASKED[2:])


def having(extra: str, record: Pair) -> Fields | None:
    """Take the records with a value."""
    return {} if extra in record.extra else None


source = Source(
    title="Evidence Inference",
    about="12,865 comparisons of interventions in reports of randomized trials, with the effect and the evidence.",
    homepage="http://evidence-inference.ebm-nlp.com/",
    langs=("en",),
    shape=Pair,
    license="MIT (annotations); articles of the open-access subset of PMC, each under its own licence",
    license_evidence="LICENSE: 'MIT License Copyright (c) 2019 Eric Lehman, ...'; no sentence on the articles",
    license_url=f"{REPOSITORY}/blob/{COMMIT}/LICENSE",
    redistribute="unknown",
    access="open",
    how=f"Clone {REPOSITORY} and put its folder annotations into the folder 'evidence_inference'",
    files=(
        File(path="annotations/prompts_merged.csv", url=URL),
        File(path="annotations/annotations_merged.csv", url=URL, companion=True),
        *(File(path=f"annotations/splits/{s}_article_ids.txt", url=URL, split=s, companion=True) for s in SPLITS),
        File(path="annotations/txt_files/*.txt", url=URL, companion=True),
    ),
    read=read,
    tasks=(
        Task(
            id="evidence_inference_effect",
            name="evidence_inference_effect",
            category="Natural Language Inference",
            domain="Academical Papers",
            input="Evidence: {text}\n\n{comparison}",
            output="{target}",
            labels=tuple(LABELS.values()),
            fields=partial(having, "comparison"),
        ),
        Task(
            id="evidence_inference_comparisons",
            name="evidence_inference_comparisons",
            category="Information Extraction",
            domain="Academical Papers",
            input="{article}",
            output="{comparisons}",
            fields=partial(having, "article"),
        ),
    ),
    extras=("comparison", "article", "comparisons"),
    version=COMMIT,
)
