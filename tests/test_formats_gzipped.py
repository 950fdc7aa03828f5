"""Text packed by gzip, read while it is unpacked."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path

import pytest

from medcorpus.errors import FormatError
from medcorpus.formats import delimited, gzipped
from medcorpus.reading import Reject

ROWS = b'note_id,text\n1-RR-1,"EXAM: CT\n\nclear, dry"\n1-RR-2,caf\xc3\xa9\n'


def test_packed_and_plain_read_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(ROWS)
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(ROWS))
    plain, packed = (list(delimited.rows(tmp_path / name)) for name in ("a.csv", "b.csv.gz"))
    assert plain == packed
    assert packed[0] == (2, {"note_id": "1-RR-1", "text": "EXAM: CT\n\nclear, dry"})


def test_bad_bytes_in_a_packed_file_are_rejects(tmp_path: Path) -> None:
    path = tmp_path / "b.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n1,\xff\n2,x\n"))
    assert list(delimited.rows(path)) == [Reject(2, "not valid utf-8"), (3, {"a": "2", "b": "x"})]


@pytest.mark.parametrize(
    "packed",
    [ROWS, gzip.compress(ROWS)[:-9], gzip.compress(ROWS)[:30] + b"\0\0\0\0" + gzip.compress(ROWS)[34:]],
    ids=["plain text", "cut off", "damaged"],
)
def test_what_is_not_a_whole_gzip_file_is_told(tmp_path: Path, packed: bytes) -> None:
    path = tmp_path / "b.csv.gz"
    path.write_bytes(packed)
    with pytest.raises(FormatError, match=r"^b\.csv\.gz: not a whole gzip file - fetch the file again"):
        list(delimited.rows(path))


def test_a_large_file_is_not_held_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "big.csv.gz"
    with gzip.open(path, "wt") as stream:
        stream.write("note_id,text\n")
        for number in range(20_000):
            stream.write(f'{number},"FINDINGS:\n{"clear lungs " * 100}"\n')
    tracemalloc.start()
    assert sum(1 for _ in delimited.rows(path)) == 20_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * 2**20 < path.stat().st_size * 100


def test_a_packed_twin_is_spare(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(b"")
    assert not gzipped.is_spare(tmp_path / "a.csv.gz")
    (tmp_path / "a.csv").write_bytes(b"")
    assert gzipped.is_spare(tmp_path / "a.csv.gz") and not gzipped.is_spare(tmp_path / "a.csv")
