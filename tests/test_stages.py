"""Every stage keeps the rows as they are; what each adds is right."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from medcorpus import stage
from medcorpus.engine import Inline
from medcorpus.errors import SourceError
from medcorpus.stages.clean import Clean
from medcorpus.stages.exact import Exact
from medcorpus.store import Layer, Shards, Store, make, writing_ipc

COLUMNS = ("id", "split", "redistribute", "text")


def table(*rows: tuple[str, str, str, str]) -> pa.Table:
    return pa.table(dict(zip(COLUMNS, map(list, zip(*rows)))))


def write_rows(rows: list[tuple[str, str, str, str]], path: Any) -> dict[str, Any]:
    """Write rows as one part."""
    made = table(*rows)
    with writing_ipc(path, made.schema) as writer:
        writer.write_table(made)
    return {}


def shards_of(store: Store, *parts: list[tuple[str, str, str, str]]) -> Shards:
    return make(store, [Layer(recipe={"kind": "rows", "parts": parts}, jobs=parts, write=write_rows)], Inline())[0]


def duplicates(store: Store, *parts: list[tuple[str, str, str, str]]) -> dict[str, tuple[str, int]]:
    [made] = stage.run(Exact(columns=("text",)), [shards_of(store, *parts)], store, Inline())
    rows = made.frame(["id", "dup_of", "dup_size"])
    return {i: (of, n) for i, of, n in rows.iter_rows()}


def test_copies_point_to_the_one_that_stays(home: Any) -> None:
    found = duplicates(
        Store(home), [("b", "train", "yes", "x"), ("a", "train", "yes", "x")], [("c", "train", "yes", "y")]
    )
    assert found == {"b": ("a", 2), "a": ("", 2), "c": ("", 1)}


SURVIVORS = {
    "redistributable before others": [("a", "test", "no", "x"), ("b", "train", "yes", "x")],
    "test before train": [("a", "train", "yes", "x"), ("b", "test", "yes", "x")],
    "validation before train": [("a", "train", "yes", "x"), ("b", "validation", "yes", "x")],
    "then the smallest id": [("c", "train", "yes", "x"), ("b", "train", "yes", "x")],
}


@pytest.mark.parametrize("rule", SURVIVORS)
def test_survivor(rule: str, home: Any) -> None:
    assert duplicates(Store(home), SURVIVORS[rule])["b"] == ("", 2)


def test_white_space_does_not_make_a_difference(home: Any) -> None:
    assert duplicates(Store(home), [("a", "train", "yes", "x  y\n"), ("b", "train", "yes", "x y")])["b"] == ("a", 2)


def test_case_makes_a_difference(home: Any) -> None:
    assert duplicates(Store(home), [("a", "train", "yes", "X"), ("b", "train", "yes", "x")])["b"] == ("", 1)


def test_copies_are_found_across_sources(home: Any) -> None:
    store = Store(home)
    one, two = shards_of(store, [("a", "train", "yes", "x")]), shards_of(store, [("b", "train", "yes", "x")])
    made = stage.run(Exact(columns=("text",)), [one, two], store, Inline())
    assert [s.frame(["dup_of"])["dup_of"].to_list() for s in made] == [[""], ["a"]]


class Dropping(Clean):
    """A stage that loses a row, as none may."""

    def annotate(self, table: pa.Table, prepared: pa.Table | None) -> pa.Table:
        """Lose the first row."""
        return Clean.annotate(self, table, prepared).slice(1)


def test_stage_that_drops_a_row_is_refused(home: Any) -> None:
    store = Store(home)
    with pytest.raises(SourceError, match="stage clean gave 1 rows for 2"):
        stage.run(
            Dropping(), [shards_of(store, [("a", "train", "yes", "x"), ("b", "train", "yes", "y")])], store, Inline()
        )


def test_new_parameters_make_a_new_layer_and_old_ones_do_not(home: Any) -> None:
    store = Store(home)
    shards = [shards_of(store, [("a", "train", "yes", "x")])]
    keys = [stage.run(s, shards, store, Inline())[0].lineage for s in (Clean(), Clean(), Clean(repair=False))]
    assert keys[0] == keys[1] != keys[2]


def test_package_of_a_stage_counts_with_its_data_files(tmp_path: Any, monkeypatch: Any) -> None:
    package = tmp_path / "counted"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "terms.tsv").write_text("one")
    monkeypatch.syspath_prepend(str(tmp_path))
    before = stage._code_hash.__wrapped__("counted")
    (package / "terms.tsv").write_text("two")
    assert stage._code_hash.__wrapped__("counted") != before


def test_version_of_a_library_counts() -> None:
    assert stage.recipe_of(Clean())["uses"].keys() == {"ftfy"}
