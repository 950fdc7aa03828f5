"""Which licences allow what: SPDX ids and known wordings, default deny.

A licence is the set of conditions it lays on whoever passes rows on. What is made from several licences comes under
all their conditions: their meet is the union. A wording that is not listed comes under the condition `UNKNOWN`, which
nothing takes away again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce

from medcorpus.errors import UnknownNameError

Conditions = frozenset[str]
ATTRIBUTION, SHARE_ALIKE, NON_COMMERCIAL = "attribution", "share-alike", "non-commercial"
NO_DERIVATIVES, AGREEMENT, UNKNOWN = "no-derivatives", "agreement", "unknown"
ANY = "any"
ORDER = (ATTRIBUTION, SHARE_ALIKE, NON_COMMERCIAL, NO_DERIVATIVES, AGREEMENT, UNKNOWN)
"""Conditions from the lightest to the one that allows nothing; terms are called by the last that they hold."""
_CREATIVE_COMMONS: dict[str, tuple[Conditions, tuple[str, ...]]] = {
    "BY": (frozenset({ATTRIBUTION}), ("2.0", "2.5", "3.0", "4.0")),
    "BY-SA": (frozenset({ATTRIBUTION, SHARE_ALIKE}), ("2.0", "2.5", "3.0", "4.0")),
    "BY-NC": (frozenset({ATTRIBUTION, NON_COMMERCIAL}), ("2.0", "2.5", "3.0", "4.0")),
    "BY-NC-SA": (frozenset({ATTRIBUTION, NON_COMMERCIAL, SHARE_ALIKE}), ("2.0", "2.5", "3.0", "4.0")),
    "BY-ND": (frozenset({ATTRIBUTION, NO_DERIVATIVES}), ("2.0", "2.5", "3.0", "4.0")),
    "BY-NC-ND": (frozenset({ATTRIBUTION, NON_COMMERCIAL, NO_DERIVATIVES}), ("2.0", "2.5", "3.0", "4.0")),
}
_OTHERS: dict[Conditions, tuple[str, ...]] = {
    frozenset(): ("CC0-1.0", "PDDL-1.0", "Unlicense", "0BSD", "public domain (work of the U.S. government)"),
    frozenset({ATTRIBUTION}): (
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CDLA-Permissive-1.0",
        "CDLA-Permissive-2.0",
        "MIT",
        "ODC-By-1.0",
        "etalab-2.0",
        "CC-BY-4.0 (claims and evidence), ODC-By-1.0 (abstracts)",
        "Conditions of the Spanish Ministry of Health: cite source and date, no denaturalization; code MIT",
    ),
    frozenset({ATTRIBUTION, SHARE_ALIKE}): (
        "CC-BY-SA-3.0-ES",
        "CDLA-Sharing-1.0",
        "GPL-2.0",
        "GPL-2.0-only",
        "GPL-2.0-or-later",
        "GPL-3.0",
        "GPL-3.0-only",
        "GPL-3.0-or-later",
        "ODbL-1.0",
    ),
}
CONDITIONS: Mapping[str, Conditions] = {
    **{f"CC-{k}-{v}": found for k, (found, versions) in _CREATIVE_COMMONS.items() for v in versions},
    **{name: found for found, names in _OTHERS.items() for name in names},
}
"""Conditions of every licence that is known, by SPDX id or by the exact wording of a source's facts."""
PUBLISHABLE: frozenset[str] = frozenset(
    name for name, found in CONDITIONS.items() if found <= {ATTRIBUTION, SHARE_ALIKE, NON_COMMERCIAL}
)
"""The allow-list: rows under any other licence or wording are never published. Rows are made from what their sources
publish, so licences that forbid derivatives are not on it."""
PURPOSES: Mapping[str, frozenset[str]] = {
    "any": PUBLISHABLE,
    "commercial": frozenset(n for n in PUBLISHABLE if NON_COMMERCIAL not in CONDITIONS[n]),
}
"""Licences of the allow-list that serve a purpose, as in `medcorpus publish --for`."""


def conditions(license: str) -> Conditions:
    """Give the conditions of a licence.

    >>> sorted(conditions("CC-BY-NC-4.0")), sorted(conditions("see website"))
    (['attribution', 'non-commercial'], ['unknown'])
    """
    return CONDITIONS.get(license, frozenset({UNKNOWN}))


def meet(licenses: Iterable[str]) -> Conditions:
    """Give the conditions of what is made from several licences.

    >>> sorted(meet(["MIT", "CC-BY-SA-4.0"]))
    ['attribution', 'share-alike']
    """
    nothing: Conditions = frozenset()
    return reduce(lambda found, license: found | conditions(license), licenses, nothing)


def named(found: Conditions) -> str:
    """Call conditions by the heaviest of them.

    >>> named(meet(["CC0-1.0"])), named(meet(["CC-BY-NC-4.0", "CC-BY-SA-4.0"])), named(meet(["", "MIT"]))
    ('any', 'non-commercial', 'unknown')
    """
    return max(found, key=ORDER.index, default=ANY)


def serving(purpose: str) -> frozenset[str]:
    """Give the licences of the allow-list that serve a purpose.

    Raises:
        UnknownNameError: There is no such purpose.
    """
    if purpose not in PURPOSES:
        raise UnknownNameError("purpose", purpose, PURPOSES)
    return PURPOSES[purpose]
