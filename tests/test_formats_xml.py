from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medcorpus.errors import FormatError
from medcorpus.formats import xml
from medcorpus.reading import Reject

BOMB = b'<!DOCTYPE a [<!ENTITY x0 "ha">%s]><a><r>&x9;</r></a>' % b"".join(
    b'<!ENTITY x%d "%s">' % (n, b"&x%d;" % (n - 1) * 10) for n in range(1, 10)
)
HOSTILE = {
    "empty": b"",
    "no markup": b"just words",
    "another root behind": b"<a><r/></a><b/>",
    "bomb": BOMB,
    "bomb in an attribute": BOMB.replace(b"<r>", b'<r n="&x9;">'),
    "external entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a><r>&x;</r></a>',
    "parameter entity": b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]><a><r>1</r></a>',
    "harmless entity": b'<!DOCTYPE a [<!ENTITY x "ha">]><a><r>&x;</r></a>',
    "undeclared entity": b"<a><r>&x;</r></a>",
    "deep": b"<r>" * 5000 + b"</r>" * 5000,
    "NUL": b"<a><r>\x00</r></a>",
    "half a surrogate pair": b"<a><r>&#xD83D;</r></a>",
    "latin-1 said to be UTF-8": b"<a><r>caf\xe9</r></a>",
    "unknown encoding": b'<?xml version="1.0" encoding="klingon"?><a><r>1</r></a>',
    "text of 11 MB": b"<a><r>" + b"x" * 11_000_000 + b"</r></a>",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rows.xml"


def read(path: Path, *tags: str) -> list[tuple[int, str] | Reject]:
    found = xml.elements(path, *(tags or ("r",)))
    return [row if isinstance(row, Reject) else (row[0], xml.line(row[1])) for row in found]


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_documents_are_refused_by_name(file: Path, title: str) -> None:
    file.write_bytes(HOSTILE[title])
    with pytest.raises(FormatError, match=r"^rows\.xml: "):
        xml.document(file)


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_files_of_records_are_refused_by_name(file: Path, title: str) -> None:
    file.write_bytes(HOSTILE[title])
    if title == "another root behind":
        assert [type(row) for row in read(file)] == [tuple, Reject]
        return
    with pytest.raises(FormatError, match=r"^rows\.xml: "):
        read(file)


def test_errors_name_the_line(file: Path) -> None:
    file.write_bytes(b"<a>\n<b>\n</a>")
    with pytest.raises(FormatError, match="not well-formed XML in line 3"):
        xml.document(file)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1251"])
def test_encodings(file: Path, encoding: str) -> None:
    word = "кашель" if encoding == "windows-1251" else "fièvre"
    name = encoding.removesuffix("-sig")
    file.write_bytes(f'<?xml version="1.0" encoding="{name}"?><a><r>{word}</r></a>'.encode(encoding))
    assert xml.line(xml.document(file)) == word
    assert read(file) == [(1, word)]


