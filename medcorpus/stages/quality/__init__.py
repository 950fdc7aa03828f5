"""quality: signals of running text, and a verdict by language and kind of source.

Words are those of `medcorpus.characters`: in Chinese and Japanese every character is one. Characters are code points;
`visible` ones are those that are not white space. Lines are those with a visible character, paragraphs are parted by
blank lines. Shares are from 0 to 1.

| column | type | what |
| --- | --- | --- |
| `q_words` | uint32 | words |
| `q_lines` | uint32 | lines |
| `q_mean_word` | float32 | letters and digits a word |
| `q_long_words` | float32 | share of the letters and digits that are in words of more than 40 |
| `q_alpha` | float32 | letters / visible characters |
| `q_symbols` | float32 | hash signs and ellipses / words |
| `q_stop` | float32 | stop words of the language (of all six where it is unknown) / words |
| `q_diversity` | float32 | log(distinct words) / log(words) of the first 400 words (Herdan's C); 1 for a single word |
| `q_bullets` | float32 | share of lines that begin with a bullet or dash |
| `q_ellipses` | float32 | share of lines that end with an ellipsis |
| `q_bars` | float32 | share of lines with two or more vertical bars |
| `q_ends` | float32 | share of lines that end as a sentence does, closing quotes and brackets aside |
| `q_short` | float32 | share of lines of 30 columns or less; Han and kana are two columns wide |
| `q_dup_lines` | float32 | share of lines whose visible characters came before |
| `q_dup_line_chars` | float32 | share of visible characters in such lines |
| `q_dup_paragraphs` | float32 | share of paragraphs whose lines came before |
| `q_dup_paragraph_chars` | float32 | share of visible characters in such paragraphs |
| `q_top_2`, `q_top_3`, `q_top_4` | float32 | share of letters and digits in the most frequent n-gram of words |
| `q_dup_5`, `q_dup_7`, `q_dup_10` | float32 | share of letters and digits in n-grams that came before |
| `q_reason` | string | the first signal, in this order, that is outside its limits; empty where none is |
| `q_ok` | bool | whether none is |

n is the number in the column's name; a letter in several n-grams that came before counts once.
N-grams of a text that is mostly Han and kana have twice as many characters as they are named for (`q_top_2` looks at
four), as a word of these languages has about two.

Limits lie in `thresholds.tsv` by signal, language and kind of source. The signals and the first draft of the limits are
those of Rae et al. 2021 (Gopher, arXiv:2112.11446, table A1), Penedo et al. 2024 (FineWeb, arXiv:2406.17557) and
Penedo et al. 2025 (FineWeb2, arXiv:2506.20920); they were then widened until real medical text of every kind stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from medcorpus.kinds import KINDS
from medcorpus.stages.quality.signals import SIGNALS

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    import pyarrow as pa
    from numpy.typing import NDArray

    from medcorpus.stage import Work
    from medcorpus.store import Shards

COUNTS = SIGNALS[:2]


@dataclass(frozen=True, slots=True)
class Quality:
    """Measure running text, and say which signal is the first outside the limits of its language and kind.

    Args:
        column: The text column to measure.
        lang: The column of ISO 639-1 codes; languages other than the six, nulls and a missing column count as unknown.
        kind: The column of kinds of source (`medcorpus.kinds.KINDS`); nulls and a missing column count as `web`.
    """

    column: str = "clean_text"
    lang: str = "lid"
    kind: str = "kind"

    name: ClassVar[str] = "quality"
    row_local: ClassVar[bool] = True
    uses: ClassVar[tuple[str, ...]] = ("medcorpus.characters", "medcorpus.kinds")

    def prepare(self, shards: Sequence[Shards], work: Work) -> None:
        """Nothing: rows are measured one by one."""

    def annotate(self, table: pa.Table, prepared: pa.Table | None) -> pa.Table:
        """Add the signals, `q_reason` and `q_ok`; a null text counts as empty.

        Raises:
            UnknownNameError: A row is of a kind that there is none of.

        >>> import pyarrow as pa
        >>> rows = pa.table({"text": ["The patient was well.", "next next next next"], "lid": ["en", "en"]})
        >>> Quality(column="text").annotate(rows, None)["q_words"].to_pylist()
        [4, 4]
        """
        import polars as pl

        from medcorpus.stages.quality.limits import LANGUAGES, first_failed

        languages = _codes(table, self.lang, LANGUAGES, LANGUAGES[-1])
        kinds = _codes(table, self.kind, KINDS, KINDS[0], strict=True)
        measured = _measured(pl.Series("text", table.column(self.column)), languages)
        reason = pl.Series("q_reason", ["", *SIGNALS]).gather(1 + first_failed(measured, languages, kinds))
        columns = {s: pl.Series(v, dtype=_type(s)) for s, v in zip(SIGNALS, measured.T)}
        return pl.DataFrame({**columns, "q_reason": reason, "q_ok": reason == ""}).to_arrow(
            compat_level=pl.CompatLevel.oldest()
        )


def _type(signal: str) -> type[pl.DataType]:
    import polars as pl

    return pl.UInt32 if signal in COUNTS else pl.Float32


def _codes(
    table: pa.Table, column: str, names: tuple[str, ...], default: str, strict: bool = False
) -> NDArray[np.intp]:
    """Give the place in `names` of every value of a column."""
    import numpy as np
    import polars as pl

    from medcorpus.errors import UnknownNameError

    if column not in table.column_names:
        return np.full(table.num_rows, names.index(default))
    values = pl.Series(column, table.column(column)).cast(pl.String).fill_null(default)
    if strict and (unknown := set(values.unique(maintain_order=True)) - set(names)):
        raise UnknownNameError("kind of source", min(unknown), names)
    return values.replace_strict({n: i for i, n in enumerate(names)}, default=names.index(default)).to_numpy()


def _measured(text: pl.Series, languages: NDArray[np.intp]) -> NDArray[np.float32]:
    """Give a row of signals a text, as precise as the columns are."""
    import numpy as np

    from medcorpus.characters import buffers, classes
    from medcorpus.stages.quality.kernel import signals_of_rows
    from medcorpus.stages.quality.stopwords import tables

    found: NDArray[np.float64] = signals_of_rows(*buffers(text), classes(), tables(), languages.astype(np.int64))
    return found.astype(np.float32)
