"""A folder laid out like a repository on the Hub; it is replaced as a whole, so that nobody reads half of each."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from medcorpus import atomic
from medcorpus.errors import MedcorpusError, MovedError
from medcorpus.publishing.staging import link
from medcorpus.publishing.targets import Change, Content, Head, Held
from medcorpus.release import MANIFEST
from medcorpus.store import sha256_of


class FolderTarget:
    """A folder that holds one version."""

    repository = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.address = str(self.folder)

    def head(self, revision: str = "") -> Head:
        """Say what the folder holds; its revision is the hash of the manifest.

        Raises:
            MedcorpusError: It holds something that is no release.
        """
        if not self.folder.exists() or not any(self.folder.iterdir()):
            return Head()
        if not (self.folder / MANIFEST).is_file():
            raise MedcorpusError("the folder holds something else", where=self.address, fix="name an empty folder")
        paths = [p for p in sorted(self.folder.rglob("*")) if p.is_file()]
        files = {p.relative_to(self.folder).as_posix(): Held(p.stat().st_size, sha256_of(p)) for p in paths}
        return Head(files[MANIFEST].sha256, files)

    def read(self, path: str, head: Head) -> bytes:
        """Read a small file."""
        return (self.folder / path).read_bytes()

    def put(
        self, changes: Sequence[Change], contents: Mapping[str, Content], head: Head, message: str, version: str
    ) -> str:
        """Put the new folder together beside the old one, then exchange them."""
        temporary = self.folder.with_name(f".{self.folder.name}.{uuid.uuid4().hex[:8]}.tmp")
        gone = {c.path for c in changes if c.action == "delete"}
        try:
            for path in head.files.keys() - contents.keys() - gone:
                link(self.folder / path, temporary / path)
            for path, content in contents.items():
                _write(temporary / path, content)
            self._exchange(temporary, head)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        return self.head().revision

    def _exchange(self, temporary: Path, head: Head) -> None:
        if self.head().revision != head.revision:
            raise MovedError("the folder changed since the plan was made", where=self.address, fix="make a new plan")
        old = temporary.with_suffix(".old")
        if self.folder.exists():
            self.folder.rename(old)
        temporary.rename(self.folder)
        atomic.sync(self.folder.parent)
        shutil.rmtree(old, ignore_errors=True)

    def tag(self, name: str, revision: str, message: str) -> None:
        """Do nothing: a folder holds one version, which its manifest names."""

    def try_out(self, revision: str, configs: Mapping[str, str]) -> None:
        """Load one row of every configuration as `datasets` resolves them."""
        import datasets

        for config in configs:
            loaded = datasets.load_dataset(self.address, config, streaming=True)
            if next(iter(next(iter(loaded.values()))), None) is None:
                raise MedcorpusError(f"{config} gives no row", where=self.address, fix="this is a defect of medcorpus")


def _write(path: Path, content: Content) -> None:
    """Write a file of its own: who edits the folder must not edit the release that it was made from."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content.data, Path):
        shutil.copyfile(content.data, path)
    else:
        path.write_bytes(content.data)
    atomic.sync(path)
