"""What a Hub was sent, as text: addresses, headers and bodies, and what lies in them packed, encoded or in chunks."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Iterator
from urllib.parse import unquote_plus

import polars as pl
import pyarrow.parquet as pq

from tests.hub import LoopbackHub, XetBlobs, xet_hashes

ESCAPED = re.compile(r"\\[nrt]")


def heard(hub: LoopbackHub) -> str:
    """Give all text that a Hub was sent, whether it was committed or not; escaped white space is white space."""
    blobs = hub.repositories.blobs
    if isinstance(blobs, XetBlobs):
        for sha256 in xet_hashes(hub.cas):
            blobs.size(sha256)
    files = [p.read_bytes() for p in blobs.folder.rglob("*") if p.is_file()]
    bodies = [bytes(a.body) for a in hub.asked]
    lines = [f"{a.method} {unquote_plus(a.path)} {a.headers}" for a in hub.asked]
    packed = [text for content in {*files, *bodies} if content[:4] == b"PAR1" for text in _rows(content)]
    committed = [text for body in bodies for text in _committed(body)]
    return ESCAPED.sub(" ", "\n".join([hub.received().decode("utf-8", "replace"), *lines, *packed, *committed]))


def _rows(content: bytes) -> Iterator[str]:
    """Give what the rows and the metadata of a Parquet file say."""
    frame = pl.read_parquet(io.BytesIO(content))
    for column in frame:
        yield from map(str, column.to_list())
    schema = pq.read_schema(io.BytesIO(content))
    yield schema.to_string(truncate_metadata=False, show_field_metadata=True, show_schema_metadata=True)


def _committed(body: bytes) -> Iterator[str]:
    """Give the files that a commit holds, encoded, and what it says in other words."""
    for line in body.splitlines():
        try:
            change = json.loads(line)
            yield base64.b64decode(change["value"]["content"]).decode("utf-8", "replace")
        except (ValueError, KeyError, TypeError):
            continue
