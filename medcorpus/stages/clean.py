"""clean: Unicode, control characters, white space and mojibake, without touching what a text says.

| column | type | what |
| --- | --- | --- |
| `clean_text` | string | the cleaned text |
| `clean_repaired` | bool | whether mojibake was repaired |
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

    from medcorpus.stage import Work
    from medcorpus.store import Shards

LINE_BREAKS = "\r\n?|[\x0b\x0c\x85\u2028\u2029]"
INVISIBLE = (
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
"""Control, zero-width and bidi characters, and tags, which hide text; not the joiners, which some scripts need."""
JOINERS = "[\u200c\u200d]"
IDLE_JOINERS = (
    "(^|[\\p{Latin}\\p{Greek}\\p{Cyrillic}\\p{Han}\\p{Hiragana}\\p{Katakana}\\p{Hangul}\\p{N}\\p{P}\\p{Z}\\s])"
    "[\u200c\u200d]+"
)
"""Joiners after letters that never join: left over from typesetting. After an Arabic or Indic letter or an emoji they
say how it is written and stay."""
BLANKS = " *[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000][ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]*|  +"
"""Blanks that are not one plain space."""
MAY_COMPOSE = (
    "[\\p{M}\u0374\u037e\u0387\u0900-\u0fff\u1100-\u11ff\u1f00-\u1fff\u2000\u2001\u2126\u212a\u212b\u2329\u232a\u2adc"
    "\uf900-\ufaff\ufb1d-\ufb4f\U0001d15e-\U0001d1c0\U0002f800-\U0002fa1f]"
)
"""Covers every character that NFC can change or join to another (Unicode Standard Annex 15, quick check)."""
SUSPECT = "[ÃÂ][\u0080-\u00bf\u0152-\u0178\u2013-\u203a\u20ac\u2122]|â€|Ð[\u0080-\u00bfºµ°]|Ñ[\u0080-\u00bf]|ï¿½|\ufffd"
"""Letters that UTF-8 read as Latin-1 or Windows-1252 leaves behind; a cheap test before ftfy is asked."""


@dataclass(frozen=True, slots=True)
class Clean:
    """Normalise text to NFC, drop invisible characters, fold white space, repair mojibake on suspect rows.

    Args:
        column: The text column to clean.
        blank_lines: How many blank lines in a row are kept.
        repair: Whether ftfy may repair rows that look like mojibake.
    """

    column: str = "text"
    blank_lines: int = 1
    repair: bool = True

    name: ClassVar[str] = "clean"
    row_local: ClassVar[bool] = True
    uses: ClassVar[tuple[str, ...]] = ("ftfy",)

    def prepare(self, shards: Sequence[Shards], work: Work) -> None:
        """Nothing: rows are cleaned one by one."""

    def annotate(self, table: pa.Table, prepared: pa.Table | None) -> pa.Table:
        """Add `clean_text` and `clean_repaired`."""
        import polars as pl

        text = pl.Series("text", table.column(self.column))
        suspect = text.str.contains(SUSPECT) if self.repair else pl.Series([False] * len(text), dtype=pl.Boolean)
        repaired = _repair(text, suspect)
        frame = pl.DataFrame({"clean_text": self._folded(repaired), "clean_repaired": repaired != text})
        return frame.to_arrow(compat_level=pl.CompatLevel.oldest())

    def _folded(self, text: pl.Series) -> pl.Series:
        shown = text.str.replace_all(LINE_BREAKS, "\n").str.replace_all(INVISIBLE, "")
        joined = _where(shown, JOINERS, lambda rows: rows.str.replace_all(IDLE_JOINERS, "$1"))
        composed = _where(joined, MAY_COMPOSE, lambda rows: rows.str.normalize("NFC"))
        return (
            composed.str.replace_all(BLANKS, " ")
            .str.replace_all(" \n ?|\n ", "\n")
            .str.replace_all(f"\n{{{self.blank_lines + 2},}}", "\n" * (self.blank_lines + 1))
            .str.strip_chars()
        )


def _where(text: pl.Series, pattern: str, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Change the rows in which a pattern occurs; looking is several times cheaper than changing."""
    rows = text.str.contains(pattern).arg_true()
    return text.clone().scatter(rows, change(text.gather(rows))) if len(rows) else text


def _repair(text: pl.Series, suspect: pl.Series) -> pl.Series:
    """Let ftfy repair the suspect rows; each gets its own answer and the rest is not touched."""
    import polars as pl

    if not suspect.any():
        return text
    import ftfy

    rows = suspect.arg_true()
    return text.clone().scatter(rows, pl.Series([ftfy.fix_encoding(t) for t in text.gather(rows)], dtype=pl.String))
