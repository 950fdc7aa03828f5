"""The terms that rows come under: counted, written into the files that hold the rows, and read back.

A file of a release says in its schema's metadata which terms its rows have, beside the columns that say so row by
row. Whoever publishes compares the two: a column that was changed or dropped on the way shows.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from medcorpus.errors import VerificationError
from medcorpus.licenses import AGREEMENT, UNKNOWN, Conditions, conditions, named

if TYPE_CHECKING:
    import pyarrow as pa

KEY = b"medcorpus.terms"
"""Name of the metadata."""


class Terms(NamedTuple):
    """What decides whether a row may be passed on."""

    source: str
    license: str
    access: str
    redistribute: str

    @property
    def conditions(self) -> Conditions:
        """What they lay on whoever passes the rows on: the conditions of the licence, and what the source adds.

        A source behind an account, or that must be asked, counts as one under an agreement even where its licence
        would allow more: who takes its rows from somebody else has agreed to nothing.
        """
        withheld = {AGREEMENT} if self.access != "open" or self.redistribute == "no" else set()
        unsaid = set() if self.redistribute in ("yes", "no") else {UNKNOWN}
        return conditions(self.license) | withheld | unsaid


def counted(table: pa.Table) -> Counter[Terms]:
    """Count the rows of a table under each terms."""
    import polars as pl

    frame = pl.DataFrame(table.select(list(Terms._fields))).with_columns(pl.all().cast(pl.String))
    found = frame.group_by(pl.all(), maintain_order=True).len()
    return Counter({Terms(*line[:-1]): line[-1] for line in found.iter_rows()})


def of_sources(sources: Mapping[str, Mapping[str, Any]]) -> Counter[Terms]:
    """Count the rows of a release under each terms, as its manifest states them for every source."""
    found = Counter[Terms]()
    for name, source in sources.items():
        for license, rows in source["licenses"].items():
            found[Terms(name, license, source["access"], source["redistribute"])] += rows
    return found


def together(found: Iterable[Terms]) -> str:
    """Call the terms of what is made of rows under several terms by the heaviest condition."""
    return named(frozenset[str]().union(*(terms.conditions for terms in found)))


def has_terms(schema: pa.Schema) -> bool:
    """Say whether a table has the columns that state terms."""
    return set(Terms._fields) <= set(schema.names)


def as_metadata(counts: Mapping[Terms, int]) -> dict[bytes, bytes]:
    """Give the metadata that states the terms of a file's rows."""
    lines = [[*terms, rows] for terms, rows in sorted(counts.items())]
    return {KEY: json.dumps(lines, ensure_ascii=False).encode()}


def stated(metadata: Mapping[bytes, bytes] | None, where: str) -> Counter[Terms]:
    """Read the terms that a file's metadata states.

    Raises:
        VerificationError: It states none.
    """
    try:
        lines = json.loads((metadata or {})[KEY])
        return Counter({Terms(*map(str, line[:-1])): int(line[-1]) for line in lines})
    except (KeyError, ValueError, TypeError) as error:
        told = "the file does not say under which terms its rows come"
        raise VerificationError(told, where=where, fix="build the release again") from error
