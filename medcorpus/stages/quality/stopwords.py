"""Stop words of the languages, as the hashes that the kernel compares.

`stopwords.tsv` has a line a language: its most frequent words that carry no topic. Each counts in lower case,
capitalised and in capitals. In Chinese and Japanese they are single characters, those of classical Chinese among them.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from medcorpus.stages.quality.kernel import hash_of
from medcorpus.stages.quality.limits import LANGUAGES

SLOTS = 2048
"""Slots of a language's hash table, a power of two; the six languages together have some 900 spellings."""


@cache
def words() -> dict[str, tuple[str, ...]]:
    """Give the stop words of each language."""
    with resources.files(__package__).joinpath("stopwords.tsv").open(encoding="utf-8") as file:
        return {row["lang"]: tuple(row["words"].split()) for row in csv.DictReader(file, delimiter="\t")}


@cache
def tables() -> NDArray[np.uint64]:
    """Give a row a language of `LANGUAGES`: its stop words' hashes in an open hash table; `und` has those of all."""
    listed = words()
    found = np.zeros((len(LANGUAGES), SLOTS), np.uint64)
    for row, language in zip(found, LANGUAGES):
        for form in sorted(forms(listed.get(language, sum(listed.values(), ())))):
            _put(row, _hash(form))
    return found


def _put(row: NDArray[np.uint64], key: int) -> None:
    slot = key % SLOTS
    while row[slot] not in (0, key):
        slot = (slot + 1) % SLOTS
    row[slot] = key


def forms(stop_words: tuple[str, ...]) -> set[str]:
    """Give the spellings of stop words that are counted."""
    return {form for word in stop_words for form in (word, word.capitalize(), word.upper())}


def _hash(word: str) -> int:
    return int(hash_of(np.array([ord(c) for c in word], dtype=np.uint32)))
