"""The column path and the screen: rows read = rows stored + rejects + rows screened out, and each has its reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcorpus import ingest
from medcorpus.build import Options, build
from medcorpus.columns import Sieve
from medcorpus.engine import Inline
from medcorpus.errors import SourceError
from medcorpus.reading import Columns, Item, Placed
from medcorpus.records import Choice, Text
from medcorpus.screen import Step, sift
from medcorpus.source import Source
from medcorpus.stages.clean import Clean
from medcorpus.stages.exact import Exact
from medcorpus.store import Shards, Store, make
from tests import made

FIELDS = ("key", "text", "title", "lang", "split", "license", "note", "withheld")


@dataclass(frozen=True, slots=True)
class Long:
    """A row-local stage for tests: how long a text is, and how many texts it was asked about."""

    column: str = "clean_text"
    seen: ClassVar[list[int]] = []
    name: ClassVar[str] = "long"
    row_local: ClassVar[bool] = True
    uses: ClassVar[tuple[str, ...]] = ()

    def prepare(self, shards: Any, work: Any) -> None:
        """Nothing."""

    def annotate(self, table: pa.Table, prepared: pa.Table | None) -> pa.Table:
        """Add `length`."""
        self.seen.append(table.num_rows)
        return pl.DataFrame(table).select(length=pl.col(self.column).str.len_chars()).to_arrow()


def long_texts() -> tuple[Step, ...]:
    return (
        Step(Clean(repair=False), {"blank after cleaning": pl.col("clean_text") != ""}),
        Step(None, {"no note": pl.col("note").is_not_null()}),
        Step(Long(), {"too short": pl.col("length") > 5}),
    )


def columns_of(rows: Sequence[dict[str, Any]], row: int = 1) -> Columns:
    names = [n for n in FIELDS if any(n in r for r in rows)]
    return Columns(row, pa.record_batch({n: pa.array([r.get(n) for r in rows], pa.string()) for n in names}))


def read_columns(path: Path) -> Iterator[Item]:
    """Read a made-up file of JSON Lines as one batch of columns for every two rows."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return (columns_of(rows[i : i + 2], i + 1) for i in range(0, len(rows), 2))


