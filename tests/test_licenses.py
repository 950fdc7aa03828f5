"""The lattice of licences: what is made from several comes under the conditions of all; what is unknown stays here."""

from __future__ import annotations

from itertools import pairwise, product
from pathlib import Path
from typing import Any, get_args

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcorpus import contract, selection
from medcorpus.errors import MedcorpusError, UnknownNameError
from medcorpus.licenses import (
    AGREEMENT,
    CONDITIONS,
    LEVELS,
    NO_DERIVATIVES,
    NON_COMMERCIAL,
    ORDER,
    PURPOSES,
    REFUSED,
    SHARE_ALIKE,
    UNKNOWN,
    Purpose,
    conditions,
    meet,
    named,
    serving,
)
from medcorpus.release import Release
from medcorpus.source import ACCESS, REDISTRIBUTE
from medcorpus.terms import Terms

ODD = ("", "see website", "CC BY-NC", "NO-CC CODE", "MIT AND see website", "unknown")
ONE = st.one_of(st.sampled_from([*CONDITIONS, *ODD]), st.text(max_size=12))
MANY = st.lists(ONE, max_size=6)


@given(MANY, MANY)
def test_meet_is_commutative(some: list[str], others: list[str]) -> None:
    assert meet(some + others) == meet(others + some)


@given(MANY, MANY, MANY)
def test_meet_is_associative(some: list[str], others: list[str], more: list[str]) -> None:
    assert (meet(some) | meet(others)) | meet(more) == meet(some + others + more)


@given(MANY)
def test_meet_is_idempotent(some: list[str]) -> None:
    assert meet(some + some) == meet(some)


def weight(licenses: list[str]) -> int:
    return ("any", *ORDER).index(named(meet(licenses)))


@given(MANY, ONE)
def test_more_licences_never_allow_more(some: list[str], another: str) -> None:
    assert meet(some) <= meet([*some, another])
    assert weight([*some, another]) >= weight(some)


@given(MANY)
def test_unknown_absorbs(some: list[str]) -> None:
    assert named(meet([*some, "see website"])) == UNKNOWN


@given(MANY.filter(bool))
def test_licences_named_together_are_their_meet(some: list[str]) -> None:
    assert conditions(" AND ".join(some)) == meet(some)


@given(MANY, st.sampled_from([*PURPOSES]))
def test_what_is_made_serves_what_all_it_is_made_from_serves(some: list[str], purpose: str) -> None:
    together = " AND ".join(some) if some else "CC0-1.0"
    assert (together in serving(purpose)) == all(license in serving(purpose) for license in some)


@given(ONE)
def test_only_known_wordings_serve_anything(license: str) -> None:
    known = all(part in CONDITIONS for part in license.split(" AND "))
    assert known or not any(license in serving(purpose) for purpose in PURPOSES)


@given(ONE)
def test_only_what_allows_derivatives_serves_anything(license: str) -> None:
    assert (license in serving("any")) == (not conditions(license) & {NO_DERIVATIVES, AGREEMENT, UNKNOWN})


def test_every_condition_has_its_place() -> None:
    assert {c for found in CONDITIONS.values() for c in found} <= set(ORDER)


def test_purposes_are_those_that_load_takes() -> None:
    assert set(get_args(Purpose)) == set(PURPOSES)


@pytest.mark.parametrize(("lighter", "heavier"), [*pairwise(LEVELS)])
def test_heavier_purposes_take_all_that_lighter_ones_do(lighter: str, heavier: str) -> None:
    assert PURPOSES[lighter] < PURPOSES[heavier]


@pytest.mark.parametrize(("name", "level"), [("commercial", SHARE_ALIKE), ("open", NON_COMMERCIAL)])
def test_other_names_of_a_level(name: str, level: str) -> None:
    assert PURPOSES[name] == PURPOSES[level]


BY, SA, NC, ND = "attribution", "share-alike", "non-commercial", "no-derivatives"
UNLISTED = (
    None,
    "",
    " ",
    "None",
    "null",
    "nan",
    "unknown",
    "not stated",
    "other",
    "see website",
    "CC BY-NC-ND 4.0 ",
    "CC BY-NC-ND 4.0",
    "CC-BY-NC-ND-4.0 ",
    " CC-BY-4.0",
    "CC-BY-4.0\n",
    "CC-BY-4.0\u00a0",
    "CC\u2011BY\u20114.0",
    "\uff23\uff23-BY-4.0",
    "cc-by-4.0",
    "CC-BY",
    "CC BY",
    "CC-BY-5.0",
    "NO-CC CODE",
    "TDM",
    "mit",
    "MIT License",
    "MIT (annotations)",
    "Apache 2.0",
    "GPL",
    "research only",
    "all rights reserved",
    "public domain",
    "CC-PDM-1.0",
)
STRINGS: dict[str | None, set[str]] = {
    **{license: {UNKNOWN} for license in UNLISTED},
    "CC0-1.0": set(),
    "0BSD": set(),
    "PDDL-1.0": set(),
    "CC-BY-2.0": {BY},
    "CC-BY-4.0": {BY},
    "MIT": {BY},
    "Apache-2.0": {BY},
    "ODC-By-1.0": {BY},
    "public domain (work of the U.S. government)": {BY},
    "CC-BY-4.0 AND ODC-By-1.0": {BY},
    "CC-BY-SA-3.0-ES": {BY, SA},
    "CC-BY-SA-4.0": {BY, SA},
    "GPL-3.0-only": {BY, SA},
    "ODbL-1.0": {BY, SA},
    "MIT AND GPL-3.0-only": {BY, SA},
    "CC-BY-NC-4.0": {BY, NC},
    "CC-BY-NC-SA-4.0": {BY, NC, SA},
    "CC-BY-NC-4.0 AND CC-BY-SA-4.0": {BY, NC, SA},
    "CC-BY-ND-4.0": {BY, ND},
    "CC-BY-NC-ND-4.0": {BY, NC, ND},
    "PhysioNet Credentialed Health Data License 1.5.0": {AGREEMENT},
    "MIT AND": {UNKNOWN},
    "MIT OR see website": {UNKNOWN},
    "MIT and CC0-1.0": {UNKNOWN},
    "MIT AND  CC0-1.0": {BY, UNKNOWN},
    "CC-BY-4.0 AND see website": {BY, UNKNOWN},
}


