"""Scanned pages are drawn and read line by line; lines that the engine is not sure of are left out and counted."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from medcorpus.errors import MissingExtraError
from medcorpus.formats import ocr
from medcorpus.formats.ocr import Line, ReadPage
from tests.pdfs import pdf

PAGES = [["The heart pumps the blood."], ["The lungs take in air."]]


def path_of(folder: Path, pages: list[list[str]] = PAGES) -> Path:
    path = folder / "a.pdf"
    path.write_bytes(pdf(pages))
    return path


def test_unsure_lines_are_left_out_and_counted(tmp_path: Path) -> None:
    def read(image: Any) -> Iterator[Line]:
        yield from (Line("The treat-", 0.99), Line("~~ ;;", ocr.MIN_SCORE - 0.01), Line("ment", ocr.MIN_SCORE))

    found = list(ocr.pages(path_of(tmp_path), read))
    assert found == [ReadPage(["The treat\ufffement"], 1)] * 2


def test_pages_are_drawn_in_three_colours_within_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shapes: list[tuple[int, ...]] = []

    def read(image: Any) -> list[Line]:
        shapes.append(image.shape)
        return []

    path = path_of(tmp_path)
    list(ocr.pages(path, read))
    monkeypatch.setattr(ocr, "LONGEST", 500)
    list(ocr.pages(path, read))
    assert [shape[2] for shape in shapes] == [3] * 4
    assert shapes[0][0] == pytest.approx(842 * ocr.DPI / ocr.POINTS, abs=2)
    assert max(shapes[2]) <= 501


@pytest.mark.parametrize("module", ["rapidocr", "onnxruntime"])
def test_a_missing_package_names_the_pip_line(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=r"pip install 'medcorpus\[ocr\]'"):
        ocr.engine()
