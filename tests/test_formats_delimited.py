from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medcorpus.errors import FormatError
from medcorpus.formats import delimited, plain
from medcorpus.reading import Reject


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rows.csv"


def test_rows_with_a_header_are_dictionaries_numbered_by_their_first_line(file: Path) -> None:
    file.write_bytes(b'id,text\r\n1,"one\r\ntwo"\r\n\r\n2,three\r\n')
    assert list(delimited.rows(file)) == [(2, {"id": "1", "text": "one\ntwo"}), (5, {"id": "2", "text": "three"})]


def test_rows_without_a_header_are_lists(file: Path) -> None:
    file.write_bytes(b'10|ADE|"rash|20\n')
    read = delimited.rows(file, delimiter="|", header=False, quoted=False)
    assert list(read) == [(1, ["10", "ADE", '"rash', "20"])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "cp1251"])
def test_encodings(file: Path, encoding: str) -> None:
    text = "科室,回答\n" if encoding != "cp1251" else "вопрос,ответ\n"
    file.write_bytes((text * 3000).encode(encoding))
    found = list(delimited.rows(file, encoding=encoding, header=False))
    assert found == [(n, text.strip().split(",")) for n in range(1, 3001)]


def test_a_bom_is_no_part_of_the_first_name(file: Path) -> None:
    file.write_bytes(b'\xef\xbb\xbf"id",text\n1,a\n')
    assert list(delimited.rows(file, columns=("id",))) == [(2, {"id": "1", "text": "a"})]


def test_a_bad_row_is_rejected_and_the_next_one_is_read(file: Path) -> None:
    file.write_bytes(b"a,b\n\xff,1\n1,2,3\n\x00,1\n1,2\n")
    assert list(delimited.rows(file)) == [
        Reject(2, "not valid utf-8"),
        Reject(3, "not 2 values"),
        Reject(4, "a NUL character"),
        (5, {"a": "1", "b": "2"}),
    ]


def test_every_line_that_broken_quoting_swallows_is_counted(file: Path) -> None:
    file.write_bytes(b'a,b\n1,"open\n2,x\n3,"y"z\n4,w\n5,"never closed\n6,v\n')
    assert list(delimited.rows(file)) == [
        *(Reject(n, "broken quoting") for n in (2, 3, 4)),
        (5, {"a": "4", "b": "w"}),
        *(Reject(n, "broken quoting") for n in (6, 7)),
    ]


def test_a_value_may_be_longer_than_the_default_limit_of_csv(file: Path) -> None:
    file.write_text("a,b\n1," + "x" * 10**7 + "\n")
    assert [len(row[1]["b"]) for row in delimited.rows(file) if not isinstance(row, Reject)] == [10**7]


def test_a_line_over_the_limit_is_skipped(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "MAX_LINE", 2**20)
    file.write_text("a,b\n1," + "x" * 2**21 + "\n2,y\n")
    assert list(delimited.rows(file)) == [Reject(2, "a line of over 1 MiB"), (3, {"a": "2", "b": "y"})]


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (b"", "empty file"),
        (b"\n \n\n", "empty file"),
        (b"\xef\xbb\xbf", "empty file"),
        (b"a,b\n", "no rows after the header"),
        (b"a,a\n1,2\n", "two columns have the same name"),
        (b"b,c\n1,2\n", "no column 'a'"),
        (b'a,"b\n1,2\n', "header line: broken quoting"),
        (b"\xff,a\n1,2\n", "header line: not valid utf-8"),
    ],
)
def test_a_file_that_is_not_such_a_table(file: Path, raw: bytes, fault: str) -> None:
    file.write_bytes(raw)
    with pytest.raises(FormatError, match=f"rows.csv: {fault}"):
        list(delimited.rows(file, columns=("a",)))


def test_bad_bytes_in_utf_16_end_the_file(file: Path) -> None:
    file.write_bytes("a,b\n1,2\n".encode("utf-16") + b"\n")
    with pytest.raises(FormatError, match=r"rows\.csv: not valid utf-16"):
        list(delimited.rows(file, encoding="utf-16"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.sampled_from([b",", b'"', b"\n", b"\r", b"a", b"\xff", b"\x00", "心".encode("gb18030"), b"\xef\xbb\xbf"])
    )
)
def test_the_reader_is_total(file: Path, parts: list[bytes]) -> None:
    file.write_bytes(b"a,b\n" + b"".join(parts))
    for encoding in ("utf-8", "gb18030"):
        for quoted in (True, False):
            try:
                for row in delimited.rows(file, encoding=encoding, quoted=quoted):
                    assert isinstance(row, Reject) or set(row[1]) == {"a", "b"}
            except FormatError:
                pass


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.text('a,"\n 心'), st.text("b'\t\\")), min_size=1))
def test_what_csv_writes_is_read_back(file: Path, table: list[tuple[str, str]]) -> None:
    stream = io.StringIO()
    csv.writer(stream).writerows([("first", "second"), *table])
    file.write_bytes(stream.getvalue().encode())
    assert [tuple(row[1].values()) for row in delimited.rows(file) if not isinstance(row, Reject)] == table
