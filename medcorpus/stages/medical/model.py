"""The score: a logistic model of each language over the evidence, and the thresholds from which a text is medical.

`model.tsv` has a row per named weight and a column per language; `thresholds.tsv` has each language's least score and
least number of distinct terms (one word makes no text medical), and what they gave on labelled documents of at least
300 characters that took no part in the fit. Both are written by `python -m medcorpus.stages.medical.fit`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

INTERCEPT = "intercept"


class Thresholds(NamedTuple):
    """The least score and the least number of distinct terms of a medical text."""

    score: float
    hits: int


def score(counts: NDArray[np.uint32], lang: str) -> NDArray[np.float32]:
    """Give the score of each row of counts, 0 to 1."""
    from medcorpus.stages.medical.evidence import EVIDENCE, evidence

    weights = model()[lang]
    return logistic(evidence(counts), [weights[INTERCEPT], *(weights[name] for name in EVIDENCE)])


def logistic(evidence: NDArray[np.float64], weights: list[float]) -> NDArray[np.float32]:
    """Give 1 / (1 + exp(-(w0 + w . e))) of each row of evidence."""
    import numpy as np

    strength = weights[0] + evidence @ np.array(weights[1:])
    odds: NDArray[np.float64] = np.exp(np.clip(strength, -30, 30))
    return (odds / (1 + odds)).astype(np.float32)


@cache
def model() -> Mapping[str, Mapping[str, float]]:
    """Give the weights by language and name."""
    head, *lines = _table("model.tsv")
    return {lang: {line[0]: float(line[i]) for line in lines} for i, lang in enumerate(head[1:], start=1)}


@cache
def thresholds() -> Mapping[str, Thresholds]:
    """Give the thresholds by language."""
    return {lang: Thresholds(float(least), int(hits)) for lang, least, hits, *_ in _table("thresholds.tsv")[1:]}


def medical(score: NDArray[np.float32], hits: NDArray[np.uint32], least: Thresholds) -> NDArray[np.bool_]:
    """Say which rows reach both thresholds."""
    import numpy as np

    return (score >= np.float32(least.score)) & (hits >= least.hits)


def _table(name: str) -> list[list[str]]:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines()]
