"""Cues: words, endings and letters that speak for a language, written down in `cues.tsv`.

A cue is found in lower-case text whose words stand between single breaks, written `_`: `_the_` is a word, `ción_` an
ending, `ñ` a letter. A cue of several languages stands in the line of each. They weigh in where a text is short.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from medcorpus.stages.langid.model import Model

COLUMNS = 16
"""Room for languages; as many as the vectors of the model have numbers."""
WORD, PART = 1.3, 0.6
"""What a whole word and what a part of one adds to the log odds of its languages; tuned on half of a labelled set."""
FNV_START, FNV_PRIME = 0xCBF29CE484222325, 0x100000001B3
"""The 64-bit FNV-1a hash; among some 2,000 cues a chance collision has a probability of about 10^-13."""


class Cues(NamedTuple):
    """Cues as a kernel needs them: open addressing from hashes to rows.

    Args:
        keys: uint64 [a power of two], hashes; 0 for a free slot.
        row: int32 [the same], the row of the cue there.
        rows: float32 [cues, COLUMNS], what each adds to which language.
    """

    keys: npt.NDArray[np.uint64]
    row: npt.NDArray[np.int32]
    rows: npt.NDArray[np.float32]


@cache
def load() -> tuple[tuple[str, ...], Cues]:
    """Read `cues.tsv`: the languages in the order of the columns, and the table."""
    weights: dict[str, dict[str, float]] = {}
    lines = (Path(__file__).parent / "cues.tsv").read_text(encoding="utf-8").splitlines()[1:]
    languages = tuple(dict.fromkeys(line.split("\t")[0] for line in lines))
    for line in lines:
        language, cues = line.split("\t")
        for cue in cues.split():
            weights.setdefault(cue, {})[language] = WORD if _is_word(cue) else PART
    rows = np.array([[by.get(n, 0.0) for n in languages] for by in weights.values()], dtype=np.float32)
    rows = np.pad(rows, ((0, 0), (0, COLUMNS - len(languages))))
    return languages, _addressed([cue_hash(c.encode()) for c in weights], rows)


def columns_of(model: Model) -> npt.NDArray[np.float32]:
    """Give the matrix [COLUMNS, labels] that brings sums of cues to the labels of a model."""
    spread = np.zeros((COLUMNS, len(model.labels)), dtype=np.float32)
    for column, language in enumerate(load()[0]):
        spread[column, model.labels.index(language)] = 1
    return spread


def cue_hash(cue: bytes) -> int:
    """Hash a cue: FNV-1a, 64 bits.

    >>> hex(cue_hash(b"a"))
    '0xaf63dc4c8601ec8c'
    """
    value = FNV_START
    for byte in cue:
        value = (value ^ byte) * FNV_PRIME % 2**64
    return value


def _is_word(cue: str) -> bool:
    return len(cue) > 2 and cue[0] == "_" == cue[-1]


def _addressed(hashes: list[int], rows: npt.NDArray[np.float32]) -> Cues:
    keys = np.zeros(1 << (4 * len(hashes)).bit_length(), dtype=np.uint64)
    row = np.zeros(len(keys), dtype=np.int32)
    for i, value in enumerate(hashes):
        slot = value & (len(keys) - 1)
        while keys[slot]:
            slot = (slot + 1) & (len(keys) - 1)
        keys[slot], row[slot] = value, i
    return Cues(keys, row, rows)
