"""A second opinion on the few texts that stay unsure: `langdetect`'s, seeded, as one more piece of evidence.

`langdetect` (Nakatani 2010, character n-grams of 55 languages) draws at random and unseeded changes its answer between
runs. Alone it is right less often than the model on short texts, so its answer is weighed in, not taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from medcorpus.stages.langid.decide import Evidence

SEED = 0
WEIGHT, FLOOR = 0.3, 0.01
"""Its log probabilities count this much beside the model's; what it does not name has this probability."""


def opinion(texts: Sequence[str], seen: Evidence, labels: tuple[str, ...]) -> Evidence:
    """Add what `langdetect` says of the texts to what was read of them."""
    logs = seen.logs + np.float32(WEIGHT * np.log(FLOOR))
    for row, text in enumerate(texts):
        for name, probability in _probabilities(text).items():
            if name in labels:
                logs[row, labels.index(name)] += WEIGHT * np.log((probability + FLOOR) / FLOOR)
    return replace(seen, logs=logs)


def knows(codes: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    """Say of which languages `langdetect` has a profile; of the others it can only be wrong."""
    names = {name.partition("-")[0] for name in _factory().langlist}
    return np.array([code in names for code in codes], dtype=np.bool_)


def _probabilities(text: str) -> dict[str, float]:
    from langdetect.lang_detect_exception import LangDetectException

    detector = _factory().create()
    detector.append(text)
    try:
        found = detector.get_probabilities()
    except LangDetectException:
        return {}
    return {f.lang.partition("-")[0]: float(f.prob) for f in found}


@cache
def _factory() -> Any:
    """Load the profiles once; the seed is this factory's own, whatever others set."""
    from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

    factory = DetectorFactory()
    factory.seed = SEED
    factory.load_profile(PROFILES_DIRECTORY)
    return factory
