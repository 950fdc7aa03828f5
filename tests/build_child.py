"""Builds a product from samples in a process of its own: python -m tests.build_child HOME PRODUCT WORKERS PART BATCH.

Prints `ready` when everything is imported and the root hash when the release is there.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars  # noqa: F401 - imported before `ready`, so that a kill hits the build and not an import
import pyarrow.parquet  # noqa: F401

from medcorpus import build, ingest, registry, render, store

SOURCES = ("ade_corpus_v2", "frenchmedmcqa", "headqa", "hoc", "pubmedqa", "rumedbench", "e3c", "emea", "pubmed")
"""What is built: a build that is killed 30 times takes no longer for every source that is added."""


def main() -> None:
    """Build as the arguments say."""
    home, product, workers, part_bytes, batch_rows = sys.argv[1:]
    ingest.PART_BYTES = int(part_bytes)
    for module in (store, ingest, render):
        setattr(module, "BATCH_ROWS", int(batch_rows))  # noqa: B010 - it is a constant everywhere else
    registry.names = lambda: SOURCES  # type: ignore[assignment]
    print("ready", flush=True)
    made = build.build(product, build.Options(home=Path(home), sample=True, workers=int(workers)))
    print(made.release.manifest["root"], flush=True)


if __name__ == "__main__":
    main()
