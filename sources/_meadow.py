"""What the sources of Medical Meadow share: lists of instruction, input and output."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from medcorpus import Pair, Withheld, each
from medcorpus.formats import jsonl, parquet_rows
from medcorpus.reading import Item, Reject, Rows


def read(path: Path, subset: str) -> Iterator[Item]:
    """Read the questions and answers of a subset, from its JSON array or from Parquet."""
    plain = path.suffix == ".parquet"
    rows: Rows[dict[str, Any]] = parquet_rows.rows(path, ("input", "output")) if plain else jsonl.elements(path)
    placed = (row if isinstance(row, Reject) else (row[0], row) for row in rows)
    return each(placed, partial(answered, subset=subset))


def answered(row: tuple[int, dict[str, Any]], subset: str) -> Pair | Withheld:
    """Turn a row into a question and its answer; its key is the subset and the row's number."""
    number, values = row
    question, answer = values["input"].strip(), values["output"].strip()
    if not question or not answer:
        return Withheld("no question" if not question else "no answer")
    return Pair(key=f"{subset}-{number}", text=question, target=answer, extra={"subset": subset})
