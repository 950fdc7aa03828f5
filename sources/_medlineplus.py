"""What the sources of MedlinePlus share: paragraphs in which a sentence was exchanged for one of another document."""

from __future__ import annotations

import re
import zlib
from collections import deque
from collections.abc import Callable
from typing import Any

from medcorpus import Task
from medcorpus.records import Fields

FAR = 100
"""How many documents lie between a paragraph and the one whose sentence it is given: neighbours are often akin."""
MOST, FEWEST, WORDS = 8, 3, 5
"""A paragraph has at most and at least so many sentences, and a sentence at least so many words."""
_END = re.compile(r"(?<=[.!?]) +(?=[A-Z])")


class Strangers:
    """Sentences of the documents read before, one of each."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[str, str]] = deque(maxlen=FAR)

    def of(self, document: str, text: str) -> str:
        """Give a sentence of another document read before, the farthest kept; then keep one of this text.

        Nothing for the first document, and where the sentence stands in the text as well.
        """
        stranger = next((sentence for name, sentence in self._waiting if name != document), "")
        if own := sentences(text):
            self._waiting.append((document, own[_checksum(document) // MOST % len(own)]))
        return "" if stranger in text else stranger


def sentences(text: str) -> list[str]:
    """Give the whole sentences of a text: what ends with a full stop, a question or an exclamation mark."""
    found = [sentence.strip() for line in text.split("\n") for sentence in _END.split(line)]
    return [s for s in found if s.endswith((".", "!", "?")) and len(s.split()) >= WORDS]


def exchanged(key: str, text: str, stranger: str) -> Fields | None:
    """Give the first sentences of a text with one of them exchanged, and the sentence that is wrong there."""
    own = sentences(text)[:MOST]
    if not stranger or len(own) < FEWEST:
        return None
    own[_checksum(key) % len(own)] = stranger
    return {"paragraph": " ".join(own), "wrong": stranger}


def _checksum(key: str) -> int:
    return zlib.crc32(key.encode("utf-8", "replace"))


def detection(number: int, fields: Callable[[Any], Fields | None]) -> Task:
    """Give the task of finding the wrong sentence of a paragraph; five ids of the paper, for five kinds of page."""
    return Task(
        id=f"task{number}",
        name=f"medlineplus_error_detection_{number - 131}",
        category="Fact Verification",
        domain="Medical Knowledge",
        input="{paragraph}",
        output="{wrong}",
        phrasings="medlineplus_error_detection",
        lang="en",
        adds=("paragraph", "wrong"),
        fields=fields,
    )
