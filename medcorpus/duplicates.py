"""The cluster a row belongs to, with what its texts differ in, from the layers a release was written from."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from medcorpus.stages.dedup import Dedup
from medcorpus.store import Shards, Store

if TYPE_CHECKING:
    from medcorpus.product import Product
    from medcorpus.release import Release

COLUMN = "dup_cluster"
TOLD = ("id", "source", "split", COLUMN, "dup_size", "dup_jaccard")
MEMBERS = 20
"""So many rows of a cluster are told, beside the one that was asked for and the one that stays."""
WORDS = 2_000
"""So many words of each text are compared."""
CHANGES = 10
"""So many differences of a text are told."""
LONGEST = 12
"""A difference is told with at most so many words."""
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+|[^\w\s]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One place where two texts differ; either side may be empty.

    Args:
        stays: Words of the text that stays.
        own: Words of the other text.
    """

    stays: str
    own: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A row of a cluster.

    Args:
        id: Its id.
        source: Its source.
        split: Its split.
        jaccard: Similarity with the row that stays.
        changes: Where its text differs from the text of the row that stays, the first few places.
    """

    id: str
    source: str
    split: str
    jaccard: float
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Rows that say nearly the same.

    Args:
        id: Id of the row that stays.
        size: Rows in all.
        members: The row that stays, the row that was asked for, then others, the most similar first.
    """

    id: str
    size: int
    members: tuple[Member, ...]


def cluster_of(release: Release, product: Product, row_id: str) -> Cluster | None:
    """Give the cluster of a row.

    Args:
        release: The release that the row was considered for.
        product: What it is a release of.
        row_id: Id of the row, published or not.

    Returns:
        None where the product looks for no near-duplicates, the row has none, or the layers are no longer here.
    """
    text = next((stage.column for stage in product.stages if isinstance(stage, Dedup)), "")
    layers = list(_layers(release)) if text else []
    asked = [row for layer in layers for row in _rows(layer, "id", row_id, text)]
    if not asked or asked[0]["dup_size"] < 2:
        return None
    name = asked[0][COLUMN]
    found = [row for layer in layers for row in _rows(layer, COLUMN, name, text)]
    found.sort(key=lambda r: (r["id"] != name, r["id"] != row_id, -r["dup_jaccard"], r["id"]))
    stays = found[0]["text"] if found[0]["id"] == name else ""
    members = tuple(_member(row, stays) for row in found[: MEMBERS + 2])
    return Cluster(id=name, size=asked[0]["dup_size"], members=members)


def _layers(release: Release) -> Iterator[Shards]:
    """Open the rows of every source with their columns; sources whose layers were deleted are passed over."""
    store = Store(release.path.parents[2])
    for entry in release.manifest["sources"].values():
        found = [store.find(key) for key in entry["layers"]]
        opened = [shards for shards in found if shards is not None]
        if opened and len(opened) == len(found):
            base, *columns = opened
            for layer in columns:
                base = base.over(layer)
            yield base


def _rows(shards: Shards, column: str, value: str, text: str) -> Iterator[dict[str, Any]]:
    """Give the rows whose column has a value, with what is told of them and the text that was compared."""
    import pyarrow.compute as pc

    names = [*TOLD, text]
    for table in shards.tables():
        if set(names) <= set(table.column_names):
            found = table.select(names).filter(pc.equal(table.column(column), value))
            yield from found.rename_columns([*TOLD, "text"]).to_pylist()


def _member(row: dict[str, Any], stays: str) -> Member:
    own = {name: row[name] for name in ("id", "source", "split")}
    return Member(**own, jaccard=round(row["dup_jaccard"], 4), changes=changes(stays, row["text"]) if stays else ())


def changes(stays: str, own: str) -> tuple[Change, ...]:
    """Give the first places where two texts differ, word by word; characters are the words of Chinese and Japanese.

    >>> changes("Fever for three days.", "fever for four days")
    (Change(stays='Fever', own='fever'), Change(stays='three', own='four'), Change(stays='.', own=''))
    """
    one, two = WORD.findall(stays)[:WORDS], WORD.findall(own)[:WORDS]
    found = difflib.SequenceMatcher(None, one, two).get_opcodes()
    differing = [(one[a:b], two[c:d]) for tag, a, b, c, d in found if tag != "equal"]
    return tuple(Change(stays=_short(a), own=_short(b)) for a, b in differing[:CHANGES])


def _short(words: Sequence[str]) -> str:
    return " ".join(words[:LONGEST]) + (" …" if len(words) > LONGEST else "")
