"""The checks before a tag: a sound release passes all of them, and each fails once."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from medcorpus import atomic, gate, products, release, tombstones
from medcorpus.build import Options, build
from medcorpus.card import complete
from medcorpus.errors import VerificationError
from medcorpus.gate import Asked, Bounds
from medcorpus.gate import rows as row_checks
from medcorpus.gate.asked import PERSONAL
from medcorpus.parquet import write_table
from medcorpus.release import MANIFEST, Release
from medcorpus.stages.pii.patterns import KINDS
from medcorpus.store import sha256_of
from tests.commandline import run
from tests.releases import row, write_release

ROWS = [row(str(i)) for i in range(100)]
Manifest = dict[str, Any]


def told(found: Release, last: Release | None = None, **bounds: Any) -> list[str]:
    return [f"{p.check}: {p.text}" for p in gate.check(found, last.manifest if last else None, Bounds(**bounds))]


def asked(found: Release, **bounds: Any) -> Asked:
    return Asked(found, None, Bounds(**bounds), found)


def edited(found: Release, change: Callable[[Manifest], object]) -> Release:
    """Change the manifest of a release, and list its files as they are now."""
    manifest = json.loads((found.path / MANIFEST).read_text(encoding="utf-8"))
    change(manifest)
    for file in manifest["files"]:
        path = found.path / file["path"]
        if path.is_file():
            file |= {"bytes": path.stat().st_size, "sha256": sha256_of(path)}
    for splits in manifest["configs"].values():
        for split in splits.values():
            for file in split["files"]:
                file |= {"sha256": sha256_of(found.path / file["path"])}
    manifest["files"] = [f for f in manifest["files"] if (found.path / f["path"]).is_file()]
    atomic.write_json(found.path / MANIFEST, manifest)
    return release.open_release(found.path)


def as_is(manifest: Manifest) -> None:
    """Change nothing but the list of files."""


def shard(found: Release) -> Path:
    return next(p for p, f in found.files() if f["path"].startswith("data/"))


def test_sound_release_passes(home: Path) -> None:
    first = write_release(home, "1.0.0", ROWS)
    assert told(first) == []
    assert told(write_release(home, "1.1.0", [*ROWS, row("new")]), first) == []


@pytest.mark.parametrize("product", ["mmedbench", "meds-bench"])
def test_built_release_passes(product: str, home: Path, sample_layers: str) -> None:
    options = Options(home=home, store=sample_layers, sample=True, workers=1, lint="warn")
    assert told(build(product, options).release) == []


def test_altered_file_is_no_problem_but_an_error(home: Path) -> None:
    found = write_release(home, "1.0.0", ROWS)
    shard(found).write_bytes(b"PAR1")
    with pytest.raises(VerificationError):
        gate.check(found)


def test_schema_that_is_not_the_stated_one(home: Path) -> None:
    found = write_release(home, "1.0.0", ROWS)
    path = shard(found)
    pq.write_table(pq.read_table(path).append_column("extra", pa.array([1] * 100)), path, write_page_index=True)
    assert "other columns than the manifest states" in "\n".join(told(edited(found, as_is)))


def test_manifest_that_is_not_valid(home: Path) -> None:
    found = write_release(home, "1.0.0", ROWS)
    spoilt = Release(found.path, {**found.manifest, "tasks": {"task60": -1}})
    assert told(spoilt) == ["schema: the manifest is not valid: tasks/task60: -1 is less than the minimum of 0"]


@pytest.mark.parametrize(
    ("config", "split", "problem"),
    [
        ("task60", "a-b", "configs/task60: 'a-b' is not one of"),
        ("task 60", "train", "configs: 'task 60' does not match"),
    ],
)
def test_name_that_the_viewer_does_not_understand(config: str, split: str, problem: str, home: Path) -> None:
    found = write_release(home, "1.0.0", ROWS)
    configs = {config: {split: found.manifest["configs"]["task60"]["train"]}}
    (text,) = told(Release(found.path, {**found.manifest, "configs": configs}))
    assert text.startswith(f"schema: the manifest is not valid: {problem}")


COUNTS: dict[str, tuple[Callable[[Manifest], object], str]] = {
    "files": (
        lambda m: m["configs"]["task60"]["train"]["files"][0].update(rows=99),
        "has 100 rows, the manifest says 99",
    ),
    "splits": (lambda m: m["configs"]["task60"]["train"].update(rows=101), "task60/train has 100 rows in its files"),
    "root": (lambda m: m.update(root="0" * 64), "the root is not that of the splits"),
    "sources": (lambda m: m["sources"]["frenchmedmcqa"].update(rows_out=90), "the sources: 90 rows"),
    "languages": (lambda m: m["sources"]["frenchmedmcqa"].update(langs={"fr": 7}), "the languages: 7 rows"),
    "tasks": (lambda m: m.update(tasks={"task60": 3}), "the tasks: 3 rows, the splits have 100"),
    "funnel": (lambda m: m["funnel"].append({"step": "x", "rows": 2}), "the last step of the funnel: 2 rows"),
    "ledger": (
        lambda m: m["sources"]["frenchmedmcqa"].update(rejected={"lost": 4}),
        "the ledger has 0 rows, 4 were left out",
    ),
}


@pytest.mark.parametrize("what", COUNTS)
def test_counts_that_do_not_fit(what: str, home: Path) -> None:
    change, problem = COUNTS[what]
    problems = told(edited(write_release(home, "1.0.0", ROWS), change))
    assert any(p.startswith("counts: ") and problem in p for p in problems)


def test_release_without_ledger(home: Path) -> None:
    found = write_release(home, "1.0.0", ROWS)
    (found.path / "ledger.parquet").unlink()
    assert "counts: there is no ledger" in told(edited(found, as_is))


@pytest.mark.parametrize(
    ("withheld", "problem"),
    [
        ({}, "counts: frenchmedmcqa: the ledger has 2 rows, 1 were left out"),
        (
            {"frenchmedmcqa": {"x": 9}},
            "counts: frenchmedmcqa: the ledger tells of 2 rows of a source that is withheld",
        ),
    ],
)
def test_published_ledger_tells_of_no_more_than_it_may(withheld: Manifest, problem: str, home: Path) -> None:
    version = {"version": "1.0.0", "root": "0" * 64}
    published = {"date": "2026-01-31", "repository": "", "built": version, "previous": None, "withheld": withheld}
    ledger = [("frenchmedmcqa", f"frenchmedmcqa/{i}", "keep", "x", "train.json", 1, "") for i in (1, 2)]
    found = write_release(home, "1.0.0", ROWS, ledger=ledger, published=published)
    assert problem in told(edited(found, lambda m: m["sources"]["frenchmedmcqa"].update(rejected={"x": 1})))


DRIFT: dict[str, tuple[list[dict[str, Any]], str]] = {
    "shrinks": (ROWS[:60], "drift: source frenchmedmcqa has 60 rows, it had 100: more than 5% fewer"),
    "vanishes": (
        [row(str(i), source="hoc") for i in range(100)],
        "drift: source frenchmedmcqa has no row any more, it had 100",
    ),
    "grows": (
        [row(str(i)) for i in range(301)],
        "drift: task task60 has 301 rows, it had 100: more than 3 times as many",
    ),
    "another language": ([r | {"lang": "en"} for r in ROWS], "drift: language fr has no row any more, it had 100"),
}


@pytest.mark.parametrize("what", DRIFT)
def test_drift_beyond_the_bounds(what: str, home: Path) -> None:
    rows, problem = DRIFT[what]
    problems = told(write_release(home, "1.1.0", rows), write_release(home, "1.0.0", ROWS))
    assert any(p.startswith(problem) for p in problems)


def test_drift_of_a_few_rows_is_none(home: Path) -> None:
    assert told(write_release(home, "1.1.0", ROWS[:85]), write_release(home, "1.0.0", ROWS)) == []


def test_few_rows_that_all_go_are_told(home: Path) -> None:
    before = write_release(home, "1.0.0", [*ROWS, row("x", split="test")])
    assert told(write_release(home, "1.1.0", ROWS), before) == ["drift: task60/test has no row any more, it had 1"]


def test_what_the_linter_refused(home: Path) -> None:
    found = write_release(home, "1.0.0", ROWS, lint={"findings": [], "problems": ["task60: blank output"]})
    assert told(found) == ["lint: task60: blank output"]


def with_overlaps(home: Path, *ids: str) -> Release:
    found = write_release(home, "1.0.0", ROWS)
    write_table(found.path / "overlaps.parquet", pl.DataFrame({"id": ids}).to_arrow())
    return edited(found, lambda m: m["files"].append({"path": "overlaps.parquet", "bytes": 0, "sha256": "0" * 64}))


def test_row_that_repeats_a_test_item(home: Path) -> None:
    found = with_overlaps(home, ROWS[3]["id"], "task60/frenchmedmcqa/left-out")
    problem = "contamination: 1 rows repeat test items, such as task60/frenchmedmcqa/3; the bound is 0.00%"
    assert told(found) == [problem]
    assert told(found, contamination=0.01) == []


def test_row_that_repeats_a_test_item_and_was_left_out(home: Path) -> None:
    assert told(with_overlaps(home, "task60/frenchmedmcqa/left-out")) == []


def test_rows_that_were_compared_with_no_test_item(home: Path) -> None:
    protects = {"medqa": {"benchmarks": ["mmedbench"], "items": 3}, "hoc": {"benchmarks": ["meds-bench"], "items": 0}}
    problem = "contamination: the rows were compared with no test item of meds-bench"
    assert told(write_release(home, "1.0.0", ROWS, protects=protects)) == [problem]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"license": "unknown"}, "frenchmedmcqa: 100 rows that may be passed on state no licence"),
        ({"license": " "}, "frenchmedmcqa: 100 rows that may be passed on state no licence"),
    ],
)
def test_rows_without_licence(changes: dict[str, Any], problem: str, home: Path) -> None:
    assert told(write_release(home, "1.0.0", [r | changes for r in ROWS])) == [f"licences: {problem}"]


def test_rows_without_licence_that_stay_here(home: Path) -> None:
    found = write_release(home, "1.0.0", [r | {"license": "unknown", "redistribute": "unknown"} for r in ROWS])
    assert told(edited(found, lambda m: m["sources"]["frenchmedmcqa"].update(redistribute="unknown"))) == []


@pytest.mark.parametrize(
    ("fact", "problem"),
    [
        ("license_evidence", "frenchmedmcqa does not say what its licence rests on"),
        ("license_url", "frenchmedmcqa does not say where that stands"),
    ],
)
def test_source_without_evidence(fact: str, problem: str, home: Path) -> None:
    found = write_release(home, "1.0.0", ROWS)
    changed = edited(found, lambda m: m["sources"]["frenchmedmcqa"].update({fact: " "}))
    assert f"licences: {problem}" in told(changed)


def test_rules_that_keep_test_items(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keeping = dataclasses.replace(products.get("meds-ins"), rules=lambda: {})
    monkeypatch.setattr(products, "get", lambda name: keeping)
    problem = "contamination: the product's rules do not leave rows out that repeat test items"
    assert told(write_release(home, "1.0.0", ROWS)) == [problem]


TELLTALES = {
    "email": "Write to jane.roe@hospital.example.",
    "phone": "Ring +33 1 40 12 34 56 before noon.",
    "birth_date": "Date of birth: 12/03/1961.",
}


@pytest.mark.parametrize(("kind", "most"), [("email", 2), ("phone", 2), ("birth_date", 20)])
def test_personal_data_is_a_tripwire(kind: str, most: int, home: Path) -> None:
    for count in (most, most + 1):
        rows = [*ROWS[count:], *(row(f"x{i}", input=TELLTALES[kind]) for i in range(count))]
        problems = told(write_release(home, f"{count}.0.0", rows))
    share = f"{count}.0% of 100 that were searched, the bound is {gate.Bounds().personal[kind]:.1%}"
    where = f"such as task60/frenchmedmcqa/x0: {share}"
    assert problems == [f"pii: task60: {kind.replace('_', ' ')} in {count} rows, {where}"]
    assert told(release.find(home, "meds-ins", f"{most}.0.0")) == []
    assert "jane" not in str(problems)


def test_personal_data_is_sought_in_rows_that_are_evenly_apart(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_checks, "BATCH", 7)
    many = asked(write_release(home, "1.0.0", ROWS), looked_at=25, looked_at_each=10)
    assert row_checks.sample(many, "task60")["id"].to_list() == [r["id"] for r in ROWS[::4]]


def test_personal_data_is_sought_in_every_configuration(home: Path) -> None:
    few = [row(str(i), task_id="task9") for i in range(3)]
    many = asked(write_release(home, "1.0.0", [*ROWS, *few]), looked_at=1, looked_at_each=2)
    assert row_checks.sample(many, "task9").height == 2


def test_withdrawn_row(home: Path) -> None:
    found = write_release(home, "1.0.0", ROWS)
    tombstones.remember(home, [tombstones.entry("frenchmedmcqa/7", "2026-01-31", "asked")])
    assert told(found) == ["withdrawn: 1 rows were withdrawn since it was built; build again"]


def test_list_of_withdrawn_rows_that_is_not_here(home: Path) -> None:
    known = {"list": tombstones.digest(()), "entries": 4, "rows": {}}
    problem = "withdrawn: it was built with 4 tombstones, 0 are known here"
    assert told(write_release(home, "1.0.0", ROWS, withdrawn=known)) == [problem]


VIEWER: dict[str, tuple[dict[str, Any], str]] = {
    "configurations": ({"configs": 2}, "3 configurations, the viewer shows 2"),
    "columns": ({"columns": 18}, "19 columns, the viewer shows 18"),
    "row groups": ({"group_bytes": 100}, "has a row group of more than 100 bytes"),
    "rows": ({"row_bytes": 10}, "task60/frenchmedmcqa/0 has more than 10 bytes, the viewer shows no such row"),
    "files": ({"files": (1, 1)}, "more than a repository may have"),
}


@pytest.mark.parametrize("what", VIEWER)
def test_more_than_the_viewer_shows(what: str, home: Path) -> None:
    bounds, problem = VIEWER[what]
    (text,) = told(write_release(home, "1.0.0", ROWS), **bounds)
    assert text.startswith("viewer: ")
    assert problem in text


def test_file_without_page_index(home: Path) -> None:
    found = write_release(home, "1.0.0", ROWS)
    pq.write_table(pq.read_table(shard(found)), shard(found))
    assert any(p.endswith("has no page index") for p in told(edited(found, as_is)))


CARD: dict[str, tuple[Callable[[str], str], str]] = {
    "front matter": (lambda text: text.split("---\n", 2)[2], "README.md has no front matter"),
    "section": (lambda text: text.replace("## Privacy", "## Other"), "the card has no section 'Privacy'"),
    "marker": (lambda text: text + "\n<!-- table: sources -->\n", "a marker of the card was not filled"),
    "text": (lambda text: text.replace("## Limits", "## Limits\n\nFILL IN"), "the card is not finished: FILL IN"),
    "licence": (lambda text: re.sub(r"(?m)^license: .*\n", "", text), "the card's front matter has no license"),
    "licence of the Hub": (
        lambda text: re.sub(r"(?m)^license: .*\n", "license: mine\n", text),
        "licence 'mine' is none that the Hub knows",
    ),
    "language": (lambda text: text.replace("\n- fr\n", "\n- no\n"), "False is no code of a language"),
    "size": (lambda text: text.replace("n<1K", "small"), "'small' is no size"),
    "source": (lambda text: text.replace("frenchmedmcqa", "other"), "the card does not name frenchmedmcqa"),
    "files": (lambda text: text.replace("train-00000-of-00001", "train-00000-of-00002"), "and the release differ in"),
}


@pytest.mark.parametrize("what", CARD)
def test_card_that_is_not_complete(what: str, home: Path) -> None:
    change, problem = CARD[what]
    found = write_release(home, "1.0.0", ROWS)
    path = found.path / "README.md"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    assert any(p.startswith("card: ") and problem in p for p in told(edited(found, as_is)))


def test_source_that_cannot_be_cited(home: Path) -> None:
    found = edited(write_release(home, "1.0.0", ROWS), lambda m: m["sources"]["frenchmedmcqa"].update(cite="a book"))
    assert told(found) == ["card: frenchmedmcqa has no BibTeX to cite it by"]


def test_card_for_a_browser_that_lacks_a_section(home: Path) -> None:
    found = write_release(home, "1.0.0", ROWS)
    sections = [s for s in complete.SECTIONS if s != "Biases"]
    (found.path / "card.html").write_text("".join(f"<h2>{s}</h2>" for s in sections), encoding="utf-8")
    assert told(found) == ["card: card.html has no section 'Biases'"]


def test_release_without_card(home: Path) -> None:
    found = write_release(home, "1.0.0", ROWS)
    (found.path / "README.md").unlink()
    assert told(edited(found, as_is)) == ["card: there is no README.md"]


def test_card_that_states_other_sizes(home: Path) -> None:
    info = {"config_name": "all", "splits": [{"name": "train", "num_bytes": 1, "num_examples": 99}]}
    files = list(asked(write_release(home, "1.0.0", ROWS)).files())
    assert list(complete._info(info, files, {f["path"] for _, _, f in files})) == ["the card says 99 rows of all/train"]


def test_description_that_states_other_files(home: Path) -> None:
    found = write_release(home, "1.0.0", ROWS)
    path = found.path / "croissant.json"
    path.write_text(re.sub('"sha256": "[0-9a-f]{64}"', f'"sha256": "{"0" * 64}"', path.read_text()))
    assert any("croissant.json does not state data/task60/" in p for p in told(edited(found, as_is)))


def test_every_check_failed_in_these_tests() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert all(f"{name}: " in text for name in gate.CHECKS if name != "schema")


def test_verify_shows_the_problems(home: Path) -> None:
    write_release(home, "1.0.0", ROWS)
    assert "ok" in run("verify", "meds-ins", "--gate").stdout
    write_release(home, "1.1.0", ROWS[:50])
    result = run("verify", "meds-ins", "--gate", code=1)
    assert "source frenchmedmcqa has 50 rows, it had 100" in result.stdout
    value = json.loads(run("verify", "--gate", "--format", "json", code=1).stdout)
    assert {p["check"] for p in value["problems"]} == {"drift"}
    assert "4 problems, the first: source frenchmedmcqa has 50 rows" in result.stderr
    run("verify", code=0)


def test_verify_leaves_releases_alone_that_have_a_successor(home: Path) -> None:
    write_release(home, "1.0.0", ROWS, withdrawn={"list": tombstones.digest(()), "entries": 4, "rows": {}})
    write_release(home, "1.1.0", ROWS)
    run("verify", "--gate")
    assert "tombstones" in run("verify", "--gate", "--path", home / "releases/meds-ins/1.0.0", code=1).stderr


def test_every_kind_of_personal_data_has_a_bound() -> None:
    assert set(PERSONAL) == set(KINDS)
