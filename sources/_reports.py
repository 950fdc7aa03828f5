"""Radiology reports of MIMIC: their sections, and what their examination was.

A heading stands at the start of a line and ends in a colon, in any case. Sections may come in any order; one that comes
twice is put together. Headings inside the findings (`LIVER:`, `CT HEAD:`) are no headings here: only those that end one
section and begin another are listed. `FINDINGS AND IMPRESSION:` begins a section that is neither.
"""

from __future__ import annotations

import re

_NAMES = {
    "examination": r"(?:TYPE OF )?(?:EXAMINATION|EXAM|STUDY)S?",
    "findings": r"FINDINGS?",
    "impression": r"IMPRESSIONS?|CONCLUSIONS?",
    "other": (
        r"INDICATIONS?|(?:CLINICAL |PATIENT |BRIEF )?HISTORY|CLINICAL (?:INDICATION|INFORMATION|DATA)[^\n:]{0,60}|"
        r"REASON FOR (?:THIS )?(?:EXAM(?:INATION)?|STUDY)|TECHNIQUES?|COMPARISONS?|CONTRAST|DOSE|"
        r"(?:FINDINGS?|IMPRESSIONS?)(?: AND |/| / )(?:FINDINGS?|IMPRESSIONS?)|"
        r"RECOMMENDATIONS?(?:\(S\))?|NOTIFICATIONS?|ADDENDUM|WET READ[^\n:]{0,60}|ATTESTATION|FINAL REPORT"
    ),
}
_HEADING = re.compile(
    r"^[ \t]*(?:" + "|".join(f"(?P<{key}>{names})" for key, names in _NAMES.items()) + r")[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*|\n(?=[ \t]*(?:\d{1,2}[.)]|[-*•])[ \t])")
_CAPITALS = re.compile(r"[^a-z\n]*[A-Z]{2}[^a-z\n]*")


def sections(report: str) -> dict[str, str]:
    """Give the sections of a report that are not empty: examination, findings, impression.

    Where no heading names the examination, it is the line of capitals that the report begins with.
    """
    found: dict[str, list[str]] = {}
    marks = list(_HEADING.finditer(report))
    for mark, end in zip(marks, [*(m.start() for m in marks[1:]), len(report)]):
        if (body := unwrapped(report[mark.end() : end])) and mark.lastgroup:
            found.setdefault(mark.lastgroup, []).append(body)
    if "examination" not in found and (title := _title(report[: marks[0].start()] if marks else "")):
        found["examination"] = [title]
    return {name: "\n".join(bodies) for name, bodies in found.items() if name != "other"}


def unwrapped(text: str) -> str:
    """Join the lines of every paragraph and of every item of a list; paragraphs and items stand on their own lines."""
    parts = (" ".join(part.split()) for part in _PARAGRAPH.split(text))
    return "\n".join(filter(None, parts))


def _title(before: str) -> str:
    lines = (" ".join(line.split()) for line in before.splitlines())
    return next((line for line in lines if _CAPITALS.fullmatch(line) and line != "FINAL REPORT"), "")
