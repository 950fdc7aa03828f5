"""What is new in a release, told from its rows: the version that calls for, the reasons and the changelog."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from medcorpus import cards, publishing, tombstones
from medcorpus.errors import VerificationError
from medcorpus.publishing import applying, planning
from medcorpus.publishing.planning import Prepared
from medcorpus.release import Release
from tests.clinic import CANARIES, NON_COMMERCIAL, OPEN, WARD, Clinic, forget
from tests.hub import CLIENTS_WARN, LoopbackHub, altered, loopback, point_clients

pytestmark = CLIENTS_WARN
TO = "hf://tester/meds-ins"
ALLOW = ("contamination", "drift")
MORE = "more_notes"


@pytest.fixture(autouse=True)
def as_it_was(place: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every test begin with the same rows and sources."""
    monkeypatch.setenv("MEDCORPUS_HOME", str(place.home))
    (place.home / tombstones.FILE).unlink(missing_ok=True)
    shutil.rmtree(place.folder / "sources" / MORE, ignore_errors=True)
    for name in (OPEN, NON_COMMERCIAL, WARD):
        place.source(name)
        place.rows(name, range(4))
    forget()


@pytest.fixture(scope="module")
def first(place: Clinic) -> Release:
    return place.build()


@pytest.fixture
def out(place: Clinic, first: Release, tmp_path: Path) -> Path:
    """Give a folder in which the first release is published."""
    publish(first, place, tmp_path / "out")
    return tmp_path / "out"


@pytest.fixture
def hub(place: Clinic, first: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackHub]:
    """Give a Hub on which the first release is published."""
    with loopback(tmp_path / "hub") as running:
        point_clients(running, tmp_path / "clients", monkeypatch)
        monkeypatch.setattr("medcorpus.remote.sleep", lambda seconds: None)
        publish(first, place, TO)
        running.asked.clear()
        yield running


def prepare(made: Release, home: Path, to: object, **options: Any) -> Prepared:
    return planning.prepare(made, publishing.target_at(str(to)), home, **{"allow": ALLOW, **options})


def publish(made: Release, place: Clinic, to: object) -> Prepared:
    prepared = prepare(made, place.home, to)
    applying.carry_out(prepared, publishing.target_at(str(to)))
    return prepared


def changelog(prepared: Prepared) -> str:
    data = prepared.contents["CHANGELOG.md"].data
    assert isinstance(data, bytes)
    return data.decode()


def one_for_another(place: Clinic) -> None:
    place.rows(OPEN, [0, 1, 3, 4])


def another_text(place: Clinic) -> None:
    path = place.raw / NON_COMMERCIAL / "rows.jsonl"
    path.write_text(path.read_text().replace("Answer 2 of", "A better answer 2 of"))


def one_more(place: Clinic) -> None:
    place.rows(OPEN, range(5))


def another_source(place: Clinic) -> None:
    place.source(MORE, like=OPEN)
    place.rows(MORE, range(4))


def another_licence(place: Clinic) -> None:
    path = place.folder / "sources" / OPEN / "source.py"
    path.write_text(path.read_text().replace("CC-BY-4.0", "CC-BY-SA-4.0"))


def withdrawn(place: Clinic) -> None:
    tombstones.remember(place.home, [tombstones.entry(f"{OPEN}/n1", "2026-01-31", "asked")])


def stays_here(place: Clinic) -> None:
    path = place.folder / "sources" / NON_COMMERCIAL / "source.py"
    path.write_text(path.read_text().replace('redistribute="yes"', 'redistribute="unknown"'))


NEWS: dict[str, tuple[Callable[[Clinic], None], str, str, str]] = {
    "a row for another": (one_for_another, "major", "2.0.0", "1 row removed: "),
    "withdrawn row": (withdrawn, "major", "2.0.0", "1 row removed: withdrawn (1)"),
    "licence of rows": (another_licence, "major", "2.0.0", f"4 rows of {OPEN} under other terms: CC-BY-SA-4.0, open"),
    "not to be passed on": (stays_here, "major", "2.0.0", "4 rows removed: may not be passed on (4)"),
    "source": (another_source, "minor", "1.1.0", f"New source: {MORE}"),
    "row changed in place": (another_text, "patch", "1.0.1", "1 row changed in: output (1)"),
    "row added": (one_more, "patch", "1.0.1", "1 row added: "),
}


