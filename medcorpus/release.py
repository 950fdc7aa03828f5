"""A release on disk: Parquet files per configuration and split, a ledger, a manifest, a card.

    releases/<product>/<version>/
      data/<config>/<split>-00000-of-00001.parquet
      ledger.parquet     every row that was left out, with the reason
      manifest.json      what the release is; what it does not list does not belong to it
      README.md          the card        card.html   the same for a browser
      croissant.json     the same for programs, as Croissant 1.1
      tombstones.tsv     hashes of the ids that are withdrawn for ever, where there are any

The folder is written under a temporary name and renamed when it is whole. `current.json` beside it names the newest
release of real data and those before it, `current-sample.json` does so for samples, and `yanked.json` names those that
should not be used any more.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from medcorpus import atomic, yanked
from medcorpus.conforming import conforms_to
from medcorpus.errors import MedcorpusError, UnknownNameError, VerificationError
from medcorpus.home import home_folder
from medcorpus.schema import SCHEMAS
from medcorpus.store import sha256_of

MANIFEST = "manifest.json"
SCHEMA = "manifest.schema.json"
AGAIN = "build or download the release again"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Release:
    """A release opened for reading: its folder and its manifest."""

    path: Path
    manifest: Mapping[str, Any]

    @property
    def product(self) -> str:
        """Name of the product."""
        return str(self.manifest["product"])

    @property
    def version(self) -> str:
        """Version."""
        return str(self.manifest["version"])

    @property
    def is_sample(self) -> bool:
        """Whether it was built from the sources' samples."""
        return bool(self.manifest["sample"])

    def files(self) -> Iterator[tuple[Path, Mapping[str, Any]]]:
        """Give every listed file with what the manifest says of it."""
        for listed in self.manifest["files"]:
            yield self.path / listed["path"], listed

    def bring(self, paths: Iterable[Path]) -> None:
        """See that files are here that are about to be read; those of a release on this machine are."""

    def verify(self) -> int:
        """Check the bytes of every listed file.

        Returns:
            How many files were checked.

        Raises:
            VerificationError: A file is missing or differs.
        """
        count = 0
        for path, listed in self.files():
            verify_file(path, listed)
            count += 1
        return count


def verify_file(path: Path, listed: Mapping[str, Any]) -> None:
    """Check one file of a release against its line in the manifest.

    Raises:
        VerificationError: It is missing or differs.
    """
    if not path.is_file():
        raise VerificationError("a file of the release is missing", where=str(path), fix="build or download it again")
    found = sha256_of(path)
    if found != listed["sha256"]:
        raise VerificationError(
            f"sha256 is {found[:16]}..., the manifest lists {listed['sha256'][:16]}...",
            where=str(path),
            fix=AGAIN,
        )


def open_release(path: Path) -> Release:
    """Open the release in a folder.

    Raises:
        VerificationError: There is no manifest, or it is not what the schema asks for.
    """
    file = path / MANIFEST
    try:
        content = file.read_bytes()
    except FileNotFoundError as error:
        raise VerificationError(
            "no manifest.json here", where=str(path), fix="name a release folder or a MEDCORPUS_HOME"
        ) from error
    try:
        manifest = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise VerificationError(f"not JSON: {error}", where=str(file), fix=AGAIN) from error
    _check_once(content, manifest, str(file))
    return Release(path, manifest)


def _check_once(content: bytes, manifest: Any, where: str) -> None:
    """Validate a manifest unless these very bytes were found valid before."""
    schema = (SCHEMAS / SCHEMA).read_bytes()
    marker = home_folder() / "verified" / f"{hashlib.sha256(schema + content).hexdigest()}.manifest"
    if marker.exists():
        return
    check_manifest(manifest, where)
    with contextlib.suppress(OSError):
        marker.parent.mkdir(parents=True, exist_ok=True)
        marker.touch()


def check_manifest(manifest: Any, where: str) -> None:
    """Validate a manifest against `schemas/manifest.schema.json`.

    Raises:
        VerificationError: It names the first thing that is wrong.
    """
    if _quick_test()(manifest):
        return
    faults = sorted(_manifest_validator().iter_errors(manifest), key=lambda e: list(map(str, e.absolute_path)))
    if faults:
        place = "/".join(map(str, faults[0].absolute_path)) or "the manifest"
        raise VerificationError(f"{place}: {faults[0].message[:160]}", where=where, fix=AGAIN)


