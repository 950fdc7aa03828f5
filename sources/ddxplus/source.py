"""DDXPlus: 1.3 million made-up patients with symptoms, antecedents and one of 49 diagnoses.

Upstream format, from upstream's README and its program that turns patients into text, names and values checked on
parts of public copies of `release_evidences.json` and of the test patients; no file was at hand.
`release_{train,validate,test}_patients.zip`, each one CSV of AGE, DIFFERENTIAL_DIAGNOSIS, SEX (M, F), PATHOLOGY,
EVIDENCES and INITIAL_EVIDENCE; 1,025,602 patients in train, 134,529 in test. EVIDENCES is a list as Python prints it,
of `name` (yes) or `name_@_value`. `release_evidences.json` gives for each name `question_en`, `data_type` (B, C or M),
`possible-values` and, where these are no numbers, `value_meaning {value: {fr, en}}`; `release_conditions.json` gives
`cond-name-eng` for each diagnosis. The release of 2022 has French names and the later one (figshare 22687585) codes
(`E_53_@_V_161`) and English names: both are read with their own JSON files. Read packed or, where
`release_*_patients.csv` lies beside it, unpacked. Assumed: names hold no comma followed by a blank.

The text is age, sex, the initial evidence and the others, as question and answer in upstream's order; the values of a
multiple choice stand together, a number comes with its scale, and a value that means NA, which upstream takes for no
evidence, is left out. Upstream writes Larygospasm; here it is Laryngospasm. The paper's list of diagnoses is in lower
case and has `inguinal, hernia` and a comma missing; upstream's names are used. Keys: split and number of the patient.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

from medcorpus import File, Label, Source, Task, each
from medcorpus.errors import FormatError
from medcorpus.formats import delimited, jsonl, packed
from medcorpus.reading import Item, Reject, Rows

COLUMNS = ("AGE", "SEX", "PATHOLOGY", "EVIDENCES", "INITIAL_EVIDENCE")
SEXES = {"M": "male", "F": "female"}
SPELT = {"Larygospasm": "Laryngospasm"}
ANSWERS = {"Y": "Yes", "N": "No"}
SPLITS = {"train": "train", "validate": "validation", "test": "test"}

Placed = tuple[int, dict[str, str]]
Table = dict[str, dict[str, Any]]
Said = Callable[[str], tuple[str, str]]
"""Gives the question and the answer that an evidence stands for."""


def read(path: Path) -> Iterator[Item]:
    """Read the patients of one split."""
    if path.suffix == ".zip" and path.with_suffix(".csv").is_file():
        yield Reject(1, "read unpacked", withheld=True)
        return
    evidences, conditions = (_table(path.with_name(f"release_{what}.json")) for what in ("evidences", "conditions"))
    said = cache(partial(evidence, evidences=evidences))
    convert = partial(patient, split=path.stem.split("_")[1:2], said=said, conditions=conditions)
    with packed.alone(path) as unpacked:
        yield from each(_placed(delimited.rows(unpacked, columns=COLUMNS)), convert)


def _table(path: Path) -> Table:
    if not path.is_file():
        raise FormatError(f"{path.name} is not beside it", where=path.name, fix="fetch it: it says what codes mean")
    return {key: value for _, (key, value) in jsonl.entries(path)}


def _placed(rows: Rows[dict[str, str]]) -> Rows[Placed]:
    for row in rows:
        yield row if isinstance(row, Reject) else (row[0], row)


def patient(row: Placed, split: list[str], said: Said, conditions: Table) -> Label:
    """Turn a row into what the patient said, and the diagnosis."""
    number, values = row
    if values["PATHOLOGY"] not in conditions or values["SEX"] not in SEXES:
        raise ValueError("a sex or a pathology that is not known")
    answers = answered(map(said, listed(values["EVIDENCES"])))
    first = answers.pop(said(values["INITIAL_EVIDENCE"])[0], "not recorded")
    lines = [f"Age: {int(values['AGE'])}", f"Sex: {SEXES[values['SEX']]}", f"Initial evidence: {first}"]
    diagnosis = str(conditions[values["PATHOLOGY"]]["cond-name-eng"])
    return Label(
        key="-".join([*split, str(number - 1)]),
        text="\n".join([*lines, *(["Further evidence:", *answers.values()] if answers else [])]),
        labels=(SPELT.get(diagnosis, diagnosis),),
    )


def listed(text: str) -> list[str]:
    """Read a list of names as Python prints it.

    >>> listed("['E_53', 'E_54_@_V_161']")
    ['E_53', 'E_54_@_V_161']
    """
    items = text[1:-1].split(", ")
    if text[:1] + text[-1:] != "[]" or any(len(i) < 3 or i[0] not in "'\"" or i[-1] != i[0] for i in items):
        raise ValueError("EVIDENCES is not a list of names")
    return [item[1:-1] for item in items]


def answered(said: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Put the answers to each question together, in the order in which the questions come."""
    answers: dict[str, list[str]] = {}
    for question, answer in said:
        if answer:
            answers.setdefault(question, []).append(answer)
    return {question: f"{question} {'; '.join(given)}" for question, given in answers.items()}


def evidence(item: str, evidences: Table) -> tuple[str, str]:
    """Give the question and the answer that an evidence stands for; no answer where it means that it is not there."""
    name, _, value = item.partition("_@_")
    if name not in evidences:
        raise ValueError("an evidence that release_evidences.json does not list")
    question = str(evidences[name]["question_en"])
    if not value:
        return question, "Yes"
    meanings = evidences[name].get("value_meaning", {})
    if value in meanings:
        word = str(meanings[value]["en"])
        return question, "" if word == "NA" else ANSWERS.get(word, word)
    scale = [int(number) for number in evidences[name]["possible-values"]]
    if int(value) not in scale:
        raise ValueError("a value that release_evidences.json does not list")
    return question, f"{int(value)} on a scale from {min(scale)} to {max(scale)}"


source = Source(
    title="DDXPlus",
    about="1.3 million patients, synthesised from a medical knowledge base, with their symptoms and antecedents and "
    "one of 49 diagnoses.",
    homepage="https://github.com/mila-iqia/ddxplus",
    langs=("en",),
    shape=Label,
    license="CC-BY-4.0",
    license_evidence="README.md: 'We are releasing under the CC-BY licence a new large-scale dataset'",
    license_url="https://github.com/mila-iqia/ddxplus/blob/main/README.md",
    redistribute="yes",
    access="open",
    how="download all files of https://figshare.com/articles/dataset/DDXPlus_Dataset_English_/22687585 into the folder "
    "'ddxplus'",
    files=(
        *(File(path=f"release_{name}_patients.zip", split=split) for name, split in SPLITS.items()),
        *(File(path=f"release_{name}_patients.csv", split=split) for name, split in SPLITS.items()),
        File(path="release_evidences.json", companion=True),
        File(path="release_conditions.json", companion=True),
    ),
    read=read,
    tasks=(
        Task(
            id="task130",
            name="ddxplus_diagnosis",
            category="Diagnosis",
            domain="Medical Knowledge",
            input="{text}",
            output="The diagnosis result is {labels}.",
            bench=True,
        ),
    ),
    version="figshare 22687585",
)
