"""The saved signature index: what is needed to compare new rows with those of earlier releases, without their texts.

A folder of Arrow files and `manifest.json`. Each file holds, row by row:

| column | type | what |
| --- | --- | --- |
| `id` | string | the row's id |
| `exact_0`, `exact_1` | uint64 | two hashes of the whole |
| `band_00` and on | uint64 | the keys of the bands; 0 where a text is shorter than a shingle |
| `shingles` | list of uint32 | the distinct shingles, with which similarity is verified |

That is 16 bytes, 8 a band key (336 in all by default) and 4 a distinct shingle for every row, beside its id. Files are
memory-mapped; of `shingles` only what is compared is read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcorpus import atomic
from medcorpus.errors import MedcorpusError, VerificationError
from medcorpus.ngrams import folding
from medcorpus.stages.dedup import groups
from medcorpus.stages.dedup.sketches import Grid
from medcorpus.store import read_ipc, sha256_of, writing_ipc

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from medcorpus.ngrams import Offsets

    Sets = tuple[Offsets, NDArray[np.uint32]]
    Matches = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]
    """Documents, the rows of the index that they match, and how similar they are."""

MANIFEST = "manifest.json"
LAYOUT = 1


@dataclass(frozen=True, slots=True)
class Index:
    """An opened index.

    Args:
        folder: Where it lies.
        files: Its files, each with the number of its first row.
        rows: Rows in all.
        key: Hash of its manifest, which lists the hash of every file.
    """

    folder: Path
    files: tuple[tuple[int, Path], ...]
    rows: int
    key: str

    def tables(self) -> Iterator[tuple[int, pa.Table]]:
        """Map the files one by one, each with the number of its first row."""
        return ((first, read_ipc(path)) for first, path in self.files)


def open_index(folder: Path, grid: Grid) -> Index:
    """Open an index and check it.

    Raises:
        MedcorpusError: It is no index, or was made with other parameters.
        VerificationError: A file differs from the manifest.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise MedcorpusError("no signature index", where=str(folder), fix="make one with: medcorpus dedup --save-index")
    manifest = json.loads(path.read_text(encoding="utf-8"))
    _refuse_other(manifest, grid, folder)
    files, first = [], 0
    for entry in manifest["files"]:
        file = folder / Path(entry["name"]).name
        if not file.is_file() or sha256_of(file) != entry["sha256"]:
            raise VerificationError("differs from the index's manifest", where=str(file), fix="make the index again")
        files.append((first, file))
        first += entry["rows"]
    return Index(folder, tuple(files), first, sha256_of(path))


def _refuse_other(manifest: Mapping[str, Any], grid: Grid, folder: Path) -> None:
    wanted = _terms(grid)
    for name, value in wanted.items():
        if manifest.get(name) != value:
            fix = "use the index's parameters, or make the index again"
            raise MedcorpusError(
                f"index made with {name} {manifest.get(name)}, not {value}", where=str(folder), fix=fix
            )


def _terms(grid: Grid) -> dict[str, Any]:
    """Give what two sketches must share to be compared."""
    return {"layout": LAYOUT, "folding": sha256_of(folding.FILE), **asdict(grid)}


def rows_of(ids: pa.Array, exact: NDArray[np.uint64], keys: NDArray[np.uint64], sets: Sets) -> pa.Table:
    """Give rows of an index: ids, hashes of the whole, `keys[band, row]` and shingles of the same rows."""
    import numpy as np
    import pyarrow as pa

    whole = {f"exact_{i}": pa.array(np.ascontiguousarray(exact[:, i])) for i in (0, 1)}
    bands = {f"band_{b:02d}": pa.array(own) for b, own in enumerate(keys)}
    shingles = pa.LargeListArray.from_arrays(pa.array(sets[0]), pa.array(sets[1]))
    return pa.table({"id": ids.cast(pa.string()), **whole, **bands, "shingles": shingles})


def write_rows(path: Path, rows: pa.Table) -> dict[str, Any]:
    """Write one file of an index and give its entry of the manifest."""
    with atomic.replacing(path) as temporary, writing_ipc(temporary, rows.schema) as writer:
        writer.write_table(rows)
    return {"name": path.name, "rows": rows.num_rows, "bytes": path.stat().st_size, "sha256": sha256_of(path)}


