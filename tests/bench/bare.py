"""The bare readers: each format's own parser, as people call it, from the raw file to Python values and no further."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROBED = 2**16


@dataclass(frozen=True, slots=True)
class Bare:
    """A bare reader and the name it has in the tables."""

    name: str
    read: Callable[[], object]


def reader_of(path: Path) -> Bare:
    """Choose the bare reader of a file by its suffix and, where that says too little, by a look at it."""
    suffix = path.suffix
    if suffix in BY_SUFFIX:
        name, read = BY_SUFFIX[suffix]
        return Bare(name, lambda: read(path))
    encoding = _encoding(path)
    if suffix == ".json" and _is_one_value(path, encoding):
        return Bare("json", lambda: _json(path, encoding))
    if suffix in (".json", ".jsonl"):
        return Bare("json lines", lambda: _json_lines(path, encoding))
    if suffix == ".csv":
        return Bare("csv", lambda: _csv(path, encoding))
    delimiter = _delimiter(path, encoding)
    if delimiter:
        return Bare("split", lambda: _split(path, encoding, delimiter))
    return Bare("read", lambda: _text(path, encoding))


def _parquet(path: Path) -> Any:
    import pyarrow.parquet as pq

    return pq.read_table(path)


def _json(path: Path, encoding: str) -> Any:
    with path.open(encoding=encoding) as stream:
        return json.load(stream)


def _json_lines(path: Path, encoding: str) -> list[Any]:
    with path.open(encoding=encoding) as stream:
        return [json.loads(line) for line in stream if line.strip()]


def _csv(path: Path, encoding: str) -> list[list[str]]:
    with path.open(encoding=encoding, newline="") as stream:
        return list(csv.reader(stream))


def _split(path: Path, encoding: str, delimiter: str) -> list[list[str]]:
    return [line.split(delimiter) for line in _text(path, encoding).split("\n")]


def _text(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding) as stream:
        return stream.read()


def _xml(path: Path) -> Any:
    from lxml import etree

    return etree.parse(path)


def _xml_gz(path: Path) -> Any:
    from lxml import etree

    with gzip.open(path) as stream:
        return etree.fromstring(stream.read())


def _sheets(path: Path) -> list[Any]:
    import fastexcel

    book = fastexcel.read_excel(path)
    return [book.load_sheet(name).to_arrow().to_pydict() for name in book.sheet_names]


BY_SUFFIX: dict[str, tuple[str, Callable[[Path], object]]] = {
    ".gz": ("etree", _xml_gz),
    ".xml": ("etree", _xml),
    ".nxml": ("etree", _xml),
    ".parquet": ("pyarrow", _parquet),
    ".xlsx": ("fastexcel", _sheets),
    ".xls": ("fastexcel", _sheets),
}
"""Formats whose files are known by their names alone."""


def _encoding(path: Path) -> str:
    raw = path.read_bytes()
    for encoding in ("utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "utf-8", "gb18030"):
        try:
            raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return "latin-1"


def _is_one_value(path: Path, encoding: str) -> bool:
    try:
        _json(path, encoding)
    except ValueError:
        return False
    return True


def _delimiter(path: Path, encoding: str) -> str:
    """Give what most lines are split at: running text is split at nothing."""
    lines = [line for line in _text(path, encoding)[:PROBED].split("\n") if line.strip()]
    return next((d for d in "\t|" if 2 * sum(d in line for line in lines) > len(lines)), "")
