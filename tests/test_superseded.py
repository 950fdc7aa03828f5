"""Of the versions of a work the newest is current, and what a source withdraws is gone, whatever the order of files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcorpus import fetch, ingest, stage
from medcorpus.engine import Inline
from medcorpus.formats import jsonl
from medcorpus.reading import Edition, Item, Withheld, each
from medcorpus.records import Text
from medcorpus.source import Source
from medcorpus.stages.superseded import WITHDRAWN, Superseded, superseded
from medcorpus.store import Layer, Store, make
from tests import made


def edition(row: dict[str, Any]) -> Text | Withheld:
    """Turn a made-up row into a version of a work, or into one that is withdrawn."""
    if row.get("gone"):
        return Withheld("withdrawn", Edition(row["work"], row["version"]))
    extra = {name: str(value) for name, value in row.items() if name in ("work", "version")}
    return Text(key=row["id"], text="Fever.", extra=extra)


def read(path: Path) -> Iterable[Item]:
    return each(jsonl.rows(path), edition)


def marked(home: Path, patch: pytest.MonkeyPatch, files: dict[str, list[Any]]) -> dict[str, str]:
    """Give what the stage says about every row, by its key."""
    source: Source = made.source(read=read, extras=("work", "version"))
    made.register(patch, source)
    found = made.found_in(made.write_rows(home / "raw", files))
    store = Store(home)
    shards = make(store, [ingest.layer_of(made.NAME, found)], Inline())
    [layer] = stage.run(Superseded(), shards, store, Inline())
    rows = layer.frame(["id", "superseded_by"]).iter_rows()
    return {i.removeprefix(f"{made.NAME}/"): by.removeprefix(f"{made.NAME}/") for i, by in rows}


def row(work: str, version: str, **more: Any) -> dict[str, Any]:
    return {"id": f"{work}.{version}", "work": work, "version": version, **more}


CASES: dict[str, tuple[dict[str, list[Any]], dict[str, str]]] = {
    "newer in a later file": (
        {"a.jsonl": [row("w", "1"), row("v", "1")], "b.jsonl": [row("w", "2")]},
        {"w.1": "w.2", "v.1": "", "w.2": ""},
    ),
    "newer in an earlier file": (
        {"a.jsonl": [row("w", "2")], "b.jsonl": [row("w", "1")]},
        {"w.2": "", "w.1": "w.2"},
    ),
    "several texts of the newest": (
        {"a.jsonl": [row("w", "1"), row("w", "2", id="w-es"), row("w", "2", id="w-en")]},
        {"w.1": "w-en", "w-es": "", "w-en": ""},
    ),
    "withdrawn": ({"a.jsonl": [row("w", "1")], "b.jsonl": [row("w", "2", gone=True)]}, {"w.1": WITHDRAWN}),
    "withdrawn in the same version": (
        {"a.jsonl": [row("w", "1")], "b.jsonl": [row("w", "1", gone=True)]},
        {"w.1": WITHDRAWN},
    ),
    "withdrawn and published again": (
        {"a.jsonl": [row("w", "1"), row("w", "2", gone=True), row("w", "3")]},
        {"w.1": WITHDRAWN, "w.3": ""},
    ),
    "nothing to withdraw": ({"a.jsonl": [row("w", "1"), row("v", "2", gone=True)]}, {"w.1": ""}),
    "no versions at all": ({"a.jsonl": [{"id": "a"}, {"id": "b"}]}, {"a": "", "b": ""}),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_current(case: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files, expected = CASES[case]
    assert marked(home, monkeypatch, files) == expected


editions = st.lists(
    st.tuples(st.sampled_from("vw"), st.sampled_from("1234"), st.booleans()), min_size=1, max_size=12, unique=True
)


@given(editions)
def test_current_is_what_is_neither_older_nor_withdrawn(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, bool]]
) -> None:
    kept = [(w, v) for w, v, gone in rows if not gone]
    lost = [(w, v) for w, v, gone in rows if gone]
    with pytest.MonkeyPatch.context() as patch:
        files = {"a.jsonl": [row(w, v, gone=gone) for w, v, gone in rows]}
        found = marked(tmp_path_factory.mktemp("home"), patch, files)
    for work, version in kept:
        newest = max(v for w, v in kept if w == work)
        withdrawn = any(w == work and v >= version for w, v in lost)
        assert found[f"{work}.{version}"] == (
            WITHDRAWN if withdrawn else "" if version == newest else f"{work}.{newest}"
        )


def write_versions(sources: tuple[str, ...], path: Path) -> Mapping[str, Any]:
    """Write a version of the work `w` for each source, the later the higher."""
    extra = [[{"key": "work", "value": "w"}, {"key": "version", "value": str(n)}] for n, _ in enumerate(sources)]
    return stage.write_table(path, pa.table({"id": sources, "source": sources, "extra": extra}))


def test_works_of_two_sources_are_two_works(home: Path) -> None:
    sources = ("a", "b")
    layer = Layer(recipe={"kind": "rows"}, jobs=(sources,), write=write_versions)
    assert superseded(make(Store(home), [layer], Inline())).is_empty()


def of_sample(name: str, home: Path) -> dict[str, str]:
    """Give what the stage says about the rows of a sample that are not current."""
    store = Store(home)
    layer = ingest.layer_of(name, fetch.find(name, home=home, sample=True))
    [layered] = stage.run(Superseded(), make(store, [layer], Inline()), store, Inline())
    return {i: by for i, by in layered.frame(["id", "superseded_by"]).iter_rows() if by}


def test_pubmed_revisions_deletions_and_revisions_without_abstract(home: Path) -> None:
    assert of_sample("pubmed", home) == {
        "pubmed/99000001": "pubmed/99000001@99n0002",
        "pubmed/99000004-fr": WITHDRAWN,
        "pubmed/99000006.2": WITHDRAWN,
    }


def test_pmc_has_the_newest_version_of_an_article(home: Path) -> None:
    assert of_sample("pmc_oa", home) == {"pmc_oa/PMC99000024.1": "pmc_oa/PMC99000024.2"}
