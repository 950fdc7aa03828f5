"""Counts of the tables of made-up patients, against the lines of their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from medcorpus import registry
from medcorpus.reading import Placed
from medcorpus.records import Label

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def encounters(real_raw: Path) -> list[Label]:
    """Read all encounters."""
    path = real_raw / "synthea_csv/seeds/synthea/encounters.csv"
    if not path.is_file():
        pytest.skip("no raw files of synthea_csv")
    items = list(registry.get("synthea_csv").read(path))
    records = [item.record for item in items if isinstance(item, Placed) and isinstance(item.record, Label)]
    assert len(records) == len(items)
    return records


@pytest.mark.parametrize(
    ("task", "rows"),
    [
        ("synthea_csv_diagnosis", 68),  # 338 encounters have conditions, but most only findings such as employment
        ("synthea_csv_medication", 350),  # as many encounters as medications.csv names
        ("synthea_csv_encounter_class", 453),  # the other 151 have no condition, procedure or medicine
        ("synthea_csv_return_30d", 604),  # all encounters
    ],
)
def test_rows_of_each_task(encounters: list[Label], task: str, rows: int) -> None:
    fields = next(t.fields for t in registry.get("synthea_csv").tasks if t.id == task)
    assert sum(fields is None or fields(record) is not None for record in encounters) == rows


def test_every_encounter_of_the_index_is_read(encounters: list[Label]) -> None:
    assert len(encounters) == len({r.key for r in encounters}) == 604
    assert sum(r.extra["returns"] == "True" for r in encounters) == 113
    assert not [fault for record in encounters for fault in record.faults()]
