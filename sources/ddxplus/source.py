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

from collections.abc import Iterator
from functools import partial
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


def read(path: Path) -> Iterator[Item]:
    """Read the patients of one split."""
    if path.suffix == ".zip" and path.with_suffix(".csv").is_file():
        yield Reject(1, "read unpacked", withheld=True)
        return
    evidences, conditions = (_table(path.with_name(f"release_{what}.json")) for what in ("evidences", "conditions"))
    convert = partial(patient, split=path.stem.split("_")[1:2], evidences=evidences, conditions=conditions)
    with packed.alone(path) as unpacked:
        yield from each(_placed(delimited.rows(unpacked, columns=COLUMNS)), convert)


def _table(path: Path) -> Table:
    if not path.is_file():
        raise FormatError(f"{path.name} is not beside it", where=path.name, fix="fetch it: it says what codes mean")
    return {key: value for _, (key, value) in jsonl.entries(path)}


def _placed(rows: Rows[dict[str, str]]) -> Rows[Placed]:
    for row in rows:
        yield row if isinstance(row, Reject) else (row[0], row)


def patient(row: Placed, split: list[str], evidences: Table, conditions: Table) -> Label:
    """Turn a row into what the patient said, and the diagnosis."""
    number, said = row
    if said["PATHOLOGY"] not in conditions or said["SEX"] not in SEXES:
        raise ValueError("a sex or a pathology that is not known")
    answers = answered(listed(said["EVIDENCES"]), evidences)
    first = said["INITIAL_EVIDENCE"].partition("_@_")[0]
    others = [line for name, line in answers.items() if name != first]
    lines = [f"Age: {int(said['AGE'])}", f"Sex: {SEXES[said['SEX']]}"]
    lines.append(f"Initial evidence: {answers.get(first, 'not recorded')}")
    diagnosis = str(conditions[said["PATHOLOGY"]]["cond-name-eng"])
    return Label(
        key="-".join([*split, str(number - 1)]),
        text="\n".join([*lines, *(["Further evidence:", *others] if others else [])]),
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


def answered(names: list[str], evidences: Table) -> dict[str, str]:
    """Give for each evidence its question and its answers, in the order in which they come."""
    values: dict[str, list[str]] = {}
    for name, _, value in (item.partition("_@_") for item in names):
        if name not in evidences:
            raise ValueError("an evidence that release_evidences.json does not list")
        values.setdefault(name, []).append(meaning(evidences[name], value))
    found = {name: "; ".join(filter(None, answers)) for name, answers in values.items()}
    return {name: f"{evidences[name]['question_en']} {answer}" for name, answer in found.items() if answer}


def meaning(evidence: dict[str, Any], value: str) -> str:
    """Say what a value of an evidence means; nothing for one that means that it is not there."""
    if not value:
        return "Yes"
    if value in evidence.get("value_meaning", {}):
        word = evidence["value_meaning"][value]["en"]
        return "" if word == "NA" else ANSWERS.get(word, word)
    scale = [int(number) for number in evidence["possible-values"]]
    return f"{int(value)} on a scale from {min(scale)} to {max(scale)}"


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
