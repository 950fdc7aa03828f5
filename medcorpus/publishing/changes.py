"""What changed from one release to another, as their manifests tell it, and which version number that calls for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from medcorpus.card.markdown import one_line

Manifest = Mapping[str, Any]
Weight = Literal["major", "minor", "patch"]
FIRST = "1.0.0"
WEIGHTS: tuple[Weight, ...] = ("patch", "minor", "major")


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: how much it weighs, and what it is in words."""

    weight: Weight
    text: str


def between(old: Manifest | None, new: Manifest) -> list[Difference]:
    """Give the differences, the heaviest first."""
    if old is None:
        return [Difference("minor", f"first release: {_rows(new):,} rows from {_given(new)} sources")]
    found = [*_schema(old, new), *_sources(old, new), *_tasks(old, new), *_splits(old, new), *_made(old, new)]
    return sorted(found, key=lambda d: -WEIGHTS.index(d.weight))


def told(differences: list[Difference]) -> list[str]:
    """Give the differences as lines of text."""
    return [one_line(d.text) for d in differences] or ["card and manifest only; the rows are the same"]


def advice(differences: list[Difference]) -> Weight:
    """Say how heavy they are together: major for schema, licences and rows that went, minor for what was added."""
    return max((d.weight for d in differences), key=WEIGHTS.index, default="patch")


def bumped(version: str, weight: Weight) -> str:
    """Give the next version.

    >>> bumped("1.2.3", "minor"), bumped("1.2.3", "patch")
    ('1.3.0', '1.2.4')
    """
    major, minor, patch = parsed(version)
    found = {"major": (major + 1, 0, 0), "minor": (major, minor + 1, 0), "patch": (major, minor, patch + 1)}
    return ".".join(map(str, found[weight]))


def parsed(version: str) -> tuple[int, int, int]:
    """Give the three numbers of a version, for comparing.

    >>> parsed("1.10.0") > parsed("1.9.9")
    True
    """
    major, minor, patch = version.split("+")[0].split(".")
    return int(major), int(minor), int(patch)


def _rows(manifest: Manifest) -> int:
    return sum(split["rows"] for splits in manifest["configs"].values() for split in splits.values())


def _given(manifest: Manifest) -> int:
    return sum(1 for s in manifest["sources"].values() if s["rows_out"])


def _schema(old: Manifest, new: Manifest) -> Iterator[Difference]:
    before, after = ({c["name"]: c["type"] for c in m["columns"]} for m in (old, new))
    for name in before.keys() - after.keys():
        yield Difference("major", f"column {name} is gone")
    for name in sorted(after.keys() - before.keys()):
        yield Difference("major", f"column {name} is new")
    for name in sorted(n for n in before.keys() & after.keys() if before[n] != after[n]):
        yield Difference("major", f"column {name} is {after[name]}, it was {before[name]}")


def _sources(old: Manifest, new: Manifest) -> Iterator[Difference]:
    nothing = {"rows_out": 0, "licenses": {}, "license": ""}
    for name in sorted(old["sources"].keys() | new["sources"].keys()):
        before, after = old["sources"].get(name, nothing), new["sources"].get(name, nothing)
        change = after["rows_out"] - before["rows_out"]
        if before["rows_out"] and not after["rows_out"]:
            yield Difference("major", f"source {name} is gone: {change:+,} rows")
        elif after["rows_out"] and not before["rows_out"]:
            yield Difference("minor", f"source {name} is new: {change:+,} rows")
        elif change:
            yield Difference("major" if change < 0 else "patch", f"source {name}: {change:+,} rows")
        if before["rows_out"] and after["rows_out"] and set(before["licenses"]) != set(after["licenses"]):
            was, now = (", ".join(sorted(s["licenses"])) for s in (before, after))
            yield Difference("major", f"source {name}: licence is {now}, it was {was}")


def _tasks(old: Manifest, new: Manifest) -> Iterator[Difference]:
    gone, added = (sorted(a["tasks"].keys() - b["tasks"].keys()) for a, b in ((old, new), (new, old)))
    if gone:
        yield Difference("major", f"tasks gone: {', '.join(gone)}")
    if added:
        yield Difference("minor", f"tasks new: {', '.join(added)}")


def _splits(old: Manifest, new: Manifest) -> Iterator[Difference]:
    """Tell of splits with other rows, where the counts of sources and tasks do not tell of them already."""
    for config in sorted(old["configs"].keys() & new["configs"].keys()):
        before, after = old["configs"][config], new["configs"][config]
        for split in sorted(before.keys() & after.keys()):
            change = after[split]["rows"] - before[split]["rows"]
            if before[split]["hash"] != after[split]["hash"]:
                weight: Weight = "major" if change < 0 else "patch"
                yield Difference(weight, f"{config}, {split}: rows changed ({change:+,})")
        for split in sorted(before.keys() - after.keys()):
            yield Difference("major", f"{config}, {split} is gone")


def _made(old: Manifest, new: Manifest) -> Iterator[Difference]:
    if old["stages"] != new["stages"]:
        yield Difference("patch", "stages or their parameters changed")
