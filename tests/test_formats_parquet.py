"""Parquet files, right and wrong: every row comes once, at its place, or the file is refused by name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcorpus.errors import FormatError
from medcorpus.formats import parquet
from medcorpus.reading import Columns, Reject


def written(folder: Path, columns: dict[str, Any], **options: Any) -> Path:
    path = folder / "part.parquet"
    pq.write_table(pa.table(columns), path, **options)
    return path


def rows_of(path: Path, *columns: str, optional: tuple[str, ...] = ()) -> list[tuple[Any, ...]]:
    """Give `(row, values ...)` for rows and `(row, reason)` for rejects."""
    found: list[tuple[Any, ...]] = []
    for item in parquet.batches(path, columns, optional):
        if isinstance(item, Reject):
            found.append((item.row, item.reason))
        else:
            values = zip(*(c.to_pylist() for c in item.batch.columns))
            found += [(item.row + i, *value) for i, value in enumerate(values)]
    return found


@given(texts=st.lists(st.text(max_size=30), max_size=40), group=st.integers(1, 15), most=st.integers(1, 9))
def test_every_row_comes_once_at_its_place(
    texts: list[str], group: int, most: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = written(tmp_path_factory.mktemp("p"), {"text": pa.array(texts, pa.string())}, row_group_size=group)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "MOST_ROWS", most)
        assert rows_of(path, "text") == list(enumerate(texts, 1))


def test_only_the_wanted_columns_come_in_their_order(tmp_path: Path) -> None:
    path = written(tmp_path, {"text": ["x"], "other": [1], "url": ["u"]})
    [item] = parquet.batches(path, ("url", "text"))
    assert isinstance(item, Columns)
    assert item.batch.schema.names == ["url", "text"]


def test_optional_column_that_is_not_there_is_null(tmp_path: Path) -> None:
    assert rows_of(written(tmp_path, {"text": ["x"]}), "text", optional=("date",)) == [(1, "x", None)]


def record_batches(path: Path) -> list[pa.RecordBatch]:
    return [item.batch for item in parquet.batches(path, ["text"]) if isinstance(item, Columns)]


PLAIN: dict[str, tuple[Any, str]] = {
    "dictionary": (pa.array(["a"]).dictionary_encode(), "a"),
    "large string": (pa.array(["a"], pa.large_string()), "a"),
    "bytes": (pa.array([b"a"]), "a"),
    "number": (pa.array([7]), "7"),
    "time": (pa.array([datetime(2020, 1, 24)], pa.timestamp("ms")), "2020-01-24 00:00:00.000"),
}


@pytest.mark.parametrize("kind", PLAIN)
def test_plain_values_come_as_strings(kind: str, tmp_path: Path) -> None:
    values, expected = PLAIN[kind]
    assert rows_of(written(tmp_path, {"v": values}), "v") == [(1, expected)]


def test_row_that_is_not_utf8_is_rejected_and_its_neighbours_are_read(tmp_path: Path) -> None:
    values = pa.array([b"a", b"\xff", b"c", b"\xc3"]).view(pa.string())
    expected = [(1, "a"), (2, "not valid utf-8"), (3, "c"), (4, "not valid utf-8")]
    assert rows_of(written(tmp_path, {"text": values}), "text") == expected


def test_file_without_rows_gives_none(tmp_path: Path) -> None:
    assert rows_of(written(tmp_path, {"text": pa.array([], pa.string())}), "text") == []


def test_batches_follow_the_size_of_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "BATCH_BYTES", 4000)
    texts = [f"{i:04d}" + "x" * 996 for i in range(40)]
    path = written(tmp_path, {"text": texts}, use_dictionary=False, compression="zstd")
    assert max(batch.num_rows for batch in record_batches(path)) <= 2 * 4


def test_dictionary_of_one_huge_value_does_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "BATCH_BYTES", 2**18)
    monkeypatch.setattr(parquet, "SLICE_BYTES", 2**18)
    path = written(tmp_path, {"text": ["x" * 100_000] * 500}, compression="zstd")
    assert path.stat().st_size < 5_000
    sizes = [batch.nbytes for batch in record_batches(path)]
    assert (sum(sizes) > 50_000_000, max(sizes) < 2**19 + 1000) == (True, True)


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def damaged_page(data: bytes) -> bytes:
    return data[:40] + bytes(b ^ 0x55 for b in data[40:80]) + data[80:]


def damaged_footer(data: bytes) -> bytes:
    return data[:-60] + b"\xff" * 40 + data[-20:]


@pytest.mark.parametrize("spoil", [cut, damaged_page, damaged_footer, lambda data: b"", lambda data: b"PAR1" * 3])
def test_damaged_file_is_refused_by_name(spoil: Callable[[bytes], bytes], tmp_path: Path) -> None:
    texts = [f"{i} fever and cough" for i in range(200)]
    path = written(tmp_path, {"text": texts}, use_dictionary=False, write_page_checksum=True)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(FormatError, match=r"^part\.parquet: "):
        rows_of(path, "text")


def test_damaged_row_group_is_named(tmp_path: Path) -> None:
    options = {"row_group_size": 100, "write_page_checksum": True, "use_dictionary": False}
    path = written(tmp_path, {"text": [f"{i} fever" for i in range(200)]}, **options)
    chunk = pq.ParquetFile(path).metadata.row_group(1).column(0)
    data = bytearray(path.read_bytes())
    data[chunk.data_page_offset + chunk.total_compressed_size // 2] ^= 0xFF
    path.write_bytes(bytes(data))
    with pytest.raises(FormatError, match="row group 2 of 2 cannot be read"):
        rows_of(path, "text")


def test_missing_column_is_named_with_those_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="no column 'text', only content, url"):
        rows_of(written(tmp_path, {"content": ["x"], "url": ["u"]}), "text")


def test_column_of_lists_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="column 'text' holds lists or structs"):
        rows_of(written(tmp_path, {"text": [["x"]]}), "text")


def test_metadata_that_contradict_the_type_refuse_the_file_and_do_not_end_the_process(tmp_path: Path) -> None:
    """Bits of the footer are turned until a column's histogram of levels has another size than its type has levels."""
    path = written(tmp_path, {"text": ["fever", "cough", None]})
    data = path.read_bytes()
    told = []
    for place in range(len(data) - 8 - int.from_bytes(data[-8:-4], "little"), len(data) - 8):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        try:
            rows_of(path, "text")
        except FormatError as error:
            told.append(str(error))
    assert any("histogram size mismatch" in text for text in told)
