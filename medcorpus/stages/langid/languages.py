"""What is known of the model's labels beforehand: their code, the scripts they are written in, and how usual they are.

`languages.tsv` has a line per label of the model. Weights are 1 for the languages of the corpus, 0.3 for others that
are usual in medical text, 0.03 for the rest: the model gives short texts to Lombard or Esperanto far more often than
anyone writes them. English has 0.6, as names and Latin terms look English to the model, and Galician 0.1, as short
Spanish looks Galician.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from medcorpus.stages.langid import scripts

SCRIPTS = {
    "other": scripts.OTHER,
    "latin": scripts.LATIN,
    "cyrillic": scripts.CYRILLIC,
    "greek": scripts.GREEK,
    "arabic": scripts.ARABIC,
    "hebrew": scripts.HEBREW,
    "indic": scripts.INDIC,
    "hangul": scripts.HANGUL,
    "kana": scripts.KANA,
    "han": scripts.HAN,
}
IMPOSSIBLE = -60.0
"""Log odds of a language in a script that it is not written in."""


class Languages(NamedTuple):
    """The labels' table in the order of a model's labels.

    Args:
        codes: Code of each label: ISO 639-1 where there is one, else ISO 639-3.
        usual: float32 [labels], log of the weight.
        written: float32 [classes of letters, labels], 0 where the language is written so, else `IMPOSSIBLE`.
        alone: int64 [classes], the one label written in that script, -1 where there are several.
        chinese: Place of Chinese among the labels.
        japanese: Place of Japanese among them.
    """

    codes: npt.NDArray[np.object_]
    usual: npt.NDArray[np.float32]
    written: npt.NDArray[np.float32]
    alone: npt.NDArray[np.int64]
    chinese: int
    japanese: int


@cache
def load(labels: tuple[str, ...]) -> Languages:
    """Read `languages.tsv` for a model's labels."""
    lines = (Path(__file__).parent / "languages.tsv").read_text(encoding="utf-8").splitlines()[1:]
    table = {label: rest for label, *rest in (line.split("\t") for line in lines)}
    rows = [table[label] for label in labels]
    written = np.full((scripts.CLASSES, len(labels)), IMPOSSIBLE, dtype=np.float32)
    for i, (_, names, _) in enumerate(rows):
        written[[SCRIPTS[n] for n in names.split()], i] = 0
    possible = written == 0
    return Languages(
        codes=np.array([code for code, _, _ in rows], dtype=object),
        usual=np.log(np.array([float(weight) for _, _, weight in rows], dtype=np.float32)),
        written=written,
        alone=np.where(possible.sum(axis=1) == 1, possible.argmax(axis=1), -1),
        chinese=labels.index("zh"),
        japanese=labels.index("ja"),
    )
