"""Canary text of a source under an agreement, planted wherever rows pass: none of it is among what the Hub receives."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from medcorpus import cards, ngrams, publishing, registry, release
from medcorpus.errors import MedcorpusError, VerificationError
from medcorpus.fence import PHRASE
from medcorpus.publishing import applying, planning
from medcorpus.publishing.lookalikes import Lookalikes
from medcorpus.publishing.staging import REPEATS, stage
from medcorpus.release import Release
from tests.clinic import CANARIES, NON_COMMERCIAL, OPEN, PHRASINGS, WARD, Clinic, clinic, forget
from tests.hub import CLIENTS_WARN, LoopbackHub, loopback, point_clients

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


PLANTED = (renamed_source, relabelled_source, embedded_text, changed_case, instructions, template, duplicates)


@pytest.mark.parametrize("plant", PLANTED)
def test_nothing_that_was_planted_arrives(plant: Callable[[Clinic], None], place: Clinic, hub: LoopbackHub) -> None:
    plant(place)
    target = publishing.target_at(TO)
    made = place.build_anyway()
    try:
        applying.carry_out(planning.prepare(made, target, place.home, allow=("contamination",)), target)
    except MedcorpusError:
        assert plant is instructions
    received = texts(hub)
    assert canary_runs(received) == 0
    assert (NON_COMMERCIAL in received) or plant is instructions


def texts(hub: LoopbackHub) -> str:
    """Give all text that the Hub was sent, that of Parquet files too."""
    blobs = [p for p in hub.repositories.blobs.folder.rglob("*") if p.is_file()]
    tables = [json.dumps(pl.read_parquet(p).to_dicts()) for p in blobs if p.read_bytes()[:4] == b"PAR1"]
    return "\n".join([hub.received().decode("utf-8", "replace"), *tables])


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


def test_card_example_is_refused(place: Clinic, hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    prose = cards.prose_of("meds-ins")
    monkeypatch.setattr(cards, "prose_of", lambda product: f"{prose}\n\nFor example: {CANARIES[1]}\n")
    with pytest.raises(
        VerificationError, match=r"README\.md: repeats text of a row that must stay on this machine"
    ) as e:
        planning.prepare(place.build(), publishing.target_at(TO), place.home, allow=("contamination",))
    assert canary_runs(str(e.value)) == 0
    assert hub.repositories.names() == []


def test_hand_edited_manifest_is_refused(place: Clinic, tmp_path: Path) -> None:
    made = place.build()
    manifest: dict[str, Any] = json.loads((made.path / "manifest.json").read_text())
    manifest["sources"][OPEN]["license_evidence"] = CANARIES[0]
    with pytest.raises(VerificationError, match="repeats text"):
        planning.prepare(Release(made.path, manifest), publishing.target_at(str(tmp_path / "out")), place.home)


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
