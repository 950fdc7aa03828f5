"""From what was read of each text to a language: script rules where they settle it, else the weighed evidence.

Everything is in log odds. The model's log probabilities, how usual a language is, the cues and the declared language
add up; the language with the largest sum wins, and its share of all is the score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from medcorpus.stages.langid import scripts
from medcorpus.stages.langid.languages import Languages

NONE, KANA, HANGUL, HAN, SCRIPT, MODEL, PRIOR, LANGDETECT = range(8)
RULES = ("none", "kana", "hangul", "han", "script", "model", "prior", "langdetect")
"""Values of `lid_by`; the numbers above are places in here."""
HAN_CLASSES = (
    scripts.HAN,
    scripts.HAN_JAPANESE,
    scripts.HAN_SIMPLIFIED,
    scripts.HAN_TRADITIONAL,
    scripts.HAN_UNSIMPLIFIED,
    scripts.HAN_PARTICLE,
)
HAN_SHARES = {
    "Japanese": (0.70, 0.095, 0.0003, 0.004, 0.18, 0.003),
    "simplified Chinese": (0.70, 0.0003, 0.24, 0.001, 0.002, 0.045),
    "traditional Chinese": (0.67, 0.006, 0.02, 0.13, 0.16, 0.016),
}
"""How often Han characters are of each class, rounded from counts over examinations, leaflets, verse and manuals."""
HAN_LIMIT = 12.0
"""However long the text, its Han characters say no more than this."""
HAN_START, HAN_MORE, HAN_LEAST = 1.0, -0.15, -2.0
"""Log odds of Japanese against Chinese before any sign: what each Han character adds to the start, and the end of that;
the longer a Japanese text, the less likely it has no kana."""
KANA_ODDS = 1.5
"""What each kana adds; Chinese texts quote a の now and then."""
DECLARED_WEIGHT = 3
"""Letters of a script that the declared language is written in count this many times over."""
FEW_LETTERS = 3
"""With fewer letters than this nothing is said but what is declared."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was read of n texts.

    Args:
        counts: int32 [n, classes], letters by class of script; capitals in the first place.
        logs: float32 [n, labels], the model's log probabilities.
        cues: float32 [n, labels], sums of cues.
        prior: int64 [n], the label of the declared language, -1 where none is declared.
    """

    counts: npt.NDArray[np.int32]
    logs: npt.NDArray[np.float32]
    cues: npt.NDArray[np.float32]
    prior: npt.NDArray[np.int64]

    def take(self, rows: npt.NDArray[np.int64]) -> Evidence:
        """Give the evidence of some of the texts."""
        return Evidence(self.counts[rows], self.logs[rows], self.cues[rows], self.prior[rows])


class Verdict(NamedTuple):
    """Label (int64, -1 for unknown), score (float32, 0 to 1) and rule (int64, place in `RULES`) of each text."""

    label: npt.NDArray[np.int64]
    score: npt.NDArray[np.float32]
    rule: npt.NDArray[np.int64]


def decide(seen: Evidence, known: Languages, trust: float) -> Verdict:
    """Give the language of each text.

    Args:
        seen: What was read of the texts.
        known: The languages' table.
        trust: Log odds that the declared language gets on top.
    """
    script = dominant(seen, known)
    verdict = _by_evidence(seen, known, script, trust)
    alone = known.alone[script]
    _settle(verdict, alone >= 0, alone, SCRIPT)
    _settle(verdict, script == scripts.HANGUL, alone, HANGUL)
    _han_or_kana(verdict, seen, known, script, trust)
    few = seen.counts[:, 1:].sum(axis=1) < np.where(script >= scripts.HANGUL, 1, FEW_LETTERS)
    declared = few & (seen.prior >= 0)
    verdict.label[few] = np.where(declared, seen.prior, -1)[few]
    verdict.score[few] = 0
    verdict.rule[few] = np.where(declared, PRIOR, NONE)[few]
    return verdict


def dominant(seen: Evidence, known: Languages) -> npt.NDArray[np.int64]:
    """Give the script that most of each text is in, leaning to that of the declared language; kana count as Han."""
    letters = seen.counts * np.array(scripts.WEIGHTS, dtype=np.int64)
    letters[:, scripts.HAN] = letters[:, scripts.KANA :].sum(axis=1)
    letters[:, scripts.HAN + 1 :] = 0
    rows = np.flatnonzero(seen.prior >= 0)
    expected = known.written.T[seen.prior[rows]] == 0
    expected[:, scripts.HAN] |= expected[:, scripts.KANA]
    letters[rows] *= np.where(expected, DECLARED_WEIGHT, 1)
    letters[:, scripts.KANA] = 0
    return np.asarray(letters.argmax(axis=1), dtype=np.int64)


def _by_evidence(seen: Evidence, known: Languages, script: npt.NDArray[np.int64], trust: float) -> Verdict:
    odds = seen.logs + seen.cues + known.usual + known.written[script]
    bare = odds.argmax(axis=1)
    rows = np.flatnonzero(seen.prior >= 0)
    odds[rows, seen.prior[rows]] += trust
    label = odds.argmax(axis=1)
    odds -= odds.max(axis=1, keepdims=True)
    score = 1 / np.exp(odds).sum(axis=1)
    rule = np.where(label == bare, MODEL, PRIOR)
    return Verdict(label, score.astype(np.float32), rule)


def _settle(verdict: Verdict, where: npt.NDArray[np.bool_], label: npt.NDArray[np.int64], rule: int) -> None:
    verdict.label[where] = label[where]
    verdict.score[where] = 1
    verdict.rule[where] = rule


def _han_or_kana(
    verdict: Verdict, seen: Evidence, known: Languages, script: npt.NDArray[np.int64], trust: float
) -> None:
    """Tell Japanese from Chinese where Han characters and kana prevail."""
    kana = seen.counts[:, scripts.KANA]
    bare = _han_odds(seen.counts) + KANA_ODDS * np.minimum(kana, HAN_LIMIT)
    odds = bare + trust * ((seen.prior == known.japanese) * 1.0 - (seen.prior == known.chinese))
    with_kana = (odds > 0) & (kana > 0)
    rule = np.where((bare > 0) != (odds > 0), PRIOR, np.where(with_kana, KANA, HAN))
    where = script == scripts.HAN
    verdict.label[where] = np.where(odds > 0, known.japanese, known.chinese)[where]
    verdict.score[where] = (1 / (1 + np.exp(-np.abs(odds))))[where]
    verdict.rule[where] = rule[where]


def _han_odds(counts: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    """Give the log odds that Han characters are Japanese rather than Chinese in either of its scripts."""
    shares = np.log(np.array(list(HAN_SHARES.values())))
    han = counts[:, HAN_CLASSES]
    japanese, simplified, traditional = (han @ shares.T).T
    start = np.maximum(HAN_START + HAN_MORE * han.sum(axis=1), HAN_LEAST)
    signs = np.clip(japanese - np.maximum(simplified, traditional), -HAN_LIMIT, HAN_LIMIT)
    return np.asarray(start + signs, dtype=np.float64)
