"""The stage's steps as layers of the store: jobs that read Arrow files and write one, in any number of processes.

1. `sketches`, one job per part: what `sketches.sketch` keeps of every row.
2. `preference`, one job: rows in the order in which they would rather stay, and which are copies of which. It reads
   hashes, ids and the columns that decide.
3. `earlier`, one job per file of the signature index, if one is given: rows similar to its rows.
4. `candidates`, one job per band: pairs of rows that share the band's key; it reads 8 bytes a row.
5. `pairs`, one job: all of them, each once, 8 bytes a pair.
6. `similarities`, one job per slice of pairs: their similarity, from the texts of the rows in it.
7. `clusters`, one job: who stays, from 12 bytes a pair.

Texts are read where they lie, memory-mapped; no process holds more of them than a slice of pairs needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcorpus.errors import SourceError
from medcorpus.ngrams import utf8
from medcorpus.stage import write_table
from medcorpus.stages.dedup import clusters, groups, index, preference
from medcorpus.stages.dedup.sketches import Grid, shingle_sets, sketch

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from medcorpus.ngrams import Offsets, Text
    from medcorpus.stage import Work
    from medcorpus.stages.dedup.index import Index
    from medcorpus.store import Shards

    Sets = tuple[Offsets, NDArray[np.uint32]]

PAIRS_PER_JOB = 50_000
SHINGLES_AT_ONCE = 32 * 2**20
MATCHES = ("document", "earlier", "similar")
KINDS = dict.fromkeys(("row", "best", "count", "document", "earlier"), "int64") | {"similar": "float32"}
"""Types of the columns that steps write, where they are not uint64."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """All rows of all sources, as one long table; a document is a row, numbered in the order of preference."""

    shards: tuple[Shards, ...]
    column: str
    grid: Grid

    @property
    def parts(self) -> tuple[tuple[Shards, int], ...]:
        """Every part of every source, in order."""
        return tuple((s, i) for s in self.shards for i in range(len(s.parts)))

    def starts(self) -> NDArray[np.int64]:
        """Give the number of the first row of each part, and of the row after the last."""
        import numpy as np

        return np.cumsum([0, *(s.parts[i].rows for s, i in self.parts)], dtype=np.int64)

    def sets(self, rows: NDArray[np.int64]) -> Sets:
        """Give the shingle sets of some rows, ascending; only their texts are read."""
        import numpy as np

        sizes, found = [np.zeros(1, np.int64)], [np.zeros(0, np.uint32)]
        starts = self.starts()
        for (shards, part), first, last in zip(self.parts, starts, starts[1:]):
            begin, end = np.searchsorted(rows, (first, last))
            if begin < end:
                texts = shards.table(part).column(self.column)
                offsets, shingles = shingle_sets(texts, rows[begin:end] - first, self.grid.n)
                sizes.append(np.diff(offsets))
                found.append(shingles)
        return np.concatenate(sizes).cumsum(), np.concatenate(found)


@dataclass(frozen=True, slots=True)
class _Sketching:
    shards: Shards
    column: str
    grid: Grid


def write_sketches(job: _Sketching, path: Path) -> Mapping[str, Any]:
    """Write the sketches of one part: `exact_0`, `exact_1`, `count`, and a column for each band."""
    import numpy as np
    import pyarrow as pa

    made = sketch(job.shards.table(0).column(job.column), job.grid)
    exact = {f"exact_{i}": pa.array(np.ascontiguousarray(made.exact[:, i])) for i in (0, 1)}
    bands = {_band(b): pa.array(keys) for b, keys in enumerate(made.keys)}
    return write_table(path, pa.table({**exact, "count": pa.array(made.counts), **bands}))


def _band(number: int) -> str:
    return f"band_{number:02d}"


@dataclass(frozen=True, slots=True)
class _Step:
    """A step over the whole corpus: a band, a slice of pairs or a file of the index may be what one job is about."""

    corpus: Corpus
    layers: tuple[Shards, ...]
    against: Index | None = None
    threshold: float = 0
    number: int = 0

    def read(self, layer: int, column: str) -> NDArray[Any]:
        """Read one column of all parts of an earlier step."""
        import numpy as np

        found = [t.column(column).to_numpy() for t in self.layers[layer].tables()]
        return np.concatenate(found) if found else np.zeros(0, KINDS.get(column, "uint64"))

    def originals(self) -> NDArray[np.int64]:
        """Give the documents that are no copies of better ones."""
        import numpy as np

        best = self.read(PREFERENCE, "best")
        return np.flatnonzero(best == np.arange(len(best)))


SKETCHES, PREFERENCE, EARLIER, PAIRS, SIMILARITIES = range(5)
"""The layers that steps read, in the order in which they are made."""


def prepare(corpus: Corpus, threshold: float, against: Index | None, work: Work) -> Shards:
    """Run all steps; what is finished is looked up."""
    jobs = [_Sketching(s.only(i), corpus.column, corpus.grid) for s, i in corpus.parts]
    made: tuple[Shards, ...] = (work.layer("sketches", jobs, write_sketches, over=corpus.shards),)
    made += (work.layer("preference", [_Step(corpus, made)], write_preference, over=(*corpus.shards, *made)),)
    named = f" against {against.key}" if against else ""
    steps = [_Step(corpus, made, against, threshold, i) for i in range(len(against.files) if against else 0)]
    made += (work.layer("earlier" + named, steps, write_earlier, over=made),)
    bands = [_Step(corpus, made, number=b) for b in range(corpus.grid.keys)]
    candidates = work.layer("candidates", bands, write_candidates, over=made)
    made += (work.layer("pairs", [candidates], write_pairs, over=(candidates,)),)
    slices = range(-(-made[PAIRS].rows // PAIRS_PER_JOB))
    steps = [_Step(corpus, made, number=i) for i in slices]
    made += (work.layer("similarities", steps, write_similarities, over=made),)
    return work.layer("clusters" + named, [_Step(corpus, made, against, threshold)], write_clusters, over=made)


def write_preference(job: _Step, path: Path) -> Mapping[str, Any]:
    """Write for every document its `row` and the best document it is a copy of, `best`, which may be itself."""
    import numpy as np
    import pyarrow as pa

    tables = [s.table(i) for s, i in job.corpus.parts]
    present = [n for n in preference.COLUMNS if tables and all(n in t.column_names for t in tables)]
    rows = pa.concat_tables([t.select(present) for t in tables]) if tables else pa.table({})
    order = preference.preferred(rows)
    exact = np.stack([job.read(SKETCHES, f"exact_{i}").astype(np.uint64)[order] for i in (0, 1)], axis=1)
    return write_table(path, pa.table({"row": order, "best": groups.copies(exact)}))


def write_earlier(job: _Step, path: Path) -> Mapping[str, Any]:
    """Write the documents that match a row of one file of the index: `document`, `earlier` (the row), `similar`."""
    import numpy as np

    order, own = job.read(PREFERENCE, "row"), job.originals()
    rows = order[own]

    def sets(asked: NDArray[np.int64]) -> Sets:
        return groups.in_other_order(job.corpus.sets, rows[asked])

    def keys(band: int) -> NDArray[np.uint64]:
        found: NDArray[np.uint64] = job.read(SKETCHES, _band(band))[rows]
        return found

    exact = np.stack([job.read(SKETCHES, f"exact_{i}")[rows] for i in (0, 1)], axis=1)
    asked = index.Asked(exact, job.read(SKETCHES, "count")[rows], keys, job.corpus.grid.keys, sets, SHINGLES_AT_ONCE)
    first, table = list(job.against.tables() if job.against else ())[job.number]
    documents, earlier, similar = asked.matches(table, job.threshold)
    return write_table(path, _table(document=own[documents], earlier=earlier + first, similar=similar))


def write_candidates(job: _Step, path: Path) -> Mapping[str, Any]:
    """Write the pairs of documents that share a key of one band."""
    import numpy as np

    keys = job.read(SKETCHES, _band(job.number))[job.read(PREFERENCE, "row")]
    documents = job.originals()
    documents = documents[(keys[documents] != 0) & ~np.isin(documents, job.read(EARLIER, "document"))]
    return write_table(path, _table(pair=groups.candidates(keys[documents], documents.astype(np.uint64))))


def write_pairs(job: Shards, path: Path) -> Mapping[str, Any]:
    """Write every pair once, sorted."""
    import numpy as np

    found = [t.column("pair").to_numpy() for t in job.tables()]
    return write_table(path, _table(pair=np.unique(np.concatenate([np.zeros(0, np.uint64), *found]))))


def write_similarities(job: _Step, path: Path) -> Mapping[str, Any]:
    """Write the similarity of the pairs of one slice."""
    import numpy as np

    pairs = job.read(PAIRS, "pair")[job.number * PAIRS_PER_JOB : (job.number + 1) * PAIRS_PER_JOB]
    order = job.read(PREFERENCE, "row")
    better, worse = order[groups.better(pairs)], order[groups.worse(pairs)]
    rows = np.unique(np.concatenate([better, worse]))
    sets = job.corpus.sets(rows)
    places = (np.searchsorted(rows, better), np.searchsorted(rows, worse))
    return write_table(path, _table(similar=groups.similarities(places, sets, sets)))


def write_clusters(job: _Step, path: Path) -> Mapping[str, Any]:
    """Write the rows of clusters of two or more, sorted by the hash of their ids."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    order, best = job.read(PREFERENCE, "row"), job.read(PREFERENCE, "best")
    found = [tuple(t.column(n).to_numpy() for n in MATCHES) for t in job.layers[EARLIER].tables()]
    matches = index.best_of([(d, r, s) for d, r, s in found])
    made = clusters.fates(best, matches, job.read(PAIRS, "pair"), job.read(SIMILARITIES, "similar"), job.threshold)
    ids = [c for s, i in job.corpus.parts for c in s.table(i).column("id").chunks]
    rows = clusters.table(pa.concat_arrays([pa.array([], pa.string()), *ids]), order, made, job.against)
    rows = rows.filter(pc.greater(rows.column("dup_size"), 1))
    hashes = _id_hashes(rows.column("id"))
    by_hash = np.argsort(hashes, kind="stable")
    return write_table(path, rows.append_column("hash", pa.array(hashes)).take(pa.array(by_hash)))


