"""Shared lines of navigation and legal notices go; headings, options and warnings that are shared more widely stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from medcorpus import stage
from medcorpus.engine import Inline
from medcorpus.stages import boilerplate
from medcorpus.stages.boilerplate import Boilerplate
from medcorpus.store import Layer, Shards, Store, make

STAGE = Boilerplate(min_documents=3, min_share=0.1)
Rows = list[tuple[str, str | None]]


def write_rows(rows: Rows, path: Path) -> dict[str, Any]:
    """Write rows of source and text as one part."""
    sources, texts = zip(*rows)
    table = pa.table({"source": pa.array(sources), "clean_text": pa.array(texts, pa.string())})
    return dict(stage.write_table(path, table))


def run(home: Path, *parts: Rows, using: Boilerplate = STAGE) -> list[tuple[str | None, int]]:
    """Give the text without boilerplate, and the lines left out, of every row."""
    store = Store(home)
    layer = Layer(recipe={"kind": "rows", "parts": parts}, jobs=parts, write=write_rows)
    shards: list[Shards] = make(store, [layer], Inline())
    [made] = stage.run(using, shards, store, Inline())
    return list(made.frame(["body_text", "boilerplate_lines"]).iter_rows())


def shared(line: str, documents: int = 4) -> Rows:
    """Give documents that differ but for one line."""
    return [("site", f"Paragraph {'abcdefgh'[i]} about fever.\n{line}\nAnd more.") for i in range(documents)]


GOES = {
    "navigation": "Home",
    "with marks": "« Previous",
    "menu with bars": "suivant |",
    "read more": "Read more...",
    "cookie bar": "We use cookies to give you the best experience.",
    "cookie bar in French": "Nous utilisons des cookies pour améliorer votre visite.",
    "curly apostrophe": "Conditions d’utilisation",
    "Spanish": "Leer más",
    "Russian": "Все права защищены.",
    "Chinese": "上一页",
    "Japanese": "続きを読む",
    "copyright": "© Copyright 2019 The Site",
    "breadcrumb": "Library »",
    "navigation bar": "[Top][Contents][Index]",
    "address": "https://example.org/library",
    "capitals": "PRIVACY POLICY",
}


@pytest.mark.parametrize("case", GOES)
def test_shared_boilerplate_goes(case: str, home: Path) -> None:
    assert run(home, shared(GOES[case]))[0] == ("Paragraph a about fever.\nAnd more.", 1)


STAYS = {
    "heading": "Treatment",
    "leaflet heading": "Indications thérapeutiques",
    "heading of a case": "Anamnesis",
    "answer option": "e. None of the above",
    "head of a table": "| Dose | Result | Unit |",
    "leaflet warning": "Keep this leaflet. You may need to read it again.",
    "question put to every document": "Did the writer of this post have a fever?",
    "quotation": "See section « Warnings »",
    "Chinese heading": "【用法用量】",
    "Japanese heading": "禁忌",
    "Russian heading": "Результаты.",
    "command-line option": "--help",
    "address in a sentence": "Report side effects at www.example.org by post or telephone.",
}


@pytest.mark.parametrize("case", STAYS)
def test_what_documents_share_and_say_stays(case: str, home: Path) -> None:
    rows = shared(STAYS[case], 8)
    assert run(home, rows) == [(text, 0) for _, text in rows]


def test_boilerplate_in_few_documents_stays(home: Path) -> None:
    assert [n for _, n in run(home, [*shared("Read more", 2), ("site", "Fever.")])] == [0, 0, 0]


def test_boilerplate_in_a_small_share_stays(home: Path) -> None:
    rest: Rows = [("site", f"Text {'x' * i}") for i in range(60)]
    assert sum(n for _, n in run(home, shared("Read more") + rest)) == 0


def test_documents_are_counted_by_source(home: Path) -> None:
    rows = shared("Read more", 3)
    assert [n for _, n in run(home, [*rows, ("other", "Fever.\nRead more")])] == [1, 1, 1, 0]


def test_line_that_comes_often_in_one_document_is_counted_once(home: Path) -> None:
    assert run(home, [("site", "Read more\n" * 9 + "Fever."), ("site", "Cough.")])[0][1] == 0


def test_documents_are_counted_across_parts(home: Path) -> None:
    rows = shared("Read more")
    assert run(home, rows[:1], rows[1:2], rows[2:]) == run(home / "whole", rows)


def test_numbered_page_headers_are_one_line(home: Path) -> None:
    rows: Rows = [("site", f"Fever {'!' * i}\n© Copyright {2000 + i}") for i in range(4)]
    assert [n for _, n in run(home, rows)] == [1, 1, 1, 1]


def test_long_lines_stay(home: Path) -> None:
    assert sum(n for _, n in run(home, shared("We use cookies " + "and say so at length " * 20))) == 0


def test_text_of_nothing_else_is_empty_then(home: Path) -> None:
    assert run(home, [("site", "Home\nRead more")] * 4) == [("", 2)] * 4


def test_null_text_stays_null(home: Path) -> None:
    assert run(home, [("site", None), *shared("Home")])[0] == (None, 0)


def test_blank_lines_do_not_pile_up(home: Path) -> None:
    rows: Rows = [("site", f"Fever {'!' * i}\n\nHome\n\nCough") for i in range(4)]
    assert run(home, rows)[0][0] == "Fever \n\nCough"


def test_share_and_count_of_a_shared_line_are_kept() -> None:
    counted = pl.DataFrame({"source": ["s"], "line": ["Home"], "documents": [4], "of": [8], "part": [0]})
    assert STAGE.shared(counted).rows() == [("s", "Home", 4, 0.5)]


@pytest.mark.parametrize("language", ["en", "zh", "ja", "fr", "ru", "es"])
@pytest.mark.parametrize("where", ["line", "part"])
def test_every_language_has_phrases(language: str, where: str) -> None:
    lines = (Path(boilerplate.__file__).parent / "phrases.tsv").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith(f"{language}\t{where}\t")]
