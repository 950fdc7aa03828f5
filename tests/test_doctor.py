"""`medcorpus doctor`: what it finds, and what it never tells."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from medcorpus import doctor
from medcorpus.doctor import Finding
from tests.checkout import NAME, forget_sources, tiny_checkout


class Usage(NamedTuple):
    free: int


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with tiny_checkout(tmp_path / "checkout", monkeypatch) as folder:
        yield folder


def examined(home: Path) -> dict[str, Finding]:
    return {finding.what: finding for finding in doctor.examine(home)}


def test_sound_machine(home: Path, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MEDCORPUS_REAL_DATA", raising=False)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: Usage(50 * 2**30))
    found = examined(home)
    assert [f for f in found.values() if f.state == "fails"] == []
    assert found["polars"].told == metadata.version("polars")
    assert found["home"].told == f"{home} (not made yet)"
    assert found["disk"].told == "50.0 GiB free"
    assert found["sources"].told == "1 of 1 can be imported"
    assert found["MEDCORPUS_REAL_DATA"].state == "note"
    assert not home.exists()


def test_secrets_are_never_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in doctor.ENVIRONMENT:
        monkeypatch.setenv(name, "s3cret-value")
    monkeypatch.setenv("MEDCORPUS_HOME", str(home))
    told = repr(doctor.examine(home))
    assert "HF_TOKEN" in told and "HF_ENDPOINT" in told
    assert "s3cret-value" not in told


def test_too_old_missing_and_optional_packages(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = [
        "polars>=999",
        "no-such-package>=1.2",
        "no-such-extra; extra == 'ray'",
        "no-such-system; sys_platform == 'plan9'",
        "click>=8.1",
    ]
    monkeypatch.setattr(metadata, "requires", lambda name: wanted)
    found = examined(home)
    assert found["polars"].told == f"{metadata.version('polars')}, but polars>=999 is needed"
    assert found["no-such-package"] == Finding(
        "no-such-package", "fails", "not installed", "run: pip install 'no-such-package>=1.2'"
    )
    assert found["no-such-extra"].state == "note"
    assert found["no-such-extra"].fix == "pip install 'medcorpus[ray]'"
    assert "no-such-system" not in found
    assert found["click"].state == "ok"


def test_package_that_is_not_installed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def requires(name: str) -> Any:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", requires)
    assert examined(home)["packages"].fix == "run: pip install -e ."


def test_home_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(dir: Path) -> Any:
        raise PermissionError(13, "Permission denied", str(dir))

    monkeypatch.setattr(doctor, "tempfile", SimpleNamespace(TemporaryFile=refuse))
    found = examined(tmp_path)["home"]
    assert (found.state, found.told) == ("fails", f"{tmp_path}: Permission denied")


def test_full_disk(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda place: Usage(2**30))
    assert examined(home)["disk"].state == "fails"


def test_broken_source_is_named(home: Path, checkout: Path) -> None:
    (checkout / "sources" / NAME / "source.py").write_text("source = ", encoding="utf-8")
    forget_sources()
    found = examined(home)
    assert found[f"source {NAME}"].state == "fails"
    assert "SyntaxError" in found[f"source {NAME}"].told
    assert found["sources"].told == "0 of 1 can be imported"


def test_real_data_that_is_not_there(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDCORPUS_REAL_DATA", str(tmp_path))
    assert examined(home)["MEDCORPUS_REAL_DATA"].state == "fails"
    (tmp_path / "raw").mkdir()
    assert examined(home)["MEDCORPUS_REAL_DATA"].state == "ok"


def test_old_python(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LEAST_PYTHON", (99,))
    assert examined(home)["python"].state == "fails"
