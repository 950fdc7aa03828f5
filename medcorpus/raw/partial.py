"""Unfinished downloads: the bytes so far, what they are a prefix of, and how they become the file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from medcorpus import atomic


class Resume(NamedTuple):
    """Where to go on, and the validator that says that the rest still fits."""

    offset: int = 0
    validator: str = ""


class Part:
    """The unfinished bytes of one file.

    They are kept in `.partial/` beside the raw files, where no pattern of a source can find them.

    Args:
        folder: Folder of the source's raw files.
        path: Path of the file inside it.
    """

    def __init__(self, folder: Path, path: str) -> None:
        base = folder / ".partial" / path
        self.final = folder / path
        self.file = base.with_name(f"{base.name}.part")
        self.lock = base.with_name(f"{base.name}.lock")
        self._note = base.with_name(f"{base.name}.part.json")

    def resume(self, url: str, *, pinned: bool) -> Resume:
        """Tell where a download from an address can go on.

        Without a pin nothing would notice bytes that a power cut left unwritten, so only those are
        counted that were synced.
        """
        note = self._read_note()
        if note.get("url") != url or not note.get("validator") or not self.file.is_file():
            return Resume()
        size = self.file.stat().st_size
        synced = note.get("synced")
        offset = size if pinned else min(size, synced if isinstance(synced, int) else 0)
        return Resume(offset, str(note["validator"])) if offset else Resume()

    @contextmanager
    def writing(self, url: str, start: Resume) -> Iterator[BinaryIO]:
        """Open the part to go on at an offset; what was written stays usable whatever happens."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("r+b" if start.offset else "wb") as stream:
            stream.truncate(start.offset)
            stream.seek(start.offset)
            self._write_note(url, start.validator, start.offset)
            try:
                yield stream
            except BaseException:
                _sync(stream)
                self._write_note(url, start.validator, stream.tell())
                raise
            _sync(stream)

    def place(self) -> None:
        """Give the finished bytes their final name."""
        self.final.parent.mkdir(parents=True, exist_ok=True)
        self.file.replace(self.final)
        atomic.sync(self.final.parent)
        self._note.unlink(missing_ok=True)

    def discard(self) -> None:
        """Delete the bytes."""
        self.file.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def _read_note(self) -> dict[str, object]:
        with suppress(OSError, ValueError):
            note = json.loads(self._note.read_bytes())
            return note if isinstance(note, dict) else {}
        return {}

    def _write_note(self, url: str, validator: str, synced: int) -> None:
        if validator:
            self._note.write_text(json.dumps({"url": url, "validator": validator, "synced": synced}), encoding="utf-8")
        else:
            self._note.unlink(missing_ok=True)


def _sync(stream: BinaryIO) -> None:
    stream.flush()
    os.fsync(stream.fileno())
