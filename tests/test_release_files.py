"""The Parquet files of a release: how pages are written, how large groups are, and that borders stay where they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from medcorpus import parquet, release
from medcorpus.logical import RowHash
from medcorpus.store import sha256_of
from tests.releases import row, write_release

KIB = 1024


def table(keys: list[int], size: int = 100, split: str = "train") -> pa.Table:
    columns = {"id": [f"made/{k}" for k in keys], "text": [f"{k} " * (size // 2) for k in keys]}
    return pa.table(columns | {"split": [split] * len(keys)})


def write(folder: Path, *tables: pa.Table) -> list[dict[str, Any]]:
    writer = parquet.SplitWriter(folder, "train", tables[0].schema)
    for each in tables:
        writer.write(each)
    return writer.close()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make row groups and files small enough to have many of them."""
    monkeypatch.setattr(parquet, "GROUP_BYTES", 8 * KIB)
    monkeypatch.setattr(parquet, "FILE_BYTES", 48 * KIB)


def test_pages_are_compressed_indexed_and_checksummed(tmp_path: Path) -> None:
    [file] = write(tmp_path, table(list(range(500))))
    path = tmp_path / file["name"]
    footer = pq.read_metadata(path)
    columns = [footer.row_group(0).column(number) for number in range(footer.num_columns)]
    assert all(c.compression == "ZSTD" and c.has_offset_index for c in columns)
    assert {c.path_in_schema for c in columns if c.has_column_index} == {"id", "split"}
    content = bytearray(path.read_bytes())
    content[60] ^= 1
    path.write_bytes(content)
    with pytest.raises(OSError, match=r"CRC|checksum|corrupt"):
        parquet.read_table(path)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("batch", [7, 100, 5000])
def test_groups_and_files_keep_their_limits(batch: int, tmp_path: Path) -> None:
    keys = list(range(5000))
    files = write(tmp_path, *(table(keys[i : i + batch]) for i in range(0, 5000, batch)))
    assert len(files) > 5
    assert sum(f["rows"] for f in files) == 5000
    for file in files:
        read = pq.ParquetFile(tmp_path / file["name"])
        sizes = [read.read_row_group(i).nbytes for i in range(read.num_row_groups)]
        assert max(sizes) < parquet.GROUP_BYTES * 1.7
        assert sum(sizes) < parquet.FILE_BYTES + 2 * parquet.GROUP_BYTES


def test_a_table_of_any_size_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "GROUP_BYTES", 8 * KIB)
    [file] = write(tmp_path, table(list(range(3)), size=40 * KIB).select(["text", "split"]))
    assert pq.read_metadata(tmp_path / file["name"]).num_row_groups == 3


@pytest.mark.usefixtures("small")
def test_rows_in_front_leave_the_files_far_behind_alone(tmp_path: Path) -> None:
    before = write(tmp_path / "old", table(list(range(5000))))
    after = write(tmp_path / "new", table([*range(9000, 9050), *range(5000)]))
    same = {f["sha256"] for f in before} & {f["sha256"] for f in after}
    assert len(same) > len(before) // 2
    assert {f["hash"] for f in before if f["sha256"] in same} <= {f["hash"] for f in after}


@pytest.mark.usefixtures("small")
def test_every_file_has_the_hash_of_its_rows(tmp_path: Path) -> None:
    made = table(list(range(3000)))
    files = write(tmp_path, made)
    start = 0
    for file in files:
        own = RowHash(made.schema)
        own.update(made.slice(start, file["rows"]))
        assert file["hash"] == own.hexdigest()
        start += file["rows"]


def test_one_file_has_the_hash_of_its_split(home: Path) -> None:
    made = write_release(home, "1.0.0", [row(str(i)) for i in range(20)])
    split = made.manifest["configs"]["task60"]["train"]
    assert [f["hash"] for f in split["files"]] == [split["hash"]]
    assert split["files"][0]["memory"] > 0


def test_cut_of_the_rows_does_not_change_what_they_say(tmp_path: Path, small: None) -> None:
    made = table(list(range(1000)))
    hashes = set()
    for batch in (13, 1000):
        writer = parquet.SplitWriter(tmp_path / str(batch), "train", made.schema)
        for start in range(0, 1000, batch):
            writer.write(made.slice(start, batch))
        files = writer.close()
        hashes.add(writer.hash.hexdigest())
        read = pa.concat_tables(parquet.read_table(tmp_path / str(batch) / f["name"]) for f in files)
        assert read.to_pylist() == made.to_pylist()
    assert len(hashes) == 1


def test_manifest_without_the_newer_facts_is_read(home: Path) -> None:
    made = write_release(home, "1.0.0", [row("1")])
    older = {k: v for k, v in made.manifest.items() if k not in ("withdrawn", "published")}
    for splits in older["configs"].values():
        for split in splits.values():
            for file in split["files"]:
                del file["hash"], file["memory"]
    release.check_manifest(older, "here")


def test_small_tables_are_checksummed_too(tmp_path: Path) -> None:
    path = tmp_path / "ledger.parquet"
    parquet.write_table(path, table([1, 2, 3]))
    assert len(sha256_of(path)) == 64
    assert parquet.read_table(path).num_rows == 3


def test_pages_of_running_text_state_no_text(tmp_path: Path) -> None:
    text = "a text that is nobody's business in a footer "
    rows = pa.table({"id": ["s/1"], "source": ["s"], "answers": [[1]], "text": [text], "output": [[text]]})
    [file] = write(tmp_path, rows)
    assert parquet.compared(rows.schema) == ["id", "source"]
    assert pq.read_metadata(tmp_path / file["name"]).row_group(0).column(3).statistics is None