@cache
def _quick_test() -> Callable[[Any], bool]:
    return conforms_to(json.loads((SCHEMAS / SCHEMA).read_text(encoding="utf-8")))


@cache
def _manifest_validator() -> Any:
    import jsonschema

    schema = json.loads((SCHEMAS / SCHEMA).read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema)


def root_of(hashes: Mapping[str, Mapping[str, str]]) -> str:
    """Give the root hash of a release from the logical hashes of its configurations' splits.

    It does not depend on the number of workers, on how files are cut, or on the Parquet writer's version.
    """
    leaves = [f"{config}\0{split}\0{h}" for config, splits in hashes.items() for split, h in splits.items()]
    return hashlib.sha256("\n".join(sorted(leaves)).encode()).hexdigest()


def folder_of(home: Path, product: str) -> Path:
    """Give the folder of a product's releases."""
    return home / "releases" / product


@contextmanager
def staging(home: Path, product: str, version: str) -> Iterator[Path]:
    """Give a temporary folder that becomes the release's when the block ends without an error."""
    parent = folder_of(home, product)
    parent.mkdir(parents=True, exist_ok=True)
    for orphan in parent.glob(".*.tmp"):
        shutil.rmtree(orphan, ignore_errors=True)
    temporary = parent / f".{version}.{uuid.uuid4().hex[:12]}.tmp"
    temporary.mkdir()
    try:
        yield temporary
        for folder, _, names in os.walk(temporary):
            for name in names:
                atomic.sync(Path(folder) / name)
            atomic.sync(Path(folder))
        temporary.rename(parent / version)
        atomic.sync(parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def point_to(home: Path, release: Release) -> None:
    """Make a release the current one of its product; the ones before it are remembered, the newest first."""
    file = folder_of(home, release.product) / _pointer(release.is_sample)
    earlier = [v for v in _pointed(file) if v != release.version]
    atomic.write_json(file, {"version": release.version, "earlier": earlier})


def _pointed(file: Path) -> list[str]:
    """Give the versions that a pointer names, the newest first; a broken pointer names none."""
    try:
        pointer = json.loads(file.read_text(encoding="utf-8"))
        return [str(pointer["version"]), *map(str, pointer.get("earlier", ()))]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def _pointer(sample: bool) -> str:
    return "current-sample.json" if sample else "current.json"


def versions(home: Path, product: str) -> list[str]:
    """Give the versions of a product under a home, sorted."""
    return sorted(
        p.parent.name for p in folder_of(home, product).glob(f"*/{MANIFEST}") if not p.parent.name.startswith(".")
    )


def find(home: Path, product: str, version: str = "latest") -> Release:
    """Open a release of a product under a home: the current one, or exactly the version asked for.

    The current one is the newest that was not yanked, real data before samples.

    Raises:
        UnknownNameError: There is no such version here.
        VerificationError: Its manifest is missing or broken.
    """
    here = versions(home, product)
    if not here:
        raise MedcorpusError(f"no release of {product} here", where=str(home), fix=f"run: medcorpus build {product}")
    if version == "latest":
        version = _current(home, product, here)
    if version not in here:
        raise UnknownNameError("version", version, here)
    return open_release(folder_of(home, product) / version)


def _current(home: Path, product: str, here: list[str]) -> str:
    folder = folder_of(home, product)
    marked = yanked.read(folder)
    pointed = [v for sample in (False, True) for v in _pointed(folder / _pointer(sample))]
    sound = [v for v in (*pointed, *reversed(here)) if v in here and v not in marked]
    if not sound:
        fix = "build it anew, or ask for a version by its name"
        raise MedcorpusError(f"every release of {product} here was yanked", where=str(folder), fix=fix)
    return sound[0]


def predecessor(found: Release) -> Release | None:
    """Open the release that was the current one before another beside it, leaving out yanked ones; None if none was."""
    folder = found.path.absolute().parent
    pointed = _pointed(folder / _pointer(found.is_sample))
    earlier = pointed[pointed.index(found.version) + 1 :] if found.version in pointed else []
    marked = yanked.read(folder)
    sound = [v for v in earlier if v not in marked and (folder / v / MANIFEST).is_file()]
    return open_release(folder / sound[0]) if sound else None
