"""Rebuild the model and its thresholds: `python -m medcorpus.stages.medical.fit --data DIR [--out DIR]`.

DIR has labelled running text, `<lang>.medical.parquet` and `<lang>.general.parquet` with the columns id, text and
source. Half of the documents, by the SHA-256 of their ids, fit the weights and set the threshold; the other half says
how well they do. The weights maximise the penalised likelihood of a logistic model by Newton's method (IRLS), every
source counting alike, and no evidence may speak against medicine: a weight that would be negative is left out. So
what one source writes much of cannot become evidence of its own.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from medcorpus.stages.medical.counting import count
from medcorpus.stages.medical.evidence import EVIDENCE, evidence
from medcorpus.stages.medical.kernel import DISTINCT
from medcorpus.stages.medical.model import INTERCEPT, Thresholds, logistic, medical
from medcorpus.stages.medical.vocabulary import LANGUAGES, automaton

SHORTEST, MEASURED = 100, 300
"""Characters of the shortest document that takes part in the fit, and of the shortest that thresholds are set on."""
FALSE_POSITIVES, MISSED = 0.003, 0.05
"""Share of general documents that may pass at the lowest threshold, of medical ones that may fail at the highest; the
threshold lies halfway between, or at the lowest where that is above."""
LEAST_HITS = 3
"""Distinct terms that a medical text has at least: news items, which the general documents lack, have one or two."""
RIDGE = 1.0
DIGITS = 3
HEAD = ("lang", "score", "hits", "medical documents", "recall", "general documents", "false positives", "precision")


class Documents(NamedTuple):
    """Labelled documents of a language; half 0 fits, half 1 checks."""

    evidence: NDArray[np.float64]
    hits: NDArray[np.uint32]
    medical: NDArray[np.bool_]
    source: NDArray[np.object_]
    characters: NDArray[np.int64]
    half: NDArray[np.int64]

    def where(self, rows: NDArray[np.bool_]) -> Documents:
        """Give some of the documents."""
        return Documents(*(column[rows] for column in self))  # type: ignore[arg-type]


def documents(data: Path, lang: str) -> Documents:
    """Read the labelled documents of a language."""
    paths = {kind: data / f"{lang}.{kind}.parquet" for kind in ("medical", "general")}
    rows = pl.concat(
        pl.read_parquet(path, columns=["id", "text", "source"]).with_columns(medical=pl.lit(kind == "medical"))
        for kind, path in paths.items()
    ).filter(pl.col("text").str.len_chars() >= SHORTEST)
    langs = pl.Series([lang], dtype=pl.String).new_from_index(0, len(rows))
    counts = count(rows["text"].to_arrow(), langs, {lang: lambda: automaton(lang)}, nested=False)
    half = np.array([half_of(i) for i in rows["id"]])
    kinds, source = (rows[c].to_numpy() for c in ("medical", "source"))
    hits = counts[:, DISTINCT:].sum(axis=1, dtype=np.uint32)
    return Documents(evidence(counts), hits, kinds, source, rows["text"].str.len_chars().to_numpy(), half)


def half_of(row_id: str) -> int:
    """Give the half a document belongs to by its id: 0 fits, 1 checks.

    >>> half_of("a"), half_of("e")
    (0, 1)
    """
    return hashlib.sha256(row_id.encode()).digest()[0] & 1


def fitted(rows: Documents) -> list[float]:
    """Fit the intercept and the weights of the evidence, none of them negative."""
    kept = list(range(len(EVIDENCE)))
    while True:
        weights = newton(rows.evidence[:, kept], rows.medical, _shares(rows))
        if (weights[1:] >= 0).all():
            break
        kept = [k for k, w in zip(kept, weights[1:]) if w >= 0]
    full = np.zeros(len(EVIDENCE))
    full[kept] = weights[1:]
    return [round(float(w), DIGITS) for w in (weights[0], *full)]


def _shares(rows: Documents) -> NDArray[np.float64]:
    """Give each document its share, so that every source and both kinds count alike."""
    source, medical = pl.col("source"), pl.col("medical")
    frame = pl.DataFrame({"source": pl.Series(rows.source, dtype=pl.String), "medical": rows.medical})
    sources = source.n_unique().over(medical)
    return frame.select(1000 / (pl.len().over(source) * sources)).to_series().to_numpy()


def newton(
    evidence: NDArray[np.float64], medical: NDArray[np.bool_], shares: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Maximise the likelihood less a ridge on all weights but the intercept."""
    columns = np.column_stack([np.ones(len(evidence)), evidence])
    ridge = np.diag([0.0, *[RIDGE] * evidence.shape[1]])
    weights = np.zeros(columns.shape[1])
    for _ in range(100):
        likely = 1 / (1 + np.exp(-np.clip(columns @ weights, -30, 30)))
        slope = columns.T @ (shares * (medical - likely)) - ridge @ weights
        curve = (columns * (shares * likely * (1 - likely))[:, None]).T @ columns + ridge
        step = np.linalg.solve(curve, slope)
        weights = weights + step
        if np.abs(step).max() < 1e-9:
            break
    return weights


def threshold(rows: Documents, weights: Sequence[float]) -> float:
    """Set the least score of a medical text, halfway in log odds between what both kinds allow."""
    long = rows.where(rows.characters >= MEASURED)
    odds = weights[0] + long.evidence @ np.array(weights[1:])
    lowest = np.quantile(odds[~long.medical], 1 - FALSE_POSITIVES)
    highest = np.quantile(odds[long.medical], MISSED)
    middle = max(lowest, (lowest + highest) / 2)
    return round(float(1 / (1 + np.exp(-middle))), DIGITS)


def measured(rows: Documents, weights: list[float], least: Thresholds) -> list[str]:
    """Give documents, recall, documents, false positives, and precision were both kinds as frequent."""
    long = rows.where(rows.characters >= MEASURED)
    passed = medical(logistic(long.evidence, weights), long.hits, least)
    recall, wrong = passed[long.medical].mean(), passed[~long.medical].mean()
    shares = [f"{x:.4f}" for x in (recall, wrong, recall / (recall + wrong))]
    return [str(long.medical.sum()), shares[0], str((~long.medical).sum()), shares[1], shares[2]]


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit every language and write both tables."""
    parser = argparse.ArgumentParser(prog="python -m medcorpus.stages.medical.fit")
    parser.add_argument("--data", type=Path, required=True, help="folder of <lang>.<medical|general>.parquet")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="where the tables go")
    asked = parser.parse_args(arguments)
    models: list[list[float]] = []
    lines: list[Sequence[str]] = [HEAD]
    for lang in LANGUAGES:
        rows = documents(asked.data, lang)
        weights = fitted(rows.where(rows.half == 0))
        least = Thresholds(threshold(rows.where(rows.half == 0), weights), LEAST_HITS)
        models.append(weights)
        lines.append((lang, *map(str, least), *measured(rows.where(rows.half == 1), weights, least)))
    named = zip((INTERCEPT, *EVIDENCE), zip(*models))
    _write(asked.out / "model.tsv", [("weight", *LANGUAGES), *((name, *map(str, row)) for name, row in named)])
    _write(asked.out / "thresholds.tsv", lines)


def _write(path: Path, rows: Sequence[Sequence[str]]) -> None:
    path.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
