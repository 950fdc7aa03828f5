"""The root hash depends on what rows say and on nothing else."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcorpus.logical import root_of

SCHEMA = pa.schema(
    [
        ("text", pa.string()),
        ("n", pa.int32()),
        ("items", pa.list_(pa.string())),
        ("spans", pa.list_(pa.struct([("label", pa.string()), ("offsets", pa.list_(pa.list_(pa.int32())))]))),
    ]
)
spans = st.fixed_dictionaries(
    {"label": st.text(max_size=3), "offsets": st.lists(st.lists(st.integers(0, 9), max_size=2), max_size=2)}
)
row = st.fixed_dictionaries(
    {
        "text": st.none() | st.text(max_size=6),
        "n": st.none() | st.integers(-9, 9),
        "items": st.lists(st.text(max_size=3), max_size=3),
        "spans": st.lists(spans, max_size=2),
    }
)
tables = st.lists(row, max_size=8).map(lambda rows: pa.Table.from_pylist(rows, schema=SCHEMA))


def pieces(table: pa.Table, cut: int) -> list[pa.Table]:
    cut = min(cut, table.num_rows)
    return [table.slice(0, cut), table.slice(cut)]


@given(tables, st.integers(0, 8))
def test_batch_borders_do_not_matter(table: pa.Table, cut: int) -> None:
    assert root_of(pieces(table, cut), SCHEMA) == root_of([table], SCHEMA)


@given(tables)
def test_offset_width_does_not_matter(table: pa.Table) -> None:
    wide = table.set_column(0, pa.field("text", pa.large_string()), table.column(0).cast(pa.large_string()))
    assert root_of([wide], wide.schema) == root_of([table], SCHEMA)


@given(tables)
def test_dictionary_does_not_matter(table: pa.Table) -> None:
    coded = table.set_column(0, "text", table.column(0).dictionary_encode())
    assert root_of([coded], coded.schema) == root_of([table], SCHEMA)


@given(tables, tables)
def test_equal_roots_mean_equal_rows(one: pa.Table, other: pa.Table) -> None:
    assert (root_of([one], SCHEMA) == root_of([other], SCHEMA)) == (one.to_pylist() == other.to_pylist())


ROWS = [{"text": "ab", "n": 1, "items": ["x", "y"], "spans": []}, {"text": "c", "n": 2, "items": [], "spans": []}]
CHANGES = {
    "order": ROWS[::-1],
    "a letter": [ROWS[0] | {"text": "aB"}, ROWS[1]],
    "null for empty": [ROWS[0], ROWS[1] | {"text": None}],
    "a border between values": [ROWS[0] | {"items": ["xy", ""]}, ROWS[1]],
    "a border between rows": [ROWS[0] | {"items": ["x"]}, ROWS[1] | {"items": ["y"]}],
    "a row less": ROWS[:1],
}


@pytest.mark.parametrize("change", CHANGES)
def test_change_gives_another_root(change: str) -> None:
    changed = pa.Table.from_pylist(CHANGES[change], schema=SCHEMA)
    assert root_of([changed], SCHEMA) != root_of([pa.Table.from_pylist(ROWS, schema=SCHEMA)], SCHEMA)


def test_root_is_fixed_for_ever() -> None:
    table = pa.Table.from_pylist(ROWS, schema=SCHEMA)
    assert root_of([table], SCHEMA) == "0aad14f9309224f0b4beaaa5a5adddb55080810e3dfe3143c22335c92ce30885"
