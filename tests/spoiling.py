"""What the real ingest makes of a source's sample when one of its raw files is spoilt."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from medcorpus import fetch, ingest, registry
from medcorpus.errors import ArchiveError, FormatError, MedcorpusError
from medcorpus.ingest import RawPart
from medcorpus.records import Record
from medcorpus.schema import records_of
from medcorpus.source import SPLITS
from tests.hostile import CANARY, Raw

LONGEST_REASON = 160
LONGEST_ERROR = 400


@dataclass(slots=True)
class Outcome:
    """What became of a sample: the rows of its files, the rejects, and the error that ended it, if any."""

    shape: type[Record]
    rows: list[dict[str, Any]] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    rejects: list[tuple[str, int, str, bool]] = field(default_factory=list)
    read: dict[str, int] = field(default_factory=dict)
    screened: Counter[str] = field(default_factory=Counter)
    error: MedcorpusError | None = None

    @property
    def complains(self) -> bool:
        """Whether something was found wrong; rows that are left out on purpose are not."""
        return self.error is not None or any(not withheld for *_, withheld in self.rejects)

    def same_as(self, other: Outcome) -> bool:
        """Whether both gave the same rows and rejects, and neither failed."""
        mine, others = (self.rows, self.rejects, self.read), (other.rows, other.rejects, other.read)
        return mine == others and self.error is None and other.error is None

    def rows_of(self, path: str) -> list[tuple[int, str]]:
        """Give place and id of what was read from one file, ids being empty for rejects, in the file's order."""
        stored = [(row["raw_row"], row["id"]) for row in self.rows if row["raw_file"] == path]
        return sorted(stored + [(row, "") for file, row, *_ in self.rejects if file == path])

    def take(self, part: RawPart, path: Path) -> None:
        """Ingest one part."""
        notes = ingest.write_part(part, path)
        with pa.OSFile(str(path)) as stream:
            table = pa.ipc.open_file(stream).read_all()
        self.rows += table.to_pylist()
        self.records += records_of(table, self.shape)
        self.rejects += notes["rejects"]
        self.read |= notes["read"]
        self.screened.update({file: n for file, _, n in notes["screened"]})


class Copied:
    """A copy of a source's sample whose files can be spoilt, and which is ingested as raw files are."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.source, self._folder = name, registry.get(name), folder
        self.root = folder / "raw" / (self.source.folder or name)
        shutil.copytree(registry.home_of(name) / "sample", self.root)
        found = self._find()
        self.files = [Raw(f.path, f.local.read_bytes()) for f in found.files]
        self._local = {f.path: f.local for f in found.files}
        self.companions = {f.path for f in found.files if f.companion}
        self._parts = ingest.layer_of(name, found).jobs
        self.sound = self._ingested(self._parts)

    def _find(self) -> fetch.Found:
        return fetch.find(self.name, home=self._folder / "home", raw=self._folder / "raw")

    def _ingested(self, parts: Sequence[RawPart]) -> Outcome:
        outcome = Outcome(self.source.shape)
        try:
            for part in parts:
                outcome.take(part, self._folder / "part")
        except MedcorpusError as error:
            outcome.error = error
        return outcome

    def spoilt(self, contents: Mapping[str, bytes]) -> Outcome:
        """Ingest with other bytes in some files."""
        before = {path: self._local[path].read_bytes() for path in contents}
        try:
            self._write(contents)
            return self._ingested(self._parts)
        finally:
            self._write(before)

    def without(self, path: str) -> Outcome:
        """Ingest without one file; of an archive, without a companion among its members."""
        if "!" in path:
            return self._without_member(path) if path in self.companions else self.sound
        return self.renamed(path, "../../hidden")

    def _without_member(self, path: str) -> Outcome:
        moved = self._local[path].rename(self._folder / "hidden")
        try:
            return self._ingested(self._parts)
        finally:
            moved.rename(self._local[path])

    def renamed(self, path: str, other: str) -> Outcome:
        """Ingest with one file under another name."""
        moved = (self.root / path).rename(self.root / other)
        outcome = Outcome(self.source.shape)
        try:
            return self._ingested(ingest.layer_of(self.name, self._find()).jobs)
        except MedcorpusError as error:
            outcome.error = error
            return outcome
        finally:
            moved.rename(self.root / path)

    def _write(self, contents: Mapping[str, bytes]) -> None:
        for path, content in contents.items():
            self._local[path].write_bytes(content)

    def one_of_each_kind(self) -> list[Raw]:
        """Give the first file of each suffix, companions by themselves."""
        kinds = {(Path(raw.path).suffix, raw.path in self.companions): raw for raw in reversed(self.files)}
        return list(kinds.values())[::-1]


def flaws(copied: Copied, outcome: Outcome, *spoilt: Raw) -> Iterator[str]:
    """Say what is wrong with the way in which bad input was taken."""
    if outcome.error is not None:
        yield from flaws_of_error(outcome.error, copied, *spoilt)
    for file, row, reason, _ in outcome.rejects:
        if file not in outcome.read or not 1 <= row < 2**31:
            yield f"no such row: {file} row {row}"
        if not reason.isprintable() or len(reason) > LONGEST_REASON or CANARY in reason:
            yield f"not a reason that can be counted: {reason!r}"
    for record, stored in zip(outcome.records, outcome.rows, strict=True):
        yield from (*record.faults(), *flaws_of_row(stored, copied))
    used = Counter(row["raw_file"] for row in outcome.rows) + Counter(file for file, *_ in outcome.rejects)
    used += outcome.screened
    if outcome.error is None and used != Counter(outcome.read):
        yield f"read {outcome.read}, stored, rejected or screened out {used}"


def flaws_of_error(error: MedcorpusError, copied: Copied, *spoilt: Raw) -> Iterator[str]:
    """Say what is wrong with an error as a line that a user can act on."""
    message = str(error)
    if not isinstance(error, FormatError | ArchiveError):
        yield f"an exception in disguise: {message}"
    elif not error.fix:
        yield f"no advice: {message}"
    if not message.startswith(f"{copied.name}: ") or not any(_last_name(r.path) in message for r in spoilt):
        yield f"source or file are not named: {message}"
    if not message.isprintable() or len(message) > LONGEST_ERROR:
        yield f"not one line: {message!r}"


def _last_name(path: str) -> str:
    return path.rpartition("!")[2].rpartition("/")[2]


def flaws_of_row(row: Mapping[str, Any], copied: Copied) -> Iterator[str]:
    """Say what is wrong with what the record does not know of itself."""
    if row["split"] not in SPLITS or row["lang"] not in copied.source.langs:
        yield f"no such split or language: {row['split']} {row['lang']}"
    if not 1 <= row["raw_row"] < 2**31:
        yield f"no such row: {row['raw_row']}"
