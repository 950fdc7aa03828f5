"""Parquet as rows of strings."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from medcorpus.errors import FormatError
from medcorpus.formats import parquet_rows
from medcorpus.reading import Reject


def test_rows_are_numbered_and_values_are_text(tmp_path: Path) -> None:
    path = tmp_path / "train.parquet"
    pq.write_table(pa.table({"a": [1, 2], "b": ["x", None]}), path)
    assert list(parquet_rows.rows(path, ("a",), ("b", "c"))) == [
        (1, {"a": "1", "b": "x", "c": ""}),
        (2, {"a": "2", "b": "", "c": ""}),
    ]


def test_a_row_that_is_not_text_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "train.parquet"
    pq.write_table(pa.table({"a": pa.array([b"ok", b"\xff", b"ok"])}), path)
    assert list(parquet_rows.rows(path, ("a",))) == [(1, {"a": "ok"}), Reject(2, "not valid utf-8"), (3, {"a": "ok"})]


def test_a_missing_column_is_told(tmp_path: Path) -> None:
    path = tmp_path / "train.parquet"
    pq.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(FormatError, match="no column 'b'"):
        list(parquet_rows.rows(path, ("b",)))
