"""Huatuo (BenTsao): medical instructions in Chinese that ChatGPT wrote, and questions by chapters of ICD-10.

Upstream format, checked on the files: `data/llama_data.json`, in spite of its name JSON Lines, `{instruction, input,
output}`, 8,658 lines, `input` always empty, 7 instructions twice with another output. `data/infer.json` has five of
the same lines and is not read. `benchmark/question.json`, a JSON array of 200 `{question, ICD-10}`: open questions
without an answer, with the chapter of ICD-10 in English (18 chapters and Others). Questions were made for evaluation:
they are test.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medcorpus import File, Pair, Source, each
from medcorpus.formats import jsonl
from medcorpus.reading import Item

from .. import _tasks

COMMIT = "ba9b3d65b33ba346e3d60979019abe6fa2ac741a"
URL = f"https://raw.githubusercontent.com/SCIR-HI/Huatuo-Llama-Med-Chinese/{COMMIT}/{{path}}"
QUESTIONS = "benchmark/question.json"
CHAPTERS = (
    "Certain infectious and parasitic diseases",
    "Neoplasms",
    "Diseases of the blood and blood-forming organs and certain disorders involving the immune mechanism",
    "Endocrine, nutritional and metabolic diseases",
    "Mental and behavioural disorders",
    "Diseases of the nervous system",
    "Diseases of the eye and adnexa",
    "Diseases of the ear and mastoid process",
    "Diseases of the circulatory system",
    "Diseases of the respiratory system",
    "Diseases of the digestive system",
    "Diseases of the skin and subcutaneous tissue",
    "Diseases of the musculoskeletal system and connective tissue",
    "Diseases of the genitourinary system",
    "Pregnancy, childbirth and the puerperium",
    "Certain conditions originating in the perinatal period",
    "Congenital malformations, deformations and chromosomal abnormalities",
    "Injury, poisoning and certain other consequences of external causes",
    "Others",
)


def read(path: Path) -> Iterator[Item]:
    """Read the instructions or the questions."""
    if path.name == Path(QUESTIONS).name:
        return each(jsonl.elements(path), question)
    return each(jsonl.rows(path), instruction)


def instruction(row: dict[str, Any]) -> Pair:
    """Turn one line into what is asked and the answer."""
    asked = "\n".join(part for part in (row["instruction"].strip(), row["input"].strip()) if part)
    return Pair(text=asked, target=row["output"].strip(), extra={"kind": "instruction"})


def question(row: dict[str, Any]) -> Pair:
    """Turn one question into itself and its chapter."""
    if row["ICD-10"] not in CHAPTERS:
        raise ValueError("a chapter that is none of ICD-10's")
    return Pair(text=row["question"].strip(), target=row["ICD-10"], extra={"kind": "question"})


source = Source(
    title="Huatuo (BenTsao)",
    about="8,658 medical instructions in Chinese with answers, written by ChatGPT from a knowledge graph, and 200 "
    "questions sorted by chapters of ICD-10.",
    homepage="https://github.com/SCIR-HI/Huatuo-Llama-Med-Chinese",
    langs=("zh",),
    shape=Pair,
    license="Apache-2.0 (LICENSE), academic research only (README)",
    license_evidence="LICENSE: 'Apache License, Version 2.0'; README.md: '本项目相关资源仅供学术研究之用'",
    license_url=f"https://github.com/SCIR-HI/Huatuo-Llama-Med-Chinese/blob/{COMMIT}/README.md",
    redistribute="unknown",
    access="open",
    files=(
        File(path="data/llama_data.json", url=URL),
        File(path=QUESTIONS, url=URL, split="test"),
    ),
    read=read,
    tasks=(
        _tasks.own(
            *("huatuo_answering", "Question Answering", "Medical Knowledge", "zh"),
            fields=_tasks.having("kind", "instruction"),
        ),
        _tasks.own(
            *("huatuo_chapter", "Text Classification", "Medical Knowledge", "en"),
            labels=CHAPTERS,
            output_lang="en",
            fields=_tasks.having("kind", "question"),
        ),
    ),
    extras=("kind",),
    version=COMMIT,
)
