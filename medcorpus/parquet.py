"""The Parquet files of a release: compressed, checksummed page by page, cut by bytes, in a stable order."""

from __future__ import annotations

import zlib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcorpus import atomic, terms
from medcorpus.logical import RowHash
from medcorpus.store import sha256_of

if TYPE_CHECKING:
    import pyarrow as pa

GROUP_BYTES = 64 * 2**20
"""Row groups have half of this many bytes in memory as a rule, 1.5 times as many at most; the viewer takes 300 MB."""
FILE_BYTES = 500 * 2**20
"""A shard has half to all of this many bytes in memory, and what its last row group is above it."""
ENDS_FILE = 4
"""One in so many row groups ends a file that is half full."""
DICTIONARY = ("source", "split", "lang", "license", "access", "redistribute", "raw_file", "task_id", "task", "category",
              "instruction", "instruction_lang", "output_lang")  # fmt: skip
"""Columns with few distinct values; only these are dictionary-encoded."""

IDS = ("id", "record_id")

FORMAT: dict[str, Any] = {
    "compression": "zstd",
    "compression_level": 3,
    "write_page_index": True,
    "write_page_checksum": True,
    "use_content_defined_chunking": {"min_chunk_size": 64 << 10, "max_chunk_size": 256 << 10, "norm_level": 0},
}
"""How pages are written. Cut by content, they stay the same where rows before or behind them come or go.

A page of 64 to 256 KiB, a fourth of what pyarrow takes by itself: the last page of every column changes where rows are
added, and what is in a chunk of Xet with it. Smaller ones make short rows larger and move hardly less.
"""


