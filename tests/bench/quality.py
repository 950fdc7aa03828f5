"""Quality and sizes: speed, real medical documents that stay, made-up junk that is caught.

Running text is `MEDCORPUS_REAL_DATA/text`, cleaned as a build does before. Its sources have no kind; each is given the
one that fits it, and beside it what stays where it is taken for a web page. The first rule that drops a document
counts. Speed is over a language's medical and general text together, one thread, seconds of the processor, bytes as
UTF-8; `sizes` is without a tokenizer, `tokens` with o200k_base. Junk is seeded (`tests/synthetic_junk.py`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.measure import MB, fastest, fresh
from tests.bench.printing import show

if TYPE_CHECKING:
    import polars as pl

LANGUAGES = ("en", "zh", "ja", "fr", "ru", "es")
KINDS = {
    "MedQuAD": "web",
    "E3C-Corpus layer3 French": "leaflet",
    "head-qa": "exam",
    "FrenchMedMCQA": "exam",
    "IgakuQA": "exam",
    "JMED-LLM": "exam",
    "JMMLU": "exam",
    "RuMedNER": "dialogue",
    "RuMedTop3": "dialogue",
    "dialogue": "dialogue",
    "Huatuo": "dialogue",
    "medical_sft": "dialogue",
    "TCM-Ancient": "book",
}
"""What a source's name must hold, and its kind; the others are articles and case reports."""
ONE_THREAD = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
JUNK_EACH = 200
SPEED = {"lang": "language", "mb": "MB", "quality": "quality MB/s", "sizes": "sizes MB/s", "tokens": "tokens MB/s"}
SURVIVORS = {
    "source": "source",
    "kind": "kind",
    "rows": "rows",
    "kept": "kept %",
    "web": "as web %",
    "why": "dropped by",
}
JUNK = {"junk": "junk", **{lang: f"{lang} %" for lang in LANGUAGES}}


def main() -> dict[str, Any]:
    """Measure in a process with one thread."""
    if "MEDCORPUS_REAL_DATA" not in os.environ:
        raise RuntimeError("MEDCORPUS_REAL_DATA is not set: there is no running text")
    found = fresh("quality", env=ONE_THREAD)
    show("Quality and sizes, one core", SPEED, found["speed"])
    show("Real medical documents that quality keeps", SURVIVORS, found["survivors"])
    show(f"Junk that quality catches, {JUNK_EACH} texts a cell", JUNK, found["junk"])
    return found


def _speed() -> Iterator[dict[str, Any]]:
    size, seconds = 0.0, [0.0, 0.0, 0.0]
    for lang in LANGUAGES:
        of_one, taken = _timed(lang)
        yield {"lang": lang, "mb": of_one, **_rates(of_one, taken)}
        size, seconds = size + of_one, [a + b for a, b in zip(seconds, taken)]
    yield {"lang": "all", "mb": size, **_rates(size, seconds)}


def _timed(lang: str) -> tuple[float, list[float]]:
    """Give the bytes of a language's text, in MB, and the seconds of each stage."""
    import polars as pl

    from medcorpus.stages.quality import Quality
    from medcorpus.stages.sizes import Sizes

    rows = pl.concat([_texts(lang, "medical"), _texts(lang, "general")])
    table = rows.to_arrow()
    taken = fastest(
        lambda: Quality().annotate(table, None),
        lambda: Sizes().annotate(table, None),
        lambda: Sizes(tokenizer="o200k_base").annotate(table, None),
        times=3,
    )
    return sum(rows["clean_text"].str.len_bytes()) / MB, taken


def _rates(size: float, seconds: list[float]) -> dict[str, float]:
    return dict(zip(("quality", "sizes", "tokens"), (size / s for s in seconds)))


def _texts(lang: str, domain: str) -> pl.DataFrame:
    """Give cleaned texts with their language and source."""
    import polars as pl

    from medcorpus.stages.clean import Clean

    path = Path(os.environ["MEDCORPUS_REAL_DATA"]) / "text" / f"{lang}.{domain}.parquet"
    rows = pl.read_parquet(path, columns=["text", "lang", "source"])
    cleaned = pl.DataFrame(Clean().annotate(rows.to_arrow(), None)).select("clean_text")
    return pl.concat([rows.select(pl.col("lang").alias("lid"), "source"), cleaned], how="horizontal")


def _survivors() -> Iterator[dict[str, Any]]:
    for lang in LANGUAGES:
        for (source,), rows in _texts(lang, "medical").group_by(["source"], maintain_order=True):
            name = str(source)
            kind = next((k for part, k in KINDS.items() if part in name), "article")
            kept, why = _kept(rows, kind)
            web, _ = _kept(rows, "web")
            short = name.split(":")[-1].split("(")[0].strip()
            yield {"source": short, "kind": kind, "rows": len(rows), "kept": kept, "web": web, "why": why}


def _kept(rows: pl.DataFrame, kind: str) -> tuple[float, str]:
    """Give the share of rows that stay, in percent, and how many each signal drops."""
    import polars as pl

    from medcorpus.stages.quality import Quality

    table = rows.with_columns(kind=pl.lit(kind)).to_arrow()
    reasons = pl.DataFrame(Quality().annotate(table, None))["q_reason"]
    counts = reasons.filter(reasons != "").value_counts(sort=True)
    return 100 * sum(reasons == "") / len(reasons), " ".join(f"{r[2:]} {n}" for r, n in counts.iter_rows())


def _junk() -> Iterator[dict[str, Any]]:
    import polars as pl

    from medcorpus.stages.quality import Quality
    from tests.synthetic_junk import junk

    made = pl.DataFrame(list(junk(JUNK_EACH)), schema=["junk", "lid", "clean_text"], orient="row")
    caught = made.with_columns(caught=~pl.Series(Quality().annotate(made.to_arrow(), None)["q_ok"]))
    for (name,), rows in caught.group_by(["junk"], maintain_order=True):
        shares = rows.group_by("lid", maintain_order=True).agg(100 * pl.col("caught").mean())
        yield {"junk": name, **dict(shares.iter_rows())}


if __name__ == "__main__":
    print(json.dumps({"speed": list(_speed()), "survivors": list(_survivors()), "junk": list(_junk())}))
