"""The medical filter: what it keeps of labelled documents, and how fast it is beside the published loop.

Documents are those of `MEDCORPUS_REAL_DATA/text` with at least 300 characters. `default` is measured on the half that
took no part in its fit, the published filter on the same documents. Its keywords are read from one's own copy of the
published file, `MEDCORPUS_MMEDC_KEYWORDS`; without it this project's terms stand in for them, and the table says so.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.bench.measure import MB, fastest, fresh
from tests.bench.printing import show

KEYWORDS = "MEDCORPUS_MMEDC_KEYWORDS"
KINDS = ("medical", "general")
SHARES = {f"{kind} {by}": f"{by}: {kind} %" for by in ("default", "paper", "repaired") for kind in KINDS}
QUALITY = {"lang": "language", "medical": "medical", "general": "general", **SHARES}
SOURCES = {"lang": "language", "source": "source left out", "kind": "kind", "n": "documents", "kept": "kept %"}
CASES = {"set": "set", "n": "documents", "paper": "paper %", "repaired": "repaired %", "default": "default %"}
SPEED = {
    "lang": "language",
    "loop": "loop MB/s",
    "paper": "paper MB/s",
    "x_paper": "x",
    "repaired": "repaired MB/s",
    "x_repaired": "x",
    "default": "default MB/s",
}
E3C = {"en": "English", "fr": "French", "es": "Spanish"}
LOOPED, COPIES = 200, 10
"""Documents of each kind and language that the loop is timed on, and how often the stage goes over the same ones."""
ONE_THREAD = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}


def main() -> dict[str, Any]:
    """Measure what is kept, what is kept of sources that the fit has not seen, and the speed."""
    if "MEDCORPUS_REAL_DATA" not in os.environ:
        raise RuntimeError("MEDCORPUS_REAL_DATA is not set: there are no labelled documents")
    found = {"quality": quality(), "cases": cases(), "sources": left_out()}
    found["speed"] = fresh("medical", "speed", env=ONE_THREAD)["speed"]
    lists = "the published keywords" if os.environ.get(KEYWORDS) else f"this project's terms ({KEYWORDS} is not set)"
    show(f"Kept of documents of 300 characters or more; paper and repaired with {lists}", QUALITY, found["quality"])
    show("Kept of clinical cases (E3C, layer 1), any length", CASES, found["cases"])
    show("Kept of a source by a model fitted and set without it", SOURCES, found["sources"])
    show("Speed on one core, loop, paper and repaired on the same lists", SPEED, found["speed"])
    return found


def filters() -> dict[str, Any]:
    """Give the three filters: ours, the published one, and that one without its faults."""
    from medcorpus.stages.medical import Medical
    from medcorpus.stages.medical.paper import FAULTS, published_keywords

    path = os.environ.get(KEYWORDS)
    words = published_keywords(Path(path)) if path else ()
    return {
        "default": Medical(),
        "paper": Medical(profile="paper", keywords=words, faults=tuple(FAULTS)),
        "repaired": Medical(profile="paper", keywords=words),
    }


def quality() -> list[dict[str, Any]]:
    """Give what each filter keeps of both kinds, by language."""
    from medcorpus.stages.medical.vocabulary import LANGUAGES

    rows = []
    for lang in LANGUAGES:
        row: dict[str, Any] = {"lang": lang}
        for kind in KINDS:
            texts = _checking(lang, kind)
            row[kind] = len(texts)
            row |= {f"{kind} {name}": _kept(stage, texts, lang) for name, stage in filters().items()}
        rows.append(row)
    return rows


def _checking(lang: str, kind: str) -> list[str]:
    """Give the documents that took no part in the fit."""
    import polars as pl

    from medcorpus.stages.medical.fit import MEASURED, half_of

    rows = pl.read_parquet(_labelled() / f"{lang}.{kind}.parquet", columns=["id", "text"])
    long = (rows["text"].str.len_chars() >= MEASURED) & pl.Series([half_of(i) == 1 for i in rows["id"]])
    return rows.filter(long)["text"].to_list()


def _labelled() -> Path:
    return Path(os.environ["MEDCORPUS_REAL_DATA"]) / "text"


def _kept(stage: Any, texts: Sequence[str], lang: str) -> float:
    return 100 * float(_annotated(stage, texts, lang)["is_medical"].to_numpy().mean())


def _annotated(stage: Any, texts: Sequence[str], lang: str) -> Any:
    import pyarrow as pa

    return stage.annotate(
        pa.table({"clean_text": pa.array(texts, pa.large_string()), "lid": [lang] * len(texts)}), None
    )


def cases() -> list[dict[str, Any]]:
    """Give what each filter keeps of clinical cases as upstream publishes them."""
    folder = Path(os.environ["MEDCORPUS_REAL_DATA"]) / "raw" / "e3c" / "data_collection"
    rows = []
    for lang, name in E3C.items():
        paths = sorted((folder / name / "layer1").glob("*.json"))
        texts = [json.loads(p.read_text(encoding="utf-8-sig"))["text"] for p in paths]
        kept = {by: _kept(stage, texts, lang) for by, stage in filters().items()} if texts else {}
        rows.append({"set": f"E3C {lang}", "n": len(texts), **kept})
    return rows


def left_out() -> list[dict[str, Any]]:
    """Give what is kept of each source by a model and thresholds that have not seen it."""
    from medcorpus.stages.medical.fit import documents
    from medcorpus.stages.medical.vocabulary import LANGUAGES

    return [row for lang in LANGUAGES for row in _left_out(documents(_labelled(), lang), lang)]


def _left_out(rows: Any, lang: str) -> Iterator[dict[str, Any]]:
    from medcorpus.stages.medical.fit import LEAST_HITS, MEASURED, fitted, threshold
    from medcorpus.stages.medical.model import Thresholds, logistic, medical

    for source in dict.fromkeys(rows.source):
        others = rows.where(rows.source != source)
        weights = fitted(others)
        least = Thresholds(threshold(others, weights), LEAST_HITS)
        its = rows.where((rows.source == source) & (rows.characters >= MEASURED))
        kept = medical(logistic(its.evidence, weights), its.hits, least)
        kind = KINDS[int(not its.medical.any())]
        short = source.removeprefix("github:").split(" (")[0]
        yield {"lang": lang, "source": short, "kind": kind, "n": len(kept), "kept": 100 * float(kept.mean())}


def speed() -> list[dict[str, Any]]:
    """Give megabytes of text a second for the published loop and for the stage, on the same documents and lists."""
    from medcorpus.stages.medical.vocabulary import LANGUAGES, plain_terms

    lists = dict(filters()["paper"].keywords) or {lang: plain_terms(lang) for lang in LANGUAGES}
    return [_speed(lang, lists[lang]) for lang in LANGUAGES]


def _speed(lang: str, words: Sequence[str]) -> dict[str, Any]:
    import pyarrow as pa

    texts = [t for kind in KINDS for t in _checking(lang, kind)[:LOOPED]]
    many = pa.chunked_array([pa.array(texts * COPIES, pa.large_string())])
    table = pa.table({"clean_text": many, "lid": pa.array([lang] * len(many))})
    stages = filters()
    loop = _loop(words, spaced=lang not in ("zh", "ja"))
    work: list[Callable[[], object]] = [lambda: [loop(t) for t in texts]]
    work += [lambda stage=s: stage.annotate(table, None) for s in stages.values()]  # type: ignore[misc]
    seconds = fastest(*work, times=3)
    size = sum(len(t.encode()) for t in texts) / MB
    rates = {"loop": size / seconds[0], **{n: COPIES * size / s for n, s in zip(stages, seconds[1:])}}
    return {"lang": lang, **rates, **{f"x_{n}": rates[n] / rates["loop"] for n in ("paper", "repaired")}}


def _loop(words: Sequence[str], spaced: bool) -> Callable[[str], tuple[int, float]]:
    """Give the definition of the published filter as plain Python: what it counts, one keyword after the other."""
    from medcorpus.stages.medical.paper import is_long

    lowered = [w.lower() for w in words]
    anywhere = [w for w in lowered if is_long(w)] if spaced else lowered
    alone = [w for w in lowered if not is_long(w)] if spaced else []

    def counted(text: str) -> tuple[int, float]:
        lower = text.lower() if spaced else text
        found = [lower.count(w) * len(w) for w in anywhere if w in lower]
        tokens = lower.split()
        found += [tokens.count(w) * len(w) for w in alone if w in tokens]
        return len(found), sum(found) / len(text)

    return counted


if __name__ == "__main__":
    print(json.dumps({sys.argv[1]: speed()}))
