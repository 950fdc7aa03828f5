"""MedicalGPT: medical questions in Chinese with answers, as the project ships them to train on.

Upstream format, checked on the files: `data/sft/medical_sft_1K_format.jsonl`, one `{conversations [{from, value}]}` a
line as ShareGPT has it, 1,000 lines of two turns each (`human`, then `gpt`); `data/rag/medical_corpus.txt`, JSON Lines
of `{问, 答}` (question, answer), 87 lines, none of them in the other file. Both are samples of larger sets that the
project names.

Not read: `data/pretrain/en_article_tail500.txt`, the end of a book on American history, and the seeds in
`role_play_data`, which describe roles and answer nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medcorpus import File, Pair, Source, each
from medcorpus.formats import jsonl
from medcorpus.reading import Item

from .. import _tasks

COMMIT = "2f1008cfa49cbba69ff6f138c3b5e2fb0646bdc7"
URL = f"https://raw.githubusercontent.com/shibing624/MedicalGPT/{COMMIT}/{{path}}"
CORPUS = "data/rag/medical_corpus.txt"


def read(path: Path) -> Iterator[Item]:
    """Read the conversations or the corpus."""
    return each(jsonl.rows(path), answer if path.name == Path(CORPUS).name else conversation)


def conversation(row: dict[str, Any]) -> Pair:
    """Turn a conversation of two turns into a question and its answer."""
    asked, given = row["conversations"]
    if (asked["from"], given["from"]) != ("human", "gpt"):
        raise ValueError("a conversation that is not human, then gpt")
    return Pair(text=asked["value"].strip(), target=given["value"].strip())


def answer(row: dict[str, Any]) -> Pair:
    """Turn a line of the corpus into a question and its answer."""
    return Pair(text=row["问"].strip(), target=row["答"].strip())


source = Source(
    title="MedicalGPT (sample data)",
    about="1,087 medical questions in Chinese with their answers, from online consultations and encyclopaedias.",
    homepage="https://github.com/shibing624/MedicalGPT",
    langs=("zh",),
    shape=Pair,
    license="research only",
    license_evidence="README.md: '模型权重和数据只能用于研究目的'",
    license_url=f"https://github.com/shibing624/MedicalGPT/blob/{COMMIT}/README.md",
    redistribute="unknown",
    access="open",
    files=(File(path="data/sft/medical_sft_1K_format.jsonl", url=URL), File(path=CORPUS, url=URL)),
    read=read,
    tasks=(_tasks.own("medicalgpt_answering", "Question Answering", "Daily Conversation", "zh"),),
    version=COMMIT,
)
