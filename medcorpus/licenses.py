"""Which licences allow what: SPDX ids, default deny."""

from __future__ import annotations

COMMERCIAL: frozenset[str] = frozenset(
    {
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC0-1.0",
        "CC-BY-2.0",
        "CC-BY-2.5",
        "CC-BY-3.0",
        "CC-BY-4.0",
        "CC-BY-SA-3.0",
        "CC-BY-SA-4.0",
        "MIT",
        "ODC-By-1.0",
        "PDDL-1.0",
    }
)
"""Licences that allow commercial use; any other, and every wording that is no SPDX id, counts as not allowing it."""
