"""`medcorpus dedup` on people's own files: no row is lost, none is removed without a similar one that stays."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from medcorpus import deduplicate
from medcorpus.deduplicate import matching, reading, writing
from medcorpus.ngrams import ngram_hashes
from tests.commandline import error_of, run

WORDS = [f"word{i}" for i in range(300)]
Rows = list[dict[str, Any]]


def similarity(one: str, two: str) -> float:
    a, b = (set((ngram_hashes(pa.array([t]), 5)[1] >> 32).tolist()) for t in (one, two))
    return len(a & b) / len(a | b)


def made_up(count: int = 60) -> Rows:
    """Make rows of which every third is a near-copy of the one before it."""
    draw = random.Random(4)
    rows: Rows = []
    for i in range(count):
        words = draw.choices(WORDS, k=80)
        if i % 3 == 2:
            words = [*rows[-1]["text"].split()[:-1], f"other{i}"]
        rows.append({"id": f"r{i:03d}", "text": " ".join(words), "number": i})
    return rows


def written(path: Path, rows: Rows, **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), path, **options)
    return path


def kept(out: Path) -> pa.Table:
    return pa.concat_tables([pq.read_table(p) for p in sorted(out.glob("kept-*.parquet"))])


def clusters(out: Path) -> dict[str, dict[str, Any]]:
    return {r["id"]: r for r in pq.read_table(out / "clusters.parquet").to_pylist()}


def test_rows_that_stay_and_clusters(tmp_path: Path) -> None:
    rows = made_up()
    file, out = written(tmp_path / "in.parquet", rows), tmp_path / "out"
    told = json.loads(run("dedup", file, "--out", out, "--format", "json").stdout)
    assert (told["rows"], told["kept"], told["removed"]) == (60, 40, 20)
    assert kept(out).schema == pq.read_schema(file)
    assert kept(out).to_pylist() == [r for i, r in enumerate(rows) if i % 3 != 2]
    texts = {r["id"]: r["text"] for r in rows}
    found = clusters(out)
    assert list(found) == list(texts)
    for row_id, own in found.items():
        stays = own["dup_of"] or row_id
        assert (own["dup_cluster"], found[stays]["dup_of"]) == (stays, "")
        assert own["dup_jaccard"] == pytest.approx(similarity(texts[row_id], texts[stays]))


def test_files_workers_and_batches_make_no_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = made_up()
    one = written(tmp_path / "a.parquet", rows)
    two = [written(tmp_path / "b" / f"{i}.parquet", rows[i : i + 25], row_group_size=7) for i in (0, 25, 50)]
    run("dedup", one, "--out", tmp_path / "one", "--workers", 1)
    monkeypatch.setattr(reading, "BATCH_BYTES", 2000)
    monkeypatch.setattr(writing, "FILE_BYTES", (4000, 8000))
    monkeypatch.setattr(matching, "ROUND_BYTES", 2000)
    monkeypatch.setattr(matching, "ROUND_BYTES_PER_ROW", 0)
    run("dedup", *two, "--out", tmp_path / "two", "--workers", 3)
    assert len(list((tmp_path / "two").glob("kept-*.parquet"))) > 1
    assert kept(tmp_path / "one") == kept(tmp_path / "two")
    assert clusters(tmp_path / "one") == clusters(tmp_path / "two")


def test_index_deduplicates_the_next_batch(tmp_path: Path) -> None:
    rows = made_up()
    first = written(tmp_path / "first.parquet", rows[:30])
    second = written(tmp_path / "second.parquet", [{**r, "id": f"new/{r['id']}"} for r in rows[15:]])
    folder = tmp_path / "index"
    run("dedup", first, "--out", tmp_path / "one", "--save-index", folder)
    told = run("dedup", second, "--out", tmp_path / "two", "--against", folder, "--format", "json").stdout
    assert json.loads(told)["earlier"] == 15
    found = clusters(tmp_path / "two")
    assert found["new/r016"]["dup_of"] == "r016"
    assert found["new/r017"]["dup_of"] == "r016"
    assert found["new/r017"]["dup_jaccard"] == pytest.approx(similarity(rows[16]["text"], rows[17]["text"]))
    assert found["new/r032"]["dup_of"] == "new/r031"
    assert kept(tmp_path / "two").num_rows == 20


def test_rows_without_ids_are_called_by_file_and_row(tmp_path: Path) -> None:
    rows = [{"body": "the same text in every row"}, {"body": "another one"}, {"body": "The same text, in every row!"}]
    run("dedup", written(tmp_path / "x.parquet", rows), "--out", tmp_path / "out", "--text-column", "body")
    assert {i: r["dup_of"] for i, r in clusters(tmp_path / "out").items()} == {
        "x.parquet:1": "", "x.parquet:2": "", "x.parquet:3": "x.parquet:1"
    }  # fmt: skip


def test_ids_that_come_again_are_told_apart(tmp_path: Path) -> None:
    rows = [{"id": "a", "text": "one"}, {"id": "a", "text": "two"}, {"id": "b", "text": "ONE"}]
    run("dedup", written(tmp_path / "x.parquet", rows), "--out", tmp_path / "out")
    assert {i: r["dup_of"] for i, r in clusters(tmp_path / "out").items()} == {"a": "", "a~2": "", "b": "a"}


def test_ids_may_be_numbers(tmp_path: Path) -> None:
    rows = [{"key": 7, "text": "same"}, {"key": 5, "text": "same"}, {"key": 6, "text": "other"}]
    run("dedup", written(tmp_path / "x.parquet", rows), "--out", tmp_path / "out", "--id-column", "key")
    found = pq.read_table(tmp_path / "out" / "clusters.parquet")
    assert found.column("dup_of").to_pylist() == [5, None, None]
    assert found.schema.field("dup_cluster").type == pa.int64()


def test_null_texts_and_no_rows(tmp_path: Path) -> None:
    schema = pa.schema([("id", pa.string()), ("text", pa.large_string())])
    empty, nulls = tmp_path / "e.parquet", tmp_path / "n.parquet"
    pq.write_table(schema.empty_table(), empty)
    pq.write_table(pa.table({"id": ["a", "b"], "text": [None, "x"]}, schema=schema), nulls)
    run("dedup", empty, "--out", tmp_path / "one")
    run("dedup", empty, nulls, "--out", tmp_path / "two")
    assert kept(tmp_path / "one").schema == schema
    assert kept(tmp_path / "two").column("text").to_pylist() == [None, "x"]


def test_earlier_output_is_replaced_as_a_whole(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("dedup", written(tmp_path / "x.parquet", made_up()), "--out", out)
    (out / "kept-00009.parquet").write_bytes(b"left over")
    run("dedup", written(tmp_path / "y.parquet", made_up(6)), "--out", out)
    assert sorted(p.name for p in out.iterdir()) == ["clusters.parquet", "kept-00000.parquet"]
    assert pc.count_distinct(kept(out).column("id")).as_py() == 4


def test_failure_leaves_the_earlier_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, out = written(tmp_path / "x.parquet", made_up(6)), tmp_path / "out"
    run("dedup", file, "--out", out)

    def fails(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "_write_parquet", fails)
    with pytest.raises(OSError, match="No space"):
        deduplicate.deduplicate([file], out, deduplicate.Settings())
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []
    assert kept(out).num_rows == 4


def test_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    file, out = written(tmp_path / "x.parquet", made_up(3)), tmp_path / "out"
    out.mkdir()
    (out / "thesis.docx").write_bytes(b"")
    assert "not a folder that an earlier run wrote" in error_of("dedup", file, "--out", out, code=1)
    assert "the folder holds an input" in error_of(
        "dedup", written(tmp_path / "clusters.parquet", made_up(3)), "--out", tmp_path, code=1
    )


def test_wrong_columns_files_and_parameters(tmp_path: Path) -> None:
    file, out = written(tmp_path / "x.parquet", made_up(3)), tmp_path / "out"
    other = written(tmp_path / "other.parquet", [{"text": "x"}])
    text = tmp_path / "text.parquet"
    text.write_text("no Parquet")
    assert "there are: id, text, number" in error_of("dedup", file, "--out", out, "--text-column", "txet", code=2)
    assert "there is no column 'key'" in error_of("dedup", file, "--out", out, "--id-column", "key", code=2)
    assert "other columns than" in error_of("dedup", file, other, "--out", out, code=1)
    assert "not a Parquet file" in error_of("dedup", text, "--out", out, code=3)
    assert "threshold 0.0" in error_of("dedup", file, "--out", out, "--threshold", 0, code=1)
    assert "groupings" in error_of("dedup", file, "--out", out, "--groupings", 99, code=1)
    assert "two folders of the run overlap" in error_of("dedup", file, "--out", out, "--save-index", out, code=1)
    both = ("--against", tmp_path / "index", "--save-index", tmp_path / "index")
    assert "two folders of the run overlap" in error_of("dedup", file, "--out", out, *both, code=1)
    assert "no signature index" in error_of("dedup", file, "--out", out, "--against", tmp_path, code=1)
    assert not out.exists()
