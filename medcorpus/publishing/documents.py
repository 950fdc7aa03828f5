"""What is published beside the rows: manifest, card, changelog and Croissant description.

They are made from the facts of a staged release. The same facts and the same edition give the same bytes: that is how
a second run finds that there is nothing new.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from medcorpus import atomic, cards, croissant
from medcorpus.publishing.staging import Staged
from medcorpus.release import MANIFEST, Release, check_manifest, root_of

CARD, CHANGELOG = "README.md", "CHANGELOG.md"
TAKEN = ("format", "product", "sample", "recipe", "tools", "columns", "stages", "phrasings", "withdrawn")
"""What a published manifest takes over as it is."""
DOCUMENTS = (CARD, CHANGELOG, MANIFEST, croissant.FILE)


@dataclass(frozen=True, slots=True)
class Edition:
    """What tells one publication of the same rows from another.

    Args:
        version: Version of the data, major.minor.patch.
        date: Day of publication.
        repository: Repository on the Hub; empty for a folder.
        previous: Version and root of the release before; None for the first.
        changelog: The changelog, with this edition in it.
        sources: Sources as the target lists them now.
    """

    version: str
    date: str
    repository: str
    previous: Mapping[str, Any] | None
    changelog: str
    sources: Mapping[str, Any] = field(default_factory=dict)


def manifest_of(release: Release, staged: Staged, edition: Edition) -> dict[str, Any]:
    """Give the manifest without its list of files."""
    local = release.manifest
    rows = {n: sum(c["license"].values()) for n, c in staged.facts["sources"].items()}
    hashes = {c: {s: split["hash"] for s, split in splits.items()} for c, splits in staged.configs.items()}
    before = edition.previous
    return {
        **{k: local[k] for k in TAKEN if k in local},
        "version": edition.version,
        "root": root_of(hashes),
        "configs": staged.configs,
        "sources": {n: _dated(_source(n, s, staged), edition.sources.get(n)) for n, s in local["sources"].items()},
        "skipped": dict.fromkeys(local["skipped"], "its raw files were not at hand"),
        "tasks": _tasks(staged),
        "funnel": [*local["funnel"], {"step": "without: not to be passed on", "rows": sum(rows.values())}],
        **_measured(local, staged),
        **_lint(local, staged),
        "published": {
            "date": edition.date,
            "repository": edition.repository,
            "built": {"version": local["version"], "root": local["root"]},
            "previous": {"version": before["version"], "root": before["root"]} if before else None,
            "withheld": staged.facts["withheld"],
        },
    }


def _source(name: str, entry: Mapping[str, Any], staged: Staged) -> dict[str, Any]:
    """Give what is published of a source; of one that stays here only facts that anyone can look up, and counts."""
    found = staged.facts["sources"].get(name, {})
    told = {**entry, "rows_out": sum(found.get("license", {}).values())}
    told |= {"langs": found.get("lang", {}), "licenses": found.get("license", {})}
    if name in staged.facts["withheld"] or not found:
        told["files"] = [f for f in entry["files"] if f["pin"] == "matches"]
        told["rejected"] = {"left out for any reason": n} if (n := sum(entry["rejected"].values())) else {}
        told |= {"missing": [], "sizes": {}}
        if "screened" in entry:
            told["screened"] = {"left out for any reason": sum(entry["screened"].values())}
    return told


def _dated(entry: dict[str, Any], held: Mapping[str, Any] | None) -> dict[str, Any]:
    """Keep the day on which the same raw files were first retrieved: who copies them again has nothing new."""
    if held is None or held["files"] != entry["files"] or "retrieved" not in held:
        return entry
    return entry | {"retrieved": held["retrieved"]}


def _tasks(staged: Staged) -> dict[str, int]:
    found: dict[str, int] = {}
    for counts in staged.facts["sources"].values():
        for task, rows in counts.get("task_id", {}).items():
            found[task] = found.get(task, 0) + rows
    return {c: found[c] for c in staged.configs if c in found}


def _measured(local: Mapping[str, Any], staged: Staged) -> dict[str, Any]:
    """Give what was measured where it still holds: of configurations that lost no row, and sources that stay whole."""
    whole = {c for c, splits in staged.configs.items() if splits == local["configs"][c]}
    withheld = staged.facts["withheld"]
    found: dict[str, Any] = {
        "sizes": {c: s for c, s in local.get("sizes", {}).items() if c in whole},
        "vocabulary": local.get("vocabulary", {}),
        "redacted": {} if withheld else local.get("redacted", {}),
        "protects": local.get("protects", {}),
        "overlaps": [o for o in local.get("overlaps", ()) if o["source"] not in withheld],
    }
    return {k: v for k, v in found.items() if k in local}


def _lint(local: Mapping[str, Any], staged: Staged) -> dict[str, Any]:
    """Give what the linter counted in the tasks that are published, without an example."""
    if "lint" not in local:
        return {}
    found = [{**f, "example": ""} for f in local["lint"]["findings"] if f["task"] in staged.configs]
    return {"lint": {"findings": found, "problems": []}}


def documents(release: Release, staged: Staged, edition: Edition) -> dict[str, bytes]:
    """Give manifest, card, changelog and Croissant description by their paths.

    Raises:
        VerificationError: The manifest is not what its schema asks for.
    """
    manifest = manifest_of(release, staged, edition)
    texts = {
        CARD: cards.files_of(manifest)[CARD].encode(),
        CHANGELOG: edition.changelog.encode(),
        croissant.FILE: atomic.json_bytes(croissant.of(manifest)),
    }
    listed = [*staged.files().values(), *(_listed(p, content) for p, content in texts.items())]
    manifest["files"] = sorted(listed, key=lambda f: str(f["path"]))
    check_manifest(manifest, release.product)
    return {**texts, MANIFEST: atomic.json_bytes(manifest)}


def _listed(path: str, content: bytes) -> dict[str, Any]:
    return {"path": path, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
