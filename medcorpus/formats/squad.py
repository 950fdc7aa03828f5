"""Question answering as SQuAD lays it out: `{data: [{title, paragraphs: [{context, qas: [{question, answers}]}]}]}`.

What is asked, answered and marked beyond that differs between corpora, so articles, paragraphs and questions are
handed on as they stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from medcorpus.errors import FormatError
from medcorpus.formats import jsonl
from medcorpus.reading import Reject


class Asked(NamedTuple):
    """A question, and the paragraph and article it is about."""

    article: dict[str, Any]
    paragraph: dict[str, Any]
    question: dict[str, Any]


def questions(path: Path) -> Iterator[tuple[int, Asked] | Reject]:
    """Yield the questions of a file, numbered from 1; what is no article, paragraph or question is one reject.

    Raises:
        FormatError: It is not valid JSON, or has no list `data`.
    """
    value = jsonl.document(path)
    articles = value.get("data") if isinstance(value, dict) else None
    if not isinstance(articles, list):
        raise FormatError("no list 'data' in it", where=path.name, fix="fetch the file again")
    for number, found in enumerate(_questions(articles), 1):
        yield Reject(number, found) if isinstance(found, str) else (number, found)


def _questions(articles: list[Any]) -> Iterator[Asked | str]:
    for article, paragraphs in _with(articles, "paragraphs"):
        if article is None:
            yield "an article without paragraphs"
        for paragraph, asked in _with(paragraphs, "qas"):
            if article is not None and paragraph is not None:
                yield from (Asked(article, paragraph, q) if isinstance(q, dict) else "not a question" for q in asked)
            else:
                yield "a paragraph without questions"


def _with(values: list[Any], name: str) -> Iterator[tuple[dict[str, Any] | None, list[Any]]]:
    """Give objects and the list that each has under a name; None where it is no object or has none."""
    for value in values:
        inside = value.get(name) if isinstance(value, dict) else None
        yield (value, inside) if isinstance(inside, list) else (None, [])