@pytest.mark.parametrize("license", STRINGS, ids=repr)
def test_each_wording_is_mapped_exactly(license: str | None) -> None:
    assert conditions(license) == STRINGS[license]


@pytest.mark.parametrize("purpose", REFUSED)
def test_conditions_that_are_no_purpose(purpose: str) -> None:
    with pytest.raises(MedcorpusError, match=f"by '{purpose}': .* - take open for all"):
        serving(purpose)


def test_purpose_that_does_not_exist() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'commercial'"):
        serving("comercial")


EVERY = [t for t in STRINGS if t is not None]
TERMS = [Terms(f"s_{a}_{r}", lic, a, r) for lic, a, r in product(EVERY, ACCESS, REDISTRIBUTE)]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Give a release with a row under every terms there may be."""
    folder = tmp_path_factory.mktemp("release")
    frame = pl.DataFrame([t._asdict() for t in TERMS]).with_columns(id=pl.int_range(pl.len()).cast(pl.String))
    frame.write_parquet(folder / "train.parquet")
    files = [{"path": "train.parquet", "rows": frame.height}]
    licenses = dict.fromkeys(EVERY, 1)
    sources = {
        f"s_{a}_{r}": {"access": a, "redistribute": r, "licenses": licenses, "langs": {}}
        for a, r in product(ACCESS, REDISTRIBUTE)
    }
    columns = [{"name": name} for name in frame.columns]
    configs = {"all": {"train": {"rows": frame.height, "files": files}}}
    manifest = {"product": "mmedc", "version": "1", "root": "0", "sources": sources, "columns": columns}
    return Release(folder, {**manifest, "configs": configs})


def selected(release: Release, license: str, **asked: Any) -> set[Terms]:
    """Give the terms of the rows that a choice of licences leaves."""
    nothing = dict.fromkeys(("task", "lang", "source", "split", "columns"))
    chosen = selection.choose(release, **{**nothing, **asked}, license=license)
    selection.see_rows(chosen, license)
    return {Terms(*row) for row in selection.as_lazy(chosen).select(Terms._fields).collect().iter_rows()}


@pytest.mark.parametrize("purpose", PURPOSES)
def test_rows_that_a_choice_leaves(purpose: str, release: Release) -> None:
    wanted = {t for t in TERMS if purpose == "any" or t.conditions <= PURPOSES[purpose]}
    assert selected(release, purpose) == wanted


@pytest.mark.parametrize("purpose", [p for p in PURPOSES if p != "any"])
def test_no_choice_but_any_leaves_rows_of_unknown_terms(purpose: str, release: Release) -> None:
    found = selected(release, purpose)
    assert {(t.access, t.redistribute) for t in found} == {("open", "yes")}
    assert not {t for t in found if conditions(t.license) & {UNKNOWN, AGREEMENT, NO_DERIVATIVES}}


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("s_open_unknown", r"by licence are .*\(unknown\): 1.* - take license='any'"),
        ("s_agreement_yes", "and [0-9]+ more"),
    ],
)
def test_choice_that_leaves_no_row_says_what_the_rows_come_under(source: str, told: str, release: Release) -> None:
    with pytest.raises(MedcorpusError, match=told):
        selected(release, "open", source=source)


def rows_of_one_licence(release: Release, license: str, folder: Path) -> Release:
    """Give the release with rows of one licence only, while its manifest still lists all."""
    frame = pl.read_parquet(release.path / "train.parquet").filter(license=license, access="open", redistribute="yes")
    frame.write_parquet(folder / "train.parquet")
    return Release(folder, release.manifest)


def test_choice_that_leaves_no_row_of_the_files(release: Release, tmp_path: Path) -> None:
    other = rows_of_one_licence(release, "CC-BY-NC-4.0", tmp_path)
    told = (
        r"license='commercial'; rows by licence are CC-BY-NC-4.0 \(non-commercial\): 1 - take license='non-commercial'"
    )
    with pytest.raises(MedcorpusError, match=told):
        selected(other, "commercial")


@pytest.mark.parametrize(("lang", "leave"), [("fr", "yes"), ("es", "yes"), ("zh", "unknown"), ("ja", "unknown")])
def test_rows_with_a_licence_of_their_own(lang: str, leave: str) -> None:
    rows = [r for r in contract.sample("mmedbench").rows if r["lang"] == lang]
    assert {r["redistribute"] for r in rows} == {leave}
