"""People's own files get the stages' columns, and keep everything else."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcorpus import own_files
from medcorpus.engine import Inline
from medcorpus.errors import FormatError, MedcorpusError, UnknownNameError
from medcorpus.own_files import Columns
from tests.commandline import run

ROWS = pa.table({"n": [1, 2, 3], "text": ["a\u200bb", None, "mÃ©decine"], "tags": [["x"], [], None]})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a file with a null text and columns of other kinds."""
    path = tmp_path / "in" / "rows.parquet"
    path.parent.mkdir()
    pq.write_table(ROWS, path)
    return path


def annotated(file: Path, out: Path, **settings: str) -> list[own_files.Annotated]:
    stages = own_files.chain(["clean"], Columns(), {f"clean.{k}": v for k, v in settings.items()})
    return own_files.annotate([file], out, stages, Columns(), Inline())


def test_own_columns_are_untouched(file: Path, tmp_path: Path) -> None:
    [made] = annotated(file, tmp_path / "out")
    assert pq.read_table(made.path).select(ROWS.column_names).equals(ROWS)


def test_columns_of_the_stages_are_added(file: Path, tmp_path: Path) -> None:
    [made] = annotated(file, tmp_path / "out")
    assert pq.read_table(made.path)["clean_text"].to_pylist() == ["ab", "", "médecine"]


def test_finished_file_is_not_made_again(file: Path, tmp_path: Path) -> None:
    [first], [second] = (annotated(file, tmp_path / "out") for _ in range(2))
    assert (first.new, second.new, second.rows) == (True, False, 3)


def test_other_parameters_make_it_again(file: Path, tmp_path: Path) -> None:
    annotated(file, tmp_path / "out")
    [made] = annotated(file, tmp_path / "out", repair="false")
    assert made.new
    assert pq.read_table(made.path)["clean_text"][2].as_py() == "mÃ©decine"


def test_empty_file_gets_the_columns(tmp_path: Path) -> None:
    pq.write_table(ROWS.slice(0, 0), tmp_path / "rows.parquet")
    [made] = annotated(tmp_path / "rows.parquet", tmp_path / "out")
    assert pq.read_schema(made.path).names == ["n", "text", "tags", "clean_text", "clean_repaired"]


@given(st.lists(st.text(max_size=5), max_size=40), st.integers(1, 7))
def test_batches_do_not_matter(texts: list[str], size: int) -> None:
    whole = own_files._with_columns(pa.table({"text": pa.array(texts, pa.string())}), job())
    parts = [whole.select(["text"]).slice(i, size) for i in range(0, max(1, len(texts)), size)]
    assert pa.concat_tables(own_files._with_columns(p, job()) for p in parts).equals(whole)


def job() -> own_files._Job:
    stages = own_files.chain(["clean"], Columns())
    return own_files._Job(source=Path("in"), target=Path("out"), stages=stages, columns=Columns())


def test_file_without_the_text_column_says_what_there_is(tmp_path: Path) -> None:
    pq.write_table(pa.table({"body": ["a"]}), tmp_path / "rows.parquet")
    with pytest.raises(UnknownNameError, match=r"no column 'text' - name the text column with --text-column.* body"):
        annotated(tmp_path / "rows.parquet", tmp_path / "out")


def test_column_that_is_there_is_not_replaced(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["a"], "clean_text": ["b"]}), tmp_path / "rows.parquet")
    with pytest.raises(MedcorpusError, match="column clean_text: stage clean would add a column that is there"):
        annotated(tmp_path / "rows.parquet", tmp_path / "out")


def test_file_that_was_not_made_here_is_not_replaced(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "out" / file.name
    other.parent.mkdir()
    pq.write_table(ROWS, other)
    with pytest.raises(MedcorpusError, match="an output would replace it"):
        annotated(file, other.parent)
    assert pq.read_table(other).equals(ROWS)


def test_file_that_is_not_parquet(tmp_path: Path) -> None:
    (tmp_path / "rows.parquet").write_text("text\n")
    with pytest.raises(FormatError, match="not a Parquet file"):
        annotated(tmp_path / "rows.parquet", tmp_path / "out")


@pytest.mark.parametrize("name", ["clen", "exact"])
def test_unknown_stage(name: str) -> None:
    with pytest.raises(UnknownNameError, match=f"no row-local stage '{name}'"):
        own_files.chain([name], Columns())


@pytest.mark.parametrize("setting", [{"clean.repare": "true"}, {"clean.repair": "yes"}, {"pii.repair": "true"}])
def test_wrong_settings(setting: dict[str, str]) -> None:
    with pytest.raises(MedcorpusError):
        own_files.chain(["clean"], Columns(), setting)


def test_command(file: Path, tmp_path: Path) -> None:
    result = run("annotate", file, "--stages", "clean", "--out", tmp_path / "out", "--format", "json")
    said = json.loads(result.stdout)
    assert (said["rows"], said["stages"][0]["parameters"]["column"]) == (3, "text")
    assert said["files"] == [{"path": str(tmp_path / "out" / "rows.parquet"), "rows": 3, "new": True}]


def test_command_refuses_a_setting_without_value(file: Path, tmp_path: Path) -> None:
    run("annotate", file, "--stages", "clean", "--out", tmp_path, "--set", "clean.repair", code=2)
