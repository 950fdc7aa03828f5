"""Commands that make something: build, ingest, fetch, new and check."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from medcorpus import build as building
from medcorpus import contract, registry
from medcorpus import fetch as fetching
from medcorpus.errors import MissingFilesError
from tests.checkout import NAME, ROWS, forget_sources
from tests.commandline import error_of, normal, run


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build mmedbench from the samples of the real sources, once."""
    home = tmp_path_factory.mktemp("built")
    building.build("mmedbench", building.Options(home=home, sample=True, workers=1))
    return home


def test_build_report(checkout: Path, home: Path) -> None:
    result = run("build", "meds-ins", "--sample")
    text = normal(result.stdout, home)
    assert text.startswith(
        """\
MedS-Ins <version>: 1 rows, <seconds>, of made-up samples

source     read  en  rows  left out because
tiny_exam     4   1     1  1 answer withheld upstream; 1 exact duplicate; 1 no task of the source takes this record
total         4   1     1

task category       tasks  rows
Question Answering      1     1

step                          rows left
read from raw files                   4
readable and sound                    3
rendered as instructions              2
without: withdrawn                    2
without: exact duplicate              1
without: repeats a test item          1

what the linter counted
task          check       rows  of  why it may, or the first
tiny_exam_qa  duplicates     1   2  tiny_exam_qa/tiny_exam/b

release        <0>/releases/meds-ins/<version>
root           <sha256>
left-out rows  <0>/releases/meds-ins/<version>/ledger.parquet
card           <0>/releases/meds-ins/<version>/README.md
"""
    )
    assert result.stderr.splitlines()[0] == "find raw files: 1 of 1"
    again = normal(run("build", "meds-ins", "--sample").stdout, home).splitlines()[0]
    assert again == "MedS-Ins <version>: 1 rows, <seconds>, of made-up samples, nothing has changed since it was built"


def test_build_as_json_is_one_object(checkout: Path, tmp_path: Path) -> None:
    result = run("build", "meds-ins", "--sample", "--home", tmp_path / "elsewhere", "--format", "json")
    assert result.stderr == ""
    assert result.stdout.count("\n") == 1
    summary = json.loads(result.stdout)
    assert {"product", "version", "root", "path", "seconds", "sources", "tasks"} <= set(summary)
    assert Path(summary["path"]).is_relative_to(tmp_path / "elsewhere")
    assert summary["tasks"] == {f"{NAME}_qa": 1}
    assert summary["sources"][NAME]["rows_in"] == 4
    assert summary["sources"][NAME]["rows_out"] == 1


def test_build_all_prints_one_object_per_product(built: Path) -> None:
    result = run("build", "all", "--sample", "--workers", 1, "--home", built, "--format", "json")
    objects = [json.loads(line) for line in result.stdout.splitlines()]
    assert [o["product"] for o in objects] == ["mmedc", "meds-ins", "mmedbench", "meds-bench"]
    assert all(source["rows_out"] >= 0 for o in objects for source in o["sources"].values())


def test_build_all_goes_on_after_a_product_that_has_nothing(checkout: Path, home: Path) -> None:
    result = run("build", "all", "--sample", "--format", "quiet", code=4)
    assert [Path(line).parent.name for line in result.stdout.splitlines()] == ["meds-ins"]
    assert result.stderr.startswith("error: 3 of 4 products were not built: mmedc: no source of mmedc has raw files")


def test_build_skips_what_is_not_here(tmp_path: Path) -> None:
    shutil.copytree(registry.home_of("frenchmedmcqa") / "sample", tmp_path / "raw" / "frenchmedmcqa")
    result = run("build", "mmedbench", "--raw", tmp_path / "raw")
    assert "skipped, for their raw files are not here (4):" in result.stdout
    skipped = re.findall(r"^  (\w+): .*missing: .* - .*--raw DIR$", result.stdout, re.MULTILINE)
    assert skipped == ["headqa", "igakuqa", "medqa", "rumedbench"]
    assert "warning: frenchmedmcqa: not the pinned bytes, used as they are: corpus/train.json" in result.stderr
    told = run("build", "mmedbench", "--raw", tmp_path / "raw", "--strict", code=4).stderr.splitlines()[-1]
    assert told.startswith("error: headqa: ")


