"""CulturaX: web text in 167 languages, cleaned and deduplicated from mC4 and OSCAR; six of its languages are read.

Upstream layout: `{lang}/{lang}_part_00000.parquet`, parts of 1.0 to 1.6 GB, 16 TB for all languages; each row has the
strings `text`, `timestamp`, `url` and `source` (mC4 or the OSCAR release it is from). Known from the card and from
public copies of parts of it; the data set is gated and none of its own files was at hand to check. `timestamp` may be
null and is written in two ways; the day is cut out of either.

Rows have no id: the key is a hash of the content. What is not medical is dropped while it is read, and counted.
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


def read(path: Path) -> Iterator[Item]:
    """Read one part."""
    return each_batch(parquet.batches(path, ("text",), optional=("timestamp", "url", "source")), named)


def named(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Give the columns the names of a text's fields."""
    import pyarrow as pa

    text, timestamp, url, crawl = batch.columns
    return pa.record_batch({"text": text, "url": url, "date": _web.dates(timestamp), "crawl": crawl})


source = Source(
    title="CulturaX",
    about="Web text in 167 languages, cleaned and deduplicated from mC4 and OSCAR by the University of Oregon.",
    homepage="https://huggingface.co/datasets/uonlp/CulturaX",
    langs=_web.LANGS,
    shape=Text,
    license="terms of mC4 (ODC-By 1.0) and OSCAR (CC0 1.0 for the packaging)",
    license_evidence=(
        "Card: 'The licence terms for CulturaX strictly follows those of mC4 and OSCAR'; neither grants rights in the "
        "pages themselves"
    ),
    license_url="https://huggingface.co/datasets/uonlp/CulturaX#license-information",
    redistribute="unknown",
    access="account",
    how=(
        "Log in at https://huggingface.co/datasets/uonlp/CulturaX, agree to share your contact data, and download the "
        "folders en, zh, ja, fr, ru, es, or some of their parts, into the folder 'culturax'"
    ),
    files=tuple(File(path=f"{lang}/{lang}_part_*.parquet", lang=lang) for lang in _web.LANGS),
    read=read,
    kind="web",
    screen=_web.screen,
    extras=("crawl",),
)
