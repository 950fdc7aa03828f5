"""Text files that may be packed by gzip: unpacked while they are read, never on disk."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from medcorpus.errors import FormatError

SUFFIX = ".gz"


@contextmanager
def text(path: Path, encoding: str = "utf-8", errors: str = "strict") -> Iterator[IO[str]]:
    """Open a text file with its own line ends; one whose name ends in `.gz` is unpacked while it is read.

    Raises:
        FormatError: It is not a gzip file, damaged, or cut off; raised where reading comes to it.
    """
    if path.suffix != SUFFIX:
        with path.open(encoding=encoding, errors=errors, newline="") as stream:
            yield stream
        return
    try:
        with gzip.open(path, "rt", encoding=encoding, errors=errors, newline="") as packed:
            yield cast(IO[str], packed)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise FormatError("not a whole gzip file", where=path.name, fix="fetch the file again") from error


def is_spare(path: Path) -> bool:
    """Say whether a file is packed and also lies unpacked beside itself: the other one is read then."""
    return path.suffix == SUFFIX and path.with_suffix("").is_file()
