"""Rows that are withdrawn for ever: an erasure request, a takedown, a retraction.

`tombstones.tsv` lists them, one a line: the SHA-256 of the row's id, the source, the day, the reason. Ids themselves
are not in it, so that the list does not point at what it hides: which row is meant can be told by those who hold it,
or who can guess its id. The id of a record (`source/key`) withdraws everything that was made from it in every
product, the id of an instruction (`task/source/key`) only that instruction.

Three lists count together: `cards/tombstones.tsv`, which travels with medcorpus, `tombstones.tsv` under the home
folder, and the one named at a build, whose lines are added to the home folder's. A build leaves such rows out before
anything else looks at them; `medcorpus.load` leaves them out of releases that are older than the list.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from medcorpus import atomic
from medcorpus.errors import FormatError

if TYPE_CHECKING:
    import polars as pl

FILE = "tombstones.tsv"
COLUMNS = ("sha256", "source", "date", "reason")
RULE = "withdrawn"
"""The rule that such rows fail, in every product."""
_HASH = re.compile(r"[0-9a-f]{64}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDED = re.compile(r"#[0-9]+$")
"""Ends the id of a row that repeats another with a further phrasing."""


@dataclass(frozen=True, slots=True, order=True)
class Tombstone:
    """One withdrawn row: SHA-256 of its id, its source, the day it was withdrawn, and why."""

    sha256: str
    source: str
    date: str
    reason: str


def hash_of(row_id: str) -> str:
    """Give the hash that stands for an id.

    >>> hash_of("pubmedqa/21645374")[:16]
    '5f436acedff6a50c'
    """
    return hashlib.sha256(row_id.encode()).hexdigest()


def hashes_of(row_id: str) -> tuple[str, ...]:
    """Give the hashes under which a row may be withdrawn: as itself, and as what was made from a record."""
    base = _WORDED.sub("", row_id)
    return hash_of(base), hash_of(base.partition("/")[2])


def entry(row_id: str, date: str, reason: str) -> Tombstone:
    """Give the tombstone of an id; an instruction's is known by its three parts."""
    parts = row_id.split("/")
    if len(parts) < 2 or not all(parts[:2]):
        raise FormatError("no id of a row", where=repr(row_id), fix="write it source/key or task/source/key")
    return Tombstone(hash_of(row_id), parts[_source_at(parts)], date, " ".join(reason.split()))


def _source_at(parts: Sequence[str]) -> int:
    from medcorpus import registry

    return 1 if len(parts) > 2 and parts[0] not in registry.names() else 0


def read(path: Path) -> tuple[Tombstone, ...]:
    """Read a list; lines that begin with `#` are remarks, and an id in the first column counts as its hash.

    Raises:
        FormatError: A line is not what it should be; it is named.
    """
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    kept = [(n, line) for n, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    return tuple(_parsed(line, f"{path}:{n}") for n, line in kept if line.split("\t")[0] not in ("sha256", "id"))


def _parsed(line: str, where: str) -> Tombstone:
    cells = [cell.strip() for cell in line.split("\t")]
    if _HASH.fullmatch(cells[0]):
        cells = [*cells, "", "", ""][:4]
        found = Tombstone(*cells)
    else:
        date, reason = [*cells[-2:]] if len(cells) >= 3 else ["", ""]
        found = entry(cells[0], date, reason)
    if not (_DATE.fullmatch(found.date) and found.reason and found.source):
        fix = "write id, date (2026-01-31) and reason, or sha256, source, date and reason, with tabs between"
        raise FormatError("no tombstone", where=where, fix=fix)
    return found


def as_text(entries: Iterable[Tombstone]) -> str:
    """Give a list as text."""
    lines = ["\t".join(astuple(e)) for e in sorted(entries)]
    return "\n".join(["\t".join(COLUMNS), *lines]) + "\n"


def merged(*lists: Iterable[Tombstone]) -> tuple[Tombstone, ...]:
    """Put lists together; what stands in several counts once, as it stands in the first."""
    found: dict[str, Tombstone] = {}
    for one in lists:
        for each in one:
            found.setdefault(each.sha256, each)
    return tuple(sorted(found.values()))


def shipped() -> tuple[Tombstone, ...]:
    """Give the list that travels with medcorpus."""
    package = Path(__file__).resolve().parent
    folder = package / "cards" if (package / "cards").is_dir() else package.parent / "cards"
    return read(folder / FILE) if (folder / FILE).is_file() else ()


def known(home: Path) -> tuple[Tombstone, ...]:
    """Give every tombstone known here."""
    own = home / FILE
    return merged(shipped(), read(own) if own.is_file() else ())


def remember(home: Path, entries: Iterable[Tombstone]) -> int:
    """Add tombstones to the home folder's list, where they count for ever.

    Returns:
        How many of them were not known.
    """
    before = known(home)
    new = [e for e in merged(entries) if e.sha256 not in {b.sha256 for b in before}]
    if new:
        own = home / FILE
        atomic.write_text(own, as_text(merged(read(own) if own.is_file() else (), new)))
    return len(new)


def digest(entries: Iterable[Tombstone]) -> str:
    """Name a list by what it withdraws."""
    return hash_of("\n".join(sorted({e.sha256 for e in entries})))


class Withdrawn:
    """Finds the rows that a list withdraws.

    Args:
        entries: The list.
    """

    def __init__(self, entries: Iterable[Tombstone] = ()) -> None:
        self.entries = tuple(entries)
        self.sources = sorted({e.source for e in self.entries})
        self._hashes = frozenset(e.sha256 for e in self.entries)

    def mask(self, rows: pl.DataFrame) -> pl.Series:
        """Say of every row whether it is withdrawn; rows of sources that are not on the list are not looked at.

        Args:
            rows: Rows with `id` and `source`, and `record_id` where they are instructions.
        """
        import polars as pl

        gone = pl.Series("withdrawn", [False] * rows.height, dtype=pl.Boolean)
        index = rows["source"].is_in(self.sources).arg_true()
        asked = [c for c in ("id", "record_id") if c in rows.columns]
        found = [self._has(*ids) for ids in rows.select(asked)[index].iter_rows()]
        return gone.scatter(index, found) if found else gone

    def _has(self, *ids: str) -> bool:
        return any(hash_of(_WORDED.sub("", i)) in self._hashes for i in ids)

    def hidden(self, ids: pl.Series) -> pl.Series:
        """Put hashes in the place of ids that are withdrawn."""
        import polars as pl

        parts = ids.str.split("/")
        own = parts.list.get(0, null_on_oob=True).is_in(self.sources)
        index = (own | parts.list.get(1, null_on_oob=True).is_in(self.sources)).fill_null(value=False).arg_true()
        names = {i: hash_of(i) for i in ids[index] if not self._hashes.isdisjoint(hashes_of(i))}
        return ids.replace(list(names), list(names.values())) if names else ids.cast(pl.String)
