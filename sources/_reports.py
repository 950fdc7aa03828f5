"""Radiology reports of MIMIC: their sections, and what their examination was.

A heading stands at the start of a line and ends in a colon, in any case. Sections may come in any order; one that comes
twice is put together. Headings inside the findings (`LIVER:`, `CT HEAD:`) are no headings here: only those that end one
section and begin another are listed. `FINDINGS AND IMPRESSION:` begins a section that is neither.
"""

from __future__ import annotations

import re
from functools import lru_cache

_KINDS = {
    "examination": r"(?:TYPE OF )?(?:EXAMINATION|EXAM|STUDY)S?",
    "findings": r"FINDINGS?",
    "impression": r"IMPRESSIONS?|CONCLUSIONS?",
    "other": (
        r"INDICATIONS?|(?:CLINICAL |PATIENT |BRIEF )?HISTORY|CLINICAL (?:INDICATION|INFORMATION|DATA).*|"
        r"REASON FOR (?:THIS )?(?:EXAM(?:INATION)?|STUDY)|TECHNIQUES?|COMPARISONS?|CONTRAST|DOSE|"
        r"(?:FINDINGS?|IMPRESSIONS?)(?: AND |/| / )(?:FINDINGS?|IMPRESSIONS?)|"
        r"RECOMMENDATIONS?(?:\(S\))?|NOTIFICATIONS?|ADDENDUM|WET READ.*|ATTESTATION|FINAL REPORT"
    ),
}
_HEADING = re.compile("|".join(f"(?P<{kind}>{names})" for kind, names in _KINDS.items()), re.IGNORECASE)
_BEFORE_COLON = re.compile(r"^[ \t]*([A-Za-z][^\n:]{2,79}):", re.MULTILINE)
_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*|\n(?=[ \t]*(?:\d{1,2}[.)]|[-*•])[ \t])")
_CAPITALS = re.compile(r"[^a-z\n]*[A-Z]{2}[^a-z\n]*")


def sections(report: str) -> dict[str, str]:
    """Give the sections of a report that are not empty: examination, findings, impression.

    Where no heading names the examination, it is the line of capitals that the report begins with.
    """
    marks = [(m.start(), m.end(), kind) for m in _BEFORE_COLON.finditer(report) if (kind := _kind(m[1]))]
    starts = [start for start, _, _ in marks]
    found: dict[str, list[str]] = {}
    for (_, begin, kind), end in zip(marks, [*starts[1:], len(report)]):
        if kind != "other" and (body := unwrapped(report[begin:end])):
            found.setdefault(kind, []).append(body)
    if "examination" not in found and (title := _title(report[: starts[0]] if starts else "")):
        found["examination"] = [title]
    return {kind: "\n".join(bodies) for kind, bodies in found.items()}


@lru_cache(maxsize=2**14)
def _kind(name: str) -> str:
    """Say what section a heading begins; empty: it is none, or one inside a section."""
    found = _HEADING.fullmatch(name.rstrip())
    return (found.lastgroup or "") if found else ""


def unwrapped(text: str) -> str:
    """Join the lines of every paragraph and of every item of a list; paragraphs and items stand on their own lines."""
    parts = (" ".join(part.split()) for part in _PARAGRAPH.split(text))
    return "\n".join(filter(None, parts))


def _title(before: str) -> str:
    lines = (" ".join(line.split()) for line in before.splitlines())
    return next((line for line in lines if _CAPITALS.fullmatch(line) and line != "FINAL REPORT"), "")
