"""medical: how much of a text is medical terms, and whether it counts as medical.

| column | type | what |
| --- | --- | --- |
| `med_hits` | uint32 | distinct terms of the row's language |
| `med_density` | float32 | characters covered by terms / characters |
| `med_score` | float32 | 0 to 1, how medical the text reads |
| `is_medical` | bool | whether score and hits reach the language's thresholds |

In the profile `paper` the score is the lesser of hits and density, each over its published threshold, so 1 or more is
medical; with the fault `nested` the density may pass 1.

Rows of an unknown language get zeros and are not medical. Texts are taken to be NFC, as `clean` leaves them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from medcorpus.errors import UnknownNameError
from medcorpus.stages.medical.paper import FAULTS, Keywords

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    import pyarrow as pa
    from numpy.typing import NDArray

    from medcorpus.stage import Work
    from medcorpus.stages.medical.automaton import Automaton
    from medcorpus.store import Shards

PROFILES = ("default", "paper")


@dataclass(frozen=True, slots=True)
class Medical:
    """Count medical terms and score the text.

    Args:
        column: The text column.
        lang: The column of languages (ISO 639-1); where it is missing or null the language counts as unknown.
        profile: `default`, this project's terms and model, or `paper`, the filter that made MMedC (`paper`).
        keywords: The keywords of the profile `paper`, from `published_keywords`; without any, this project's terms.
        faults: Which faults of the published code the profile `paper` repeats (`FAULTS`); none: its definition.

    Raises:
        UnknownNameError: The profile or a fault does not exist.
    """

    column: str = "clean_text"
    lang: str = "lid"
    profile: str = "default"
    keywords: Keywords = ()
    faults: tuple[str, ...] = ()

    name: ClassVar[str] = "medical"
    row_local: ClassVar[bool] = True
    uses: ClassVar[tuple[str, ...]] = ("numba",)

    def __post_init__(self) -> None:
        if self.profile not in PROFILES:
            raise UnknownNameError("profile", self.profile, PROFILES)
        for fault in self.faults:
            if fault not in FAULTS:
                raise UnknownNameError("fault", fault, FAULTS)

    def prepare(self, shards: Sequence[Shards], work: Work) -> None:
        """Nothing: rows are scored one by one."""

    def annotate(self, table: pa.Table, prepared: pa.Table | None) -> pa.Table:
        """Add `med_hits`, `med_density`, `med_score` and `is_medical`."""
        import numpy as np
        import pyarrow as pa

        from medcorpus.stages.medical.counting import count
        from medcorpus.stages.medical.kernel import CHARACTERS, COVERED, DISTINCT

        langs = self._langs(table)
        nested = self.profile == "paper" and "nested" in self.faults
        counts = count(table.column(self.column), langs, self._automata(), nested)
        hits = counts[:, DISTINCT:].sum(axis=1, dtype=np.uint32)
        density = counts[:, COVERED] / np.maximum(counts[:, CHARACTERS], 1)
        score, medical = self._judged(langs, counts, hits, density)
        columns = (hits, density.astype(np.float32), score, medical)
        return pa.table(dict(zip(("med_hits", "med_density", "med_score", "is_medical"), map(pa.array, columns))))

    def _langs(self, table: pa.Table) -> pl.Series:
        import polars as pl

        if self.lang not in table.column_names:
            return pl.Series([None] * table.num_rows, dtype=pl.String)
        return pl.Series(table.column(self.lang)).cast(pl.String)

    def _automata(self) -> dict[str, Callable[[], Automaton]]:
        from medcorpus.stages.medical.paper import paper_automaton
        from medcorpus.stages.medical.vocabulary import LANGUAGES, automaton, plain_terms

        if self.profile == "default":
            return {lang: partial(automaton, lang) for lang in LANGUAGES}
        lists = self.keywords or tuple((lang, plain_terms(lang)) for lang in LANGUAGES)
        return {lang: partial(paper_automaton, lang, words, frozenset(self.faults)) for lang, words in lists}

    def _judged(
        self,
        langs: pl.Series,
        counts: NDArray[np.uint32],
        hits: NDArray[np.uint32],
        density: NDArray[np.float64],
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Give score and verdict of each row."""
        import numpy as np

        from medcorpus.stages.medical import model, paper
        from medcorpus.stages.medical.counting import rows_of

        score, medical = np.zeros(len(langs), dtype=np.float32), np.zeros(len(langs), dtype=np.bool_)
        for lang in paper.thresholds():
            rows = rows_of(lang, langs)
            if self.profile == "paper":
                least = paper.thresholds()[lang]
                score[rows] = np.minimum(hits[rows] / least.distinct, density[rows] / least.density)
                medical[rows] = (hits[rows] >= least.distinct) & (density[rows] >= least.density)
            else:
                score[rows] = model.score(counts[rows], lang)
                medical[rows] = model.medical(score[rows], hits[rows], model.thresholds()[lang])
        return score, medical
