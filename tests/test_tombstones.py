"""Rows that are withdrawn for ever: out of every build, out of every load of an older release, named nowhere."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import medcorpus
from medcorpus import difference, fetch, release, tombstones, why, withdrawals
from medcorpus.build import Built, Options, build
from medcorpus.errors import FormatError
from medcorpus.tombstones import Tombstone, Withdrawn, entry, hash_of
from tests import made
from tests.checkout import NAME
from tests.commandline import error_of, run
from tests.releases import row, write_release

TEXTS = (
    "The patient came to the clinic with a fever and a dry cough.",
    "An ultrasound of the liver showed two small cysts and no stones.",
    "Her blood pressure fell after the dose of the drug was doubled.",
    "Vaccination against measles is given to children in their second year.",
)
ROWS = [{"id": str(i), "text": text} for i, text in enumerate(TEXTS)]
GONE = "The patient called Canary came with a fever and a dry cough."
DAY = "2026-01-31"


def listing(path: Path, *ids: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{i}\t{DAY}\tasked to be forgotten\n" for i in ids), encoding="utf-8")
    return path


def built(home: Path, monkeypatch: pytest.MonkeyPatch, rows: list[dict[str, Any]], **options: Any) -> Built:
    made.register(monkeypatch, made.source())
    made.write_rows(home / "raw" / "made_raw", {"a.jsonl": rows})
    monkeypatch.setattr(fetch, "find", lambda name, **_: made.found_in(home / "raw" / "made_raw"))
    return build("mmedc", Options(home=home, raw=home / "raw", workers=1, **options))


def ids_of(made_release: release.Release) -> set[str]:
    files = [p for p, f in made_release.files() if f["path"].startswith("data/")]
    return set(pl.read_parquet(files)["id"]) if files else set()


def test_withdrawn_row_is_left_out_counted_and_named_by_its_hash(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [*ROWS, {"id": "canary-7", "text": GONE}]
    before = built(home, monkeypatch, rows)
    assert "made_up/canary-7" in ids_of(before.release)
    after = built(home, monkeypatch, rows, tombstones=listing(home / "list.tsv", "made_up/canary-7"))
    assert after.release.version != before.release.version
    assert ids_of(after.release) == ids_of(before.release) - {"made_up/canary-7"}
    manifest = after.release.manifest
    assert manifest["sources"]["made_up"]["rejected"]["withdrawn"] == 1
    assert manifest["withdrawn"]["rows"] == {"made_up": 1}
    steps = {s["step"]: s["rows"] for s in manifest["funnel"]}
    assert steps["without: withdrawn"] == 4
    ledger = pl.read_parquet(after.release.path / "ledger.parquet").filter(pl.col("reason") == "withdrawn").to_dicts()
    told = {"id": hash_of("made_up/canary-7"), "raw_file": "", "raw_row": 0, "step": "keep", "copy_of": ""}
    assert ledger == [told | {"source": "made_up", "reason": "withdrawn"}]
    after.release.verify()


def test_nothing_of_a_withdrawn_row_is_in_the_release(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [*ROWS, {"id": "canary-7", "text": GONE}, {"id": "copy", "text": GONE}]
    listed = listing(home / "list.tsv", "made_up/canary-7", "made_up/copy")
    after = built(home, monkeypatch, rows, tombstones=listed)
    for path in after.release.path.rglob("*"):
        if path.suffix == ".parquet":
            assert "anary" not in str(pl.read_parquet(path).to_dicts())
        elif path.is_file():
            assert b"anary" not in path.read_bytes(), path


def test_copy_of_a_withdrawn_row_stays_out_or_is_warned_of(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [*ROWS, {"id": "a-copy", "text": GONE}, {"id": "b-copy", "text": GONE}]
    survivor = built(home, monkeypatch, rows, tombstones=listing(home / "a.tsv", "made_up/a-copy"))
    assert not {"made_up/a-copy", "made_up/b-copy"} & ids_of(survivor.release)
    assert not [w for w in survivor.warnings if "withdrawn" in w]
    (home / "tombstones.tsv").unlink()
    other = built(home, monkeypatch, rows, tombstones=listing(home / "b.tsv", "made_up/b-copy"))
    assert "made_up/a-copy" in ids_of(other.release)
    assert "copies of withdrawn rows stay, withdraw them as well: made_up/a-copy" in other.warnings


def test_list_is_remembered_by_later_builds(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = built(home, monkeypatch, ROWS, tombstones=listing(home / "list.tsv", "made_up/1"))
    again = built(home, monkeypatch, ROWS)
    assert again.release.version == first.release.version
    assert "made_up/1" not in ids_of(again.release)
    assert again.release.path.joinpath("tombstones.tsv").read_text(encoding="utf-8").count(hash_of("made_up/1")) == 1


@pytest.mark.parametrize("withdrawn", [f"{NAME}/a", f"{NAME}_qa/{NAME}/a"])
def test_record_withdraws_what_was_made_from_it(withdrawn: str, home: Path, checkout: Path) -> None:
    options = Options(home=home, sample=True, workers=1, tombstones=listing(home / "list.tsv", withdrawn))
    left = build("meds-ins", options).release
    assert left.manifest["withdrawn"]["rows"] == {NAME: 1}
    assert not any(i.endswith(f"{NAME}/a") for i in ids_of(left))


def test_instruction_leaves_other_instructions_of_its_record() -> None:
    rows = pl.DataFrame([row("1"), row("1", task_id="task61"), row("1") | {"id": "task60/frenchmedmcqa/1#3"}])
    one = Withdrawn([Tombstone(hash_of("task60/frenchmedmcqa/1"), "frenchmedmcqa", DAY, "x")])
    assert one.mask(rows).to_list() == [True, False, True]
    whole = Withdrawn([Tombstone(hash_of("frenchmedmcqa/1"), "frenchmedmcqa", DAY, "x")])
    assert whole.mask(rows).to_list() == [True, True, True]
    elsewhere = Withdrawn([Tombstone(hash_of("frenchmedmcqa/1"), "hoc", DAY, "x")])
    assert elsewhere.mask(rows).to_list() == [False, False, False]


def test_why_finds_what_was_withdrawn(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built(home, monkeypatch, ROWS, tombstones=listing(home / "list.tsv", "made_up/1"))
    (fate,) = why.explain("made_up/1", home).fates
    assert (fate.published, fate.reason, fate.id) == (False, "withdrawn", "made_up/1")


FORMS: dict[str, Callable[[Any], list[Any]]] = {
    "polars": lambda frame: list(frame["id"]),
    "lazy": lambda frame: list(frame.collect()["id"]),
    "arrow": lambda table: table.column("id").to_pylist(),
    "iter": lambda rows: [r["id"] for r in rows],
    "datasets": lambda splits: [r["id"] for part in splits.values() for r in part],
}
ALL = [row(str(i)) for i in range(5)]


def old_release(home: Path) -> release.Release:
    old = write_release(home, "1.0.0", [*ALL, row("2", task_id="task61")])
    tombstones.remember(home, [entry("frenchmedmcqa/2", DAY, "asked to be forgotten")])
    return old


@pytest.mark.parametrize("form", FORMS)
def test_older_release_loads_without_withdrawn_rows(form: str, home: Path) -> None:
    old_release(home)
    with pytest.warns(UserWarning, match=r"2 row\(s\) of meds-ins 1\.0\.0 were withdrawn since and are left out"):
        loaded = medcorpus.load("meds-ins", as_=form)  # type: ignore[arg-type]
    assert sorted(FORMS[form](loaded)) == sorted(r["id"] for r in ALL if r["id"] != "task60/frenchmedmcqa/2")


def test_streaming_leaves_withdrawn_rows_out(home: Path) -> None:
    old_release(home)
    with pytest.warns(UserWarning, match="were withdrawn since"):
        stream = medcorpus.load("meds-ins", split="train", streaming=True, columns=["input"])
    assert len(list(stream)) == 4


def test_other_columns_and_filters_do_without_them_too(home: Path) -> None:
    old_release(home)
    with pytest.warns(UserWarning, match=r"1 row\(s\)"):
        loaded = medcorpus.load("meds-ins", task="task60", as_="arrow", columns=["input"])
    assert loaded.column("input").to_pylist() == [f"Question {i}?" for i in (0, 1, 3, 4)]


def test_release_built_with_the_list_is_not_searched(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tombstones.remember(home, [entry("frenchmedmcqa/2", DAY, "asked")])
    known = {"list": tombstones.digest(tombstones.known(home)), "entries": 1, "rows": {"frenchmedmcqa": 1}}
    write_release(home, "1.0.0", ALL[:2], withdrawn=known)
    monkeypatch.setattr(withdrawals, "_ids_in", lambda *_: pytest.fail("was searched"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert medcorpus.load("meds-ins", as_="polars").height == 2


def test_what_was_found_is_remembered(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old_release(home)
    with pytest.warns(UserWarning):
        medcorpus.load("meds-ins", as_="polars")
    monkeypatch.setattr(withdrawals, "_ids_in", lambda *_: pytest.fail("was searched again"))
    with pytest.warns(UserWarning, match=r"2 row\(s\)"):
        assert medcorpus.load("meds-ins", as_="polars").height == 4


def test_difference_says_that_rows_were_withdrawn(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = built(home, monkeypatch, ROWS)
    after = built(home, monkeypatch, ROWS, tombstones=listing(home / "list.tsv", "made_up/1"))
    found = difference.between(before.release, after.release)
    assert found.reasons["removed"] == {"withdrawn": 1}


def test_list_reads_what_it_writes(tmp_path: Path) -> None:
    entries = [entry("pubmedqa/1", DAY, "one"), entry("task60/frenchmedmcqa/2", DAY, "two\n words")]
    path = tmp_path / "list.tsv"
    path.write_text(tombstones.as_text(entries), encoding="utf-8")
    assert set(tombstones.read(path)) == set(entries)
    assert {e.source for e in entries} == {"pubmedqa", "frenchmedmcqa"}
    assert "pubmedqa/1" not in path.read_text(encoding="utf-8")


BAD = {
    "no date": "pubmedqa/1\tsoon\twhy\n",
    "no reason": f"pubmedqa/1\t{DAY}\t\n",
    "no id": f"pubmedqa\t{DAY}\twhy\n",
    "no source": f"{hash_of('x')}\t\t{DAY}\twhy\n",
    "one cell": "pubmedqa/1\n",
}


@pytest.mark.parametrize("what", BAD)
def test_bad_line_is_named(what: str, tmp_path: Path) -> None:
    path = tmp_path / "list.tsv"
    path.write_text(f"# remark\n\nid\tdate\treason\n{BAD[what]}", encoding="utf-8")
    with pytest.raises(FormatError):
        tombstones.read(path)


def test_shipped_list_can_be_read() -> None:
    assert tombstones.shipped() == ()


def test_command_withdraws(home: Path) -> None:
    old_release(home)
    (home / "tombstones.tsv").unlink()
    assert "1 of 1 rows were not withdrawn before" in run("withdraw", "frenchmedmcqa/2", "--reason", "asked").stdout
    with pytest.warns(UserWarning, match="were withdrawn since"):
        assert medcorpus.load("meds-ins", as_="polars").height == 4
    assert "no source 'frenchmcqa'" in error_of("withdraw", "frenchmcqa/2", "--reason", "x", code=1)
