"""Reads real raw files as sources do, and says what must hold for the rows of any of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import cast

from medcorpus import registry
from medcorpus.reading import Placed, Reject
from medcorpus.records import Record


@cache
def items(raw: Path, name: str, path: str) -> tuple[Placed | Reject, ...]:
    """Read one file of a source."""
    found = tuple(registry.get(name).read(raw / (registry.get(name).folder or name) / path))
    assert all(isinstance(item, Placed | Reject) for item in found)
    return cast(tuple[Placed | Reject, ...], found)


def records(raw: Path, name: str, paths: Iterable[str]) -> list[tuple[str, Record]]:
    """Give the records of some files of a source with their files."""
    return [(path, i.record) for path in paths for i in items(raw, name, path) if isinstance(i, Placed)]


def assert_counts(raw: Path, name: str, path: str, rows: int, withheld: Mapping[str, int]) -> None:
    """See that a file gives so many rows, withholds so many for each reason, and rejects none."""
    found = items(raw, name, path)
    rejects = [item for item in found if isinstance(item, Reject)]
    assert len(found) - len(rejects) == rows
    assert Counter(reject.reason for reject in rejects if reject.withheld) == withheld
    assert [reject for reject in rejects if not reject.withheld] == []


def assert_sound(name: str, found: Iterable[Record]) -> None:
    """See that records have no fault, only declared extras, and keys of their own."""
    listed = list(found)
    assert {fault for record in listed for fault in record.faults()} == set()
    assert {extra for record in listed for extra in record.extra} <= set(registry.get(name).extras)
    assert max(Counter(record.key for record in listed if record.key).values(), default=1) == 1
