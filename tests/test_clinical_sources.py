"""Rules of the sources with patients in them: sections, modalities, splits, and what is said of missing files."""

from __future__ import annotations

import gzip
import json
import shutil
import tracemalloc
from collections import Counter
from importlib import import_module
from itertools import islice
from pathlib import Path

import pytest

from medcorpus import fetch, registry
from medcorpus.errors import FormatError
from medcorpus.reading import Item, Placed, Reject
from medcorpus.records import Label, Pair

_reports, _tables = import_module("medcorpus.corpora._reports"), import_module("medcorpus.corpora._tables")
mimic_iv, seer = import_module("medcorpus.corpora.mimic_iv.source"), import_module("medcorpus.corpora.seer.source")
CLOSED = [name for name in registry.names() if registry.get(name).access != "open"]
NOTES = ("note_id", "subject_id", "hadm_id", "note_type", "note_seq", "charttime", "storetime", "text")


def sample(name: str, path: str) -> Path:
    """Give a file of a source's sample."""
    return registry.home_of(name) / "sample" / path


def pairs(items: list[Item]) -> list[Pair]:
    """Give the pairs among what was read."""
    return [item.record for item in items if isinstance(item, Placed) and isinstance(item.record, Pair)]


def labels(items: list[Item]) -> list[Label]:
    """Give the labelled texts among what was read."""
    return [item.record for item in items if isinstance(item, Placed) and isinstance(item.record, Label)]


@pytest.mark.parametrize("order", ["{f}{i}", "{i}{f}"])
def test_sections_come_in_any_order(order: str) -> None:
    report = "EXAMINATION:  CT HEAD\n\n" + order.format(
        f="FINDINGS: \n\nNo bleeding\nis seen.\n\nBONES:  Intact.\n\n",
        i="IMPRESSION:\n\n1. Normal.\n2. No\nfracture.\n",
    )
    assert _reports.sections(report) == {
        "examination": "CT HEAD",
        "findings": "No bleeding is seen.\nBONES: Intact.",
        "impression": "1. Normal.\n2. No fracture.",
    }


@pytest.mark.parametrize(
    ("report", "sections"),
    [
        (" FINAL REPORT\n CHEST RADIOGRAPH\n \n HISTORY:  Cough.\n FINDINGS:  Clear.\n", ("examination", "findings")),
        ("EXAM: US\nFINDINGS AND IMPRESSION:\nA cyst.\n", ("examination",)),
        ("Findings: Clear.\nImpression: None\nRECOMMENDATION(S): Call.\n", ("findings", "impression")),
        ("TECHNIQUE: The findings: are below.\nThe impression of the gallbladder is normal.\n", ()),
        ("IMPRESSION:\n\n \nFINDINGS:  Clear.\n", ("findings",)),
        ("no heading at all", ()),
        ("", ()),
    ],
)
def test_what_is_a_section(report: str, sections: tuple[str, ...]) -> None:
    assert tuple(sorted(_reports.sections(report))) == sections


def test_a_section_that_comes_twice_is_put_together() -> None:
    report = "FINDINGS:  Head is normal.\nIMPRESSION:  Normal.\nFINDINGS:  So is the neck.\n"
    assert _reports.sections(report)["findings"] == "Head is normal.\nSo is the neck."


@pytest.mark.parametrize(
    ("exam", "modalities", "anatomies"),
    [
        ("CTA HEAD AND NECK", "CT; Angiography", "Head and neck"),
        ("CT ANGIOGRAPHY OF THE BRAIN", "CT; Angiography", "Brain"),
        ("MR HEAD W/O CONTRAST", "MRI", "Head and neck"),
        ("MRI AND MRA BRAIN AND MRA NECK", "MRI; Angiography", "Head and neck; Brain"),
        ("CT TORSO, CHEST, ABDOMEN AND PELVIS", "CT", "Chest; Abdomen; Pelvis"),
        ("MRCP", "MRI", ""),
        ("CT-guided biopsy, liver", "CT", "Abdomen"),
        ("RENAL U.S.", "", ""),
        ("US ABD LIMIT, SINGLE ORGAN", "Ultrasound", "Abdomen"),
        ("CHEST (PORTABLE AP)", "X-ray", "Chest"),
        ("ABDOMEN (SUPINE ONLY) 2 VIEWS", "X-ray", "Abdomen"),
        ("DIRECT VISIT, PRODUCT SELECTION", "", ""),
        ("we told us about the mr", "", ""),
        ("BARIUM ESOPHAGRAM", "Fluoroscopy", ""),
        ("THORACIC SPINE RADIOGRAPHS", "X-ray", "Spine"),
        ("HEADACHE, NECKLACE, BRAINSTEM", "", ""),
    ],
)
def test_modalities_and_anatomies_are_whole_words(exam: str, modalities: str, anatomies: str) -> None:
    assert mimic_iv.examined(exam) == (modalities, anatomies)