@pytest.mark.parametrize("what", NEWS)
def test_version_reasons_and_changelog_follow_from_the_rows(what: str, place: Clinic, out: Path) -> None:
    change, weight, version, line = NEWS[what]
    change(place)
    prepared = prepare(place.build(), place.home, out)
    plan, told = prepared.plan, changelog(prepared)
    assert (plan.advice, plan.version) == (weight, version)
    assert any(reason.startswith(line) for reason in plan.reasons)
    assert told.startswith(f"# Changelog\n\n## {version} (")
    assert [r for r in plan.reasons if f"- {r}\n" not in told] == []
    assert "\n## 1.0.0 (" in told


def test_first_release_is_told_as_such(place: Clinic, first: Release, tmp_path: Path) -> None:
    prepared = prepare(first, place.home, tmp_path / "out")
    assert (prepared.plan.version, prepared.plan.advice) == ("1.0.0", "")
    assert prepared.plan.reasons == ("First release: 8 rows from 2 sources.",)
    assert "8 rows, root `" in changelog(prepared)


def test_nothing_is_told_of_what_stays_here(place: Clinic, out: Path) -> None:
    place.rows(WARD, range(6))
    one_for_another(place)
    stays_here(place)
    prepared = prepare(place.build(), place.home, out)
    told = changelog(prepared) + json.dumps(prepared.plan.reasons)
    assert "removed" in told
    assert [
        t
        for t in (WARD, f"{OPEN}/", f"{NON_COMMERCIAL}/", "cranial", *(c.split(" was ")[0] for c in CANARIES))
        if t in told
    ] == []


def test_new_words_of_the_card_are_a_patch_of_which_no_row_is_read(
    place: Clinic, first: Release, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prose = cards.prose_of("meds-ins")
    monkeypatch.setattr(cards, "prose_of", lambda product: prose.replace("## Limits", "## Limits\n\nThere are more."))
    prepared = publish(first, place, out)
    assert (prepared.plan.version, prepared.plan.reasons) == ("1.0.1", ("The rows are the same.",))
    assert not [c for c in prepared.plan.changes if c.path.startswith("data/")]
    assert prepare(first, place.home, out).plan.is_empty


def test_written_plan_and_second_look_tell_the_same(place: Clinic, out: Path) -> None:
    one_for_another(place)
    made = place.build()
    assert prepare(made, place.home, out).plan == prepare(made, place.home, out).plan


def downloads(hub: LoopbackHub) -> list[str]:
    return [path.rpartition("/data/")[2] for path in hub.paths("GET") if "/data/" in path]


def test_only_files_that_differ_are_downloaded(place: Clinic, hub: LoopbackHub, tmp_path: Path) -> None:
    said: list[str] = []
    one_more(place)
    prepared = prepare(place.build(), tmp_path / "other", TO, watch=lambda what, done, total: said.append(what))
    assert prepared.plan.advice == "patch"
    assert downloads(hub) == [f"{OPEN}_answering/train-00000-of-00001.parquet"]
    assert "download files of 1.0.0 to compare" in said


def test_files_that_were_staged_here_are_not_downloaded(place: Clinic, hub: LoopbackHub) -> None:
    one_more(place)
    assert prepare(place.build(), place.home, TO).plan.advice == "patch"
    assert downloads(hub) == []


def test_file_that_arrives_altered_is_refused_and_not_kept(place: Clinic, hub: LoopbackHub, tmp_path: Path) -> None:
    one_more(place)
    made, revision = place.build(), publishing.target_at(TO).head().revision
    hub.fail(f"GET /datasets/tester/meds-ins/resolve/{revision}/data/", altered)
    with pytest.raises(VerificationError, match="run the same again"):
        prepare(made, tmp_path / "other", TO)
    assert prepare(made, tmp_path / "other", TO).plan.advice == "patch"
