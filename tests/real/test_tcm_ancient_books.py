"""Counts of the ancient books on their real raw files."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from medcorpus import registry
from medcorpus.reading import Placed

pytestmark = pytest.mark.real
RUNS = {
    "001": 8, "002": 19, "003": 43, "004": 7, "300": 9, "301": 14, "302": 3,
    "303": 1, "304": 3, "305": 3, "320": 21, "321": 1, "330": 6, "331": 6,
}  # fmt: skip


@cache
def book(raw: Path, number: str) -> list[Placed]:
    """Read one book; whatever is not a record of it fails the test."""
    [path] = (raw / "tcm_ancient_books").glob(f"{number}-*.txt")
    items = list(registry.get("tcm_ancient_books").read(path))
    return [item for item in items if isinstance(item, Placed)] if all(isinstance(i, Placed) for i in items) else []


@pytest.mark.parametrize("number", RUNS)
def test_runs_of_chapters_of_a_book(real_raw: Path, number: str) -> None:
    assert len(book(real_raw, number)) == RUNS[number]


def test_raw_row_is_the_line_of_the_volume(real_raw: Path) -> None:
    [path] = (real_raw / "tcm_ancient_books").glob("301-*.txt")
    lines = path.read_bytes().decode("gb18030").splitlines()
    assert all(lines[placed.row - 1].startswith("<目录>") for placed in book(real_raw, "301"))


def test_no_mark_is_left_in_a_text(real_raw: Path) -> None:
    texts = [placed.record.prose()[0] for number in RUNS for placed in book(real_raw, number)]
    assert not [text[:40] for text in texts if "<篇名>" in text or "<目录>" in text or "\\x" in text]