def read_records(path: Path) -> Iterator[Item]:
    """Read the same as records."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        row = {n: v for n, v in json.loads(line).items() if v is not None}
        note = row.pop("note", "")
        yield Placed(number, Text(**{"text": None, **row}, extra={"note": note} if note else {}))


def made_up(read: Callable[[Path], Iterator[Item]], **changes: Any) -> Source:
    return made.source(read=read, extras=("note",), langs=("en", "fr"), **changes)


def ingested(home: Path, rows: list[dict[str, Any]], patch: pytest.MonkeyPatch, source: Source) -> Shards:
    made.register(patch, source)
    found = made.found_in(made.write_rows(home / "raw", {"a.jsonl": rows}))
    return make(Store(home), [ingest.layer_of(made.NAME, found)], Inline())[0]


TEXTS = st.sampled_from(["Fever.", " ", "", "\x1c\u3000", "a\x00b", "Fièvre et toux", None])
ROWS = st.lists(
    st.fixed_dictionaries(
        {"text": TEXTS, "lang": st.sampled_from(["en", "fr", "de", ""])},
        optional={
            "key": st.sampled_from(["a", "b", ""]),
            "title": TEXTS,
            "split": st.sampled_from(["test", "dev"]),
            "license": st.just("CC0-1.0"),
            "note": st.sampled_from(["n", "n\x00", ""]),
        },
    ),
    max_size=9,
)


@given(rows=ROWS)
def test_columns_give_what_the_same_records_give(
    rows: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        found = [
            ingested(tmp_path_factory.mktemp("home"), rows, patch, made_up(read))
            for read in (read_columns, read_records)
        ]
    tables = [s.table(0).to_pylist() for s in found]
    rejects = [sorted(ingest.tally(s).rejects) for s in found]
    assert (tables[0], rejects[0]) == (tables[1], rejects[1])


SCREENED: list[dict[str, Any]] = [
    {"key": "1", "text": "Fever and cough.", "note": "n"},
    {"key": "2", "text": "Fever.", "note": None},
    {"key": "3", "text": "x", "note": "n"},
    {"key": "4", "text": " ", "note": "n"},
    {"key": "5", "text": "\u200b", "note": "n"},
    {"key": "6", "text": "y", "note": "n", "withheld": "not in the list"},
    {"key": "7", "text": "z", "note": "n"},
]
SCREENED = [row | {"lang": "en"} for row in SCREENED]
COUNTS = {"blank after cleaning": 1, "no note": 1, "not in the list": 1, "too short": 2}


def test_screened_rows_are_counted_by_rule_and_not_stored(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    total = ingest.tally(ingested(home, SCREENED, monkeypatch, made_up(read_columns, screen=long_texts)))
    assert (total.read, total.stored, total.screened) == (7, 1, COUNTS)
    assert [r[1:3] for r in total.rejects] == [(4, "blank text")]


def test_receipt_names_the_raw_file_of_screened_rows(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [part] = ingested(home, SCREENED, monkeypatch, made_up(read_columns, screen=long_texts)).parts
    assert part.notes["screened"] == [["a.jsonl", rule, n] for rule, n in COUNTS.items()]


def test_later_stage_does_not_see_rows_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Long, "seen", [])
    table = pa.table({"text": ["a", "b", " "], "note": pa.array(["n", None, "n"])})
    kept, dropped = sift(table, long_texts())
    assert (Long.seen, kept.num_rows, sum(dropped.values())) == ([1], 0, 3)


def test_rule_that_cannot_decide_drops_the_row() -> None:
    step = Step(None, {"not positive": pl.col("n") > 0})
    kept, dropped = sift(pa.table({"n": [1, None, -1]}), [step])
    assert (kept.to_pydict(), dict(dropped)) == ({"n": [1]}, {"not positive": 2})


def test_survivors_keep_their_raw_row(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"text": t, "note": "n", "lang": "en"} for t in ("x", "long enough", "y", "long enough too")]
    stored = ingested(home, rows, monkeypatch, made_up(read_columns, screen=long_texts)).table(0)
    assert stored.column("raw_row").to_pylist() == [2, 4]


def test_stage_over_all_rows_is_no_screen(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = made_up(read_columns, screen=lambda: (Step(Exact(columns=("text",)), {}),))
    with pytest.raises(SourceError, match="stage exact looks at all rows"):
        ingested(home, SCREENED, monkeypatch, source)


def test_screen_is_part_of_the_layers_recipe(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stricter() -> tuple[Step, ...]:
        return (Step(Long(column="text"), {"too short": pl.col("length") > 5}),)

    keys = {ingested(home, [], monkeypatch, made_up(read_columns, screen=s)).key for s in (None, long_texts, stricter)}
    assert len(keys) == 3


def test_records_cannot_be_screened(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SourceError, match=r"^a\.jsonl: its source names a screen, and read\(\) gives records"):
        ingested(home, SCREENED[:1], monkeypatch, made_up(read_records, screen=long_texts))


def test_column_that_is_no_field_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = made.source(read=read_columns)
    with pytest.raises(SourceError, match="column 'note' is neither field nor extra"):
        ingested(home, SCREENED[:1], monkeypatch, source)


def test_shape_with_lists_has_no_column_path() -> None:
    sieve = Sieve(made.source(shape=Choice))
    with pytest.raises(SourceError, match="field 'options' is no string"):
        list(sieve.items([Columns(1, pa.record_batch({"question": ["q"]}))], "a", "train", "en"))


def test_build_counts_screened_rows_as_rejected(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made.register(monkeypatch, made_up(read_columns, screen=long_texts))
    made.write_rows(tmp_path / "raw" / "made_raw", {"a.jsonl": SCREENED})
    built = build("mmedc", Options(home=home, raw=tmp_path / "raw", max_rejects=0.5))
    counts = built.summary()["sources"][made.NAME]
    assert counts["rows_in"] == 7 == counts["rows_out"] + sum(counts["rejected"].values())
    assert COUNTS.items() <= counts["rejected"].items()
    assert built.release.manifest["sources"][made.NAME]["screened"] == COUNTS


def test_funnel_shows_what_the_screen_dropped(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made.register(monkeypatch, made_up(read_columns, screen=long_texts))
    made.write_rows(tmp_path / "raw" / "made_raw", {"a.jsonl": SCREENED})
    built = build("mmedc", Options(home=home, raw=tmp_path / "raw", max_rejects=0.5))
    steps = [(s["step"], s["rows"]) for s in built.release.manifest["funnel"]][:4]
    assert steps == [
        ("read from raw files", 7),
        ("readable and sound", 6),
        ("screened out while reading: too short", 4),
        ("screened out while reading: blank after cleaning", 3),
    ]
