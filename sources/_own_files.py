"""Files that people bring themselves: `<lang>/<file>` or `<lang>/<folder>/<file>` below the source's folder."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

LANGS = ("en", "zh", "ja", "fr", "ru", "es")


class Place(NamedTuple):
    """Where a file lies: the language its folder is named after, empty where it is not, and its path from there on."""

    lang: str
    name: str


def place(path: Path) -> Place:
    """Give the place of a file.

    >>> place(Path("/raw/textbooks/fr/cardiologie/coeur.pdf"))
    Place(lang='fr', name='fr/cardiologie/coeur.pdf')
    >>> place(Path("/raw/web_pages/crawl.warc.gz"))
    Place(lang='', name='crawl.warc.gz')
    """
    for depth in (3, 2):
        parts = path.parts[-depth:]
        if len(parts) == depth and parts[0] in LANGS:
            return Place(parts[0], "/".join(parts))
    return Place("", path.name)
