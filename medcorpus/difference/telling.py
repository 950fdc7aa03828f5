"""What a difference calls for, and how it is told: the next version, and the lines of a changelog."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from medcorpus.card.markdown import one_line
from medcorpus.difference import Difference, Edition
from medcorpus.versions import Weight, following

HEADING = "# Changelog\n"
SHOWN = 12
"""Values that are listed by name; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Advice:
    """Which part of the version number should go up, and because of what."""

    weight: Weight
    because: tuple[str, ...]


def advice(found: Difference) -> Advice:
    """Say what a difference calls for.

    Major where columns, terms, rows, tasks, languages or splits that were there changed or went, withdrawn rows among
    them: who counts on them has to know. Minor where sources, tasks, languages or splits came. Patch for everything
    else, such as rows that say something else under the same id, or more rows of what there was.
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
    for kind, names in found.removed.items():
        yield f"{_kinds(kind, names)} gone: {listed(names)}"


def _minor(found: Difference) -> Iterator[str]:
    for kind, names in found.added.items():
        yield f"new {_kinds(kind, names)}: {listed(names)}"


def _kinds(kind: str, names: Sequence[str]) -> str:
    return f"{kind}{'s' if len(names) > 1 else ''}"


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


def lines(found: Difference) -> list[str]:
    """Give the difference as the lines of a changelog, the heaviest first."""
    told = [*_schema_lines(found), *_terms_lines(found), *_name_lines("Gone", found.removed)]
    told += [*_row_lines(found), *_name_lines("New", found.added)]
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


def _name_lines(what: str, kinds: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for kind, names in kinds.items():
        yield f"{what} {_kinds(kind, names)}: {listed(names)}"


def first_lines(new: Edition, sources: int) -> list[str]:
    """Give the lines of a changelog for a release that has no predecessor."""
    return [f"First release: {rows(new.rows)} from {sources:,} source{'' if sources == 1 else 's'}."]


def changelog(found: Difference, *, date: str = "", earlier: str = "") -> str:
    """Give a changelog with the entry of the newer release on top.

    Args:
        found: What changed since its predecessor.
        date: Day of the release, in the heading.
        earlier: The changelog so far; an entry of the same version in it is replaced.
    """
    return with_entry(earlier, found.new, lines(found), date=date, before=found.old)


def with_entry(
    earlier: str, new: Edition, told: Sequence[str], *, date: str = "", before: Edition | None = None
) -> str:
    """Give a changelog with an entry on top; one of the same version is replaced."""
    since = f"; before: {before.version}, {_size(before)}" if before else ""
    top = [f"## {new.version}{f' ({date})' if date else ''}", "", f"{_size(new)}{since}.", ""]
    others = re.split(r"(?m)^(?=## )", earlier.removeprefix(HEADING).strip())
    same = (f"## {new.version}\n", f"## {new.version} (")
    rest = "".join(entry for entry in others if not entry.startswith(same)).strip()
    return "\n".join([HEADING, *top, *(f"- {line}" for line in told), *(["", rest] if rest else [])]) + "\n"


def _size(edition: Edition) -> str:
    return f"{rows(edition.rows)}, root `{edition.root[:16]}`"


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
            "next": following(found.old.version, advised.weight),
        },
    }
