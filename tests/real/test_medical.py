"""The model of the medical stage is what its script makes of the labelled running text, and does what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from medcorpus.stages.medical import fit, model

pytestmark = pytest.mark.real
HERE = Path(str(model.__file__)).parent


@pytest.fixture(scope="module")
def rebuilt(real_raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the tables rebuilt."""
    if not (texts := real_raw.parent / "text").is_dir():
        pytest.skip("MEDCORPUS_REAL_DATA/text is not there: no labelled running text")
    folder = tmp_path_factory.mktemp("rebuilt")
    fit.main(["--data", str(texts), "--out", str(folder)])
    return folder


@pytest.mark.parametrize("name", ["model.tsv", "thresholds.tsv"])
def test_rebuilding_gives_the_same_table(name: str, rebuilt: Path) -> None:
    assert (rebuilt / name).read_text(encoding="utf-8") == (HERE / name).read_text(encoding="utf-8")


def test_recall_and_false_positives_are_within_the_aims(rebuilt: Path) -> None:
    lines = [line.split("\t") for line in (rebuilt / "thresholds.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    assert all(float(recall) >= 0.9 and float(wrong) <= 0.01 for *_, recall, _, wrong, _ in lines)
