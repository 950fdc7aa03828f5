from __future__ import annotations

from pathlib import Path

import pytest

from medcorpus.errors import FormatError
from medcorpus.formats import tmx
from medcorpus.reading import Reject

HEAD = '<?xml version="1.0" encoding="UTF-8"?><tmx version="1.4"><header srclang="EN"/><body>'
TAIL = "</body></tmx>"
UNIT = (
    '<tu tuid="u7"><note>n</note><tuv xml:lang="EN-GB"><prop>p</prop><seg>Wash your\n hands.</seg></tuv>'
    '<tuv xml:lang="FR"><seg>Lavez-vous <bpt i="1">&lt;b&gt;</bpt>les <hi>mains</hi><ept i="1"/>.</seg></tuv></tu>'
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "memory.tmx"


def read(file: Path, body: str, encoding: str = "utf-8") -> list[tuple[int, tmx.Unit] | Reject]:
    file.write_bytes((HEAD.replace("UTF-8", encoding) + body + TAIL).encode(encoding))
    return list(tmx.units(file))


def test_a_unit_holds_its_segments_by_language_without_inline_codes(file: Path) -> None:
    assert read(file, UNIT) == [(1, tmx.Unit("u7", {"en": "Wash your hands.", "fr": "Lavez-vous les mains."}))]


def test_files_may_be_of_two_bytes_a_character_and_name_languages_the_old_way(file: Path) -> None:
    assert read(file, '<tu><tuv lang="sv_SE"><seg>Tvätta händerna.</seg></tuv></tu>', "utf-16") == [
        (1, tmx.Unit("1", {"sv": "Tvätta händerna."}))
    ]


def test_the_first_of_several_segments_in_a_language_counts_and_blank_ones_do_not(file: Path) -> None:
    body = "<tu>" + "".join(f'<tuv xml:lang="de"><seg>{s}</seg></tuv>' for s in (" ", "eins", "zwei")) + "</tu>"
    assert read(file, body) == [(1, tmx.Unit("1", {"de": "eins"}))]


@pytest.mark.parametrize(
    ("variant", "reason"),
    [
        ('<tuv xml:lang="en"><seg/></tuv>', "a unit without a segment"),
        ("", "a unit without a segment"),
        ("<tuv><seg>text</seg></tuv>", "a segment without a language"),
        ('<tuv xml:lang="en"><seg>&unheardof;</seg></tuv>', "an entity without a known name"),
    ],
)
def test_a_bad_unit_is_rejected_and_the_next_one_read(file: Path, variant: str, reason: str) -> None:
    body = f"<!DOCTYPE tmx SYSTEM 'tmx14.dtd'>{HEAD.partition('?>')[2]}<tu>{variant}</tu>{UNIT}{TAIL}"
    file.write_text(body)
    first, second = tmx.units(file)
    assert first == Reject(1, reason)
    assert second[0] == 2


def test_a_file_without_units_is_refused(file: Path) -> None:
    with pytest.raises(FormatError, match="no <tu>"):
        read(file, "")
