"""What a build will cost: samples are parts of the whole, and the whole is what the line through them says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from medcorpus import excerpt, fetch, products
from medcorpus import plan as planning
from medcorpus.build import Options, build_product
from medcorpus.fetch import Found
from medcorpus.formats import parquet
from medcorpus.plan import Cost, Measured, Plan, Share, Size
from medcorpus.source import File
from medcorpus.stages.clean import Clean
from medcorpus.stages.exact import Exact
from tests import made
from tests.commandline import error_of, run

FILES, ROWS = 10, 400
PRODUCT = replace(
    products.get("mmedc"),
    stages=(Clean(), Exact(columns=("clean_text",))),
    rules=lambda: {"exact duplicate": pl.col("dup_of") == ""},
    columns=lambda: {n: pl.col(n) for n in (*products.ORIGIN, "clean_text")},
    protects=(),
)


@pytest.fixture
def crawl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a raw folder with a source of ten Parquet files, and a folder of another source."""
    source = made.source(
        read=lambda path: parquet.batches(path, ("text",)), files=(File(path="part_*.parquet"),), folder=""
    )
    made.register(monkeypatch, source)
    for number in range(FILES):
        texts = [f"Row {row} of file {number} says {'aspirin ' * (row % 50)}and no more." for row in range(ROWS)]
        path = tmp_path / "raw" / made.NAME / f"part_{number}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table({"text": texts}), path, compression="zstd", row_group_size=90)
    (tmp_path / "raw" / "other").mkdir()
    (tmp_path / "raw" / "other" / "file.txt").write_text("beside it")
    return tmp_path / "raw"


def found_in(raw: Path) -> Found:
    return fetch.find(made.NAME, home=raw.parent / "home", raw=raw)


