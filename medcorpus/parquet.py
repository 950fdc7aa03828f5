"""The Parquet files of a release: compressed, checksummed page by page, cut by bytes, in a stable order."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcorpus import atomic, terms
from medcorpus.logical import RowHash
from medcorpus.store import sha256_of

if TYPE_CHECKING:
    import pyarrow as pa

GROUP_BYTES = 64 * 2**20
"""Row groups are closed at about this many bytes in memory, well under the viewer's limit of 300 MB."""
FILE_BYTES = 500 * 2**20
"""A shard is closed at about this many bytes in memory."""
DICTIONARY = ("source", "split", "lang", "license", "access", "redistribute", "raw_file", "task_id", "task", "category",
              "instruction", "instruction_lang", "output_lang")  # fmt: skip
"""Columns with few distinct values; only these are dictionary-encoded."""


class SplitWriter:
    """Writes the rows of one configuration and split to one or more Parquet files.

    The files get their final names, with the number of files in them, when the block ends.
    """

    def __init__(self, folder: Path, split: str, schema: pa.Schema) -> None:
        self.folder, self.split, self.schema = folder, split, schema
        self.rows = 0
        self.hash = RowHash(schema)
        self._waiting: list[pa.Table] = []
        self._waiting_bytes = self._file_bytes = 0
        self._file_rows: list[int] = []
        self._terms: Counter[terms.Terms] = Counter()
        self._source = ""
        self._writer: Any = None

    def write(self, table: pa.Table) -> None:
        """Add rows."""
        self._begin_source(table)
        self.rows += table.num_rows
        self.hash.update(table)
        self._waiting.append(table)
        self._waiting_bytes += table.nbytes
        if self._waiting_bytes >= GROUP_BYTES:
            self._flush()

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
            For each file its name, rows, bytes, bytes before compression and sha256.
        """
        self._flush()
        self._close_file()
        count = len(self._file_rows)
        return [self._named(i, count, rows) for i, rows in enumerate(self._file_rows)]

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
        self._writer.write_table(table, row_group_size=max(1, table.num_rows))
        self._file_rows[-1] += table.num_rows
        if terms.has_terms(self.schema):
            self._terms += terms.counted(table)
        self._file_bytes += self._waiting_bytes
        self._waiting, self._waiting_bytes = [], 0
        if self._file_bytes >= FILE_BYTES:
            self._close_file()

    def _open(self) -> Any:
        import pyarrow.parquet as pq

        self.folder.mkdir(parents=True, exist_ok=True)
        return pq.ParquetWriter(
            self._temporary(len(self._file_rows)),
            self.schema,
            compression="zstd",
            compression_level=3,
            use_dictionary=[c for c in DICTIONARY if c in self.schema.names],
            write_page_index=True,
            write_page_checksum=True,
            use_content_defined_chunking=True,
        )

    def _close_file(self) -> None:
        if self._writer is not None:
            if self._terms:
                self._writer.add_key_value_metadata(terms.as_metadata(self._terms))
            self._writer.close()
        self._writer, self._file_bytes, self._terms = None, 0, Counter()

    def _named(self, index: int, count: int, rows: int) -> dict[str, Any]:
        path = self.folder / f"{self.split}-{index:05d}-of-{count:05d}.parquet"
        self._temporary(index).rename(path)
        atomic.sync(path)
        size = path.stat().st_size
        return {"name": path.name, "rows": rows, "bytes": size, "memory": memory_of(path), "sha256": sha256_of(path)}


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
