"""pii: personal data in a text, counted by kind and replaced by a token.

| column | type | what |
| --- | --- | --- |
| `pii_login` | uint16 | user names, with or without password, in web addresses |
| `pii_email` | uint16 | e-mail addresses |
| `pii_national_id` | uint16 | identity, tax and social security numbers with a right check digit (`checks.py`) |
| `pii_card` | uint16 | payment card numbers with a right check digit |
| `pii_ip` | uint16 | internet addresses, version 4 and 6, that are public |
| `pii_phone` | uint16 | telephone and fax numbers |
| `pii_record` | uint16 | numbers of patients and medical records, where they are named as such |
| `pii_birth_date` | uint16 | dates of birth, where they are named as such |
| `pii_text` | string | the text with a token such as `[EMAIL]` in place of each; nothing else is changed |

**The result is not anonymous.** Names of persons, addresses, employers, other dates, ages, places and whatever a reader
can infer from them are not looked for; numbers written in words, broken over lines or without their check digit are
not found. Record numbers and dates of birth are found after the words in `patterns.py` and hardly otherwise. Recall and
false alarms by kind and language are in docs/BENCHMARKS.md, on made-up sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from medcorpus.stages.pii.patterns import BIRTH_TRIGGERS, KINDS, RECORD_TRIGGERS

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

    from medcorpus.stage import Work
    from medcorpus.stages.pii.search import Found
    from medcorpus.store import Shards


@dataclass(frozen=True, slots=True)
class Pii:
    """Count personal data by kind, and replace it.

    Args:
        column: The text column to search.
        lang: The column of ISO 639-1 codes; nulls and a missing column count as unknown, and are searched for the
            telephone numbers of all countries.
    """

    column: str = "clean_text"
    lang: str = "lid"

    name: ClassVar[str] = "pii"
    row_local: ClassVar[bool] = True
    uses: ClassVar[tuple[str, ...]] = ("medcorpus.characters",)

    def prepare(self, shards: Sequence[Shards], work: Work) -> None:
        """Nothing: rows are searched one by one."""

    def annotate(self, table: pa.Table, prepared: pa.Table | None) -> pa.Table:
        """Add a count a kind, and `pii_text`; a null text counts as empty.

        >>> import pyarrow as pa
        >>> made = Pii(column="text").annotate(pa.table({"text": ["Write to j.doe@example.com."]}), None)
        >>> made["pii_text"].to_pylist(), made["pii_email"].to_pylist()
        (['Write to [EMAIL].'], [1])
        """
        import numpy as np
        import polars as pl

        from medcorpus.stages.pii.search import redacted

        text = pl.Series("pii_text", table.column(self.column)).fill_null("")
        counts = np.zeros((len(text), len(KINDS)), np.uint16)
        rows, texts = [], []
        for row, found in self._found(text, table):
            np.add.at(counts[row], [KINDS.index(f.kind) for f in found], 1)
            rows.append(row)
            texts.append(redacted(text[row], found))
        columns = {f"pii_{kind}": pl.Series(counts[:, i]) for i, kind in enumerate(KINDS)}
        changed = text.clone().scatter(rows, pl.Series(texts, dtype=pl.String)) if rows else text
        return pl.DataFrame(columns | {"pii_text": changed}).to_arrow(compat_level=pl.CompatLevel.oldest())

    def _found(self, text: pl.Series, table: pa.Table) -> Iterator[tuple[int, list[Found]]]:
        """Give the rows in which something was found, in order, and what."""
        from medcorpus.stages.pii.search import search

        languages = table.column(self.lang) if self.lang in table.column_names else None
        suspects = _suspects(text)
        for row in sorted(suspects):
            language = languages[row].as_py() if languages is not None else None
            if found := search(text[row].encode(), suspects[row], language or "und"):
                yield row, found


def _suspects(text: pl.Series) -> dict[int, list[tuple[str, int, int, int]]]:
    """Give the candidates of each row that has any: what led to them, start and end in bytes, digits."""
    from medcorpus.characters import buffers
    from medcorpus.stages.pii.candidates import candidates

    offsets, data = buffers(text)
    suspects: dict[int, list[tuple[str, int, int, int]]] = {}
    found = candidates(offsets, data)
    starts = offsets[found[:, 0]]
    for row, start, end, digits in zip(found[:, 0].tolist(), found[:, 1] - starts, found[:, 2] - starts, found[:, 3]):
        suspects.setdefault(row, []).append(("", int(start), int(end), int(digits)))
    for row, cause, start, end in _triggered(text):
        suspects.setdefault(row, []).append((cause, start, end, 0))
    return suspects


def _triggered(text: pl.Series) -> Iterator[tuple[int, str, int, int]]:
    """Give where triggers are: row, kind, start and end in bytes."""
    kinds = dict.fromkeys(RECORD_TRIGGERS, "record") | dict.fromkeys(BIRTH_TRIGGERS, "birth_date")
    words = list(kinds)
    rows = text.str.contains_any(words).arg_true()
    suspect = text.gather(rows)
    places = suspect.str.find_many(words, overlapping=True)
    found = suspect.str.extract_many(words, overlapping=True)
    for row, starts, triggers in zip(rows, places, found):
        for start, word in zip(starts, triggers):
            yield row, kinds[word], start, start + len(word.encode())
