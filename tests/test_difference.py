"""Two releases compared row by row: what came, went and changed, why, and what that calls for."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from medcorpus import difference, references, tombstones
from medcorpus.difference import Difference, rows, telling
from medcorpus.errors import MedcorpusError, UnknownNameError, VerificationError
from medcorpus.records import Instruction
from medcorpus.release import Release
from medcorpus.schema import arrow_schema
from medcorpus.versions import following
from tests.bench.comparing import table
from tests.commandline import error_of, run
from tests.releases import HASH, OTHER, row, write_release, write_tables

OLD = [row(str(i), raw_row=i) for i in range(20)]


def compared(home: Path, new: list[dict[str, Any]], old: list[dict[str, Any]] | None = None, **how: Any) -> Difference:
    """Compare the releases of some rows; `how` goes to the newer, `old_...` to the older."""
    before = {k.removeprefix("old_"): v for k, v in how.items() if k.startswith("old_")}
    after = {k: v for k, v in how.items() if not k.startswith("old_")}
    one = write_release(home, "1.0.0", OLD if old is None else old, **before)
    return difference.between(one, write_release(home, "1.1.0", new, **after))


def test_same_rows_are_not_read(home: Path) -> None:
    found = compared(home, OLD)
    assert (sum(found.counts.values()), found.compared) == (0, 0)
    assert telling.advice(found).weight == "patch"
    assert telling.lines(found) == ["The rows are the same."]


def test_order_of_rows_does_not_count(home: Path) -> None:
    found = compared(home, OLD[::-1])
    assert (sum(found.counts.values()), found.compared) == (0, 40)


def test_splits_that_are_the_same_are_not_read(home: Path) -> None:
    test_rows = [row(f"t{i}", split="test") for i in range(7)]
    assert compared(home, [*OLD, row("new"), *test_rows], [*OLD, *test_rows]).compared == 41


def test_every_status_is_counted_by_every_dimension(home: Path) -> None:
    new = [
        *OLD[2:],
        row("new"),
        row("other", source="hoc", task_id="task106", lang="en"),
        OLD[1] | {"input": "Another question?"},
    ]
    found = compared(home, new)
    assert found.counts == {"added": 2, "removed": 1, "changed": 1, "moved": 0}
    assert found.by["source"] == {"frenchmedmcqa": {"added": 1, "removed": 1, "changed": 1}, "hoc": {"added": 1}}
    assert found.by["task"]["task106"] == {"added": 1}
    assert found.by["language"] == {"fr": {"added": 1, "removed": 1, "changed": 1}, "en": {"added": 1}}
    assert found.by["licence"] == {"Apache-2.0": {"added": 2, "removed": 1, "changed": 1}}
    assert found.by["split"] == {"train": {"added": 2, "removed": 1, "changed": 1}}
    assert found.examples["removed"] == ("task60/frenchmedmcqa/0",)
    assert found.added == {"source": ("hoc",), "task": ("task106",), "language": ("en",)}


@pytest.mark.parametrize(
    ("changes", "columns"),
    [
        ({"input": "x"}, {"input": 1}),
        ({"output": ["x", "y"]}, {"output": 1}),
        ({"instruction": "x", "phrasing": 3}, {"instruction": 1, "phrasing": 1}),
        ({"split": "test"}, {"split": 1}),
        ({"lang": "en"}, {"lang": 1}),
        ({"license": "MIT"}, {"license": 1}),
    ],
)
def test_changed_row_names_the_columns(changes: dict[str, Any], columns: dict[str, int], home: Path) -> None:
    found = compared(home, [OLD[0] | changes, *OLD[1:]])
    assert found.counts == {"added": 0, "removed": 0, "changed": 1, "moved": 0}
    assert found.reasons["changed"] == columns


def test_row_that_stands_elsewhere_in_its_raw_file_has_moved(home: Path) -> None:
    found = compared(home, [r | {"raw_row": r["raw_row"] + 1} for r in OLD])
    assert found.counts == {"added": 0, "removed": 0, "changed": 0, "moved": 20}
    assert telling.advice(found).weight == "patch"


def ledger(key: str, reason: str, record: bool = False) -> tuple[Any, ...]:
    row_id = f"frenchmedmcqa/{key}" if record else f"task60/frenchmedmcqa/{key}"
    return ("frenchmedmcqa", row_id, "keep", reason, "train.json", 1, "")


REMOVED: dict[str, tuple[dict[str, Any], str]] = {
    "ledger": ({"ledger": [ledger("0", "near duplicate")]}, "left out: near duplicate"),
    "ledger of records": ({"ledger": [ledger("0", "no task", record=True)]}, "left out: no task"),
    "same file": ({}, "read or rendered in another way"),
    "file changed": ({"raw": {"frenchmedmcqa": {"train.json": OTHER}}}, "not in the raw files: the file changed"),
    "file gone": ({"raw": {"frenchmedmcqa": {"dev.json": HASH}}}, "not in the raw files: the file is gone"),
    "withdrawn": (
        {"ledger": [("frenchmedmcqa", tombstones.hash_of("frenchmedmcqa/0"), "keep", "withdrawn", "", 0, "")]},
        "withdrawn",
    ),
}


@pytest.mark.parametrize("why", REMOVED)
def test_reason_of_a_removed_row(why: str, home: Path) -> None:
    how, reason = REMOVED[why]
    assert compared(home, OLD[1:], **how).reasons == {"removed": {reason: 1}}


def test_reason_of_a_source_that_was_dropped(home: Path) -> None:
    other = [row(str(i), source="hoc") for i in range(3)]
    assert compared(home, OLD, [*OLD, *other]).reasons["removed"] == {"source dropped": 3}


def test_reason_of_a_source_whose_files_are_not_here(home: Path) -> None:
    other = [row(str(i), source="hoc") for i in range(3)]
    found = compared(home, OLD, [*OLD, *other], skipped={"hoc": "hoc: 3 raw files are missing"})
    assert found.reasons["removed"] == {"source dropped: its raw files are not here": 3}


def test_reason_of_a_task_that_was_dropped(home: Path) -> None:
    assert compared(home, OLD, [*OLD, row("0", task_id="task9")]).reasons["removed"] == {"task dropped": 1}


ADDED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "source": ({"source": "hoc"}, {}, "new source"),
    "task": ({"task_id": "task9"}, {}, "new task"),
    "language": ({"lang": "ru"}, {}, "new language of its source"),
    "raw file": ({"raw_file": "more.json"}, {"raw": {"frenchmedmcqa": {"more.json": HASH}}}, "new raw file"),
    "member": ({"raw_file": "more.zip!a.json"}, {"raw": {"frenchmedmcqa": {"more.zip": HASH}}}, "new raw file"),
    "changed file": ({}, {"raw": {"frenchmedmcqa": {"train.json": OTHER}}}, "new in a raw file that changed"),
    "same file": ({}, {}, "read or rendered in another way"),
    "ledger": ({}, {"old_ledger": [ledger("n", "near duplicate")]}, "no longer left out: near duplicate"),
}


@pytest.mark.parametrize("why", ADDED)
def test_reason_of_an_added_row(why: str, home: Path) -> None:
    changes, how, reason = ADDED[why]
    assert compared(home, [*OLD, row("n", **changes)], **how).reasons["added"] == {reason: 1}


def test_schema_that_changed(home: Path) -> None:
    one = write_release(home, "1.0.0", OLD)
    schema = pa.schema([f for f in arrow_schema(Instruction) if f.name != "phrasing"]).append(
        pa.field("level", pa.int8())
    )
    other = write_release(home, "2.0.0", [r | {"level": 1} for r in OLD], schema=schema)
    found = difference.between(one, other)
    assert found.schema == {"phrasing": ("int32", ""), "level": ("", "int8")}
    assert sum(found.counts.values()) == 0
    assert telling.advice(found).weight == "major"


ADVICE: dict[str, tuple[list[dict[str, Any]], str, str]] = {
    "row removed": (OLD[1:], "major", "2.0.0"),
    "licence changed": ([OLD[0] | {"license": "MIT"}, *OLD[1:]], "major", "2.0.0"),
    "may not be passed on any more": ([OLD[0] | {"redistribute": "no"}, *OLD[1:]], "major", "2.0.0"),
    "source added": ([*OLD, row("0", source="hoc")], "minor", "1.1.0"),
    "task added": ([*OLD, row("0", task_id="task9")], "minor", "1.1.0"),
    "split added": ([*OLD, row("z", split="test")], "minor", "1.1.0"),
    "row mended": ([OLD[0] | {"input": "x"}, *OLD[1:]], "patch", "1.0.1"),
    "row added": ([*OLD, row("z")], "patch", "1.0.1"),
}


@pytest.mark.parametrize("what", ADVICE)
def test_advice(what: str, home: Path) -> None:
    new, weight, version = ADVICE[what]
    found = compared(home, new)
    assert telling.advice(found).weight == weight
    assert following(found.old.version, telling.advice(found).weight) == version


def test_changelog_has_the_newest_on_top(home: Path) -> None:
    first = compared(home, [*OLD[1:], row("n", source="hoc")])
    text = telling.changelog(first, date="2026-01-02")
    assert text.startswith("# Changelog\n\n## 1.1.0 (2026-01-02)\n")
    assert "- 1 row removed: read or rendered in another way (1)" in text
    assert "- New source: hoc" in text
    earlier = text.replace("1.1.0 (", "1.0.0 (")
    again = telling.changelog(first, earlier=earlier)
    assert again.count("# Changelog\n") == 1
    assert again.index("## 1.1.0\n") < again.index("## 1.0.0 (2026-01-02)")
    assert telling.changelog(first, earlier=again) == again


def test_text_of_rows_is_never_told(home: Path) -> None:
    canary = "the patient in bed seventeen"
    found = compared(home, [OLD[0] | {"input": canary}, *OLD[2:], row("n", input=canary)])
    assert "bed seventeen" not in json.dumps(telling.as_facts(found)) + telling.changelog(found)


def test_two_products_are_not_compared(home: Path) -> None:
    one = write_release(home, "1.0.0", OLD)
    other = write_release(home / "other", "1.0.0", OLD, product="meds-bench")
    with pytest.raises(MedcorpusError, match="are two products"):
        difference.between(one, other)


def test_damaged_file_is_refused(home: Path) -> None:
    one, other = write_release(home, "1.0.0", OLD), write_release(home, "1.1.0", OLD[1:])
    (path,) = other.path.glob("data/task60/*.parquet")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(VerificationError):
        difference.between(one, other)


def test_id_that_stands_twice_is_refused(home: Path) -> None:
    with pytest.raises(VerificationError, match="an id stands twice"):
        compared(home, [*OLD[1:], OLD[1] | {"input": "again"}])


def test_buckets_give_what_one_gives(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new = [*OLD[3:], *(row(f"n{i}", source="hoc") for i in range(30)), OLD[0] | {"input": "x"}]
    one = write_release(home, "1.0.0", OLD, ledger=[ledger("1", "near duplicate")])
    other = write_release(home, "1.1.0", new, ledger=[ledger("2", "exact duplicate")])
    whole = difference.between(one, other)
    for name, size in (("BUCKET", 7), ("BATCH", 3), ("SPILL", 5)):
        monkeypatch.setattr(rows, name, size)
    assert telling.as_facts(difference.between(one, other)) == telling.as_facts(whole)


def test_release_without_ledger_says_less(home: Path) -> None:
    one = write_release(home, "1.0.0", OLD)
    other = write_release(home, "1.1.0", OLD[1:], ledger=[ledger("0", "near duplicate")])
    (other.path / "ledger.parquet").unlink()
    assert difference.between(one, other).reasons["removed"] == {"read or rendered in another way": 1}


@dataclass(frozen=True, slots=True)
class FarAway(Release):
    """A release whose files come when they are asked for."""

    stock: Path

    def bring(self, paths: Iterable[Path]) -> None:
        for path in paths:
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.stock / path.relative_to(self.path), path)


def test_only_what_may_differ_is_brought_here(home: Path, tmp_path: Path) -> None:
    same = [row(f"t{i}", split="test") for i in range(5)]
    one = write_release(home, "1.0.0", [*OLD, *same])
    other = write_release(home, "1.1.0", [*OLD[1:], *same], ledger=[ledger("0", "near duplicate")])
    far = FarAway(tmp_path / "far", other.manifest, other.path)
    assert difference.between(one, far).reasons["removed"] == {"left out: near duplicate": 1}
    assert sorted(p.name for p in far.path.rglob("*.parquet")) == ["ledger.parquet", "train-00000-of-00001.parquet"]


def test_memory_stays_small_however_many_rows_there_are(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = []
    joined = rows._joined

    def watched(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
        taken.append(old.height + new.height)
        return joined(old, new)

    monkeypatch.setattr(rows, "_joined", watched)
    monkeypatch.setattr(rows, "BUCKET", 500)
    one = write_tables(home, "1.0.0", [table(0, 5000)])
    other = write_tables(home, "1.1.0", [table(50, 5050)])
    found = difference.between(one, other)
    assert found.counts == {"added": 50, "removed": 50, "changed": 0, "moved": 0}
    assert sum(taken) == 10_000
    assert max(taken) < 2000


@pytest.fixture
def two(home: Path) -> Path:
    write_release(home, "1.0.0", OLD)
    write_release(home, "1.1.0", [*OLD[1:], row("n", source="hoc"), row("m", license="MIT")])
    return home


@pytest.mark.parametrize("names", [("1.0.0", "1.1.0"), ("meds-ins@1.0.0", "meds-ins"), ("{}/1.0.0", "{}/1.1.0")])
def test_command_takes_versions_products_and_folders(names: tuple[str, str], two: Path) -> None:
    folder = two / "releases" / "meds-ins"
    told = json.loads(run("diff", *(n.format(folder) for n in names), "--format", "json").stdout)
    assert told["counts"] == {"added": 2, "removed": 1, "changed": 0, "moved": 0}
    assert told["advice"]["next"] == "2.0.0"


def test_command_tells_people(two: Path) -> None:
    text = run("diff", "1.0.0", "1.1.0").stdout
    assert "meds-ins 1.0.0 -> 1.1.0: 2 added, 1 removed" in text
    assert "new source" in text
    assert "major: 1 row removed. After 1.0.0: 2.0.0" in text
    assert run("diff", "1.0.0", "1.1.0", "--format", "quiet").stdout.splitlines()[0] == "added 2"


def test_command_writes_the_changelog(two: Path, tmp_path: Path) -> None:
    for _ in range(2):
        run("diff", "1.0.0", "1.1.0", "--changelog", tmp_path / "CHANGELOG.md")
    assert (tmp_path / "CHANGELOG.md").read_text(encoding="utf-8").count("## 1.1.0") == 1


def test_command_names_the_nearest_version(two: Path) -> None:
    assert "did you mean '1.1.0' or '1.0.0'?" in error_of("diff", "1.0.0", "1.1.1", code=2)


def test_version_of_two_products_needs_the_product(two: Path, tmp_path: Path) -> None:
    folder = two / "releases" / "meds-bench" / "1.0.0"
    folder.parent.mkdir()
    made = write_release(tmp_path / "other", "1.0.0", OLD, product="meds-bench")
    made.path.rename(folder)
    with pytest.raises(MedcorpusError, match="several products have a version"):
        references.resolve("1.0.0", two)
    assert references.resolve("1.0.0", two, "meds-bench").product == "meds-bench"
    with pytest.raises(UnknownNameError):
        references.resolve("medsins@1.0.0", two)
