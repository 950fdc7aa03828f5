"""What a difference calls for, and how it is told: the next version, and the lines of a changelog."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from medcorpus.card.markdown import one_line
from medcorpus.difference import Difference

Weight = Literal["patch", "minor", "major"]
WEIGHTS: tuple[Weight, ...] = ("patch", "minor", "major")
HEADING = "# Changelog\n"
SHOWN = 12
"""Values that are listed by name; the rest is counted."""
NUMBERS = re.compile(r"(\d+)\.(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True)
class Advice:
    """Which part of the version number should go up, and because of what."""

    weight: Weight
    because: tuple[str, ...]


def advice(found: Difference) -> Advice:
    """Say what a difference calls for.

    Major where columns, terms or rows that were there changed or went; minor where sources, tasks, languages or splits
    came; patch for everything else.
    """
    major, minor = list(_major(found)), list(_minor(found))
    if major:
        return Advice("major", tuple(major))
    return Advice("minor", tuple(minor)) if minor else Advice("patch", tuple(_patch(found)))


def _major(found: Difference) -> Iterator[str]:
    if found.schema:
        yield f"the schema changed: {', '.join(found.schema)}"
    if found.terms:
        yield f"{rows(sum(t.rows for t in found.terms))} under other terms"
    if found.counts["removed"]:
        yield f"{rows(found.counts['removed'])} removed"


def _minor(found: Difference) -> Iterator[str]:
    for kind, names in found.added.items():
        yield f"new {kind}{'s' if len(names) > 1 else ''}: {listed(names)}"


def _patch(found: Difference) -> Iterator[str]:
    told = [f"{rows(n)} {status}" for status, n in found.counts.items() if n]
    yield ", ".join(told) or "the rows are the same"


def rows(count: int) -> str:
    """Say a number of rows.

    >>> rows(1), rows(1200)
    ('1 row', '1,200 rows')
    """
    return f"{count:,} row{'' if count == 1 else 's'}"


def listed(names: Sequence[str], most: int = SHOWN) -> str:
    """List names, and count those that are too many.

    >>> listed(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def next_version(version: str, weight: Weight) -> str:
    """Give the version that follows.

    >>> next_version("1.2.3", "minor"), next_version("0.1.0+sample.0123456789ab", "major")
    ('1.3.0', '1.0.0')
    """
    match = NUMBERS.match(version)
    major, minor, patch = map(int, match.groups()) if match else (0, 0, 0)
    found = {"major": (major + 1, 0, 0), "minor": (major, minor + 1, 0), "patch": (major, minor, patch + 1)}
    return ".".join(map(str, found[weight]))


def lines(found: Difference) -> list[str]:
    """Give the difference as the lines of a changelog, the heaviest first."""
    told = [*_schema_lines(found), *_terms_lines(found), *_row_lines(found), *_new_lines(found)]
    told += [f"Made in another way: {made}" for made in found.made]
    return [one_line(line) for line in told] or ["The rows are the same."]


def _schema_lines(found: Difference) -> Iterator[str]:
    for name, (before, after) in found.schema.items():
        yield (
            f"Column `{name}` is {after}, it was {before}"
            if before and after
            else f"Column `{name}` ({after or before}) is {'new' if after else 'gone'}"
        )


def _terms_lines(found: Difference) -> Iterator[str]:
    for change in found.terms:
        terms = f"{change.after}; they were {change.before}"
        yield f"{rows(change.rows)} of {change.source} under other terms: {terms}"


WORDS = {"removed": "removed", "added": "added", "changed": "changed in"}


def _row_lines(found: Difference) -> Iterator[str]:
    for status, word in WORDS.items():
        if count := found.counts[status]:
            reasons = [f"{why} ({n:,})" for why, n in found.reasons[status].items()]
            yield f"{rows(count)} {word}: {listed(reasons)}"
            yield f"{status.capitalize()} by source: {listed(_by(found, 'source', status))}"
    if count := found.counts["moved"]:
        yield f"{rows(count)} elsewhere in the raw files; what they say is the same"


def _by(found: Difference, dimension: str, status: str) -> list[str]:
    counts = {value: c[status] for value, c in found.by[dimension].items() if c.get(status)}
    return [f"{value} ({n:,})" for value, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]


def _new_lines(found: Difference) -> Iterator[str]:
    for what, kinds in (("New", found.added), ("Gone", found.removed)):
        for kind, names in kinds.items():
            yield f"{what} {kind}{'s' if len(names) > 1 else ''}: {listed(names)}"


def changelog(found: Difference, *, date: str = "", earlier: str = "") -> str:
    """Give a changelog with the entry of the newer release on top.

    Args:
        found: What changed since its predecessor.
        date: Day of the release, in the heading.
        earlier: The changelog so far; an entry of the same version in it is replaced.
    """
    day = f" ({date})" if date else ""
    before = f"{found.old.version}, {found.old.rows:,} rows, root `{found.old.root[:16]}`"
    now = f"{found.new.rows:,} rows, root `{found.new.root[:16]}`"
    top = [f"## {found.new.version}{day}", "", f"{now}; before: {before}.", ""]
    told = [f"- {line}" for line in lines(found)]
    others = re.split(r"(?m)^(?=## )", earlier.removeprefix(HEADING).strip())
    same = (f"## {found.new.version}\n", f"## {found.new.version} (")
    rest = "".join(entry for entry in others if not entry.startswith(same)).strip()
    return "\n".join([HEADING, *top, *told, *(["", rest] if rest else [])]) + "\n"


def as_facts(found: Difference) -> Mapping[str, object]:
    """Give what `medcorpus diff --format json` prints."""
    advised = advice(found)
    sides = {
        name: {"product": e.product, "version": e.version, "root": e.root, "rows": e.rows}
        for name, e in (("old", found.old), ("new", found.new))
    }
    return {
        **sides,
        "counts": dict(found.counts),
        "by": found.by,
        "reasons": found.reasons,
        "schema": {n: {"before": before, "after": after} for n, (before, after) in found.schema.items()},
        "terms": [{"source": t.source, "before": t.before, "after": t.after, "rows": t.rows} for t in found.terms],
        "added": found.added,
        "removed": found.removed,
        "made": found.made,
        "examples": found.examples,
        "compared": found.compared,
        "advice": {
            "weight": advised.weight,
            "because": advised.because,
            "next": next_version(found.old.version, advised.weight),
        },
    }
