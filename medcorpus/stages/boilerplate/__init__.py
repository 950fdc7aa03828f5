"""boilerplate: lines that many documents of a source share and that read like navigation or legal notices.

| column | type | what |
| --- | --- | --- |
| `body_text` | string | the text without those lines |
| `boilerplate_lines` | uint32 | how many lines were left out |

A line goes only when both hold: it stands in enough documents of its source, and it reads like boilerplate, either by
a phrase of `phrases.tsv` or by its shape (`SHAPES`). Repetition alone says nothing: headings of leaflets, answer
options, heads of tables and questions put to every document are repeated far more than any cookie bar, and so is their
place at the edges. Digits count as equal, so that numbered page headers are the same line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

    from medcorpus.stage import Work
    from medcorpus.store import Shards

SHAPES = {
    "navigation bar": r"(?:\[[^\[\]\d][^\[\]]*\]\s*){2,}",
    "arrow back": r"(?:<<|«|‹|←)\s[^»›]*",
    "arrow ahead": r"[^«‹]*\s(?:»|›|→)",
    "arrows in brackets": r"\[\s*(?:<<?|>>?|«|»)[^\[\]]*\]|\[[^\[\]]*(?:>>?|»)\s*\]",
    "address": r"(?:https?://|www\.)\S+",
}
"""Patterns a whole line of navigation matches; an arrow that closes a quotation is none."""
MARKS = r"[\s\d.:…»«›‹•·*()\[\]\p{S}]*"
"""What may stand around a phrase that is a whole line; no dashes, or `--help` would be navigation."""


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """Leave out lines that documents of a source share and that read like navigation or legal notices.

    Args:
        column: The text column.
        min_documents: Documents of a source a line stands in at least.
        min_share: Share of the documents of its source that is at least.
        max_characters: Characters of a line at most.
    """

    column: str = "clean_text"
    min_documents: int = 5
    min_share: float = 0.02
    max_characters: int = 200

    name: ClassVar[str] = "boilerplate"
    row_local: ClassVar[bool] = False
    uses: ClassVar[tuple[str, ...]] = ()

    def prepare(self, shards: Sequence[Shards], work: Work) -> Shards:
        """Count the lines that read like boilerplate, part by part, and keep those that are shared widely enough."""
        parts = [_Part(self, s, i) for s in shards for i in range(len(s.parts))]
        counted = work.layer("counts", parts, write_counts, over=shards)
        return work.layer("lines", [_Counts(self, counted)], write_lines, over=[counted])

    def annotate(self, table: pa.Table, prepared: pa.Table | None) -> pa.Table:
        """Add `body_text` and `boilerplate_lines`."""
        import polars as pl

        rows = pl.DataFrame(table.select(["source", self.column])).with_row_index("row")
        shared = pl.DataFrame(prepared).select("source", "line")
        found = self._suspects(rows).join(shared, on=["source", "line"], how="semi", maintain_order="left")
        mended = self._without(rows, found)
        return (
            rows.join(mended, on="row", how="left", maintain_order="left")
            .select(
                body_text=pl.coalesce("body", self.column),
                boilerplate_lines=pl.col("removed").fill_null(0),
            )
            .to_arrow(compat_level=pl.CompatLevel.oldest())
        )

    def counts(self, table: pa.Table) -> pl.DataFrame:
        """Give `source`, `line`, `documents` that it stands in, and `of` how many documents, for one part."""
        import polars as pl

        rows = pl.DataFrame(table.select(["source", self.column])).with_row_index("row")
        sizes = rows.group_by("source", maintain_order=True).agg(of=pl.len())
        lines = self._suspects(rows).unique(["row", "line"], maintain_order=True)
        found = lines.group_by("source", "line", maintain_order=True).agg(documents=pl.len())
        return sizes.join(found, on="source", how="left", maintain_order="left").select(
            "source", "line", pl.col("documents").fill_null(0), "of"
        )

    def shared(self, counted: pl.DataFrame) -> pl.DataFrame:
        """Give the lines that are shared widely enough: `source`, `line`, `documents` and their `share`."""
        import polars as pl

        sizes = counted.unique(["part", "source"], maintain_order=True)
        of = sizes.group_by("source", maintain_order=True).agg(pl.col("of").sum())
        grouped = counted.drop_nulls("line").group_by("source", "line", maintain_order=True)
        lines = grouped.agg(pl.col("documents").sum()).join(of, on="source", maintain_order="left")
        lines = lines.with_columns(share=pl.col("documents") / pl.col("of"))
        wide = (pl.col("documents") >= self.min_documents) & (pl.col("share") >= self.min_share)
        return lines.filter(wide).select("source", "line", "documents", "share").sort("source", "line")

    def _suspects(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Give the lines that read like boilerplate: `row`, `source`, `place` in the text, `line` as it is counted."""
        import polars as pl

        some = rows.filter(pl.col(self.column).str.contains(_hint()))
        lines = (
            some.select("row", "source", line=pl.col(self.column).str.split("\n"))
            .with_columns(place=pl.int_ranges(pl.col("line").list.len()))
            .explode("line", "place")
            .with_columns(pl.col("line").str.strip_chars())
            .filter(pl.col("line").str.len_chars().is_between(1, self.max_characters))
        )
        return lines.filter(pl.col("line").str.contains(_pattern())).with_columns(
            pl.col("line").str.replace_all(r"\d+", "0")
        )

    def _without(self, rows: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
        """Give the texts that lose lines: `row`, `body`, and how many are `removed`."""
        import polars as pl

        touched = rows.join(found.unique("row", maintain_order=True), on="row", how="semi", maintain_order="left")
        lines = (
            touched.select("row", line=pl.col(self.column).str.split("\n"))
            .with_columns(place=pl.int_ranges(pl.col("line").list.len()))
            .explode("line", "place")
            .join(
                found.select("row", "place", hit=pl.lit(True)), on=["row", "place"], how="left", maintain_order="left"
            )
        )
        kept = pl.col("line").filter(pl.col("hit").is_null())
        texts = lines.group_by("row", maintain_order=True).agg(
            body=kept.str.join("\n"), removed=pl.col("hit").sum().cast(pl.UInt32)
        )
        return texts.with_columns(pl.col("body").str.replace_all("\n{3,}", "\n\n").str.strip_chars())


@dataclass(frozen=True, slots=True)
class _Part:
    stage: Boilerplate
    shards: Shards
    part: int


@dataclass(frozen=True, slots=True)
class _Counts:
    stage: Boilerplate
    counted: Shards


def write_counts(job: _Part, path: Path) -> Mapping[str, Any]:
    """Write how many documents of one part each suspect line stands in."""
    from medcorpus.stage import write_table

    return write_table(path, _to_arrow(job.stage.counts(job.shards.table(job.part))))


def write_lines(job: _Counts, path: Path) -> Mapping[str, Any]:
    """Write the lines that are left out of each source's texts."""
    import polars as pl

    from medcorpus.stage import write_table

    parts = [pl.DataFrame(t).with_columns(part=pl.lit(i)) for i, t in enumerate(job.counted.tables())]
    return write_table(path, _to_arrow(job.stage.shared(pl.concat(parts))))


def _to_arrow(frame: pl.DataFrame) -> pa.Table:
    import polars as pl

    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


@cache
def _pattern() -> str:
    """Give the pattern of a line that reads like boilerplate."""
    whole, part = _phrases("line"), _phrases("part")
    return f"(?i)^{MARKS}(?:{whole}){MARKS}$|{part}|^(?:{'|'.join(SHAPES.values())})$"


def _hint() -> str:
    """Give the pattern for a whole text, of which any line may match; cheaper than to cut every text into lines."""
    return f"(?m){_pattern()}"


def _phrases(where: str) -> str:
    """Give the phrases that are whole lines, or parts of lines, as alternatives of a pattern."""
    lines = (Path(__file__).parent / "phrases.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    phrases = [p for _, place, listed in rows if place == where for p in listed.split("|")]
    return "|".join(_escaped(p) for p in dict.fromkeys(phrases))


def _escaped(phrase: str) -> str:
    """Escape a phrase for a pattern; a straight apostrophe stands for a curly one too."""
    return re.escape(phrase).replace("'", "['’]")
