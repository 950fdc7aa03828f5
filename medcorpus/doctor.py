"""What a machine has of what medcorpus needs: versions, disk, sources, environment. No value that could be a secret."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import medcorpus
from medcorpus import registry
from medcorpus.errors import MedcorpusError, SourceError
from medcorpus.raw import published

if TYPE_CHECKING:
    from packaging.requirements import Requirement

State = Literal["ok", "note", "fails"]
LEAST_PYTHON = (3, 11)
LEAST_BYTES = 2 * 2**30
"""Free disk under which a build of real data is likely to fail."""
ENVIRONMENT = (
    "MEDCORPUS_HOME", "MEDCORPUS_STORE", "MEDCORPUS_DEBUG", "HF_ENDPOINT", "HF_HOME", "HF_HUB_OFFLINE", "HF_TOKEN",
    "HF_TOKEN_PATH", "HUGGING_FACE_HUB_TOKEN", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "SSL_CERT_FILE",
)  # fmt: skip
"""Variables whose names are told when they are set; values are never told, for some hold secrets."""

_EXTRA = re.compile(r"extra == ['\"]([^'\"]+)")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    state: State
    told: str
    fix: str = ""


def examine(home: Path, raw: Path | None = None) -> list[Finding]:
    """Look at everything; what fails comes with what to do.

    Args:
        home: The project's own folder.
        raw: Folder of the user's own copies, as for `medcorpus fetch --raw`.
    """
    return [
        Finding("medcorpus", "ok", f"{medcorpus.__version__} in {Path(medcorpus.__file__).parent}"),
        _python(),
        *_packages(),
        _writable(home),
        _disk(home),
        *_sources(),
        _real_data(),
        *_published(home, raw or _real_raw()),
        _variables(os.environ),
    ]


def _python() -> Finding:
    told = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if sys.version_info < LEAST_PYTHON:
        return Finding("python", "fails", told, "use Python 3.11 or newer")
    return Finding("python", "ok", told)


def _packages() -> Iterator[Finding]:
    """Compare what is installed with what the package asks for; optional packages may be missing."""
    try:
        wanted = metadata.requires("medcorpus") or []
    except metadata.PackageNotFoundError:
        yield Finding("packages", "fails", "medcorpus is not installed", "run: pip install -e .")
        return
    try:
        from packaging.requirements import Requirement
    except ImportError:
        yield Finding("packaging", "fails", "not installed", "run: pip install -e . again")
        return
    for line in wanted:
        requirement = Requirement(line)
        extra = _EXTRA.search(str(requirement.marker or ""))
        if extra or requirement.marker is None or requirement.marker.evaluate():
            yield _package(requirement, extra[1] if extra else "")


def _package(requirement: Requirement, extra: str) -> Finding:
    name, wants = requirement.name, f"{requirement.name}{requirement.specifier}"
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        if extra:
            return Finding(name, "note", f"not installed; for {extra}", f"pip install 'medcorpus[{extra}]'")
        return Finding(name, "fails", "not installed", f"run: pip install '{wants}'")
    if not requirement.specifier.contains(version, prereleases=True):
        return Finding(name, "fails", f"{version}, but {wants} is needed", f"run: pip install '{wants}'")
    return Finding(name, "ok", version)


def _writable(home: Path) -> Finding:
    """Write a file where the home folder is, or where it would be made."""
    place = _existing(home)
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        return Finding("home", "fails", f"{home}: {error.strerror}", "name another folder: --home or MEDCORPUS_HOME")
    return Finding("home", "ok", str(home) if home == place else f"{home} (not made yet)")


def _existing(folder: Path) -> Path:
    return next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())


def _disk(home: Path) -> Finding:
    free = shutil.disk_usage(_existing(home)).free
    told = f"{free / 2**30:,.1f} GiB free"
    if free < LEAST_BYTES:
        return Finding("disk", "fails", told, "free some space, or name another folder: --home or MEDCORPUS_HOME")
    return Finding("disk", "ok", told)


def _sources() -> Iterator[Finding]:
    """Import every source, for one that cannot be imported stops all commands."""
    names = registry.names()
    broken = 0
    for name in names:
        try:
            registry.get(name)
        except MedcorpusError as error:
            broken += 1
            yield Finding(f"source {name}", "fails", error.what, error.fix)
    yield Finding("sources", "ok" if names else "fails", f"{len(names) - broken} of {len(names)} can be imported")


def _real_raw() -> Path | None:
    stated = os.environ.get("MEDCORPUS_REAL_DATA")
    return Path(stated) / "raw" if stated else None


def _published(home: Path, raw: Path | None) -> Iterator[Finding]:
    """Compare raw files with the lists of hashes that their publishers ship, where such a list lies with them."""
    from medcorpus import fetch

    for name in registry.names():
        try:
            if not fetch.has_published_hashes(name, home=home, raw=raw):
                continue
            files = fetch.find(name, home=home, raw=raw).files
        except SourceError:  # one that cannot be imported is told with the sources
            continue
        except MedcorpusError as error:
            yield Finding(f"raw files of {name}", "fails", f"{error.where}: {error.what}", error.fix)
            continue
        listed = sum(f.listed for f in files)
        told = f"{listed:,} of {len(files):,} checked against {published.NAME}: as stated"
        yield Finding(f"raw files of {name}", "ok", told)


def _real_data() -> Finding:
    stated, folder = os.environ.get("MEDCORPUS_REAL_DATA"), _real_raw()
    if not stated or not folder:
        return Finding("MEDCORPUS_REAL_DATA", "note", "not set: tests on real raw files are skipped")
    if not folder.is_dir():
        return Finding("MEDCORPUS_REAL_DATA", "fails", f"{stated} has no folder raw/", "name its parent, or unset it")
    return Finding("MEDCORPUS_REAL_DATA", "ok", stated)


def _variables(environment: Mapping[str, str]) -> Finding:
    present = [name for name in ENVIRONMENT if environment.get(name)]
    return Finding("environment", "ok", f"set: {', '.join(present)}" if present else "none of its variables is set")
