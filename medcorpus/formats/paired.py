"""Two text files for one document: the text, and what belongs to it in a file of the same name in another folder."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from medcorpus.errors import FormatError
from medcorpus.formats import plain
from medcorpus.reading import Reject


class Document(NamedTuple):
    """The contents of both files, their line ends made plain line feeds."""

    name: str
    text: str
    companion: str


def documents(path: Path, folder: str, suffix: str = "") -> Iterator[tuple[int, Document] | Reject]:
    """Yield the one document of a text file, as row 1.

    Args:
        path: The text file, UTF-8.
        folder: Name of the folder, beside the text file's own, that holds the other file.
        suffix: Suffix of the other file; empty: the same.

    Raises:
        FormatError: The text file is empty.
    """
    if not path.read_bytes().removeprefix(BOM_UTF8).strip():
        raise FormatError("empty file", where=path.name, fix="fetch the file again")
    other = path.parent.parent / folder / path.with_suffix(suffix or path.suffix).name
    if not other.is_file():
        yield Reject(1, f"no file of the same name in {folder}")
        return
    try:
        yield 1, Document(path.stem, _stored(path), _stored(other))
    except FormatError:
        yield Reject(1, "not valid utf-8")
    except ValueError as error:
        yield Reject(1, str(error))


def _stored(path: Path) -> str:
    text = plain.text_of(path)
    if reason := plain.fault(text):
        raise ValueError(reason)
    return text
