"""Which licences allow what: SPDX ids and known wordings, default deny.

A licence is the set of conditions it lays on whoever passes rows on. What is made from several licences comes under
all their conditions: their meet is the union. A wording that is not listed, be it by one blank, comes under the
condition `UNKNOWN`, which nothing takes away again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from medcorpus.errors import MedcorpusError, UnknownNameError

Conditions = frozenset[str]
ATTRIBUTION, SHARE_ALIKE, NON_COMMERCIAL = "attribution", "share-alike", "non-commercial"
NO_DERIVATIVES, AGREEMENT, UNKNOWN = "no-derivatives", "agreement", "unknown"
ANY = "any"
ORDER = (ATTRIBUTION, SHARE_ALIKE, NON_COMMERCIAL, NO_DERIVATIVES, AGREEMENT, UNKNOWN)
"""Conditions from the lightest to the one that allows nothing; terms are called by the last that they hold."""
AND = " AND "
"""What stands between the licences of a wording that names several, as in SPDX: all of them hold."""
_CREATIVE_COMMONS: dict[str, tuple[Conditions, tuple[str, ...]]] = {
    "BY": (frozenset({ATTRIBUTION}), ("2.0", "2.5", "3.0", "4.0")),
    "BY-SA": (frozenset({ATTRIBUTION, SHARE_ALIKE}), ("2.0", "2.5", "3.0", "4.0")),
    "BY-NC": (frozenset({ATTRIBUTION, NON_COMMERCIAL}), ("2.0", "2.5", "3.0", "4.0")),
    "BY-NC-SA": (frozenset({ATTRIBUTION, NON_COMMERCIAL, SHARE_ALIKE}), ("2.0", "2.5", "3.0", "4.0")),
    "BY-ND": (frozenset({ATTRIBUTION, NO_DERIVATIVES}), ("2.0", "2.5", "3.0", "4.0")),
    "BY-NC-ND": (frozenset({ATTRIBUTION, NON_COMMERCIAL, NO_DERIVATIVES}), ("2.0", "2.5", "3.0", "4.0")),
}
_OTHERS: dict[Conditions, tuple[str, ...]] = {
    frozenset(): ("CC0-1.0", "PDDL-1.0", "Unlicense", "0BSD"),
    frozenset({ATTRIBUTION}): (
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CDLA-Permissive-1.0",
        "CDLA-Permissive-2.0",
        "MIT",
        "ODC-By-1.0",
        "etalab-2.0",
        # Its publisher asks to be named as the source; outside the United States such works can be protected.
        "public domain (work of the U.S. government)",
        # The general conditions for public information in Spain: commercial use and changes that keep the meaning.
        "conditions of the Spanish Ministry of Health (cite source and date, no denaturalization)",
    ),
    # The GPL forbids no use and no sale: what is made from it goes on under it.
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
    frozenset({AGREEMENT}): (
        "PhysioNet Credentialed Health Data License 1.5.0",
        "SEER Research Data Use Agreement",
        "licences of UMLS and SNOMED CT (ihtsdo-and-nlm-licences)",
    ),
}
CONDITIONS: Mapping[str, Conditions] = {
    **{f"CC-{k}-{v}": found for k, (found, versions) in _CREATIVE_COMMONS.items() for v in versions},
    **{name: found for found, names in _OTHERS.items() for name in names},
}
"""Conditions of every licence that is known, by SPDX id or by the exact wording of a source's facts."""
Purpose = Literal["any", "open", "commercial", "attribution", "share-alike", "non-commercial"]
LEVELS = (ATTRIBUTION, SHARE_ALIKE, NON_COMMERCIAL)
"""The conditions that rows can be chosen by, from the lightest."""
_HEAVIEST: Mapping[str, str] = {ANY: NON_COMMERCIAL, "open": NON_COMMERCIAL, "commercial": SHARE_ALIKE}
PURPOSES: Mapping[str, Conditions] = {
    purpose: frozenset(ORDER[: ORDER.index(_HEAVIEST.get(purpose, purpose)) + 1]) for purpose in get_args(Purpose)
}
"""What licences may ask for at most, by purpose: the condition that the purpose is called by, and all lighter ones.

Commercial use is open under attribution and share-alike. Rows are made from what their sources publish, so nothing may
be passed on for any purpose under a licence that forbids derivatives.
"""
REFUSED: Mapping[str, str] = {
    NO_DERIVATIVES: "rows are derivatives of what their sources publish, which such licences forbid to pass on",
    AGREEMENT: "rows under an agreement go to nobody who has not signed it",
    UNKNOWN: "where nobody says what is allowed, nothing is",
}
"""Why conditions are no purpose."""
FIX = "take open for all that may be passed on, or any for all that is on this machine"


@dataclass(frozen=True, slots=True)
class Licenses:
    """The licences that ask for no more than some conditions."""

    at_most: Conditions

    def __contains__(self, license: object) -> bool:
        """Say whether a licence is among them."""
        return isinstance(license, str) and conditions(license) <= self.at_most

    def among(self, licenses: Iterable[str]) -> frozenset[str]:
        """Give those of some licences that are among them."""
        return frozenset(name for name in licenses if name in self)


def conditions(license: str | None) -> Conditions:
    """Give the conditions of a licence, or of several that hold together.

    >>> sorted(conditions("CC-BY-NC-4.0")), sorted(conditions("see website"))
    (['attribution', 'non-commercial'], ['unknown'])
    >>> sorted(conditions("MIT AND CC-BY-SA-4.0")), sorted(conditions("MIT AND see website"))
    (['attribution', 'share-alike'], ['attribution', 'unknown'])
    """
    unknown = frozenset({UNKNOWN})
    return frozenset[str]().union(*(CONDITIONS.get(name, unknown) for name in (license or "").split(AND)))


def meet(licenses: Iterable[str]) -> Conditions:
    """Give the conditions of what is made from several licences.

    >>> sorted(meet(["MIT", "CC-BY-SA-4.0"]))
    ['attribution', 'share-alike']
    """
    return frozenset[str]().union(*map(conditions, licenses))


def named(found: Conditions) -> str:
    """Call conditions by the heaviest of them.

    >>> named(meet(["CC0-1.0"])), named(meet(["CC-BY-NC-4.0", "CC-BY-SA-4.0"])), named(meet(["", "MIT"]))
    ('any', 'non-commercial', 'unknown')
    """
    return max(found, key=ORDER.index, default=ANY)


def serving(purpose: str) -> Licenses:
    """Give the licences that serve a purpose.

    >>> "GPL-3.0-only" in serving("commercial"), "CC-BY-NC-4.0" in serving("commercial"), "cc-by" in serving("any")
    (True, False, False)

    Raises:
        MedcorpusError: It is a condition that no row may be passed on under.
        UnknownNameError: There is no such purpose.
    """
    if purpose in REFUSED:
        raise MedcorpusError(f"no rows can be chosen by {purpose!r}: {REFUSED[purpose]}", fix=FIX)
    if purpose not in PURPOSES:
        raise UnknownNameError("licence choice", purpose, PURPOSES)
    return Licenses(PURPOSES[purpose])
