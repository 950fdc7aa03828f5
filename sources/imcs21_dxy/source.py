"""DXY dialogues of IMCS-21: parents tell of a sick child, a doctor asks after symptoms and names the disease.

Upstream format, checked on the file: `task/DDP/KRDS/dataset_dxy/dxy_dialog_data_dialog_v2.txt`, two lines, `train@`
and `test@`, each followed by a list of dialogues as Python prints it: `{self_repo, dialog [..], consult_id,
disease_tag, goal {explicit_inform_slots, implicit_inform_slots, origin_inform_slots}}`. 423 and 104 dialogues with
five diseases. `dialog` begins with what the parent writes (`self_repo`), then doctor and parent take turns; the last
sentence is the doctor's and names the disease, so it is not shown. Slots say of each symptom, by its standard name,
whether the child has it; explicit ones are in the parent's text, implicit ones come out when asked for. 8 ids stand
twice. The tables beside the file and `goal_dict_original_dxy.txt` repeat what is in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medcorpus import File, Label, Source, each
from medcorpus.errors import FormatError
from medcorpus.formats import literal, plain
from medcorpus.reading import Item, Reject, Rows

from .. import _tasks

COMMIT = "836048f491704011dba229a5bd04db5f7f4d2bbe"
URL = f"https://raw.githubusercontent.com/lemuria-wchen/imcs21/{COMMIT}/{{path}}"
DISEASES = ("上呼吸道感染", "过敏性鼻炎", "小儿腹泻", "小儿手足口病", "肺炎")
SPEAKERS = ("患者", "医生")
PRESENT = {True: "有", False: "无"}


def read(path: Path) -> Iterator[Item]:
    """Read the dialogues of both splits, numbered through the file."""
    return each(_dialogues(path), dialogue)


def _dialogues(path: Path) -> Rows[tuple[str, dict[str, Any]]]:
    number = 0
    for line in plain.lines(path):
        split, rows = ("", line) if isinstance(line, Reject) else _split(line[1])
        for row in [rows] if isinstance(rows, Reject) else rows:
            number += 1
            yield Reject(number, row.reason) if isinstance(row, Reject) else (number, (split, row))
    if not number:
        raise FormatError("empty file", where=path.name, fix="fetch the file again")


def _split(line: str) -> tuple[str, Any]:
    """Give the name of a split and its dialogues, or one reject for all of them."""
    split, _, rest = line.partition("@")
    try:
        rows = literal.value(rest)
    except ValueError as error:
        return split, Reject(0, str(error))
    known = split in ("train", "test") and isinstance(rows, list)
    return split, rows if known else Reject(0, "a line that is not train@ or test@ and a list")


def dialogue(value: tuple[str, dict[str, Any]]) -> Label:
    """Turn one dialogue into its turns before the diagnosis, and the diagnosis."""
    split, row = value
    turns = [turn.strip() for turn in row["dialog"]]
    slots = row["goal"]["explicit_inform_slots"] | row["goal"]["implicit_inform_slots"]
    if row["disease_tag"] not in DISEASES or not set(map(type, slots.values())) <= {bool}:
        raise ValueError("a disease that is none of the five, or a symptom that is neither there nor not")
    return Label(
        key=f"{split}-{row['consult_id']}",
        split=split,
        text="\n".join(f"{SPEAKERS[i % 2]}：{turn}" for i, turn in enumerate(turns[:-1])),
        labels=(row["disease_tag"],),
        extra={"symptoms": "\n".join(f"{name}：{PRESENT[there]}" for name, there in slots.items())} if slots else {},
    )


source = Source(
    title="IMCS-21 (DXY dialogues)",
    about="527 dialogues of parents and doctors from a Chinese health site, with symptoms and diagnosis.",
    homepage="https://github.com/lemuria-wchen/imcs21",
    langs=("zh",),
    shape=Label,
    license="not stated",
    license_evidence="README.md of the repository has no licence line and there is no LICENSE file",
    license_url=f"https://github.com/lemuria-wchen/imcs21/blob/{COMMIT}/README.md",
    redistribute="unknown",
    access="open",
    files=(File(path="task/DDP/KRDS/dataset_dxy/dxy_dialog_data_dialog_v2.txt", url=URL),),
    read=read,
    tasks=(
        _tasks.own(
            *("imcs21_dxy_diagnosis", "Diagnosis", "Daily Conversation", "zh"),
            output="{labels}",
            labels=DISEASES,
        ),
        _tasks.own(
            *("imcs21_dxy_symptoms", "Information Extraction", "Daily Conversation", "zh"),
            output="{symptoms}",
            fields=_tasks.having("symptoms"),
        ),
    ),
    extras=("symptoms",),
    version=COMMIT,
)
