"""What a release must pass before it gets a tag. Each check gives problems as text, and none where all is well.

The same checks look at what was built (`medcorpus verify --gate`) and at what is about to be published, which is a
release too: the files that may leave, and the documents as they will stand beside them. Problems name files, sources,
tasks and ids, never what a row says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from medcorpus import verified
from medcorpus.errors import MedcorpusError, UnknownNameError
from medcorpus.gate import counting, rows, viewer
from medcorpus.gate.asked import Asked, Bounds
from medcorpus.release import Release

__all__ = ["CHECKS", "KEPT", "Asked", "Bounds", "Problem", "check", "ensure_allowable"]

CHECKS: dict[str, Callable[[Asked], Iterator[str]]] = {
    "schema": counting.schema,
    "counts": counting.counts,
    "drift": counting.drift,
    "lint": rows.lint,
    "contamination": rows.contamination,
    "licences": rows.licences,
    "pii": rows.pii,
    "withdrawn": rows.withdrawn,
    "viewer": viewer.viewer,
    "card": viewer.card,
}
"""Every check by its name, in the order in which problems are told."""
KEPT = ("schema", "counts", "licences", "withdrawn")
"""Checks that are never let go: what they find is wrong, or somebody else's to allow."""
Watch = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and which check found it."""

    check: str
    text: str


def check(
    found: Release,
    last: Mapping[str, Any] | None = None,
    bounds: Bounds | None = None,
    built: Release | None = None,
    watch: Watch = lambda what, done, total: None,
) -> list[Problem]:
    """Run all checks; those after the first only where columns and manifest are what they should be.

    Args:
        found: The release, all files of it.
        last: Manifest of the release before it.
        bounds: How far it may go.
        built: The release that a candidate for publication was made from.
        watch: Called with what is being done, how much of it, and how much there is.

    Raises:
        VerificationError: A file differs from the manifest.
    """
    built = built or found
    verified.ensure_verified(found, [path for path, _ in found.files()])
    verified.ensure_verified(built, [path for path, listed in built.files() if listed["path"] == rows.OVERLAPS])
    asked = Asked(found, last, bounds or Bounds(), built)
    problems: list[Problem] = []
    for done, (name, run) in enumerate(CHECKS.items(), 1):
        problems += [Problem(name, text) for text in run(asked)]
        watch(f"checks of {found.product} {found.version}", done, len(CHECKS))
        if name == "schema" and problems:
            break
    return problems


def ensure_allowable(names: Iterable[str]) -> None:
    """See that checks may be let go.

    Raises:
        UnknownNameError: One of them does not exist; the nearest names are suggested.
        MedcorpusError: One of them is never let go.
    """
    for name in names:
        if name not in CHECKS:
            raise UnknownNameError("check", name, [n for n in CHECKS if n not in KEPT])
        if name in KEPT:
            others = ", ".join(n for n in CHECKS if n not in KEPT)
            told = f"the check {name!r} is never let go"
            raise MedcorpusError(told, fix=f"mend what it has found; let go once may be: {others}")
