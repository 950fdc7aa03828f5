"""Patterns of raw files: `*` stands for any characters but `/`, and for no leading dot, as in a shell."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path


def matches(pattern: str, path: str) -> bool:
    """Tell whether a relative path fits a pattern.

    >>> matches("data/*.csv", "data/test.csv"), matches("*.csv", "data/test.csv"), matches("*.xml", "._a.xml")
    (True, False, False)
    """
    return _compiled(pattern).fullmatch(path) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    def part(text: str) -> str:
        hidden = r"(?!\.)" if text.startswith("*") else ""
        return hidden + "[^/]*".join(re.escape(piece) for piece in text.split("*"))

    return re.compile("/".join(part(text) for text in pattern.split("/")), re.DOTALL)


def expand(root: Path, pattern: str) -> list[str]:
    """Give the relative paths of the files under a folder that fit a pattern, sorted."""
    found = [""]
    *folders, last = pattern.split("/")
    for part in folders:
        found = [f"{base}{name}/" for base in found for name in _names(root / base, part, files=False)]
    return sorted(f"{base}{name}" for base in found for name in _names(root / base, last, files=True))


def _names(folder: Path, pattern: str, *, files: bool) -> list[str]:
    def fits(path: Path) -> bool:
        return path.is_file() if files else path.is_dir()

    if "*" not in pattern:
        return [pattern] if fits(folder / pattern) else []
    if not folder.is_dir():
        return []
    return [p.name for p in folder.iterdir() if matches(pattern, p.name) and fits(p)]
