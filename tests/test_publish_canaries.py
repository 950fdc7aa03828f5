"""Canary text of a source under an agreement, planted wherever rows pass: none of it is among what the Hub receives."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from huggingface_hub import CommitOperationAdd, HfApi

from medcorpus import cards, croissant, ngrams, publishing, registry, release
from medcorpus.difference import telling
from medcorpus.errors import MedcorpusError, VerificationError
from medcorpus.fence import PHRASE
from medcorpus.publishing import applying, planning, withdrawing
from medcorpus.publishing.lookalikes import Lookalikes
from medcorpus.publishing.staging import REPEATS, stage
from medcorpus.release import Release
from medcorpus.yanked import Mark
from tests.clinic import CANARIES, NON_COMMERCIAL, OPEN, PHRASINGS, WARD, Clinic, clinic, forget
from tests.hub import CLIENTS_WARN, TOKEN, LoopbackHub, loopback, point_clients
from tests.laundering import declare_open, edit, filled, opened_up, replace_file, rewrite
from tests.wiretap import heard

pytestmark = CLIENTS_WARN
TO = "hf://tester/meds-ins"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clinic]:
    """Give a clinic in which the ward's notes were read once."""
    with clinic(tmp_path / "clinic", monkeypatch) as made:
        made.rows(WARD, range(len(CANARIES)))
        made.build()
        yield made


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackHub]:
    with loopback(tmp_path / "hub") as running:
        point_clients(running, tmp_path / "clients", monkeypatch)
        yield running


def renamed_source(place: Clinic) -> None:
    """Copy the ward's notes into a source that calls itself open."""
    place.source("renamed_notes", like=OPEN)
    shutil.copytree(place.raw / WARD, place.raw / "renamed_notes")


def relabelled_source(place: Clinic) -> None:
    """Put the ward's notes among the rows of an open source."""
    lines = (place.raw / WARD / "rows.jsonl").read_text().replace('"id": "n', '"id": "w')
    with (place.raw / OPEN / "rows.jsonl").open("a") as file:
        file.write(lines)


def embedded_text(place: Clinic) -> None:
    """Quote the ward's notes inside longer texts."""
    rows = [{"id": f"q{n}", "q": f"Before. {c} After.", "a": "None.", "split": "train"} for n, c in enumerate(CANARIES)]
    with (place.raw / OPEN / "rows.jsonl").open("a") as file:
        file.writelines(json.dumps(r) + "\n" for r in rows)


def changed_case(place: Clinic) -> None:
    """Write the ward's notes in another case, with other spaces and marks."""
    texts = [c.upper().replace(" ", "\n- ") for c in CANARIES]
    rows = [{"id": f"q{n}", "q": t, "a": "None.", "split": "train"} for n, t in enumerate(texts)]
    with (place.raw / OPEN / "rows.jsonl").open("a") as file:
        file.writelines(json.dumps(r) + "\n" for r in rows)


def instructions(place: Clinic) -> None:
    """Give an example from the ward's notes in the instructions of an open source."""
    path = place.folder / "sources" / OPEN / "phrasings" / f"{OPEN}_answering.txt"
    path.write_text("".join(f"{line} Example: {CANARIES[0]}.\n" for line in PHRASINGS.splitlines()))


def template(place: Clinic) -> None:
    """Give an example from the ward's notes in the template of an open source."""
    path = place.folder / "sources" / OPEN / "source.py"
    path.write_text(path.read_text().replace('input="{text}"', f'input="{{text}} Example: {CANARIES[0]}."'))


def duplicates(place: Clinic) -> None:
    """Let the ward's notes be dropped as duplicates and rejects, so that reports speak of them."""
    place.rows(WARD, [0, 0, 1, 1])
    with (place.raw / WARD / "rows.jsonl").open("a") as file:
        file.write(json.dumps({"id": "r", "q": CANARIES[2], "split": CANARIES[3]}) + "\n")


def facts_of_the_ward(place: Clinic) -> None:
    """Take away what the source says of its terms, after it was read once."""
    place.source(WARD, like=OPEN)