class SplitWriter:
    """Writes the rows of one configuration and split to one or more Parquet files.

    The files get their final names, with the number of files in them, when the block ends. Row groups and files end
    at rows whose ids say so by their hash: where rows come or go, those far behind keep their group and their file.
    """

    def __init__(self, folder: Path, split: str, schema: pa.Schema) -> None:
        self.folder, self.split, self.schema = folder, split, schema
        self.rows = 0
        self.hash = RowHash(schema)
        self._file_hash: RowHash | None = None
        self._hashes: list[str] = []
        self._waiting: list[pa.Table] = []
        self._waiting_bytes = self._file_bytes = 0
        self._file_rows: list[int] = []
        self._terms: Counter[terms.Terms] = Counter()
        self._source = ""
        self._writer: Any = None

    def write(self, table: pa.Table) -> None:
        """Add rows."""
        self._begin_source(table)
        while table.num_rows:
            rows = self._until_border(table)
            self._take(table.slice(0, rows or table.num_rows))
            table = table.slice(rows or table.num_rows)
            if rows:
                self._flush()

    def _take(self, table: pa.Table) -> None:
        self.rows += table.num_rows
        self.hash.update(table)
        if self._file_hash is not None:
            self._file_hash.update(table)
        self._waiting.append(table)
        self._waiting_bytes += table.nbytes

    def _until_border(self, table: pa.Table) -> int:
        """Give how many of these rows the row group takes before it ends; 0 where it does not end among them."""
        row_bytes = max(1, table.nbytes // table.num_rows)
        sizes = (GROUP_BYTES // 8, GROUP_BYTES * 3 // 2)
        least, most = (max(1, (size - self._waiting_bytes) // row_bytes) for size in sizes)
        if "id" in table.column_names:
            bits = min(32, (GROUP_BYTES // 4 // row_bytes).bit_length())
            ids = table.column("id").slice(least - 1, max(0, most - least)).to_pylist()
            for more, row_id in enumerate(ids):
                if not _crc(row_id) >> 32 - bits:
                    return int(least + more)
        return int(most) if most <= table.num_rows else 0

    def _begin_source(self, table: pa.Table) -> None:
        """Begin a file where another source's rows begin, so that what is added to one moves no border in the next."""
        if "source" not in self.schema.names or not table.num_rows:
            return
        source = table.column("source")[0].as_py()
        if source != self._source and self._file_bytes + self._waiting_bytes >= FILE_BYTES // 8:
            self._flush()
            self._close_file()
        self._source = source

    def close(self) -> list[dict[str, Any]]:
        """Finish the files.

        Returns:
            For each file its name, rows, bytes, bytes before compression, sha256, and the hash of its rows.
        """
        self._flush()
        self._close_file()
        count = len(self._file_rows)
        return [self._named(i, count) for i in range(count)]

    def _temporary(self, index: int) -> Path:
        return self.folder / f"{self.split}-{index:05d}.parquet"

    def _flush(self) -> None:
        import pyarrow as pa

        if not self._waiting:
            return
        table = pa.concat_tables(self._waiting).combine_chunks()
        if self._writer is None:
            self._writer = self._open()
            self._file_rows.append(0)
        last = _crc(table.column("id")[-1].as_py()) if "id" in table.column_names else 1
        self._writer.write_table(table, row_group_size=max(1, table.num_rows))
        self._file_rows[-1] += table.num_rows
        if terms.has_terms(self.schema):
            self._terms += terms.counted(table)
        self._file_bytes += self._waiting_bytes
        self._waiting, self._waiting_bytes = [], 0
        if self._file_bytes >= (FILE_BYTES if last % ENDS_FILE else FILE_BYTES // 2):
            self._close_file()

    def _open(self) -> Any:
        import pyarrow.parquet as pq

        self.folder.mkdir(parents=True, exist_ok=True)
        return pq.ParquetWriter(
            self._temporary(len(self._file_rows)),
            self.schema,
            use_dictionary=[c for c in DICTIONARY if c in self.schema.names],
            write_statistics=compared(self.schema),
            **FORMAT,
        )

    def _close_file(self) -> None:
        if self._writer is not None:
            if self._terms:
                self._writer.add_key_value_metadata(terms.as_metadata(self._terms))
            self._writer.close()
            # What the first file holds is all there is so far, so that its hash is that of the split.
            self._hashes.append((self._file_hash or self.hash).hexdigest())
            self._file_hash = RowHash(self.schema)
        self._writer, self._file_bytes, self._terms = None, 0, Counter()

    def _named(self, index: int, count: int) -> dict[str, Any]:
        path = self.folder / f"{self.split}-{index:05d}-of-{count:05d}.parquet"
        self._temporary(index).rename(path)
        atomic.sync(path)
        return {
            "name": path.name,
            "rows": self._file_rows[index],
            "bytes": path.stat().st_size,
            "memory": memory_of(path),
            "sha256": sha256_of(path),
            "hash": self._hashes[index],
        }


def compared(schema: pa.Schema) -> list[str]:
    """Give the columns of which pages state their least and greatest value.

    Of running text these are two whole texts a page: nothing is found by them, and they are 3 % of a file, at its end,
    where any change moves them.
    """
    import pyarrow as pa

    text = (pa.types.is_string, pa.types.is_large_string, pa.types.is_nested)
    known = {*DICTIONARY, *IDS}
    return [f.name for f in schema if f.name in known or not any(is_text(f.type) for is_text in text)]


def _crc(row_id: str) -> int:
    return zlib.crc32(row_id.encode())


def memory_of(path: Path) -> int:
    """Give the bytes of a file's columns before compression, as its footer states them."""
    import pyarrow.parquet as pq

    footer = pq.read_metadata(path)
    return sum(int(footer.row_group(i).total_byte_size) for i in range(footer.num_row_groups))


def write_table(path: Path, table: pa.Table) -> None:
    """Write one small table, such as a ledger."""
    import pyarrow.parquet as pq

    pq.write_table(table, path, compression="zstd", write_page_checksum=True)


def read_table(path: Path) -> pa.Table:
    """Read a Parquet file, checking its page checksums."""
    import pyarrow.parquet as pq

    return pq.ParquetFile(path, page_checksum_verification=True, memory_map=True).read()
