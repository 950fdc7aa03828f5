"""`croissant.json`: valid for mlcroissant, readable by it, and true to the release."""

from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from medcorpus import cards, croissant, products
from medcorpus.build import Built, Options, build
from tests.manifests import PAYLOADS, hostile, manifest
from tests.releases import row, write_release

mlcroissant = pytest.importorskip("mlcroissant")
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
PRODUCTS = tuple(products.PRODUCTS)
RAI = (
    "dataCollection",
    "dataCollectionRawData",
    "dataPreprocessingProtocol",
    "dataUseCases",
    "dataBiases",
    "dataLimitations",
    "personalSensitiveInformation",
    "dataReleaseMaintenancePlan",
)


def opened(path: Path) -> Any:
    """Open a description with mlcroissant, which raises where it is not valid."""
    logging.getLogger("absl").setLevel(logging.ERROR)
    return mlcroissant.Dataset(jsonld=str(path))


def issues(dataset: Any) -> set[str]:
    found = dataset.metadata.ctx.issues
    return set(found.errors) | {w for w in found.warnings if "datePublished" not in w}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build mmedbench from the samples of the real sources, once."""
    return build("mmedbench", Options(home=tmp_path_factory.mktemp("built"), sample=True, workers=1))


def test_description_of_a_build_is_valid_and_listed(built: Built) -> None:
    path = built.release.path / croissant.FILE
    assert issues(opened(path)) == set()
    assert croissant.FILE in {f["path"] for f in built.release.manifest["files"]}


def test_records_are_the_rows(built: Built) -> None:
    rows = list(opened(built.release.path / croissant.FILE).records(record_set="all"))
    files = [p for p, f in built.release.files() if f["path"].startswith("data/")]
    wanted = pl.concat([pl.read_parquet(f) for f in files])
    assert sorted(r["all/id"].decode() for r in rows) == sorted(wanted["id"])
    assert sorted(r["all/question"].decode() for r in rows) == sorted(wanted["question"])


def test_record_set_of_a_category_holds_its_tasks(home: Path) -> None:
    made = write_release(home, "1.0.0", [row("1"), row("2", task_id="task106", source="hoc"), row("3", split="test")])
    path = made.path / croissant.FILE
    path.write_text(json.dumps(croissant.of(made.manifest)), encoding="utf-8")
    dataset = opened(path)
    assert issues(dataset) == set()
    assert [r.id for r in dataset.metadata.record_sets] == ["all", "qa", "classification"]
    rows = list(dataset.records(record_set="qa"))
    assert sorted(r["qa/id"].decode() for r in rows) == ["task60/frenchmedmcqa/1", "task60/frenchmedmcqa/3"]


def test_file_that_was_altered_is_not_what_is_stated(built: Built) -> None:
    described = json.loads((built.release.path / croissant.FILE).read_text(encoding="utf-8"))
    stated = {d["contentUrl"]: d["sha256"] for d in described["distribution"] if d["@type"] == "cr:FileObject"}
    listed = {f["path"]: f["sha256"] for f in built.release.manifest["files"] if f["path"].startswith("data/")}
    assert stated == listed


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_product_says_what_is_to_be_said(product: str) -> None:
    described = croissant.of(manifest(product))
    assert described["conformsTo"] == list(croissant.CONFORMS_TO)
    for name in RAI:
        told = described[f"rai:{name}"]
        assert told and all(told)
        assert "<!--" not in str(told) and "`" not in str(told)
    privacy = " ".join(described["rai:personalSensitiveInformation"])
    assert "de-identified" in privacy or "can still be recognised" in privacy


@pytest.mark.parametrize("product", PRODUCTS)
def test_hand_made_manifest_is_valid(product: str, tmp_path: Path) -> None:
    path = tmp_path / croissant.FILE
    path.write_text(json.dumps(croissant.of(manifest(product))), encoding="utf-8")
    dataset = opened(path)
    assert issues(dataset) == set()
    metadata = dataset.metadata
    assert metadata.version == "0.1.0+abcdef123456"
    assert {found.name for found in metadata.license} == {"Apache-2.0", "GPL-3.0-only"}
    assert "@article{hoc" in metadata.cite_as
    assert metadata.data_biases and metadata.personal_sensitive_information


def test_published_release_names_its_repository_and_day(tmp_path: Path) -> None:
    edition = {"version": "0.1.0", "root": "0" * 64}
    published = {"date": "2026-01-31", "repository": "someone/meds-ins", "built": edition, "previous": None}
    described = croissant.of(manifest(version="1.2.3", published=published | {"withheld": {}}))
    path = tmp_path / croissant.FILE
    path.write_text(json.dumps(described), encoding="utf-8")
    dataset = opened(path)
    assert set(dataset.metadata.ctx.issues.warnings) == set()
    assert described["url"] == "https://huggingface.co/datasets/someone/meds-ins"
    assert described["distribution"][0]["contentUrl"].endswith("/someone/meds-ins/tree/v1.2.3")


def test_release_without_rows_is_described(tmp_path: Path) -> None:
    described = croissant.of(manifest(configs={}, sources={}, tasks={}, skipped={}, stages=[], funnel=[]))
    assert described["recordSet"] == [] == described["license"]


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_hostile_text_stays_text(payload: str) -> None:
    described = croissant.of(hostile(payload))
    assert json.loads(json.dumps(described)) == described
    assert set(described) <= set(croissant.of(manifest())) | {"rai:dataCollectionMissingData"}


@pytest.mark.parametrize("product", PRODUCTS)
def test_card_has_the_sections_that_are_told_from(product: str) -> None:
    told = croissant.sections(cards.prose_of(product))
    assert {title for titles in croissant.SECTIONS.values() for title in titles} <= set(told)


def test_the_same_manifest_gives_the_same_description(built: Built, tmp_path: Path) -> None:
    path = built.release.path / croissant.FILE
    shutil.copy(path, tmp_path)
    assert json.loads(path.read_text(encoding="utf-8")) == croissant.of(built.release.manifest)