def evidence(place: Clinic) -> None:
    """Quote the ward's notes where an open source says what its licence rests on, which card and manifest repeat."""
    path = place.folder / "sources" / OPEN / "source.py"
    path.write_text(path.read_text().replace("written for this test", CANARIES[1]))


def ward_under_another_name(place: Clinic) -> None:
    """Give the ward's source another name and open terms, so that no source is left that says whose text it is."""
    renamed_source(place)
    shutil.rmtree(place.folder / "sources" / WARD)


PLANTED: dict[Callable[[Clinic], None], bool] = {
    renamed_source: False,
    ward_under_another_name: False,
    relabelled_source: False,
    embedded_text: False,
    changed_case: False,
    template: False,
    duplicates: False,
    instructions: False,
    evidence: True,
}
"""What is done before the release is built, and whether nothing of it can be published then."""


@pytest.mark.parametrize("plant", PLANTED)
def test_nothing_that_was_planted_arrives(plant: Callable[[Clinic], None], place: Clinic, hub: LoopbackHub) -> None:
    plant(place)
    assert publish(place.build_anyway(), place) != PLANTED[plant]
    received = heard(hub)
    assert canary_runs(received) == 0
    assert (NON_COMMERCIAL in received) != PLANTED[plant]


def publish(made: Release, place: Clinic, **options: Any) -> bool:
    """Publish a release if the guards let it."""
    target = publishing.target_at(TO)
    try:
        applying.carry_out(planning.prepare(made, target, place.home, allow=("contamination",), **options), target)
    except MedcorpusError:
        return False
    return True


def dropped_column(folder: Path) -> None:
    rewrite(folder, lambda table: table.drop_columns(["access"]))
    edit(folder, lambda m: m.update(columns=[c for c in m["columns"] if c["name"] != "access"]))


def opened_rows(folder: Path) -> None:
    rewrite(folder, opened_up, restate=True)
    edit(folder, declare_open)


def renamed_rows(folder: Path) -> None:
    rewrite(folder, lambda table: filled("source", OPEN)(opened_up(table)), restate=True)


def edited_manifest(folder: Path) -> None:
    edit(folder, lambda m: m["sources"][OPEN].update(license_evidence=f"It says: {CANARIES[0]}"))


def raw_file(folder: Path) -> None:
    edit(folder, lambda m: m["sources"][OPEN]["files"][0].update(path=CANARIES[0], pin="matches"))


def stage_parameters(folder: Path) -> None:
    edit(folder, lambda m: m["stages"].append({"stage": "exact", "parameters": {"example": CANARIES[0]}}))


def overlap_report(folder: Path) -> None:
    found = {"source": OPEN, "benchmark": "meds-bench", "rows": 1, "worst": f"{OPEN}/n0", "overlap_with": CANARIES[0]}
    edit(folder, lambda m: m.update(overlaps=[{**found, "overlap_run": 9, "overlap": 0.9}]))


def linter_example(folder: Path) -> None:
    finding = {
        "task": f"{OPEN}_answering",
        "check": "missing",
        "rows": 1,
        "of": 9,
        "example": CANARIES[0],
        "exempt": "",
    }
    edit(folder, lambda m: m.update(lint={"findings": [finding], "problems": []}))


def ledger(folder: Path) -> None:
    rows = pl.read_parquet(folder / "ledger.parquet")
    line = {c: "" for c, kind in rows.schema.items() if kind == pl.String} | {"source": OPEN, "id": f"{OPEN}/n9"}
    more = pl.DataFrame([line | {"reason": f"repeats {CANARIES[0]}"}, line | {"copy_of": f"{OPEN}/{CANARIES[1]}"}])
    content = io.BytesIO()
    pl.concat([rows, more], how="diagonal").write_parquet(content)
    replace_file(folder, "ledger.parquet", content.getvalue())


def withdrawn_rows(folder: Path) -> None:
    line = f"{'0' * 64}\t{OPEN}\t2026-01-01\tthe row said: {CANARIES[0]}\n"
    (folder / "tombstones.tsv").write_text(line)
    edit(folder, lambda m: m["files"].append({"path": "tombstones.tsv", "bytes": 0, "sha256": ""}))
    replace_file(folder, "tombstones.tsv", line.encode())


