"""Compares what lies on disk with the manifests, and names every file that differs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from medcorpus import products, release
from medcorpus.console import Watch
from medcorpus.errors import MedcorpusError, VerificationError

THREADS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found of one release or one layer.

    Args:
        kind: `release` or `layer`.
        name: Product and version, or the layer's kind and source.
        path: Its folder.
        files: How many files its manifest lists.
        damaged: Files that differ, with what is wrong.
        unlisted: Files that lie there but do not belong to it.
    """

    kind: str
    name: str
    path: str
    files: int
    damaged: dict[str, str] = field(default_factory=dict)
    unlisted: tuple[str, ...] = ()


def releases(home: Path, product: str | None) -> list[Path]:
    """Give the folders of all releases under a home folder, or of one product; the unfinished ones are left out."""
    names = [product] if product else list(products.PRODUCTS)
    folders = [folder for name in names for folder in sorted(release.folder_of(home, name).glob("[!.]*"))]
    return [folder for folder in folders if folder.is_dir()]


def layers(home: Path) -> list[Path]:
    """Give the folders of all finished layers under a home folder."""
    return sorted(manifest.parent for manifest in (home / "layers").glob("*/manifest.json"))


def of_release(folder: Path, watch: Watch) -> Verdict:
    """Compare a release with its manifest; a broken manifest is damage too."""
    name = f"{folder.parent.name} {folder.name}"
    try:
        opened = release.open_release(folder)
    except VerificationError as error:
        damaged = {str(folder / release.MANIFEST): error.what}
        return Verdict(kind="release", name=name, path=str(folder), files=0, damaged=damaged)
    listed = {path: str(facts["sha256"]) for path, facts in opened.files()}
    present = {path for path in folder.rglob("*") if path.is_file()} - {folder / release.MANIFEST}
    return Verdict(
        kind="release",
        name=f"{opened.product} {opened.version}",
        path=str(folder),
        files=len(listed),
        damaged={
            **dict(_of_manifest(opened)),
            **_differing(listed, lambda done: watch(f"verify {name}", done, len(listed))),
        },
        unlisted=tuple(sorted(map(str, present - set(listed)))),
    )


def _of_manifest(opened: release.Release) -> Iterator[tuple[str, str]]:
    hashes = {c: {s: split["hash"] for s, split in splits.items()} for c, splits in opened.manifest["configs"].items()}
    if release.root_of(hashes) != opened.manifest["root"]:
        yield str(opened.path / release.MANIFEST), "its root is not that of its configurations"


def of_layer(folder: Path) -> Verdict:
    """Compare the parts of a layer with its manifest."""
    file = folder / "manifest.json"
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
        listed = {folder / part["name"]: str(part["sha256"]) for part in manifest["parts"]}
        recipe = manifest["recipe"]
    except (ValueError, KeyError, TypeError) as error:
        damaged = {str(file): f"not the manifest of a layer: {error}"}
        return Verdict(kind="layer", name=folder.name, path=str(folder), files=0, damaged=damaged)
    name = " ".join(str(recipe[key]) for key in ("kind", "stage", "source") if key in recipe)
    return Verdict(kind="layer", name=name, path=str(folder), files=len(listed), damaged=_differing(listed))


def _differing(listed: dict[Path, str], step: Callable[[int], None] = lambda done: None) -> dict[str, str]:
    """Hash files side by side; give those that are missing or differ."""
    found: dict[str, str] = {}
    with ThreadPoolExecutor(THREADS) as pool:
        for number, (path, wrong) in enumerate(zip(listed, pool.map(_fault, listed, listed.values())), 1):
            step(number)
            if wrong:
                found[str(path)] = wrong
    return found


def _fault(path: Path, sha256: str) -> str:
    try:
        release.verify_file(path, {"sha256": sha256})
    except MedcorpusError as error:
        return error.what.replace("a file of the release is missing", "is missing")
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return ""
