"""Commands that examine: verify, why, doctor."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from medcorpus import build as building
from tests.checkout import NAME, forget_sources
from tests.commandline import error_of, normal, run


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build mmedbench from the samples of the real sources, once."""
    home = tmp_path_factory.mktemp("built")
    building.build("mmedbench", building.Options(home=home, sample=True, workers=1))
    return home


@pytest.fixture
def release_home(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "copy"))


def release_files(home: Path, pattern: str) -> list[Path]:
    return sorted((home / "releases" / "mmedbench").rglob(pattern))


def test_verify_sound(built: Path) -> None:
    result = run("verify", "--layers", "--home", built)
    assert re.search(r"^release +mmedbench \S+ +\d+  ok$", result.stdout, re.MULTILINE)
    assert re.search(r"^layers +\d+ of them +\d+  ok$", result.stdout, re.MULTILINE)
    assert run("verify", "mmedbench", "--home", built, "--format", "quiet").output == ""
    (manifest,) = release_files(built, "manifest.json")
    assert json.loads(run("verify", "--path", manifest.parent, "--format", "json").output)["damaged"] == []


def test_verify_names_every_damaged_file(release_home: Path) -> None:
    flipped, cut, gone = release_files(release_home, "*.parquet")[:3]
    content = bytearray(flipped.read_bytes())
    content[len(content) // 2] ^= 1
    flipped.write_bytes(content)
    cut.write_bytes(cut.read_bytes()[:-10])
    gone.unlink()
    (flipped.parent / "stranger.parquet").touch()
    result = run("verify", "--home", release_home, code=5)
    for path, told in ((flipped, "sha256 is"), (cut, "sha256 is"), (gone, "is missing")):
        assert re.search(rf"^{re.escape(str(path))} +{told}", result.stdout, re.MULTILINE)
    assert "stranger.parquet is not listed in the manifest" in result.stderr
    assert result.stderr.splitlines()[-1].startswith("error: 3 files damaged: ")
    named = run("verify", "mmedbench", "--home", release_home, "--format", "quiet", code=5).stdout.splitlines()
    assert sorted(named) == sorted(map(str, (flipped, cut, gone)))


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"format": 1}', "\x00"])
def test_verify_broken_manifest(content: str, release_home: Path) -> None:
    (manifest,) = release_files(release_home, "manifest.json")
    manifest.write_text(content)
    assert run("verify", "--home", release_home, "--format", "quiet", code=5).stdout == f"{manifest}\n"
    manifest.unlink()
    assert run("verify", "--home", release_home, "--format", "quiet", code=5).stdout == f"{manifest}\n"


def test_verify_manifest_that_was_changed(release_home: Path) -> None:
    (path,) = release_files(release_home, "manifest.json")
    manifest = json.loads(path.read_text())
    manifest["root"] = "0" * 64
    path.write_text(json.dumps(manifest))
    result = run("verify", "--home", release_home, code=5)
    assert "its root is not that of its configurations" in result.stdout


def test_verify_damaged_layers(release_home: Path) -> None:
    part = next((release_home / "layers").glob("*/part-00000.arrow"))
    part.write_bytes(part.read_bytes() + b"x")
    broken = next(m for m in (release_home / "layers").glob("*/manifest.json") if m.parent != part.parent)
    broken.write_text("{")
    run("verify", "--home", release_home)
    named = run("verify", "--layers", "--home", release_home, "--format", "quiet", code=5).stdout.splitlines()
    assert sorted(named) == sorted([str(part), str(broken)])


def test_verify_nothing(tmp_path: Path) -> None:
    told = error_of("verify", "mmedc", "--home", tmp_path, code=1)
    assert told == f"error: {tmp_path}: no release of mmedc here - run: medcorpus build mmedc"


def test_why(checkout: Path, home: Path) -> None:
    run("build", "meds-ins", "--sample")
    told = re.sub(r" {2,}", "  ", normal(run("why", f"{NAME}/b").output, home))
    assert told == (
        """\
tiny_exam/b

source  tiny_exam
record  tiny_exam/b
raw file  questions.jsonl row 2
url  https://example.org/questions.jsonl

product  version  row  what became of it  where
meds-ins  <version>  tiny_exam_qa/tiny_exam/b  left out (keep): exact duplicate  tiny_exam_qa/tiny_exam/a stayed
"""
    )
    assert run("why", f"{NAME}/a", "--format", "quiet").output == f"meds-ins {NAME}_qa/{NAME}/a {NAME}_qa/train\n"
    (folder,) = (home / "releases" / "meds-ins").glob("0.*")
    for place in (["--path", folder], ["--path", home]):
        story = json.loads(run("why", f"{NAME}_qa/{NAME}/b", *place, "--format", "json").output)
        assert (story["raw_file"], story["raw_row"]) == ("questions.jsonl", 2)
        assert story["fates"][0]["stayed"] == f"{NAME}_qa/{NAME}/a"
    assert "did you mean" in error_of("why", f"{NAME}/x", code=2)


def test_doctor(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "s3cret")
    monkeypatch.delenv("MEDCORPUS_REAL_DATA", raising=False)
    text = run("doctor").output
    assert re.search(r"^polars +ok +\d", text, re.MULTILINE)
    assert "HF_TOKEN" in text and "s3cret" not in text
    (checkout / "sources" / NAME / "source.py").write_text("?")
    forget_sources()
    result = run("doctor", "--format", "json", code=1)
    assert json.loads(result.stdout)["failed"] == [f"source {NAME}"]
    assert json.loads(result.stderr)["fix"] == f"mend sources/{NAME}/source.py"
