"""Pii: recall by kind and language on planted sentences, false alarms on harmless ones, speed and finds on real text.

Sentences are made up and seeded (`tests/synthetic_pii.py`); a sentence counts as right when just its secret was
replaced. The patterns were written with the first carriers in view; those of the second table were written afterwards
and nothing was tuned to them, and real notes may be harder still.
What is found in real text (`MEDCORPUS_REAL_DATA/text`) is counted a megabyte, right or not. One thread, seconds of the
processor, bytes as UTF-8.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.measure import MB, fastest, fresh
from tests.bench.printing import show
from tests.synthetic_pii import CARRIERS, UNSEEN, harmless, planted

LANGUAGES = ("en", "zh", "ja", "fr", "ru", "es")
ONE_THREAD = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
EACH = 300
RECALL = {"kind": "kind", **{lang: f"{lang} %" for lang in LANGUAGES}}
REAL = {"text": "text", "mb": "MB", "speed": "MB/s"}


def main() -> dict[str, Any]:
    """Measure in a process with one thread."""
    from medcorpus.stages.pii.patterns import KINDS

    found = fresh("pii", env=ONE_THREAD)
    show(f"Planted personal data that is replaced, {EACH} sentences a cell", RECALL, found["recall"])
    show("The same in sentences that nothing was tuned to", RECALL, found["unseen"])
    harmless = found["harmless"]
    print(f"\nOf {harmless['texts']:,} harmless sentences with numbers in them, {harmless['changed']} were changed.")
    if found["real"]:
        show("Real text: speed, and finds of each kind", REAL | {k: k for k in KINDS}, found["real"])
    return found


def _recall(carriers_of: dict[str, dict[str, tuple[str, ...]]]) -> Iterator[dict[str, Any]]:
    import polars as pl

    from medcorpus.stages.pii import Pii

    made = list(planted(EACH, carriers_of=carriers_of))
    rows = pl.DataFrame({"clean_text": [p.text for p in made], "lid": [p.lang for p in made]})
    expected = [p.text.replace(p.secret, f"[{p.kind.upper()}]") for p in made]
    right = pl.Series(Pii().annotate(rows.to_arrow(), None)["pii_text"]) == pl.Series(expected)
    told = rows.with_columns(right=right, kind=pl.Series([p.kind for p in made]))
    for (kind,), part in told.group_by(["kind"], maintain_order=True):
        shares = part.group_by("lid", maintain_order=True).agg(100 * pl.col("right").mean())
        yield {"kind": kind, **dict(shares.iter_rows())}


def _harmless() -> dict[str, int]:
    import polars as pl

    from medcorpus.stages.pii import Pii

    rows = pl.DataFrame(list(harmless(EACH)), schema=["lid", "clean_text"], orient="row")
    changed = pl.Series(Pii().annotate(rows.to_arrow(), None)["pii_text"]) != rows["clean_text"]
    return {"texts": len(rows), "changed": int(changed.sum())}


def _real() -> Iterator[dict[str, Any]]:
    import polars as pl

    from medcorpus.stages.pii import Pii
    from medcorpus.stages.pii.patterns import KINDS

    folder = os.environ.get("MEDCORPUS_REAL_DATA")
    for name in [f"{lang}.{d}" for d in ("medical", "general") for lang in LANGUAGES] if folder else []:
        rows = pl.read_parquet(Path(str(folder)) / "text" / f"{name}.parquet", columns=["text", "lang"])
        table = rows.rename({"text": "clean_text", "lang": "lid"}).to_arrow()
        [seconds] = fastest(lambda table=table: Pii().annotate(table, None), times=3)  # type: ignore[misc]
        size = float(rows["text"].str.len_bytes().sum()) / MB
        found = pl.DataFrame(Pii().annotate(table, None))
        yield {"text": name, "mb": size, "speed": size / seconds, **{k: int(found[f"pii_{k}"].sum()) for k in KINDS}}


if __name__ == "__main__":
    print(
        json.dumps(
            {
                "recall": list(_recall(CARRIERS)),
                "unseen": list(_recall(UNSEEN)),
                "harmless": _harmless(),
                "real": list(_real()),
            }
        )
    )