def metadata(folder: Path) -> None:
    rewrite(folder, lambda table: table, source=OPEN, note={b"note": CANARIES[0].encode()})


EDITED: dict[Callable[[Path], None], bool] = {
    dropped_column: True,
    opened_rows: True,
    renamed_rows: False,
    edited_manifest: True,
    raw_file: True,
    stage_parameters: True,
    overlap_report: True,
    withdrawn_rows: True,
    metadata: True,
    linter_example: False,
    ledger: False,
}
"""What is done to the release that was built, and whether nothing of it can be published then."""


@pytest.mark.parametrize("change", EDITED)
def test_nothing_that_was_edited_in_arrives(change: Callable[[Path], None], place: Clinic, hub: LoopbackHub) -> None:
    made = place.build()
    change(made.path)
    assert publish(release.open_release(made.path), place) != EDITED[change]
    received = heard(hub)
    assert canary_runs(received) == 0
    assert (NON_COMMERCIAL in received) != EDITED[change]


def in_the_card(patch: pytest.MonkeyPatch) -> None:
    prose = cards.prose_of("meds-ins")
    patch.setattr(cards, "prose_of", lambda product: f"{prose}\n\nFor example: {CANARIES[1]}\n")


def in_the_changelog(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(telling, "first_lines", lambda new, sources: [f"row added: {CANARIES[1]}"])


def in_the_message_of_the_tag(patch: pytest.MonkeyPatch) -> None:
    in_the_changelog(patch)
    patch.setattr(telling, "with_entry", lambda *told, **when: "# Changelog\n")


def in_the_description(patch: pytest.MonkeyPatch) -> None:
    of = croissant.of
    patch.setattr(croissant, "of", lambda manifest: {**of(manifest), "description": CANARIES[1]})


@pytest.mark.parametrize("write", [in_the_card, in_the_changelog, in_the_message_of_the_tag, in_the_description])
def test_nothing_that_is_written_beside_rows_arrives(
    write: Callable[[pytest.MonkeyPatch], None], place: Clinic, hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = place.build()
    write(monkeypatch)
    with pytest.raises(VerificationError, match="repeats text of a row that must stay on this machine") as e:
        planning.prepare(made, publishing.target_at(TO), place.home, allow=("contamination",))
    assert canary_runs(str(e.value)) == 0
    assert canary_runs(heard(hub)) == 0
    assert hub.repositories.names() == []


def test_version_that_would_stand_in_the_message_of_the_commit(place: Clinic, hub: LoopbackHub) -> None:
    assert not publish(place.build(), place, version=CANARIES[0])
    assert canary_runs(heard(hub)) == 0


def test_reason_of_a_yank(place: Clinic, hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDCORPUS_HOME", str(place.home))
    assert publish(place.build(), place)
    with pytest.raises(VerificationError, match=r"yanked\.json: repeats text"):
        withdrawing.yank(TO.removeprefix("hf://"), "1.0.0", Mark("2026-01-01", f"a row said: {CANARIES[0]}"))
    assert canary_runs(heard(hub)) == 0


def test_nothing_arrives_in_chunks(place: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    relabelled_source(place)
    with loopback(tmp_path / "hub", xet=True) as hub:
        point_clients(hub, tmp_path / "clients", monkeypatch, xet=True)
        assert publish(place.build(), place)
        received = heard(hub)
        assert hub.cas.exists()
    assert canary_runs(received) == 0
    assert NON_COMMERCIAL in received


def as_rows(content: list[str]) -> bytes:
    file = io.BytesIO()
    pl.DataFrame({"text": content * 9}).write_parquet(file, compression="zstd")
    return file.getvalue()


def with_note(note: str) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table({"n": [1]}).replace_schema_metadata({"note": note}), file)
    return file.getvalue()


SENT: dict[str, Callable[[HfApi, str], Any]] = {
    "rows": lambda api, text: commit(api, {"rows.parquet": as_rows([text])}),
    "metadata": lambda api, text: commit(api, {"rows.parquet": with_note(text)}),
    "small file": lambda api, text: commit(api, {"note.md": text.encode()}),
    "name of a file": lambda api, text: commit(api, {f"{text}.md": b"x"}),
    "message of a commit": lambda api, text: commit(api, {"note.md": b"x"}, text),
    "message of a tag": lambda api, text: api.create_tag(
        "tester/meds-ins", tag="v1", tag_message=text, repo_type="dataset"
    ),
    "rows that are not committed": lambda api, text: api.preupload_lfs_files(
        "tester/meds-ins", [CommitOperationAdd("rows.parquet", as_rows([text]))], repo_type="dataset"
    ),
}


def commit(api: HfApi, files: Mapping[str, bytes], message: str = "some") -> None:
    added = [CommitOperationAdd(path, content) for path, content in files.items()]
    api.create_commit("tester/meds-ins", added, commit_message=message, repo_type="dataset")


@pytest.mark.parametrize("xet", [False, True])
@pytest.mark.parametrize("way", SENT)
def test_canaries_would_be_heard(way: str, xet: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with loopback(tmp_path / "hub", xet=xet) as hub:
        point_clients(hub, tmp_path / "clients", monkeypatch, xet=xet)
        api = HfApi(endpoint=hub.url, token=TOKEN)
        api.create_repo("tester/meds-ins", repo_type="dataset")
        SENT[way](api, CANARIES[0].upper())
        assert canary_runs(heard(hub)) > PHRASE


def canary_runs(text: str) -> int:
    """Count the runs of six tokens that a text has in common with the canaries, answers and instructions."""
    _, own = ngrams.ngram_hashes(pa.array(CANARIES), 6)
    _, found = ngrams.ngram_hashes(pa.array([text]), 6)
    return len(set(own.tolist()) & set(found.tolist()))


def test_what_counts_as_a_run_finds_the_canaries() -> None:
    assert canary_runs(f"x {CANARIES[0].upper()} y") >= len(CANARIES[0].split()) - PHRASE


def test_rows_that_repeat_are_counted(place: Clinic, tmp_path: Path) -> None:
    embedded_text(place)
    staged = stage(place.build(), place.home)
    assert staged.facts["withheld"][OPEN] == {REPEATS: len(CANARIES)}
    assert sum(staged.facts["sources"][OPEN]["license"].values()) == 4


def test_ledger_where_every_source_keeps_rows_here(place: Clinic) -> None:
    embedded_text(place)
    lines = (place.raw / OPEN / "rows.jsonl").read_text()
    (place.raw / NON_COMMERCIAL / "rows.jsonl").write_text(lines)
    staged = stage(place.build(), place.home)
    assert set(staged.facts["withheld"]) == {OPEN, NON_COMMERCIAL, WARD}
    assert pl.read_parquet(staged.folder / "ledger.parquet").is_empty()


def test_terms_that_changed_since_the_release_was_built(place: Clinic) -> None:
    made = place.build()
    facts_of_the_ward(place)
    forget()
    with pytest.raises(VerificationError, match="row, manifest and registry do not agree"):
        stage(made, place.home)


def test_terms_that_were_withdrawn_after_staging(place: Clinic) -> None:
    made = place.build()
    stage(made, place.home)
    place.source(OPEN, like=WARD)
    forget()
    with pytest.raises(VerificationError, match="do not agree"):
        stage(made, place.home)


def test_text_is_known_without_its_layer(place: Clinic) -> None:
    shutil.rmtree(place.home / "layers")
    others = Lookalikes(place.home)
    assert others.marks(pa.table({"text": [f"so {CANARIES[0]}", "nothing"]})).tolist() == [True, False]


def test_templates_are_no_sign(place: Clinic) -> None:
    others = Lookalikes(place.home)
    assert others.layers[0][0] == WARD
    assert not others.marks(
        pa.table({"text": [t for _, task in registry.tasks().values() for t in (task.input,)]})
    ).any()


def test_machine_without_such_text_reads_nothing(place: Clinic, tmp_path: Path) -> None:
    assert Lookalikes(tmp_path / "empty").is_empty
    assert release.versions(tmp_path / "empty", "meds-ins") == []