def measured(rows: int, **costs: Cost) -> Measured:
    return Measured(rows=rows, raw_bytes=rows * 100, stored=rows // 2, kept=rows // 4, costs=costs)


def share(small: Measured, large: Measured, rows: float) -> Share:
    return Share(source="x", small=small, large=large, size=Size(bytes=rows * 100, rows=rows))


def test_excerpt_takes_the_first_rows_of_files_spread_over_all(crawl: Path, tmp_path: Path) -> None:
    size = excerpt.take(made.NAME, found_in(crawl), 80, tmp_path / "part", crawl)
    files = sorted((tmp_path / "part" / made.NAME).iterdir())
    assert [f.name for f in files] == [f"part_{n}.parquet" for n in range(8)]
    for number, file in enumerate(files):
        assert pq.read_table(file).equals(pq.read_table(crawl / made.NAME / f"part_{number}.parquet").slice(0, 10))
        assert pq.read_metadata(file).row_group(0).column(0).compression == "ZSTD"
    parts = [(crawl / made.NAME / f.name).stat().st_size * 10 / ROWS for f in files]
    assert size == pytest.approx(sum(parts))


def test_excerpt_lays_the_other_sources_beside(crawl: Path, tmp_path: Path) -> None:
    excerpt.take(made.NAME, found_in(crawl), 80, tmp_path / "part", crawl)
    assert (tmp_path / "part" / "other" / "file.txt").read_text() == "beside it"


def test_excerpt_takes_other_files_whole_until_there_are_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.register(monkeypatch, made.source(folder=""))
    rows = {f"{n}.jsonl": [{"id": f"{n}-{i}", "text": "x" * 1000} for i in range(5)] for n in range(4)}
    folder = made.write_rows(tmp_path / "raw" / made.NAME, rows)
    size = excerpt.take(made.NAME, made.found_in(folder), 2, tmp_path / "part")
    taken = sorted((tmp_path / "part" / made.NAME).iterdir())
    assert [f.name for f in taken] == ["0.jsonl", "1.jsonl"]
    assert size == sum((folder / f.name).stat().st_size for f in taken)


def test_sample_is_measured_step_by_step(crawl: Path) -> None:
    sample = planning.measure(PRODUCT, made.NAME, found_in(crawl), 400, crawl)
    assert (sample.rows, sample.stored) == (400, 400)
    stages = [s.name for s in PRODUCT.stages]
    assert [s for s in sample.costs if s in stages] == stages
    assert list(sample.costs)[-1] == "write"
    assert all(sample.costs[s].bytes > 0 for s in ("read", *stages, "write"))
    assert sample.costs["read"].parallel > 0
    assert sample.costs["write"].parallel == 0


def test_nothing_of_the_sample_is_left(crawl: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = crawl.parent / "temporary"
    kept.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(kept))
    planning.measure(PRODUCT, made.NAME, found_in(crawl), 40, crawl)
    assert not list(kept.iterdir())
    assert not (crawl.parent / "home" / "layers").exists()


def test_plan_of_what_is_here_foresees_what_a_build_writes(crawl: Path, tmp_path: Path) -> None:
    foreseen = planning.plan(PRODUCT, {made.NAME: found_in(crawl)}, rows=1200, workers=2, raw=crawl)
    home = tmp_path / "built"
    build_product(PRODUCT, Options(home=home, raw=crawl, workers=1, part_bytes=1))
    written = sum(f.stat().st_size for f in home.rglob("*") if f.suffix in (".arrow", ".parquet"))
    assert foreseen.rows == pytest.approx(FILES * ROWS, rel=0.02)
    assert foreseen.total.bytes == pytest.approx(written, rel=0.2)


@pytest.mark.parametrize(
    ("stated", "whole"),
    [
        (Size(rows=10**6), Size(bytes=100 * 10**6, rows=10**6)),
        (Size(bytes=10**9), Size(bytes=10**9, rows=10**7)),
        (Size(bytes=5, rows=7), Size(bytes=5, rows=7)),
    ],
    ids=["rows", "bytes", "both"],
)
def test_stated_size_stands_for_the_whole(
    stated: Size, whole: Size, crawl: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "measure", lambda product, name, found, rows, raw: measured(rows))
    sizes = {made.NAME: stated}
    [planned] = planning.plan(PRODUCT, {made.NAME: found_in(crawl)}, rows=400, workers=1, sizes=sizes).shares
    assert planned.size == whole


def test_cost_grows_along_the_line_through_both_samples() -> None:
    small = measured(100, clean=Cost(parallel=2.0, serial=1.0, bytes=1000))
    large = measured(400, clean=Cost(parallel=3.5, serial=1.0, bytes=4000))
    assert share(small, large, 1000).cost("clean") == Cost(parallel=6.5, serial=1.0, bytes=10_000)


def test_small_sample_that_took_longer_does_not_make_the_whole_cheaper() -> None:
    small, large = measured(100, clean=Cost(parallel=9.0)), measured(400, clean=Cost(parallel=3.0))
    assert share(small, large, 10**6).cost("clean").parallel == 3.0


def test_two_samples_of_the_same_rows_are_multiplied() -> None:
    one = measured(100, clean=Cost(parallel=2.0))
    assert share(one, one, 1000).cost("clean").parallel == pytest.approx(20.0)


def test_benchmarks_cost_the_same_however_large_the_source_is() -> None:
    small, large = measured(100), measured(400, **{"test items": Cost(parallel=3.0, bytes=7)})
    assert share(small, large, 10**9).cost("test items") == Cost(parallel=3.0, bytes=7)


def test_wall_time_shares_what_can_be_shared() -> None:
    large = measured(400, clean=Cost(parallel=80.0, serial=2.0))
    made_plan = Plan(
        product="x",
        workers=8,
        shares=(share(large, large, 400),),
        worker_bytes=0,
        row_bytes={"exact": 100, "near": None},
    )
    assert made_plan.wall_seconds == pytest.approx(12.0)
    assert (made_plan.memory("clean"), made_plan.memory("exact"), made_plan.memory("near")) == (0, 200 * 100, None)


@pytest.mark.parametrize(("rows", "told"), [(400, True), (4000, False)])
def test_tiny_sample_is_told(rows: int, told: bool, crawl: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "measure", lambda product, name, found, rows, raw: measured(rows))
    sizes = {made.NAME: Size(rows=10**6)}
    foreseen = planning.plan(PRODUCT, {made.NAME: found_in(crawl)}, rows=rows, workers=1, sizes=sizes)
    assert any(f"measured on {rows} rows" in w for w in foreseen.warnings) == told


def test_command_prints_steps_and_totals(checkout: Path) -> None:
    shown = run("plan", "meds-ins", "--workers", "4").output
    assert "render" in shown
    assert "with 4 processes" in shown
    value = json.loads(run("plan", "meds-ins", "--format", "json").stdout)
    assert value["sources"]["tiny_exam"]["rows"] == 4
    assert value["disk_bytes"] == pytest.approx(sum(s["bytes"] for s in value["steps"].values()), abs=10)


def test_size_without_a_source_is_refused() -> None:
    assert "--source" in error_of("plan", "mmedc", "--bytes", "6T", code=2)


def test_size_that_is_no_number_is_refused() -> None:
    assert "400M or 6T" in error_of("plan", "mmedc", "--source", "pubmed", "--bytes", "much", code=2)


def test_raw_folder_without_the_source_says_how_to_get_it(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "tiny_exam" in error_of("plan", "meds-ins", "--raw", tmp_path / "empty", code=4)
