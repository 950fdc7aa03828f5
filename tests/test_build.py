"""From raw files to a release: rows in = rows out + what the ledger holds."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from medcorpus import fetch, parquet, products, registry, release
from medcorpus.build import Built, Options, build
from medcorpus.errors import MissingFilesError, SourceError, VerificationError
from tests import made


@pytest.fixture(scope="module")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a home for builds that several tests look at."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module", params=list(products.PRODUCTS))
def built(request: pytest.FixtureRequest, sample_home: Path, sample_layers: str) -> Built:
    """Build each product from the samples of all sources."""
    return build(request.param, Options(home=sample_home, store=sample_layers, sample=True, workers=1))


def rows_of(built: Built) -> pl.DataFrame:
    files = [
        f["path"] for splits in built.release.manifest["configs"].values() for s in splits.values() for f in s["files"]
    ]
    return pl.concat([pl.read_parquet(built.release.path / f) for f in files])


def test_every_listed_file_is_as_listed(built: Built) -> None:
    assert built.release.verify() == len(built.release.manifest["files"])


def test_every_file_in_the_folder_is_listed(built: Built) -> None:
    listed = {f["path"] for f in built.release.manifest["files"]} | {release.MANIFEST}
    assert {
        p.relative_to(built.release.path).as_posix() for p in built.release.path.rglob("*") if p.is_file()
    } == listed


def test_ids_are_unique(built: Built) -> None:
    assert rows_of(built)["id"].is_unique().all()


def test_rows_are_counted_as_they_are(built: Built) -> None:
    counts = dict(rows_of(built).group_by("source").len().iter_rows())
    assert counts == {n: s["rows_out"] for n, s in built.release.manifest["sources"].items() if s["rows_out"]}


def test_rows_in_are_rows_out_and_rejects(built: Built) -> None:
    ledger = pl.read_parquet(built.release.path / "ledger.parquet")
    for name, source in built.release.manifest["sources"].items():
        own = ledger.filter(pl.col("source") == name)
        assert Counter(own["reason"].to_list()) + Counter(source.get("screened", {})) == source["rejected"]
        unread = own.filter(pl.col("step") == "read").height
        if "rendered" in source:
            kept = own.filter(pl.col("step") == "keep").height
            assert source["rendered"] == source["rows_out"] + kept
            assert source["rows_in"] >= unread
        else:
            assert source["rows_in"] == source["rows_out"] + sum(source["rejected"].values())


def test_every_source_of_the_product_gives_rows(built: Built) -> None:
    empty = {n for n, s in built.release.manifest["sources"].items() if not s["rows_out"]}
    without_test_rows = {n for n in empty if built.release.product == "meds-bench"}
    assert empty == without_test_rows


def test_funnel_ends_with_the_rows_of_the_release(built: Built) -> None:
    assert built.release.manifest["funnel"][-1]["rows"] == rows_of(built).height


def test_sizes_of_the_sources_add_up_to_those_of_the_configurations(built: Built) -> None:
    of_sources, of_configs = (
        sum((Counter(sizes) for sizes in found), Counter())
        for found in (
            [s["sizes"] for s in built.release.manifest["sources"].values()],
            built.release.manifest["sizes"].values(),
        )
    )
    assert of_sources == of_configs
    assert of_sources["n_tokens"] > 0


def test_every_row_has_licence_and_origin(built: Built) -> None:
    rows = rows_of(built)
    for column in ("id", "source", "split", "license", "access", "redistribute", "lang"):
        assert (rows[column] != "").all()


def test_second_build_is_a_lookup(built: Built, sample_home: Path, sample_layers: str) -> None:
    options = Options(home=sample_home, store=sample_layers, sample=True, workers=1)
    again = build(built.release.product, options)
    assert not again.new
    assert again.release.manifest == built.release.manifest


def test_summary_has_what_the_command_prints(built: Built) -> None:
    summary = json.loads(json.dumps(built.summary()))
    assert {"product", "version", "root", "path", "seconds", "sources", "tasks"} <= set(summary)
    assert all({"rows_in", "rows_out", "rejected"} <= set(s) for s in summary["sources"].values())


def test_sample_is_called_a_sample(built: Built) -> None:
    assert built.release.is_sample
    assert "+sample." in built.release.version


def test_all_tasks_of_all_sources_give_rows(sample_home: Path, sample_layers: str) -> None:
    built = build("meds-ins", Options(home=sample_home, store=sample_layers, sample=True, workers=1))
    assert set(built.release.manifest["tasks"]) == set(registry.tasks())


def made_up(home: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, list[Any]], **options: Any) -> Built:
    made.register(monkeypatch, made.source())
    made.write_rows(home / "raw" / "made_raw", files)
    monkeypatch.setattr(fetch, "find", lambda name, **_: made.found_in(home / "raw" / "made_raw"))
    return build("mmedc", Options(home=home, raw=home / "raw", workers=1, **options))


TEXTS = (
    "The patient came to the clinic with a fever and a dry cough.",
    "An ultrasound of the liver showed two small cysts and no stones.",
    "Her blood pressure fell after the dose of the drug was doubled.",
    "Vaccination against measles is given to children in their second year.",
    "The surgeon removed the appendix and the wound healed without infection.",
)
ROWS = [{"id": str(i), "text": text} for i, text in enumerate(TEXTS)]
NEW = "A rash appeared on both arms three days after the first tablet."


def test_new_raw_row_gives_a_new_root_and_both_versions_stay(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = made_up(home, monkeypatch, {"a.jsonl": ROWS})
    second = made_up(home, monkeypatch, {"a.jsonl": [*ROWS, {"id": "n", "text": NEW}]})
    assert first.release.manifest["root"] != second.release.manifest["root"]
    assert set(release.versions(home, "mmedc")) == {first.release.version, second.release.version}
    assert release.find(home, "mmedc").version == second.release.version


def test_another_citation_makes_another_release_of_the_same_rows(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = made_up(home, monkeypatch, {"a.jsonl": ROWS})
    made.register(monkeypatch, made.source())
    monkeypatch.setattr(registry, "citation", lambda asked: "@misc{mended}")
    second = build("mmedc", Options(home=home, raw=home / "raw", workers=1))
    assert (second.release.manifest["root"], second.new) == (first.release.manifest["root"], True)
    assert "@misc{mended}" in (second.release.path / "README.md").read_text()


def test_row_left_out_is_in_the_ledger_with_its_place(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = made_up(home, monkeypatch, {"a.jsonl": [*ROWS, {"id": "copy", "text": TEXTS[1].replace(" ", "  ")}]})
    [row] = pl.read_parquet(built.release.path / "ledger.parquet").to_dicts()
    assert row == {
        "source": "made_up",
        "id": "made_up/copy",
        "step": "keep",
        "reason": "near duplicate",
        "raw_file": "a.jsonl",
        "raw_row": 6,
        "copy_of": "made_up/1",
    }


def test_day_of_retrieval_is_that_of_the_newest_raw_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def aged(folder: Path) -> fetch.Found:
        for day, name in enumerate(("a.jsonl", "b.jsonl")):
            os.utime(folder / name, (0, 86_400 * (20_000 + day)))
        return found_in(folder)

    found_in = made.found_in
    monkeypatch.setattr(made, "found_in", aged)
    found = made_up(home, monkeypatch, {"a.jsonl": ROWS, "b.jsonl": [{"id": "n", "text": NEW}]})
    assert [s["retrieved"] for s in found.release.manifest["sources"].values()] == ["2024-10-05"]


def test_failing_source_leaves_the_old_release_current(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = made_up(home, monkeypatch, {"a.jsonl": ROWS})
    with pytest.raises(SourceError):
        made_up(home, monkeypatch, {"a.jsonl": [*ROWS, {"id": "n"}]})
    assert release.find(home, "mmedc").version == first.release.version


def test_missing_sources_are_an_error_only_when_all_are_missing(home: Path) -> None:
    with pytest.raises(MissingFilesError, match="no source of mmedc has raw files"):
        build("mmedc", Options(home=home, raw=home / "nothing", workers=1))


@pytest.mark.parametrize("damage", ["flip", "truncate", "remove"])
def test_damaged_release_is_found(damage: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = made_up(home, monkeypatch, {"a.jsonl": ROWS})
    [path] = built.release.path.glob("data/en/*.parquet")
    data = bytearray(path.read_bytes())
    if damage == "remove":
        path.unlink()
    else:
        data[len(data) // 2] ^= 1
        path.write_bytes(data if damage == "flip" else data[:-1])
    with pytest.raises(VerificationError):
        built.release.verify()


def test_parquet_pages_carry_checksums(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = made_up(home, monkeypatch, {"a.jsonl": ROWS})
    [path] = built.release.path.glob("data/en/*.parquet")
    data = bytearray(path.read_bytes())
    place = data.index(b"Case") if b"Case" in data else 60
    data[place] ^= 1
    path.write_bytes(data)
    with pytest.raises(OSError, match=r"CRC|checksum|corrupt"):
        parquet.read_table(path)