def test_every_radiology_task_has_rows_and_a_region_of_its_own() -> None:
    records = pairs(list(registry.get("mimic_iv").read(sample("mimic_iv", "note/radiology.csv"))))
    served = Counter(
        t.id for t in registry.get("mimic_iv").tasks for r in records if t.fields and t.fields(r) is not None
    )
    assert set(served) == {f"task{n}" for n in range(78, 97)}
    assert len({t.input for t in registry.get("mimic_iv").tasks}) == 18  # the two classifications share one


def packed(path: Path, target: Path) -> Path:
    """Pack a file as upstream ships it."""
    target.parent.mkdir(parents=True)
    target.write_bytes(gzip.compress(path.read_bytes()))
    return target


@pytest.mark.parametrize(
    ("name", "table"), [("mimic_iv", "note/radiology.csv"), ("mimic_iv_notes", "note/discharge.csv")]
)
def test_packed_tables_read_the_same_and_not_twice(tmp_path: Path, name: str, table: str) -> None:
    read, plain = registry.get(name).read, sample(name, table)
    there = packed(plain, tmp_path / f"{table}.gz")
    assert list(read(there)) == list(read(plain))
    shutil.copy(plain, there.with_suffix(""))
    assert list(read(there)) == []
    found = fetch.find(name, home=tmp_path / "home", raw=folder_of(tmp_path, name))
    assert sorted(f.path for f in found.files) == [table, f"{table}.gz"]


def folder_of(tmp_path: Path, name: str) -> Path:
    """Put files where a user's own copy of a source lies."""
    raw = tmp_path / "raw"
    shutil.copytree(tmp_path / "note", raw / (registry.get(name).folder or name) / "note")
    return raw


