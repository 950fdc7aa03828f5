"""The catalogue says what the sources say, and what they gave when they were last built."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from medcorpus import catalogue, registry
from medcorpus.errors import SourceError
from tests.checkout import NAME, ROWS, tiny_checkout
from tests.commandline import error_of, run


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with tiny_checkout(tmp_path, monkeypatch) as folder:
        yield folder


def lines(text: str) -> set[str]:
    return {line for line in text.splitlines() if line.startswith(("| [", "| task"))}


def test_page_in_the_repository_says_what_the_sources_say() -> None:
    """A new source is not listed until the page is next written: a contribution touches its own folder only."""
    page = registry.folder() / "README.md"
    assert lines(page.read_text(encoding="utf-8")) <= lines(catalogue.text())


@pytest.mark.parametrize("name", registry.names())
def test_recorded_tasks_are_tasks_of_the_source(name: str) -> None:
    real = catalogue.built(name)
    assert real is None or set(real.tasks) <= {task.id for task in registry.get(name).tasks}


def test_page_lists_source_and_task(checkout: Path) -> None:
    text = catalogue.text()
    assert f"| [{NAME}]({NAME}/source.py) | [Tiny Exam](https://example.org/tiny) | en fr | Choice |" in text
    assert f"| {NAME}_qa | {NAME}_qa | Question Answering | {NAME} | en |" in text
    assert "1 sources, 1 tasks, 2 languages." in text


def test_rows_of_the_last_build_are_kept_beside_the_source(checkout: Path, tmp_path: Path) -> None:
    raw = tmp_path / "raw" / NAME
    raw.mkdir(parents=True)
    (raw / "questions.jsonl").write_text(ROWS, encoding="utf-8")
    home = tmp_path / "home"
    done = run("catalogue", "--raw", raw.parent, "--home", home, "--workers", 1, "--format", "json")
    assert json.loads(done.stdout)["sources"] == {NAME: {"rows": 3, "tasks": {f"{NAME}_qa": 2}}}
    kept = catalogue.built(NAME)
    assert kept is not None and (kept.records, kept.partial) == (3, False)
    assert "| 3 |" in (registry.folder() / "README.md").read_text(encoding="utf-8")


def test_a_part_of_the_files_is_marked(checkout: Path) -> None:
    record = {"version": "1", "records": 1234, "tasks": {}, "partial": True}
    (registry.home_of(NAME) / "rows.json").write_text(json.dumps(record), encoding="utf-8")
    assert "| 1,234+ |" in catalogue.text()


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"records": 1}', '{"version": "1", "records": 1, "more": 2}'])
def test_broken_record_is_told(checkout: Path, broken: str) -> None:
    (registry.home_of(NAME) / "rows.json").write_text(broken, encoding="utf-8")
    with pytest.raises(SourceError, match=r"rows.json cannot be read"):
        catalogue.built(NAME)


def test_no_raw_files_are_an_error(checkout: Path, tmp_path: Path) -> None:
    told = error_of("catalogue", "--raw", tmp_path, "--home", tmp_path / "home", code=4)
    assert "no source has raw files" in told
