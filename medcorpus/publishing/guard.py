"""Which rows may leave this machine: two guards that know nothing of each other's evidence.

The first holds the files to what they were when they were built: bytes as the manifest lists them, every column there,
and the terms of the rows as the schema's metadata states them. The second asks every row for its terms, and the
registry for what the row's source says today; a row leaves if both allow it and its licence is on the allow-list.
Whatever does not fit together is an error, never a smaller release.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcorpus import registry, terms
from medcorpus.errors import VerificationError
from medcorpus.release import Release, verify_file
from medcorpus.terms import Terms

if TYPE_CHECKING:
    import polars as pl
    import pyarrow.parquet as pq

AGAIN = "build the release again; nothing was published"
METADATA = frozenset({b"ARROW:schema", b"PARQUET:field_id", terms.KEY})
"""What the metadata of a file may hold: any other would be published with it, unseen."""


def check_file(release: Release, path: Path, listed: Mapping[str, Any]) -> Counter[Terms]:
    """Hold one file of rows against the manifest and against itself, and give the terms of its rows.

    Raises:
        VerificationError: Bytes, columns or terms are not what they were when the file was built.
    """
    import pyarrow.parquet as pq

    verify_file(path, listed)
    file = pq.ParquetFile(path, page_checksum_verification=True)
    # Parquet calls the items of a list "element", Arrow "item".
    columns = [{"name": f.name, "type": str(f.type).replace("<element:", "<item:")} for f in file.schema_arrow]
    if columns != release.manifest["columns"] or not terms.has_terms(file.schema_arrow):
        raise VerificationError("its columns are not those of the manifest", where=str(path), fix=AGAIN)
    if not METADATA.issuperset(_metadata(file)):
        raise VerificationError("its metadata hold more than a build writes", where=str(path), fix=AGAIN)
    found = terms.counted(file.read(columns=list(Terms._fields)))
    if found != terms.stated(file.metadata.metadata, str(path)):
        raise VerificationError(
            "the terms of its rows are not those that it was built with", where=str(path), fix=AGAIN
        )
    return found


def _metadata(file: pq.ParquetFile) -> Iterator[bytes]:
    """Give the keys of the metadata of a file, of its schema and of its columns."""
    schema = file.schema_arrow
    for held in (file.metadata.metadata, schema.metadata, *(field.metadata for field in schema)):
        yield from held or {}


def reason(found: Terms, release: Release, licenses: Container[str]) -> str:
    """Say why rows under these terms stay here; empty when they may leave.

    Raises:
        VerificationError: Row, manifest and registry say different things of the source.
    """
    _agree(found, release)
    if found.access != "open":
        return f"access: {found.access}"
    if found.redistribute != "yes":
        return "passing on is not allowed" if found.redistribute == "no" else "nothing says that it may be passed on"
    return "" if found.license in licenses else f"licence not on the list: {found.license or 'none'}"


def check_leaving(path: Path, release: Release, licenses: Container[str]) -> None:
    """Ask every row of a file that is about to leave once more.

    Raises:
        VerificationError: One of them may not.
    """
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path, page_checksum_verification=True)
    for found in terms.counted(file.read(columns=list(Terms._fields))):
        if why := reason(found, release, licenses):
            raise VerificationError(f"rows that must not leave: {why}", where=str(path), fix="nothing was published")


def _agree(found: Terms, release: Release) -> None:
    """See that the row, the manifest and the registry know the source, and say the same of it."""
    where, entry = f"{release.product}: {found.source}", release.manifest["sources"].get(found.source)
    if entry is None:
        raise VerificationError("rows of a source that the manifest does not list", where=where, fix=AGAIN)
    if found.source not in registry.names():
        raise VerificationError("rows of a source that is not registered", where=where, fix=AGAIN)
    source = registry.get(found.source)
    stated = {(entry["access"], entry["redistribute"]), (source.access, source.redistribute)}
    # A row under a licence of its own that is not known says less than its source, and stays here.
    less = {(found.access, "yes")} if found.redistribute == "unknown" else set()
    if stated not in ({(found.access, found.redistribute)}, less):
        told = "row, manifest and registry do not agree on access and passing on"
        raise VerificationError(told, where=where, fix=AGAIN)


def leaving(frame: pl.DataFrame, allowed: frozenset[Terms]) -> pl.DataFrame:
    """Keep the rows whose terms are among those allowed."""
    import polars as pl

    keys = pl.DataFrame(sorted(allowed), schema=list(Terms._fields), orient="row").cast(pl.String)
    marked = frame.with_columns(pl.col(list(Terms._fields)).cast(pl.String))
    return frame.filter(marked.select(pl.struct(Terms._fields).is_in(keys.to_struct())).to_series())
