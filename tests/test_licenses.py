"""The lattice of licences: what is made from several comes under the conditions of all."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from medcorpus.errors import UnknownNameError
from medcorpus.licenses import CONDITIONS, ORDER, PUBLISHABLE, UNKNOWN, conditions, meet, named, serving

KNOWN = st.sampled_from([*CONDITIONS, "see website", "", "CC BY-NC", "NO-CC CODE"])
MANY = st.lists(KNOWN, max_size=6)


@given(MANY, MANY)
def test_meet_is_commutative_and_associative(some: list[str], others: list[str]) -> None:
    assert meet(some + others) == meet(others + some) == meet(some) | meet(others)


@given(MANY, KNOWN)
def test_more_licences_never_allow_more(some: list[str], another: str) -> None:
    assert meet(some) <= meet([*some, another])


@given(MANY)
def test_unknown_absorbs(some: list[str]) -> None:
    assert named(meet([*some, "see website"])) == UNKNOWN


@given(KNOWN)
def test_only_what_allows_derivatives_is_publishable(license: str) -> None:
    heavy = {"no-derivatives", "agreement", "unknown"}
    assert (license in PUBLISHABLE) == (not conditions(license) & heavy)


def test_every_condition_has_its_place() -> None:
    assert {c for found in CONDITIONS.values() for c in found} <= set(ORDER)


def test_commercial_licences() -> None:
    well_known = {"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "MIT", "ODC-By-1.0", "PDDL-1.0"}
    well_known |= {"CC-BY-2.0", "CC-BY-2.5", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0"}
    assert well_known <= serving("commercial") < PUBLISHABLE
    assert not [n for n in serving("commercial") if "NC" in n]
    try:
        serving("fun")
    except UnknownNameError as error:
        assert "commercial" in str(error)
