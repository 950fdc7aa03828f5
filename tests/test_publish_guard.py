"""What must not leave does not, whatever was done to the release on its way: each guard fails on its own evidence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import medcorpus
from medcorpus import release
from medcorpus.errors import MedcorpusError, VerificationError
from medcorpus.licenses import PURPOSES, Purpose, serving
from medcorpus.publishing import guard
from medcorpus.publishing.documents import Edition, manifest_of
from medcorpus.publishing.staging import stage
from medcorpus.release import Release
from medcorpus.terms import Terms
from tests.clinic import CANARIES, NON_COMMERCIAL, OPEN, WARD, Clinic
from tests.laundering import declare_open, edit, files_of, filled, opened_up, relist, rewrite


@pytest.fixture(scope="module")
def built(place: Clinic) -> Release:
    return place.build()


@pytest.fixture
def copy(built: Release, tmp_path: Path) -> Path:
    """Give a copy of the release that a test may change."""
    folder = tmp_path / "release"
    for path, _ in built.files():
        target = folder / path.relative_to(built.path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    (folder / "manifest.json").write_bytes((built.path / "manifest.json").read_bytes())
    return folder


def refused(folder: Path, home: Path, match: str) -> None:
    with pytest.raises(VerificationError, match=match):
        stage(release.open_release(folder), home)
    assert not list(home.rglob("*.parquet"))


def test_staged_files_hold_the_open_rows_and_no_other(built: Release, tmp_path: Path) -> None:
    staged = stage(built, tmp_path)
    rows = pl.concat([pl.read_parquet(staged.folder / n) for n in staged.files() if n.startswith("data/")])
    assert set(rows["source"]) == {OPEN, NON_COMMERCIAL}
    assert set(rows["redistribute"]) == {"yes"}
    assert staged.facts["withheld"] == {WARD: {"access: agreement": 4}}
    assert not any(c in p.read_bytes().decode("latin-1") for p in staged.folder.rglob("*.*") for c in CANARIES)


def test_column_that_was_dropped(copy: Path, tmp_path: Path) -> None:
    rewrite(copy, lambda table: table.drop_columns(["access"]))
    refused(copy, tmp_path / "home", "its columns are not those of the manifest")


def test_column_that_was_dropped_from_the_manifest_too(copy: Path, tmp_path: Path) -> None:
    rewrite(copy, lambda table: table.drop_columns(["access"]))
    edit(copy, lambda m: m.update(columns=[c for c in m["columns"] if c["name"] != "access"]))
    refused(copy, tmp_path / "home", "its columns are not those of the manifest")


def test_columns_that_were_edited(copy: Path, tmp_path: Path) -> None:
    rewrite(copy, opened_up)
    refused(copy, tmp_path / "home", "the terms of its rows are not those that it was built with")


def test_columns_and_metadata_that_were_edited(copy: Path, tmp_path: Path) -> None:
    rewrite(copy, opened_up, restate=True)
    refused(copy, tmp_path / "home", "row, manifest and registry do not agree")


def test_columns_metadata_and_manifest_that_were_edited(copy: Path, tmp_path: Path) -> None:
    rewrite(copy, opened_up, restate=True)
    edit(copy, declare_open)
    refused(copy, tmp_path / "home", "row, manifest and registry do not agree")


def test_manifest_that_was_edited_alone(copy: Path, tmp_path: Path) -> None:
    edit(copy, declare_open)
    refused(copy, tmp_path / "home", "row, manifest and registry do not agree")


def test_metadata_that_was_taken_away(copy: Path, tmp_path: Path) -> None:
    manifest = json.loads((copy / "manifest.json").read_text())
    for path in files_of(copy):
        pq.write_table(pq.read_table(path).replace_schema_metadata(None), path)
        relist(manifest, path.relative_to(copy).as_posix(), path.read_bytes())
    (copy / "manifest.json").write_text(json.dumps(manifest))
    refused(copy, tmp_path / "home", "does not say under which terms")


def test_metadata_that_hold_more(copy: Path, tmp_path: Path) -> None:
    rewrite(copy, lambda table: table, source=OPEN, note={b"note": CANARIES[0].encode()})
    refused(copy, tmp_path / "home", "its metadata hold more than a build writes")


def test_metadata_of_a_column(copy: Path, tmp_path: Path) -> None:
    def change(table: pa.Table) -> pa.Table:
        field = table.schema.field("input").with_metadata({b"note": CANARIES[0].encode()})
        return table.cast(table.schema.set(table.schema.get_field_index("input"), field))

    rewrite(copy, change, source=OPEN)
    refused(copy, tmp_path / "home", "its metadata hold more than a build writes")


def test_source_that_was_renamed(copy: Path, tmp_path: Path) -> None:
    rewrite(copy, lambda table: filled("source", "renamed_notes")(opened_up(table)), restate=True)
    refused(copy, tmp_path / "home", "a source that the manifest does not list")


def test_source_that_was_renamed_in_the_manifest_too(copy: Path, tmp_path: Path) -> None:
    rewrite(copy, lambda table: filled("source", "renamed_notes")(opened_up(table)), restate=True)

    def change(manifest: dict[str, Any]) -> None:
        declare_open(manifest)
        manifest["sources"]["renamed_notes"] = manifest["sources"].pop(WARD)

    edit(copy, change)
    refused(copy, tmp_path / "home", "a source that is not registered")


def test_bytes_that_are_not_the_listed_ones(copy: Path, tmp_path: Path) -> None:
    path = next((copy / "data" / f"{OPEN}_answering").glob("*.parquet"))
    data = bytearray(path.read_bytes())
    data[60] ^= 1
    path.write_bytes(data)
    refused(copy, tmp_path / "home", "the manifest lists")


@pytest.mark.parametrize(
    ("license", "access", "redistribute", "why"),
    [
        ("CC-BY-4.0", "open", "yes", ""),
        ("CC-BY-NC-SA-4.0", "open", "yes", ""),
        ("CC-BY-NC-ND-4.0", "open", "yes", "licence not on the list: CC-BY-NC-ND-4.0"),
        ("CC BY-NC-ND 4.0 ", "open", "yes", "licence not on the list: CC BY-NC-ND 4.0 "),
        ("cc-by-4.0", "open", "yes", "licence not on the list: cc-by-4.0"),
        ("NO-CC CODE", "open", "yes", "licence not on the list: NO-CC CODE"),
        ("see website", "open", "yes", "licence not on the list: see website"),
        ("", "open", "yes", "licence not on the list: none"),
        ("CC-BY-4.0", "open", "no", "passing on is not allowed"),
        ("CC-BY-4.0", "open", "unknown", "nothing says that it may be passed on"),
        ("CC-BY-4.0", "account", "yes", "access: account"),
        ("CC-BY-4.0", "agreement", "yes", "access: agreement"),
        ("CC-BY-4.0", "manual", "yes", "access: manual"),
    ],
)
def test_reason(
    license: str, access: str, redistribute: str, why: str, built: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "_agree", lambda found, release: None)
    assert guard.reason(Terms(OPEN, license, access, redistribute), built, serving("any")) == why


@pytest.mark.parametrize("purpose", PURPOSES)
def test_what_is_published_for_a_purpose_is_what_load_chooses_by_it(
    purpose: Purpose, built: Release, tmp_path: Path
) -> None:
    staged = stage(built, tmp_path, purpose=purpose)
    published = pl.concat([pl.read_parquet(staged.folder / n) for n in staged.files() if n.startswith("data/")])
    chosen = medcorpus.load("meds-ins", path=built.path, as_="polars", license="open" if purpose == "any" else purpose)
    assert sorted(published["id"]) == sorted(chosen["id"])


def test_row_that_says_less_than_its_source_stays(built: Release) -> None:
    found = Terms(OPEN, "see website", "open", "unknown")
    assert guard.reason(found, built, serving("any")) == "nothing says that it may be passed on"


def test_row_that_says_something_else_than_its_source(built: Release) -> None:
    with pytest.raises(VerificationError, match="do not agree"):
        guard.reason(Terms(WARD, "see website", "agreement", "unknown"), built, serving("any"))


def test_release_of_which_nothing_may_leave(built: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medcorpus.publishing.staging.serving", lambda purpose: frozenset({"MIT"}))
    with pytest.raises(MedcorpusError, match="no row of the release may be published"):
        stage(built, tmp_path)


def test_split_of_several_terms_is_written_anew(built: Release, tmp_path: Path) -> None:
    table = pl.concat([pl.read_parquet(p) for p in sorted((built.path / "data").rglob("train-*.parquet"))])
    allowed = frozenset({Terms(OPEN, "CC-BY-4.0", "open", "yes")})
    kept = guard.leaving(table, allowed)
    assert set(kept["source"]) == {OPEN}
    assert kept["id"].to_list() == table.filter(pl.col("source") == OPEN)["id"].to_list()


def test_ledger_says_nothing_of_a_restricted_source(place: Clinic, tmp_path: Path) -> None:
    place.rows(WARD, [0, 1, 1, 2])
    place.rows(OPEN, [0, 1, 1, 2])
    made = place.build()
    staged = stage(made, tmp_path)
    ledger = pl.read_parquet(staged.folder / "ledger.parquet")
    assert set(pl.read_parquet(made.path / "ledger.parquet")["source"]) == {OPEN, WARD}
    assert set(ledger["source"]) == {OPEN}
    assert WARD not in json.dumps(ledger.to_dicts())
    manifest = manifest_of(made, staged, Edition("1.0.0", "2026-01-01", "", None, ""))
    assert manifest["sources"][WARD]["rejected"] == {"left out for any reason": 1}
    assert manifest["sources"][WARD]["files"] == []
    assert manifest["sources"][WARD]["rows_out"] == 0
