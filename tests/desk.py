"""What the tests of fetch work at: a made-up source, the folders its files may be in, and files to put there."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from medcorpus import fetch, registry
from medcorpus.fetch import Found
from medcorpus.raw.pins import Pin
from medcorpus.source import File
from tests import made
from tests.downloading import Clock, patient


class Desk:
    """A made-up source, the user's folder of raw files and the project's home."""

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.raw, self.home = tmp_path / "raw", tmp_path / "home"
        self.own, self.cache = self.raw / made.NAME, self.home / "raw" / made.NAME
        self.beside = tmp_path / "sources" / made.NAME
        self.beside.mkdir(parents=True)
        self._patch, self._policy = monkeypatch, patient(Clock(), monkeypatch)
        monkeypatch.setattr(registry, "home_of", lambda name: self.beside)

    def source(self, *files: File, **facts: Any) -> None:
        """State the files of the source, and facts that matter."""
        made.register(self._patch, made.source(**{"files": files, "folder": "", **facts}))

    def find(self, **options: Any) -> Found:
        """Find its files."""
        return fetch.find(made.NAME, home=self.home, raw=self.raw, policy=self._policy, **options)

    def fetch(self, **options: Any) -> Found:
        """Fetch its files."""
        return fetch.fetch(made.NAME, home=self.home, raw=self.raw, policy=self._policy, **options)


def put(folder: Path, **files: bytes) -> None:
    """Write files; two underscores in a name stand for a slash, one for a dot."""
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def zipped(path: Path, **members: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return path


def paths(found: Found) -> list[str]:
    return [f.path for f in found.files]


def pin(content: bytes) -> Pin:
    return Pin(len(content), hashlib.sha256(content).hexdigest())