def _id_hashes(ids: Text) -> NDArray[np.uint64]:
    import numpy as np

    from medcorpus.stages.dedup import kernel

    found = [np.zeros(0, np.uint64)]
    for offsets, data in utf8(ids):
        hashes = np.empty(len(offsets) - 1, np.uint64)
        kernel.hash_bytes(data, offsets, hashes)
        found.append(hashes)
    return np.concatenate(found)


def columns(ids: Text, prepared: pa.Table) -> pa.Table:
    """Give the stage's columns of some rows; those that are not in the table have no copies.

    Raises:
        SourceError: Two ids have the same hash.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    known, hashes = prepared.column("hash").to_numpy(), _id_hashes(ids)
    places = np.searchsorted(known, hashes)
    found = np.isin(hashes, known)
    rows = prepared.take(pa.array(places, mask=~found))
    if not pc.all(pc.fill_null(pc.equal(rows.column("id"), ids), True), min_count=0).as_py():
        raise SourceError("two ids have the same 64-bit hash", fix="give one of the rows another id")
    return pa.table(
        {
            "dup_cluster": pc.coalesce(rows.column("dup_cluster"), ids),
            "dup_size": pc.fill_null(rows.column("dup_size"), pa.scalar(1, pa.uint32())),
            "dup_of": pc.fill_null(rows.column("dup_of"), ""),
            "dup_jaccard": pc.fill_null(rows.column("dup_jaccard"), pa.scalar(1, pa.float32())),
        }
    )


def _table(**columns: NDArray[Any]) -> pa.Table:
    import pyarrow as pa

    return pa.table({name: pa.array(values) for name, values in columns.items()})
