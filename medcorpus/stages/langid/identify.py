"""Runs the cascade over a column of texts, block by block, so that memory stays small."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from medcorpus.stages.langid import cues, kernel, languages, scripts, second
from medcorpus.stages.langid.decide import LANGDETECT, MODEL, PRIOR, RULES, Evidence, Verdict, decide
from medcorpus.stages.langid.model import Model, bundled

if TYPE_CHECKING:
    from medcorpus.stages.langid import LangId

BLOCK = 4096
"""Texts looked at together: their scores for all labels take 3 MB."""
UNKNOWN = "und"


@dataclass(frozen=True, slots=True)
class Texts:
    """The bytes of a column of texts.

    Args:
        data: uint8, all texts one after the other, UTF-8.
        offsets: int64 [texts + 1], where each starts.
        prior: int64 [texts], the label of the declared language, -1 where none is declared.
    """

    data: npt.NDArray[np.uint8]
    offsets: npt.NDArray[np.int64]
    prior: npt.NDArray[np.int64]


def columns(stage: LangId, texts: pa.ChunkedArray, declared: pa.ChunkedArray | None) -> pa.Table:
    """Give `lid`, `lid_score` and `lid_by` of every text; a null one is unknown."""
    model = bundled()
    known = languages.load(model.labels)
    column = _bytes_of(texts, declared, model)
    blocks = [_decided(stage, column, rows, model) for rows in _blocks(len(texts))]
    label, score, rule = (np.concatenate(part) for part in zip(*blocks))
    codes = pa.array([*known.codes, UNKNOWN], pa.string())
    return pa.table(
        {
            "lid": codes.take(pa.array(np.where(label < 0, len(known.codes), label))),
            "lid_score": pa.array(score, pa.float32()),
            "lid_by": pa.array(RULES, pa.string()).take(pa.array(rule)),
        }
    )


def _blocks(count: int) -> list[npt.NDArray[np.int64]]:
    starts = range(0, count, BLOCK) if count else [0]
    return [np.arange(start, min(start + BLOCK, count), dtype=np.int64) for start in starts]


def _bytes_of(texts: pa.ChunkedArray, declared: pa.ChunkedArray | None, model: Model) -> Texts:
    filled = pc.fill_null(texts, "") if texts.null_count else texts
    whole = pa.concat_arrays([pa.array([], pa.large_string()), *filled.cast(pa.large_string()).chunks])
    _, offsets, data = whole.buffers()
    flat = np.frombuffer(data or b"\0", np.uint8)
    ends = np.frombuffer(offsets, np.int64, len(whole) + 1, whole.offset * 8)
    for view in (flat, ends):
        view.flags.writeable = False  # Numba compiles anew for arrays that can be written
    return Texts(flat, ends, _labels_of(declared, len(whole), model))


def _labels_of(declared: pa.ChunkedArray | None, count: int, model: Model) -> npt.NDArray[np.int64]:
    """Give the labels of declared languages: `fr-CA` is `fr`, an unknown code is none."""
    if declared is None:
        return np.full(count, -1, dtype=np.int64)
    main = pc.ascii_lower(pc.replace_substring_regex(declared.cast(pa.string()), "[-_].*", ""))
    found = pc.fill_null(pc.index_in(main, pa.array(model.labels)), -1)
    return np.asarray(found.to_numpy(), dtype=np.int64)


def _decided(stage: LangId, texts: Texts, rows: npt.NDArray[np.int64], model: Model) -> Verdict:
    """Read a little of every text, more of those that stay unsure, and ask for a second opinion on what is left."""
    known = languages.load(model.labels)
    verdict = decide(_read(texts, rows, stage.sample, model), known, stage.trust)
    unsure = _below(stage.unsure, verdict)
    if not len(unsure):
        return verdict
    seen = _read(texts, rows[unsure], stage.resample, model)
    again = decide(seen, known, stage.trust)
    left = _below(stage.doubtful, again)
    left = left[second.knows(known.codes[again.label[left]])]
    if len(left):
        told = [_text(texts, row, stage.resample) for row in rows[unsure[left]].tolist()]
        asked = second.opinion(told, seen.take(left), model.labels)
        _replace(again, left, decide(asked, known, stage.trust), LANGDETECT)
    _replace(verdict, unsure, again)
    return verdict


def _below(score: float, verdict: Verdict) -> npt.NDArray[np.int64]:
    """Give the places of texts that evidence was weighed for and whose score is low."""
    weighed = (verdict.rule == MODEL) | (verdict.rule == PRIOR)
    return np.flatnonzero(weighed & (verdict.score > 0) & (verdict.score < score))


def _replace(verdict: Verdict, rows: npt.NDArray[np.int64], new: Verdict, changed_by: int | None = None) -> None:
    """Put new verdicts in place of some; `changed_by` is the rule of those that name another language."""
    other = new.label != verdict.label[rows]
    verdict.rule[rows] = new.rule if changed_by is None else np.where(other, changed_by, verdict.rule[rows])
    verdict.label[rows], verdict.score[rows] = new.label, new.score


def _read(texts: Texts, rows: npt.NDArray[np.int64], budget: int, model: Model) -> Evidence:
    counts = np.zeros((len(rows), scripts.CLASSES), np.int32)
    logs = np.zeros((len(rows), len(model.labels)), np.float32)
    hits = np.zeros((len(rows), cues.COLUMNS), np.float32)
    _, table = cues.load()
    letters = scripts.tables()
    kernel.read_rows(texts.data, texts.offsets, rows, letters, model.arrays, table, budget, counts, logs, hits)
    return Evidence(counts, logs, hits @ cues.columns_of(model), texts.prior[rows])


def _text(texts: Texts, row: int, budget: int) -> str:
    """Give a text, or the middle of a longer one."""
    start, end = texts.offsets[row], texts.offsets[row + 1]
    middle = (start + end) // 2
    first, last = max(start, middle - budget // 2), min(end, middle + budget // 2)
    return texts.data[first:last].tobytes().decode(errors="ignore")
