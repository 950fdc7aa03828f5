"""Rows of Parquet files as Python values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from medcorpus.errors import FormatError
from medcorpus.formats import parquet, parquet_values
from medcorpus.reading import Reject

ROWS: list[dict[str, Any]] = [
    {"id": 1, "q": "a", "o": ["x", "y"], "s": {"k": ["1"], "l": None}, "other": b"\xff"},
    {"id": 2, "q": "é", "o": [], "s": {"k": [], "l": 2.5}, "other": b""},
    {"id": 3, "q": None, "o": None, "s": None, "other": None},
]


@pytest.mark.parametrize("group", [1, 2, 10])
def test_values_are_given_as_stored(tmp_path: Path, group: int) -> None:
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "a.parquet", row_group_size=group)
    wanted = [{name: row[name] for name in ("q", "o", "s")} for row in ROWS]
    assert list(parquet_values.rows(tmp_path / "a.parquet", ("q", "o", "s"))) == list(enumerate(wanted, 1))


def test_a_column_whose_name_starts_alike_is_not_read(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1], "ab": [2]}), tmp_path / "a.parquet")
    assert list(parquet_values.rows(tmp_path / "a.parquet", ("a",))) == [(1, {"a": 1})]


@pytest.mark.parametrize(("columns", "what"), [(("no",), "no column 'no', only id"), (("q",), "not a whole Parquet")])
def test_what_is_wrong_is_told(tmp_path: Path, columns: tuple[str, ...], what: str) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.Table.from_pylist(ROWS), path)
    if "whole" in what:
        path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(FormatError, match=what):
        list(parquet_values.rows(path, columns))


def test_a_damaged_page_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table = pa.table({"o": [["some text"] * 50]})
    pq.write_table(table, path, write_page_checksum=True, compression="none", use_dictionary=False)
    data = bytearray(path.read_bytes())
    data[data.index(b"text\x09\x00\x00\x00some text")] ^= 1
    path.write_bytes(data)
    with pytest.raises(FormatError, match="row group 1 of 1 cannot be read"):
        list(parquet_values.rows(path, ("o",)))


def test_bytes_that_are_no_text_reject_their_row(tmp_path: Path) -> None:
    texts = pa.array([b"a", b"\xff", b"c"]).view(pa.string())
    pq.write_table(pa.table({"q": texts}), tmp_path / "a.parquet")
    found: list[Any] = list(parquet_values.rows(tmp_path / "a.parquet", ("q",)))
    assert found == [(1, {"q": "a"}), Reject(2, "not valid utf-8"), (3, {"q": "c"})]


def test_a_dictionary_of_one_huge_value_is_read_row_by_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "SLICE_BYTES", 1000)
    pq.write_table(pa.table({"o": [["x" * 600]] * 40}), tmp_path / "a.parquet", use_dictionary=True)
    sizes = []
    for batch in parquet_values._batches(pq.ParquetFile(tmp_path / "a.parquet"), 0, ["o"], tmp_path / "a.parquet"):
        sizes.append(batch.num_rows)
    assert sizes == [1] * 40
