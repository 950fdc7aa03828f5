"""FineWeb2: web text in over a thousand languages from Common Crawl, of which five are read; English is not in it.

Upstream layout: `data/{language}_{Script}/train/000_00000.parquet` and so on, terabytes for each language. Each row
has `text`, `id` (`<urn:uuid:...>`), `dump`, `url`, `date` (ISO 8601, the time of the crawl), `file_path`, `language`
(ISO 639-3), `language_score` (0 to 1), `language_script`, `minhash_cluster_size` (the near-copies that were found, of
which this one is left) and `top_langs`. Known from the schema that published subsets state; none of its files was at
hand to check.

The key is the UUID of the page's record in the crawl. What is not medical is dropped while it is read, and counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from medcorpus import File, Source, Text
from medcorpus.formats import parquet
from medcorpus.reading import Item, each_batch

from .. import _web

if TYPE_CHECKING:
    import pyarrow as pa

FOLDERS = {"spa_Latn": "es", "fra_Latn": "fr", "rus_Cyrl": "ru", "cmn_Hani": "zh", "jpn_Jpan": "ja"}
EXTRAS = ("dump", "language_score", "minhash_cluster_size")


def read(path: Path) -> Iterator[Item]:
    """Read one part."""
    return each_batch(parquet.batches(path, ("text", "id", "url", "date"), optional=EXTRAS), named)


def named(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Give the columns the names of a text's fields."""
    import polars as pl
    import pyarrow as pa

    text, urn, url, date, *extras = batch.columns
    key = pl.Series(urn, dtype=pl.String).str.strip_prefix("<urn:uuid:").str.strip_suffix(">").to_arrow()
    fields = {"text": text, "key": key, "url": url, "date": _web.dates(date)}
    return pa.record_batch(fields | dict(zip(EXTRAS, extras)))


source = Source(
    title="FineWeb2",
    about="Web text in over a thousand languages, filtered and deduplicated from Common Crawl by Hugging Face.",
    homepage="https://huggingface.co/datasets/HuggingFaceFW/fineweb-2",
    langs=tuple(FOLDERS.values()),
    shape=Text,
    license="ODC-By-1.0",
    license_evidence=(
        "the card's metadata: 'license: odc-by', a licence that 'only governs the rights over the Database, and not "
        "the contents of the Database individually'; nobody grants rights in the pages themselves"
    ),
    license_url="https://huggingface.co/datasets/HuggingFaceFW/fineweb-2#licensing-information",
    redistribute="unknown",
    access="open",
    how=(
        "Download the folders data/spa_Latn, fra_Latn, rus_Cyrl, cmn_Hani and jpn_Jpan, or some of their parts, from "
        "https://huggingface.co/datasets/HuggingFaceFW/fineweb-2 into the folder 'fineweb2'; all are over 13 TB of text"
    ),
    files=tuple(File(path=f"data/{folder}/train/*.parquet", lang=lang) for folder, lang in FOLDERS.items()),
    read=read,
    kind="web",
    screen=_web.screen,
    extras=EXTRAS,
)
