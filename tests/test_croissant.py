"""The Croissant description: mlcroissant takes it, and reads the rows that it points at."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from medcorpus import build, products, publishing
from medcorpus.publishing import applying, gates, planning
from medcorpus.publishing.croissant import CONFORMS_TO, FILE, described
from tests.manifests import manifest

PUBLISHED: dict[str, Any] = {
    "date": "2026-01-31",
    "repository": "tester/x",
    "built": {},
    "previous": None,
    "withheld": {},
}


@pytest.mark.parametrize("product", list(products.PRODUCTS))
def test_description_of_every_product(product: str) -> None:
    found = described(manifest(product, published=PUBLISHED))
    assert found["conformsTo"] == list(CONFORMS_TO)
    assert found["version"] == "0.1.0+abcdef123456"
    assert found["license"] == ["Apache-2.0", "GPL-3.0-only"]
    assert [f["sha256"] for f in found["distribution"]] == [f["sha256"] for f in found["distribution"] if f]
    assert found["rai:personalSensitiveInformation"]
    assert found["rai:dataLimitations"]
    lists = [f for f in found["recordSet"][0]["field"] if f.get("isArray")]
    assert [f["name"] for f in lists] == ["output"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of rdflib
def test_mlcroissant_reads_a_published_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mlc: Any = pytest.importorskip("mlcroissant")
    monkeypatch.setattr("mlcroissant._src.core.constants.DEFAULT_CROISSANT_CACHE", tmp_path / "cache", raising=False)
    made = build.build("mmedbench", build.Options(home=tmp_path / "home", sample=True, workers=1)).release
    target = publishing.target_at(str(tmp_path / "out"))
    prepared = planning.prepare(made, target, tmp_path / "home", allow=tuple(gates.CHECKS))
    applying.carry_out(prepared, target)
    found = mlc.Dataset(tmp_path / "out" / FILE)
    assert not found.metadata.issues.errors
    assert not found.metadata.issues.warnings
    named = json.loads((tmp_path / "out" / FILE).read_text())["recordSet"][0]["@id"]
    rows = list(found.records(named))
    assert rows[0][f"{named}/question"]
    assert list(rows[0][f"{named}/options"])