def test_a_large_table_of_notes_is_read_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "note/radiology.csv.gz"
    path.parent.mkdir()
    with gzip.open(path, "wt", compresslevel=1) as stream:
        stream.write(",".join(NOTES) + "\n")
        for n in range(5_000):
            report = f"EXAMINATION: CT CHEST {n}\nFINDINGS: {'clear ' * 400}\nIMPRESSION: Normal."
            stream.write(f'{n}-RR-1,{n},,RR,1,,,"{report}"\n')
    tracemalloc.start()
    read = sum(1 for _ in registry.get("mimic_iv").read(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (read, peak < 4 * 2**20) == (5_000, True)


def test_reports_without_the_split_are_told_what_is_missing(tmp_path: Path) -> None:
    report = sample("mimic_cxr", "files/p90/p90000001/s50000001.txt")
    alone = tmp_path / "files/p90/p90000001/s50000001.txt"
    alone.parent.mkdir(parents=True)
    shutil.copy(report, alone)
    with pytest.raises(FormatError, match=r"split\.csv\.gz is not beside it - download it from MIMIC-CXR-JPG"):
        list(registry.get("mimic_cxr").read(alone))
    packed_split = tmp_path / "mimic-cxr-2.0.0-split.csv.gz"
    packed_split.write_bytes(gzip.compress(sample("mimic_cxr", "mimic-cxr-2.0.0-split.csv").read_bytes()))
    assert list(registry.get("mimic_cxr").read(alone)) == list(registry.get("mimic_cxr").read(report))


def test_premises_are_sorted_by_threes(tmp_path: Path) -> None:
    path = tmp_path / "mli_train_v1.jsonl"
    kinds = ["neutral", *("entailment", "neutral", "contradiction"), "entailment"]
    rows = [{"pairID": str(n), "sentence1": "P", "sentence2": f"H{n}", "gold_label": k} for n, k in enumerate(kinds)]
    path.write_text("".join(json.dumps(row) + "\n" for row in [*rows, {**rows[4], "gold_label": "-"}]))
    items = list(registry.get("mednli").read(path))
    task = registry.tasks()["task44"][1]
    made = [fields for record in labels(items) if task.fields and (fields := task.fields(record))]
    assert len(made) == 1  # neutral 0 and entailment 1 are of other triples than 1, 2, 3 by turns
    told = dict(line.split(": ") for line in str(made[0]["verdicts"]).split("\n"))
    assert sorted(told.values()) == ["contradiction", "entailment", "neutral"]
    assert isinstance(items[-1], Reject) and "gold_label" in items[-1].reason


def test_stays_without_a_test_file_are_all_train(tmp_path: Path) -> None:
    path = tmp_path / "master_dataset.csv"
    shutil.copy(sample("mimic4ed", "master_dataset.csv"), path)
    assert {r.split for r in labels(list(registry.get("mimic4ed").read(path)))} == {"train"}
    told = labels(list(registry.get("mimic4ed").read(path)))[2]
    assert "At triage, acuity (1 is most urgent, 5 least): not recorded" in told.text
    assert not [line for line in told.text.split("\n") if line.endswith((": ", ": nan"))]


def test_the_last_tenth_of_the_case_listing_is_test(tmp_path: Path) -> None:
    path = tmp_path / "Query_5_years.csv"
    rows = [f"{n},Beam radiation,{seer.LABELS[n % 7]},Alive,left,1" for n in range(40)]
    header = f"Age at diagnosis ,Radiation recode,{seer.ANSWER},COD to site recode,Laterality,stutus_5_years"
    path.write_text("\n".join([header, *rows, ""]))
    records = labels(list(registry.get("seer").read(path)))
    assert Counter(r.split for r in records) == {"train": 36, "test": 4}
    assert records[0].text == "Age at diagnosis: 0\nLaterality: left"
    assert 35_348 * 9 // 10 == 31_813  # the published split


def test_the_first_rows_of_every_block_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "biolord.jsonl"
    path.write_text("".join(f'{{"name": "c{n}", "text": "described as {n}"}}\n' for n in range(40_010)))
    items = list(registry.get("biolord").read(path))
    assert [item.row for item in items if isinstance(item, Placed)] == [
        *range(1, 9), *range(20_001, 20_009), *range(40_001, 40_009)
    ]  # fmt: skip


@pytest.mark.parametrize("cell", ["", " ", "NaN", "nan", "NA", "Blank(s)"])
def test_missing_values_are_said_to_be_missing(cell: str) -> None:
    assert _tables.lines({"a": cell}, {"a": "A"}) == "A: not recorded"


@pytest.mark.parametrize("name", CLOSED)
def test_the_error_for_a_closed_source_says_what_to_sign_and_where_to_put_files(tmp_path: Path, name: str) -> None:
    source = registry.get(name)
    told = fetch.missing_message(name, fetch.find(name, home=tmp_path))
    assert told.startswith(f"{name}: ") and "missing: " in told
    assert "--raw" in told and (f"DIR/{source.folder or name}/" in told or "DIR/" in source.how)
    assert "http" in told or source.access == "manual"
    if source.access == "agreement":
        assert "sign" in told


def test_physionet_sources_mention_the_list_of_hashes() -> None:
    names = [n for n in CLOSED if registry.get(n).license.startswith("PhysioNet")]
    assert len(names) == 6
    assert all("SHA256SUMS.txt" in registry.get(n).how for n in names)


def test_medical_questions_are_chosen_by_their_words(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    turns = [["What helps with a headache and fever?", "Rest."], ["Is my doctor paid?", "Yes."], ["Why?", "So."]]
    path.write_text("".join(json.dumps({"conversations": t, "source": "x"}) + "\n" for t in turns))
    items = list(islice(registry.get("lima").read(path), 5))
    assert [type(item) for item in items] == [Placed, Reject, Reject]
