"""Rows read = rows stored + rejects, and every reject says file, row and reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcorpus import ingest
from medcorpus.engine import Inline
from medcorpus.errors import FormatError, SourceError
from medcorpus.ingest import PART_BYTES
from medcorpus.records import Pair, Text
from medcorpus.source import Source
from medcorpus.store import Shards, Store, make, rows_of
from tests import made

GOOD = {"id": "a", "text": "Fever and cough."}


def ingested(
    home: Path, files: dict[str, list[Any]], monkeypatch: pytest.MonkeyPatch, source: Source | None = None
) -> Shards:
    made.register(monkeypatch, source or made.source())
    found = made.found_in(made.write_rows(home / "raw", files))
    return make(Store(home), [ingest.layer_of(made.NAME, found)], Inline())[0]


BAD_ROWS = {
    "not JSON": '{"id": "b", "text": ',
    "no field 'text'": {"id": "b"},
    "blank text": {"id": "b", "text": " "},
    "a value is of another type than documented": {"id": "b", "text": 7},
    "half a surrogate pair": '{"id": "b", "text": "\\ud800"}',
    "a NUL character": '{"id": "b", "text": "\\u0000"}',
    "a split that is none of train, validation, test": {"id": "b", "text": "x", "split": "dev"},
    "a language the source does not declare": {"id": "b", "text": "x", "lang": "de"},
}


@pytest.mark.parametrize("reason", BAD_ROWS)
def test_bad_row_is_rejected_with_file_row_and_reason(reason: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    total = ingest.tally(ingested(home, {"a.jsonl": [GOOD, BAD_ROWS[reason], GOOD]}, monkeypatch))
    [(file, row, why, withheld)] = total.rejects
    assert (file, row, withheld) == ("a.jsonl", 2, False)
    assert why.startswith(reason)
    assert (total.read, total.stored) == (3, 2)


def test_withheld_row_is_counted_but_no_fault(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shards = ingested(home, {"a.jsonl": [GOOD, {"id": "b", "text": None}]}, monkeypatch)
    total = ingest.check(made.NAME, shards)
    assert (total.rejected, total.withheld) == ({}, {"no text upstream": 1})


def test_over_one_percent_rejects_fails_the_source(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [GOOD | {"id": str(i)} for i in range(98)]
    shards = ingested(home, {"a.jsonl": [*rows, {"id": "x"}, {"id": "y"}]}, monkeypatch)
    with pytest.raises(
        SourceError, match=r"a\.jsonl: 2 of 100 rows rejected, over 1%; the first: row 99: no field 'text'"
    ):
        ingest.check(made.NAME, shards)


def test_limit_of_rejects_can_be_raised(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shards = ingested(home, {"a.jsonl": [GOOD, {"id": "x"}]}, monkeypatch)
    assert ingest.check(made.NAME, shards, max_rejects=0.5).stored == 1


def test_key_that_comes_again_is_numbered(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shards = ingested(home, {"a.jsonl": [GOOD, GOOD]}, monkeypatch)
    assert shards.frame(["id"])["id"].to_list() == ["made_up/a", "made_up/a~2"]


def test_id_in_two_files_is_refused_with_both_places(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shards = ingested(home, {"a.jsonl": [GOOD], "b.jsonl": [{"id": "z", "text": "y"}, GOOD]}, monkeypatch)
    with pytest.raises(SourceError, match=r"a\.jsonl row 1 and b\.jsonl row 2: two rows share the id made_up/a"):
        ingest.check(made.NAME, shards)


def test_row_without_key_is_named_by_its_content(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = ingested(home / "1", {"a.jsonl": [{"text": "x"}, {"text": "y"}]}, monkeypatch)
    second = ingested(home / "2", {"a.jsonl": [{"text": "new"}, {"text": "x"}, {"text": "y"}]}, monkeypatch)
    assert set(first.frame(["id"])["id"]) < set(second.frame(["id"])["id"])


def test_row_carries_where_it_is_from(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = ingested(home, {"a.jsonl": [GOOD]}, monkeypatch).table(0).to_pylist()[0]
    wanted = {
        "source": "made_up",
        "split": "train",
        "lang": "en",
        "license": "CC-BY-4.0",
        "raw_file": "a.jsonl",
        "raw_row": 1,
    }
    assert wanted.items() <= row.items()


def test_record_of_another_shape_is_rejected(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    total = ingest.tally(ingested(home, {"a.jsonl": [GOOD]}, monkeypatch, made.source(shape=Pair)))
    assert total.rejected == {"a Text where Pair is declared": 1}


def test_undeclared_extra_is_rejected(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = made.source(read=lambda path: [Text(text="x", extra={"note": "y"})])
    assert ingest.tally(ingested(home, {"a.jsonl": [GOOD]}, monkeypatch, source)).rejected == {
        "extra 'note' is not declared": 1
    }


def broken_format(path: Path) -> Any:
    """Read as a reader does that finds out that the file is of another format."""
    raise FormatError("not a JSON array", where=path.name, fix="fetch the file again")


def broken_code(path: Path) -> Any:
    """Read as a source does whose code fails after the first row."""
    yield Text(text="x")
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (broken_format, "made_up: a.jsonl: not a JSON array - fetch the file again"),
        (broken_code, "made_up: a.jsonl after row 1: ZeroDivisionError"),
    ],
)
def test_unreadable_file_is_one_line_with_source_and_file(
    read: Any, message: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises((FormatError, SourceError)) as error:
        ingested(home, {"a.jsonl": [GOOD]}, monkeypatch, made.source(read=read))
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


def test_small_files_share_a_part_and_big_ones_do_not(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    big = {"id": "", "text": "x" * (PART_BYTES // 2 + 1)}
    shards = ingested(
        home, {"a.jsonl": [big], "b.jsonl": [big], "c.jsonl": [GOOD], "d.jsonl": [GOOD | {"id": "d"}]}, monkeypatch
    )
    assert [list(p.notes["read"]) for p in shards.parts] == [["a.jsonl"], ["b.jsonl", "c.jsonl", "d.jsonl"]]


lines = st.one_of(
    st.just('{"id": "k", "text": "good"}'),
    st.sampled_from([str(v) for v in BAD_ROWS.values() if isinstance(v, str)]),
    st.text(st.characters(exclude_characters="\n\r"), min_size=1, max_size=8).filter(str.strip),
    st.just('{"id": "w", "text": null}'),
)


@given(rows=st.lists(lines, min_size=1, max_size=12))
def test_no_row_is_lost(rows: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("raw")
    with pytest.MonkeyPatch.context() as patch:
        made.register(patch, made.source())
        (folder / "a.jsonl").write_bytes("".join(r + "\n" for r in rows).encode("utf-8", "surrogatepass"))
        part = ingest.RawPart(source=made.NAME, files=(("a.jsonl", str(folder / "a.jsonl"), "train", ""),))
        notes = ingest.write_part(part, folder / "part")
    stored = rows_of(folder / "part")
    assert notes["read"]["a.jsonl"] == len(rows) == stored + len(notes["rejects"])


def test_a_share_of_training_rows_is_held_out() -> None:
    splits = [ingest.held_out(Text(text=f"text {n}"), "train", 0.1) for n in range(5000)]
    assert 400 < splits.count("test") < 600


def test_records_of_the_same_text_are_held_out_together() -> None:
    pairs = [(Text(text=f"text {n}", key="a"), Text(text=f"text {n}", key="b")) for n in range(500)]
    assert all(ingest.held_out(one, "train", 0.3) == ingest.held_out(other, "train", 0.3) for one, other in pairs)


@pytest.mark.parametrize(("split", "share"), [("train", 0.0), ("validation", 0.9), ("test", 0.9)])
def test_other_splits_are_left_alone(split: str, share: float) -> None:
    assert {ingest.held_out(Text(text=f"text {n}"), split, share) for n in range(200)} == {split}


@pytest.mark.parametrize("share", [-0.1, 1.0, 10])
def test_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(SourceError, match="held_out"):
        made.source(held_out=share)