def test_download_is_off_when_files_are_named(checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def build(name: str, options: building.Options, watch: object = None) -> Any:
        seen.append(options.download)
        raise MissingFilesError("enough")

    monkeypatch.setattr(building, "build", build)
    for extra in ([], ["--sample"], ["--raw", tmp_path], ["--raw", tmp_path, "--download"], ["--no-download"]):
        run("build", "meds-ins", *extra, code=4)
    assert seen == [True, False, False, True, False]


def test_ingest(checkout: Path, home: Path) -> None:
    text = normal(run("ingest", NAME, "--sample").stdout, home)
    assert re.sub(r"[0-9a-f]{32}", "<key>", text) == (
        """\
tiny_exam

raw files  1
rows read  4
records    3

rows  not used because
   1  answer withheld upstream  left out by upstream

records  <0>/layers/<key>
"""
    )


def broken_raw(folder: Path) -> Path:
    """Give a raw folder whose file has one row that cannot be read."""
    (folder / "raw" / NAME).mkdir(parents=True)
    lines = [*ROWS.splitlines(), '{"id": "e", "q": "x", "o": ["y", "z"], "a": 9, "l": "en"}']
    (folder / "raw" / NAME / "questions.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder / "raw"


def test_ingest_shows_the_first_rejects(checkout: Path, tmp_path: Path) -> None:
    result = run("ingest", NAME, "--raw", broken_raw(tmp_path), code=3)
    assert re.search(r"^questions.jsonl +5  answer out of range$", result.stdout, re.MULTILINE)
    told = result.stderr.splitlines()[-1]
    assert told.startswith(f"error: {NAME}: questions.jsonl: 1 of 5 rows rejected, over 1%; the first: row 5:")
    result = run("ingest", NAME, "--raw", tmp_path / "raw", "--max-rejects", 0.5, "--format", "json")
    facts = json.loads(result.stdout)
    assert (facts["rows_in"], facts["rows_out"], facts["rejected"]) == (5, 3, {"answer out of range": 1})
    assert facts["rejects"][-1] == {
        "file": "questions.jsonl", "row": 5, "reason": "answer out of range", "withheld": False,
    }  # fmt: skip


def test_ingest_without_files(checkout: Path, tmp_path: Path) -> None:
    told = error_of("ingest", NAME, "--raw", tmp_path, code=4)
    assert "1 raw file is missing: questions.jsonl" in told


def test_fetch_from_the_own_copy(checkout: Path, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    shutil.copytree(checkout / "sources" / NAME / "sample", raw / NAME)
    found = json.loads(run("fetch", NAME, "--raw", raw, "--format", "json").output)
    assert found["files"][0] | {"sha256": ""} == {
        "path": "questions.jsonl", "bytes": len(ROWS), "sha256": "", "pin": "none", "listed": False,
        "local": str(raw / NAME / "questions.jsonl"),
    }  # fmt: skip
    assert run("fetch", NAME, "--raw", raw, "--format", "quiet").output == f"{raw / NAME / 'questions.jsonl'}\n"


def test_fetch_that_cannot_get_everything(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(name: str, **options: object) -> Any:
        raise MissingFilesError("1 raw file is missing", where=name, fix="sign there")

    monkeypatch.setattr(fetching, "fetch", fetch)
    result = run("fetch", NAME, code=4)
    assert result.stderr == f"error: {NAME}: 1 raw file is missing - sign there\n"
    assert error_of("fetch", NAME, "--format", "json", code=4).startswith('{"error": "1 raw file is missing"')


def test_check_new_source_until_it_passes(checkout: Path) -> None:
    written = run("new", f"{NAME}_two", "--shape", "Pair", "--title", "Two").output
    assert f"written  {checkout / 'sources' / f'{NAME}_two' / 'source.py'}" in written
    assert f"run: medcorpus check {NAME}_two" in written
    forget_sources()
    result = run("check", f"{NAME}_two", code=1)
    assert re.search(r"^facts +FAILS  about is empty: state it in source.py$", result.stdout, re.MULTILINE)
    assert result.stderr.splitlines()[-1].startswith(f"error: checks fail for {NAME}_two - mend them, then run:")
    assert run("check", NAME, "--format", "quiet", code=1).stdout == f"{NAME}\n"
    updated = run("check", NAME, "--update")
    assert f"written  {checkout / 'sources' / NAME / 'expected.jsonl'}; read it before" in updated.stdout
    assert f"{NAME} passes {len(contract.CHECKS)} checks" in updated.stdout
    found = json.loads(run("check", "--all", "--format", "json", code=1).stdout)
    assert found["failed"] == [f"{NAME}_two"]
    assert set(found["sources"][NAME]) == set(contract.CHECKS)


def test_pin_records_the_files_at_hand(checkout: Path, tmp_path: Path) -> None:
    raw = tmp_path / "raw" / NAME
    raw.mkdir(parents=True)
    (raw / "questions.jsonl").write_text(ROWS, encoding="utf-8")
    run("pin", NAME, "--raw", raw.parent)
    found = fetching.find(NAME, home=tmp_path / "home", raw=raw.parent)
    assert [f.pin for f in found.files] == ["matches"]


def test_pin_without_files_says_what_to_name(checkout: Path) -> None:
    assert "name their folder with --raw" in error_of("pin", NAME, code=4)
