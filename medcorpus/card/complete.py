"""Whether the documents of a release say all they should, and what is so of its files."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from medcorpus import cards, croissant
from medcorpus.card.figures import LANGUAGE_CODE

Listed = tuple[str, str, Mapping[str, Any]]
"""Configuration and split of a file with rows, and what the manifest says of it."""
SECTIONS = ("Quick start", "Uses", "Sources and their terms", "Rows left out", "Privacy", "Limits", "Biases",
            "Versions and withdrawals", "How to cite", "Provenance")  # fmt: skip
UNFINISHED = re.compile(r"FILL IN|\bTODO\b|\[More Information Needed\]")


def gaps(folder: Path, manifest: Mapping[str, Any], files: Sequence[Listed]) -> Iterator[str]:
    """Say what a release's card and description lack, and where they differ from its files.

    Args:
        folder: The release's folder.
        manifest: Its manifest.
        files: Configuration, split and facts of every file with rows.
    """
    path = folder / "README.md"
    if not path.is_file():
        yield "there is no README.md"
        return
    text = path.read_text(encoding="utf-8")
    parts = re.match(r"---\n(.*?\n)---\n(.*)", text, flags=re.DOTALL)
    if parts is None:
        yield "README.md has no front matter"
        return
    titles = re.findall(r"^#+ (.*)$", parts[2], flags=re.MULTILINE)
    yield from (f"the card has no section {title!r}" for title in SECTIONS if title not in titles)
    if "<!--" in parts[2]:
        yield "a marker of the card was not filled"
    if unfinished := UNFINISHED.search(parts[2]):
        yield f"the card is not finished: {unfinished[0]}"
    yield from _front(parts[1], files)
    yield from _cited(parts[2], manifest)
    yield from _page(folder / "card.html")
    yield from _description(folder, files)


def _cited(text: str, manifest: Mapping[str, Any]) -> Iterator[str]:
    """See that the card names every source that gives rows, and that there is BibTeX of each."""
    for name, source in sorted(manifest["sources"].items()):
        if source["rows_out"] and name not in text:
            yield f"the card does not name {name}"
        if source["rows_out"] and not source["cite"].strip().startswith("@"):
            yield f"{name} has no BibTeX to cite it by"


def _page(path: Path) -> Iterator[str]:
    """See that the card for a browser, where there is one, has the same sections."""
    if not path.is_file():
        return
    text = path.read_text(encoding="utf-8")
    titles = re.findall(r"<h[1-6]>([^<]*)</h[1-6]>", text)
    yield from (f"card.html has no section {title!r}" for title in SECTIONS if title not in titles)


def _front(text: str, listed: Sequence[Listed]) -> Iterator[str]:
    import yaml

    front = yaml.safe_load(text)
    wanted = ("pretty_name", "license", "language", "task_categories", "size_categories", "tags", "configs")
    yield from (f"the card's front matter has no {name}" for name in wanted if not front.get(name))
    yield from _vocabulary(front)
    files: dict[str, set[str]] = {}
    for config in front.get("configs", ()):
        for data in config["data_files"]:
            paths = data["path"] if isinstance(data["path"], list) else [data["path"]]
            files.setdefault(config["config_name"], set()).update(paths)
    named = {path for paths in files.values() for path in paths}
    if missing := {str(f["path"]) for _, _, f in listed} ^ named:
        yield f"the card's configurations and the release differ in {sorted(missing)[0]}"
    for info in front.get("dataset_info", ()):
        yield from _info(info, listed, files.get(info["config_name"], set()))


def _vocabulary(front: Mapping[str, Any]) -> Iterator[str]:
    """See that licence, languages and size are words that the Hub knows."""
    license = front.get("license")
    if license and license not in cards.HUB_LICENSES and not (license == "other" and front.get("license_name")):
        yield f"licence {license!r} is none that the Hub knows"
    yield from (f"{code!r} is no code of a language" for code in front.get("language", ()) if not _is_code(code))
    yield from (f"{size!r} is no size" for size in front.get("size_categories", ()) if size not in cards.SIZES)


def _is_code(found: object) -> bool:
    """Say whether a language is one by its code; YAML takes an unquoted `no` for false."""
    return isinstance(found, str) and LANGUAGE_CODE.fullmatch(found) is not None


def _info(info: Mapping[str, Any], listed: Sequence[Listed], paths: set[str]) -> Iterator[str]:
    rows: Counter[str] = Counter()
    for _, split, file in listed:
        rows[split] += file["rows"] if file["path"] in paths else 0
    for split in info["splits"]:
        if split["num_examples"] != rows[split["name"]]:
            yield f"the card says {split['num_examples']:,} rows of {info['config_name']}/{split['name']}"


def _description(folder: Path, files: Sequence[Listed]) -> Iterator[str]:
    """See that the description for programs, where there is one, states the files as they are."""
    path = folder / croissant.FILE
    if not path.is_file():
        return
    described = json.loads(path.read_text(encoding="utf-8"))["distribution"]
    stated = {d.get("contentUrl"): d.get("sha256") for d in described}
    wrong = [f["path"] for _, _, f in files if stated.get(f["path"]) != f["sha256"]]
    if wrong:
        yield f"{croissant.FILE} does not state {wrong[0]} as it is"
