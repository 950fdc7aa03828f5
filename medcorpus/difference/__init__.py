"""What changed from one release to another, row by row: added, removed, changed, and why.

Rows are told apart by their id, and compared by a hash of every published column. Splits and files that are the same
in both releases are not read; of the others ids and hashes go to files on disk, cut by a hash of the id, so that memory
does not grow with the releases. Only ids are ever told, never a text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from medcorpus.difference import reasons, rows
from medcorpus.difference.rows import Watch
from medcorpus.errors import MedcorpusError
from medcorpus.release import Release

Status = Literal["added", "removed", "changed", "moved"]
STATUSES: tuple[Status, ...] = ("added", "removed", "changed", "moved")
"""What may become of a row; `moved` is one of which only the place in the raw files changed."""
DIMENSIONS = {"source": "source", "lang": "language", "task_id": "task", "license": "licence", "split": "split"}
"""Columns that changes are counted by, and what people call them."""
TERMS = ("license", "access", "redistribute")
"""Columns that say what may be done with a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One of the two releases."""

    product: str
    version: str
    root: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsChange:
    """Rows of a source whose licence, access or right to be passed on changed."""

    source: str
    before: str
    after: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What changed from one release to another.

    Args:
        old: The one.
        new: The other.
        counts: Rows by status.
        by: Rows by dimension, value and status.
        reasons: Rows by status and reason; of changed rows by the column that differs.
        schema: Columns that came, went or have another type, with their types; empty where there is none.
        terms: Rows that come under other terms.
        added: Sources, tasks, languages and splits that only the other has.
        removed: Those that only the one has.
        made: How the making changed: stages, phrasings, versions of tools.
        examples: Some ids by status.
        compared: Rows that were read.
    """

    old: Edition
    new: Edition
    counts: Mapping[str, int]
    by: Mapping[str, Mapping[str, Mapping[str, int]]]
    reasons: Mapping[str, Mapping[str, int]]
    schema: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    terms: tuple[TermsChange, ...] = ()
    added: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    removed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    made: tuple[str, ...] = ()
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    compared: int = 0


def between(old: Release, new: Release, watch: Watch | None = None) -> Difference:
    """Compare two releases of a product.

    Raises:
        MedcorpusError: They are of two products.
        VerificationError: A file that has to be read differs from its manifest, or an id stands twice.
    """
    if old.product != new.product:
        what = f"{old.product} {old.version} and {new.product} {new.version} are two products"
        raise MedcorpusError(what, fix="compare releases of one product")
    found = rows.compare(old, new, watch)
    return Difference(
        old=_edition(old),
        new=_edition(new),
        counts={s: sum(n.rows for n in found.groups if n.status == s) for s in STATUSES},
        by={name: _counted(found.groups, column) for column, name in DIMENSIONS.items()},
        reasons=_reasons(found, old, new),
        schema=_schema(old.manifest, new.manifest),
        terms=tuple(_terms(found.groups)),
        added=_only(new.manifest, old.manifest),
        removed=_only(old.manifest, new.manifest),
        made=tuple(_made(old.manifest, new.manifest)),
        examples=found.examples,
        compared=found.compared,
    )


def _edition(release: Release) -> Edition:
    return Edition(
        product=release.product,
        version=release.version,
        root=release.manifest["root"],
        rows=sum(split["rows"] for splits in release.manifest["configs"].values() for split in splits.values()),
    )


def _counted(groups: Iterable[rows.Group], column: str) -> dict[str, dict[str, int]]:
    """Count rows by the value of a column and by status; a changed row counts under the value that it has now."""
    found: dict[str, Counter[str]] = {}
    for group in groups:
        facts = group.old if group.status == "removed" else group.new
        if column in facts:
            found.setdefault(facts[column], Counter())[group.status] += group.rows
    ranked = sorted(found.items(), key=lambda item: (-item[1].total(), item[0]))
    return {value: dict(counts) for value, counts in ranked}


def _reasons(found: rows.Compared, old: Release, new: Release) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {s: Counter() for s in STATUSES}
    why = {"added": reasons.of_added(old.manifest, new.manifest), "removed": reasons.of_removed(new.manifest)}
    for group in found.groups:
        if group.status in why:
            counts[group.status][why[group.status](group)] += group.rows
        for column in sorted(c for c in group.old if group.status == "changed" and group.old[c] != group.new[c]):
            counts["changed"][column] += group.rows
    counts["changed"].update(found.columns)
    ranked = {status: sorted(c.items(), key=lambda item: (-item[1], item[0])) for status, c in counts.items()}
    return {status: dict(items) for status, items in ranked.items() if items}


def _terms(groups: Iterable[rows.Group]) -> Iterable[TermsChange]:
    found: Counter[tuple[str, str, str]] = Counter()
    for group in groups:
        before, after = (", ".join(side[c] for c in TERMS if c in side) for side in (group.old, group.new))
        if group.status == "changed" and before != after:
            found[group.new.get("source", ""), before, after] += group.rows
    for (source, before, after), count in sorted(found.items()):
        yield TermsChange(source=source, before=before, after=after, rows=count)


def _schema(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    before, after = (rows.types_of(m) for m in (old, new))
    names = dict.fromkeys([*before, *after])
    return {n: (before.get(n, ""), after.get(n, "")) for n in names if before.get(n) != after.get(n)}


def _only(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Give the sources, tasks, languages and splits that have rows only in one of two releases."""
    here, there = _present(one, other), _present(other, one)
    return {kind: tuple(sorted(here[kind] - there[kind])) for kind in here if here[kind] - there[kind]}


def _present(manifest: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, set[str]]:
    """Give what has rows; splits only of configurations that both releases have."""
    sources = {name: s for name, s in manifest["sources"].items() if s["rows_out"]}
    return {
        "source": set(sources),
        "task": {task for task, count in manifest["tasks"].items() if count},
        "language": {lang for s in sources.values() for lang, count in s["langs"].items() if count},
        "split": {f"{c}/{s}" for c, splits in manifest["configs"].items() if c in other["configs"] for s in splits},
    }


def _made(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[str]:
    if old["stages"] != new["stages"]:
        before, after = ({s["stage"]: s["parameters"] for s in m["stages"]} for m in (old, new))
        differing = [n for n in dict.fromkeys([*before, *after]) if before.get(n) != after.get(n)]
        yield f"stages: {', '.join(differing) or 'another order'}"
    if old.get("phrasings", "") != new.get("phrasings", ""):
        yield f"phrasings: {new.get('phrasings', '')}, was {old.get('phrasings', '')}"
    for tool in sorted(old["tools"].keys() | new["tools"].keys()):
        if old["tools"].get(tool) != new["tools"].get(tool):
            yield f"{tool} {new['tools'].get(tool, 'none')}, was {old['tools'].get(tool, 'none')}"