def write_manifest(folder: Path, grid: Grid, files: Sequence[Mapping[str, Any]]) -> None:
    """List the files of an index; what is not listed does not exist."""
    atomic.write_json(folder / MANIFEST, {**_terms(grid), "files": list(files)})


@dataclass(frozen=True, slots=True)
class Asked:
    """Documents that are looked up in an index.

    Args:
        exact: uint64, `[document, 2]`, hashes of the whole.
        counts: int64, n-grams of each document.
        keys: Gives a band's keys of all of them.
        bands: How many bands there are.
        sets: Gives the shingle sets of some of them, ascending.
        most: Shingles that may be held at once.
    """

    exact: NDArray[np.uint64]
    counts: NDArray[np.int64]
    keys: Callable[[int], NDArray[np.uint64]]
    bands: int
    sets: Callable[[NDArray[np.int64]], Sets]
    most: int

    def matches(self, table: pa.Table, threshold: float) -> Matches:
        """Find for each document the most similar row of a file of the index, of equally similar ones the first."""
        import numpy as np

        copies = self._copies(table)
        unmatched = np.flatnonzero(~np.isin(np.arange(len(self.counts)), copies[0]) & (self.counts > 0))
        pairs = self._candidates(table, unmatched)
        found = [copies]
        for part in groups.cut(self.counts[groups.worse(pairs)].cumsum(), self.most):
            rows, documents = groups.better(pairs[part]), groups.worse(pairs[part])
            own = np.unique(documents)
            places = np.searchsorted(own, documents)
            similar = groups.similarities((rows, places), sets_of(table), self.sets(own))
            keep = similar >= np.float32(threshold)
            found.append((documents[keep], rows[keep], similar[keep]))
        return best_of(found)

    def _copies(self, table: pa.Table) -> Matches:
        import numpy as np

        documents, rows = _meeting(self.exact[:, 0], table.column("exact_0").to_numpy())
        same = table.column("exact_1").to_numpy()[rows] == self.exact[documents, 1]
        return documents[same], rows[same], np.ones(int(same.sum()), np.float32)

    def _candidates(self, table: pa.Table, documents: NDArray[np.int64]) -> NDArray[np.uint64]:
        """Give the pairs, `row << 32 | document`, that share a band's key."""
        import numpy as np

        found = [np.zeros(0, np.uint64)]
        for band in range(self.bands):
            own, rows = _meeting(self.keys(band)[documents], table.column(f"band_{band:02d}").to_numpy())
            found.append(rows.astype(np.uint64) << np.uint64(32) | documents[own].astype(np.uint64))
        return np.unique(np.concatenate(found))


def best_of(found: Sequence[Matches]) -> Matches:
    """Keep for every document its most similar row, of equally similar ones the first."""
    import numpy as np

    none: Matches = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))
    documents, rows, similar = (np.concatenate(columns) for columns in zip(none, *found))
    order = np.lexsort((rows, -similar, documents))
    _, first = np.unique(documents[order], return_index=True)
    own = order[first]
    return documents[own], rows[own], similar[own]


def _meeting(asked: NDArray[np.uint64], known: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give numbers of asked and of known values that are equal and not 0; of many known ones, the first few."""
    import numpy as np

    order = np.argsort(known, kind="stable")
    ordered = known[order]
    first = np.searchsorted(ordered, asked, "left")
    counts = np.minimum(np.searchsorted(ordered, asked, "right") - first, groups.HUBS) * (asked != 0)
    documents = np.repeat(np.arange(len(asked)), counts)
    within = np.arange(len(documents)) - np.repeat(np.cumsum(counts) - counts, counts)
    return documents, order[np.repeat(first, counts) + within]


def sets_of(table: pa.Table) -> Sets:
    """Give the shingle sets of the rows of one of the index's files, in place."""
    import numpy as np

    shingles = table.column("shingles").combine_chunks()
    column = shingles.chunk(0) if hasattr(shingles, "chunk") else shingles
    return np.asarray(column.offsets, dtype=np.int64), np.asarray(column.values, dtype=np.uint32)
