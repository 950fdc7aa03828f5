"""What the checks look at, and how far a release may go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from medcorpus.release import Release

NEVER, AT_TIMES, OFTEN = 0.002, 0.02, 0.2
PERSONAL = {
    "login": NEVER,
    "email": NEVER,
    "national_id": NEVER,
    "card": NEVER,
    "record": NEVER,
    "ip": AT_TIMES,
    "phone": AT_TIMES,
    "birth_date": OFTEN,
}
"""Share of the rows of a configuration that may hold each kind of personal data.

What names or gives access to one person stands in at most 0.1 % of the rows of any task of the real MedS-Ins, from
abstracts that print an author's address; 1 % of consumers' answers name a telephone number, of a helpline; 15 % of the
doctors' notes that were written for ACI-Bench give their invented patients a date of birth.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How far a release may go.

    Args:
        shrink: Share of its rows that a source, language, task or split may lose against the release before. At 5 %
            the loss of one raw file in ten or in fifteen is told, while a rule on duplicates, which moves less than
            that in most sources, may change.
        growth: How many times its rows before a source, language, task or split may have.
        few: Rows that may come or go whatever share they are, unless all go.
        contamination: Share of the rows that may repeat a test item.
        personal: By kind of personal data the share of the rows of a configuration in which it may be found.
        stray: Rows of a configuration in which it may be found whatever share they are.
        looked_at: Rows that are searched for personal data, spread evenly over all of them.
        looked_at_each: Rows of every configuration that are searched at least.
        row_bytes: Most bytes of what sources say in one row, beyond which the viewer does not show it.
        group_bytes: Most bytes of a row group before compression.
        configs: Most configurations, those of categories among them.
        columns: Most columns.
        files: Most files of a release, and of one folder in it.
    """

    shrink: float = 0.05
    growth: float = 3.0
    few: int = 20
    contamination: float = 0.0
    personal: Mapping[str, float] = field(default_factory=lambda: PERSONAL)
    stray: int = 2
    looked_at: int = 30_000
    looked_at_each: int = 250
    row_bytes: int = 2_000_000
    group_bytes: int = 300_000_000
    configs: int = 4_000
    columns: int = 1_000
    files: tuple[int, int] = (100_000, 10_000)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a check looks at.

    Args:
        release: The release.
        last: Manifest of the release before it, if there is one.
        bounds: How far it may go.
        built: The release that it was made from, which knows what is not published: itself, unless it is a candidate.
    """

    release: Release
    last: Mapping[str, Any] | None
    bounds: Bounds
    built: Release

    @property
    def manifest(self) -> Mapping[str, Any]:
        """The release's manifest."""
        return self.release.manifest

    def files(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Give configuration, split and facts of every file with rows."""
        for config, splits in self.manifest["configs"].items():
            for split, entry in splits.items():
                for file in entry["files"]:
                    yield config, split, file

    def rows(self, config: str = "") -> int:
        """Count the rows, or those of one configuration."""
        wanted = [self.manifest["configs"][config]] if config else self.manifest["configs"].values()
        return sum(int(split["rows"]) for splits in wanted for split in splits.values())

    def path(self, file: Mapping[str, Any]) -> Path:
        """Give where a file lies."""
        return self.release.path / str(file["path"])