def test_a_doctype_is_not_fetched_and_entities_of_html_have_their_names(file: Path) -> None:
    file.write_bytes(b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a><r>caf&eacute; &lt; &#233;</r></a>')
    assert xml.line(xml.document(file)) == "café < é"
    assert read(file) == [(1, "café < é")]


def test_an_entity_without_a_known_name_is_an_error_of_its_row(file: Path) -> None:
    file.write_bytes(b'<!DOCTYPE a SYSTEM "a.dtd"><a><r>&unheard;</r></a>')
    with pytest.raises(ValueError, match="an entity without a known name"):
        read(file)


def test_comments_and_processing_instructions_are_left_out(file: Path) -> None:
    file.write_bytes(b"<a><?pi x?><r>one<!-- or two --> word<![CDATA[ <3]]></r></a>")
    assert read(file) == [(1, "one word <3")]


def test_content_keeps_layout_with_plain_line_ends(file: Path) -> None:
    file.write_bytes(b"<a>one \r\n <b>two</b>&#13;&#10;three&#13;four</a>")
    root = xml.document(file)
    assert xml.content(root) == "one \n two\nthree\nfour"
    assert xml.line(root) == "one two three four"
    assert xml.content(None) == ""


def test_lines_set_blocks_apart_and_swap_what_is_named(file: Path) -> None:
    file.write_bytes(b"<a>in <p>one <i>x</i></p> between <p>two<p>three</p><x>gone</x></p></a>")
    assert xml.lines(xml.document(file), {"p"}, {"x": lambda e: "!"}) == ["in", "one x", "between", "two", "three", "!"]


def test_records_before_a_break_are_kept_and_the_break_is_counted(file: Path) -> None:
    file.write_bytes(b"<a>\n<r>1</r>\n<r>2</r>\n<r>3</wrong>\n<r>4</r></a>")
    *rows, last = read(file)
    assert rows == [(1, "1"), (2, "2")]
    assert isinstance(last, Reject)
    assert last.row == 3
    assert last.reason.startswith("the rest of the file is lost: not well-formed XML in line 4")


def test_a_file_without_the_elements_is_no_such_file(file: Path) -> None:
    file.write_bytes(b"<html/>")
    with pytest.raises(FormatError, match="no <r> in it"):
        read(file)


def test_elements_inside_one_another_are_one_record(file: Path) -> None:
    file.write_bytes(b"<a><r>1<r>2</r><s>3</s></r><s>4</s></a>")
    assert read(file, "r", "s") == [(1, "123"), (2, "4")]


def test_a_gzipped_file_is_unpacked_on_the_way(tmp_path: Path) -> None:
    path = tmp_path / "rows.xml.gz"
    packed = gzip.compress(b"<a>" + b"<r>1</r>" * 3 + b"</a>")
    path.write_bytes(packed)
    assert read(path) == [(1, "1"), (2, "1"), (3, "1")]
    path.write_bytes(packed[:-6])
    *_, last = read(path)
    assert last == Reject(4, "the rest of the file is lost: cannot be unpacked: " + last[1].partition("unpacked: ")[2])
    path.write_bytes(b"<a/>")
    with pytest.raises(FormatError, match="cannot be unpacked"):
        read(path)


def test_a_gzip_bomb_stops_at_its_budget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "MAX_DOCUMENT", 2**20)
    path = tmp_path / "rows.xml.gz"
    path.write_bytes(gzip.compress(b"<a><r>1</r>" + b" " * 2**23 + b"</a>"))
    *rows, last = read(path)
    assert rows == [(1, "1")]
    assert isinstance(last, Reject) and "times its packed size" in last.reason
    with pytest.raises(FormatError, match="times its packed size"):
        xml.document(path)


def test_a_record_without_end_stops_at_its_budget(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "MAX_RECORD", 2**20)
    file.write_bytes(b"<a><r>1</r><r>" + b"<x>y</x>" * 2**19)
    *rows, last = read(file)
    assert rows == [(1, "1")]
    assert isinstance(last, Reject) and "without the end of a record" in last.reason


def test_a_document_over_its_budget_is_refused(file: Path) -> None:
    file.write_bytes(b"<a>" + b"x" * 1000 + b"</a>")
    with pytest.raises(FormatError, match="over 100 bytes of XML"):
        xml.document(file, budget=100)


SOUND = b'<?xml version="1.0" encoding="UTF-8"?>\n<a>' + b"<r>caf\xc3\xa9 &amp; tea</r>\n" * 20 + b"</a>"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 255)), max_size=6), cut=st.integers(0))
def test_the_reader_is_total(file: Path, changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(SOUND)
    for place, byte in changes:
        data[place] = byte
    file.write_bytes(data[: cut % (2 * len(data)) or None])
    try:
        numbers = [row[0] for row in read(file)]
    except FormatError:
        return
    except ValueError as error:
        assert str(error) == "an entity without a known name"
        return
    assert numbers == list(range(1, len(numbers) + 1))
