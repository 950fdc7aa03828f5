"""Limits of the signals: `thresholds.tsv` as arrays, and what is outside them.

A line of the table holds for the languages and kinds that it names (`*`: for all); of several, the last one holds. An
empty `min` or `max` is no limit. A limit is looked at from so many words and lines on: shares of a few are chance.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from medcorpus.kinds import KINDS
from medcorpus.stages.quality.signals import SIGNALS

LANGUAGES = ("en", "zh", "ja", "fr", "ru", "es", "und")


class Limits(NamedTuple):
    """What is allowed, as arrays of languages x kinds x signals: least and greatest value, and from which length on."""

    least: NDArray[np.float32]
    most: NDArray[np.float32]
    from_words: NDArray[np.float32]
    from_lines: NDArray[np.float32]


@cache
def limits() -> Limits:
    """Read `thresholds.tsv`.

    >>> limits().least.shape == (len(LANGUAGES), len(KINDS), len(SIGNALS))
    True
    """
    shape = (len(LANGUAGES), len(KINDS), len(SIGNALS))
    least, most = np.full(shape, -np.inf, np.float32), np.full(shape, np.inf, np.float32)
    found = Limits(least, most, np.zeros(shape, np.float32), np.zeros(shape, np.float32))
    for row in lines():
        place = np.ix_(_chosen(row["lang"], LANGUAGES), _chosen(row["kind"], KINDS), [SIGNALS.index(row["signal"])])
        for array, name, default in zip(found, ("min", "max", "from_words", "from_lines"), (-np.inf, np.inf, 0, 0)):
            array[place] = float(row[name] or default)
    return found


def lines() -> Iterator[dict[str, str]]:
    """Give the lines of `thresholds.tsv`."""
    with resources.files(__package__).joinpath("thresholds.tsv").open(encoding="utf-8") as file:
        yield from csv.DictReader(file, delimiter="\t")


def _chosen(stated: str, names: tuple[str, ...]) -> list[int]:
    return [i for i, name in enumerate(names) if stated == "*" or name in stated.split(",")]


def first_failed(
    measured: NDArray[np.float32], languages: NDArray[np.intp], kinds: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Give, for each row of signals, the place of the first that is outside its limits, or -1.

    Args:
        measured: Rows x signals.
        languages: Places in `LANGUAGES`.
        kinds: Places in `KINDS`.
    """
    least, most, from_words, from_lines = (array[languages, kinds] for array in limits())
    words, lines = measured[:, [SIGNALS.index("q_words")]], measured[:, [SIGNALS.index("q_lines")]]
    outside = ((measured < least) | (measured > most)) & (words >= from_words) & (lines >= from_lines)
    return np.where(outside.any(axis=1), outside.argmax(axis=1), -1)
