"""A checkout with one small source of known content, for tests whose output must not change with the real sources."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import medcorpus.corpora
from medcorpus import contract, registry

NAME = "tiny_exam"
ROWS = """\
{"id": "a", "q": "Which vitamin prevents scurvy?", "o": ["Vitamin A", "Vitamin C"], "a": 1, "l": "en"}
{"id": "b", "q": "Which vitamin prevents scurvy?", "o": ["Vitamin A", "Vitamin C"], "a": 1, "l": "en"}
{"id": "c", "q": "Quel organe produit la bile ?", "o": ["Le foie", "La rate"], "a": 0, "l": "fr"}
{"id": "d", "q": "Which organ makes insulin?", "o": ["Pancreas", "Spleen"], "a": null, "l": "en"}
"""
SOURCE = '''"""Tiny exam: four questions; the answer of one is withheld."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medcorpus import Choice, File, Source, Task, each
from medcorpus.formats import jsonl
from medcorpus.reading import Item, Withheld


def read(path: Path) -> Iterator[Item]:
    """Read the one file."""
    return each(jsonl.rows(path), question)


def question(row: dict[str, Any]) -> Choice | Withheld:
    """Turn one line into a question."""
    if row["a"] is None:
        return Withheld("answer withheld upstream")
    return Choice(key=row["id"], question=row["q"], options=tuple(row["o"]), answers=(row["a"],), lang=row["l"])


source = Source(
    title="Tiny Exam",
    about="Four questions written for a test.",
    homepage="https://example.org/tiny",
    langs=("en", "fr"),
    shape=Choice,
    license="CC0-1.0",
    license_evidence="written for this test",
    license_url="https://example.org/tiny/license",
    redistribute="yes",
    access="open",
    files=(File(path="questions.jsonl", url="https://example.org/{path}"),),
    read=read,
    tasks=(
        Task(
            id="tiny_exam_qa",
            name="tiny_exam_qa",
            category="Question Answering",
            domain="Exam",
            input="{question}\\n{options}",
            output="{answer}",
            lang="en",
        ),
    ),
    version="1",
)
'''


PHRASINGS = """\
Choose the right option.
Pick the option that is right.
Which of the options is right? Give it.
One of the options answers the question: say which.
Answer the question with one of the options.
Say which option is the answer.
"""


@contextmanager
def tiny_checkout(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make a checkout in a folder, and let its sources be the only ones."""
    source = folder / "sources" / NAME
    (source / "sample").mkdir(parents=True)
    (folder / "pyproject.toml").touch()
    (source / "__init__.py").touch()
    (source / "source.py").write_text(SOURCE, encoding="utf-8")
    (source / "cite.bib").write_text("@misc{tiny, title = {Tiny Exam}}\n", encoding="utf-8")
    (source / "phrasings").mkdir()
    (source / "phrasings" / f"{NAME}_qa.txt").write_text(PHRASINGS, encoding="utf-8")
    (source / "sample" / "questions.jsonl").write_text(ROWS, encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(medcorpus.corpora, "__path__", [str(folder / "sources")])
        forget_sources()
        yield folder
    forget_sources()


def forget_sources() -> None:
    """Forget which sources there are, so that the folder is looked at again."""
    for cached in (
        registry.names,
        registry.get,
        registry.tasks,
        registry.citation,
        registry.phrasings,
        contract.sample,
    ):
        cached.cache_clear()
    for name in [n for n in sys.modules if n.startswith(f"medcorpus.corpora.{NAME}")]:
        del sys.modules[name]
    importlib.invalidate_caches()
