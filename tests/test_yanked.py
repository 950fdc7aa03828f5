"""Yanked releases: `latest` never means one, an exact version loads with a warning."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pytest

import medcorpus
from medcorpus import release, yanked
from medcorpus.errors import MedcorpusError, VerificationError
from tests.commandline import error_of, run
from tests.releases import row, write_release

MARK = yanked.Mark("2026-01-31", "answers were shifted")


@pytest.fixture
def three(home: Path) -> Path:
    """Give a home with releases whose names do not sort as they were built."""
    for number, version in enumerate(("1.9.0", "1.2.0", "1.5.0"), 1):
        write_release(home, version, [row(str(i)) for i in range(number)])
    return home


def yank(home: Path, version: str) -> None:
    yanked.yank(release.folder_of(home, "meds-ins"), "meds-ins", version, MARK)


def test_latest_is_the_newest_that_is_not_yanked(three: Path) -> None:
    told = []
    for version in ("1.5.0", "1.2.0"):
        told.append(release.find(three, "meds-ins").version)
        yank(three, version)
    assert [*told, release.find(three, "meds-ins").version] == ["1.5.0", "1.2.0", "1.9.0"]


def test_no_latest_where_all_are_yanked(three: Path) -> None:
    for version in ("1.5.0", "1.2.0", "1.9.0"):
        yank(three, version)
    with pytest.raises(MedcorpusError, match="every release of meds-ins here was yanked"):
        release.find(three, "meds-ins")


def test_exact_version_loads_with_a_warning(three: Path) -> None:
    yank(three, "1.5.0")
    with pytest.warns(UserWarning, match=r"meds-ins 1\.5\.0 was yanked on 2026-01-31: answers were shifted"):
        assert medcorpus.load("meds-ins", version="1.5.0", as_="polars").height == 3
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert medcorpus.load("meds-ins", as_="polars").height == 2


def test_folder_of_a_yanked_release_warns(three: Path) -> None:
    yank(three, "1.5.0")
    with pytest.warns(UserWarning, match="was yanked"):
        medcorpus.load("meds-ins", path=three / "releases" / "meds-ins" / "1.5.0", as_="polars")


def test_yanked_release_is_not_touched(three: Path) -> None:
    folder = three / "releases" / "meds-ins" / "1.5.0"
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    yank(three, "1.5.0")
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before
    assert release.find(three, "meds-ins", "1.5.0").verify() == len(before) - 1


def test_pointer_of_an_older_medcorpus_is_read(three: Path) -> None:
    pointer = three / "releases" / "meds-ins" / "current.json"
    assert json.loads(pointer.read_text())["earlier"] == ["1.2.0", "1.9.0"]
    pointer.write_text('{"version": "1.2.0"}')
    assert release.find(three, "meds-ins").version == "1.2.0"
    pointer.write_text("broken")
    assert release.find(three, "meds-ins").version == "1.9.0"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        '{"format": 2, "product": "meds-ins", "yanked": {}}',
        '{"format": 1, "product": "meds-ins", "yanked": {"1.5.0": {"reason": "x"}}}',
        '{"format": 1, "product": "meds-ins", "yanked": {"../x": {"date": "2026-01-31", "reason": "x"}}}',
    ],
)
def test_broken_marker_is_refused(content: str, three: Path) -> None:
    (three / "releases" / "meds-ins" / yanked.FILE).write_text(content)
    with pytest.raises(VerificationError):
        release.find(three, "meds-ins")


def test_marker_is_read_from_text_alone() -> None:
    assert yanked.parse(yanked.text_of("meds-ins", {"1.0.0": MARK}), "here") == {"1.0.0": MARK}


def test_command_yanks_and_takes_it_back(three: Path) -> None:
    assert "1.5.0 is yanked" in run("yank", "1.5.0", "--reason", "answers were shifted").stdout
    assert release.find(three, "meds-ins").version == "1.2.0"
    run("yank", "meds-ins@1.5.0", "--undo")
    assert release.find(three, "meds-ins").version == "1.5.0"
    assert "is not yanked" in error_of("yank", "1.5.0", "--undo", code=1)


def test_command_needs_a_reason(three: Path) -> None:
    assert "say why with --reason" in error_of("yank", "1.5.0", code=2)
    assert "there is no release '1.6.0'" in error_of("yank", "1.6.0", "--reason", "x", code=2)
