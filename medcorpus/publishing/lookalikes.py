"""The third guard: nothing leaves that repeats text which stays here, whatever its columns say.

Text that stays here is all that was read on this machine from sources that are not open, or must not be passed on; of a
source that is registered no more, the release that was made from it says so. A row that repeats a phrase of it
(`medcorpus.fence`) stays here as well, and a card, changelog, manifest or ledger that repeats one is refused. What the
project itself wrote into such rows, the templates of their own tasks, is no sign of anything and not looked for. Open
sources of which nobody says whether they may be passed on are not fenced in, only left out: anyone can read them, and
many were made from open corpora. On the real files at hand, fencing them in would hold back 8,351 of the 95,304 rows of
meds-ins that may leave: four in five because an unlicensed corpus had taken its texts from the licensed one (3,400 of
7,266 dialogues, 2,438 of 8,886 sentences of clinical cases, 625 of 1,134 questions of MedQuAD), nearly all others for a
stock phrase ("the purpose of this study was to determine").
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcorpus import fence, products, registry, release
from medcorpus.fence import Fence
from medcorpus.store import Store

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

SLOT = re.compile(r"\{[^{}]*\}")


def local_only(name: str) -> bool:
    """Say whether a source's text stays on this machine."""
    source = registry.get(name)
    return source.access != "open" or source.redistribute == "no"


def _stays(name: str, entry: Mapping[str, Any]) -> bool:
    """Say the same of a source that a release lists; where it is registered no more, the release's word counts."""
    if name in registry.names():
        return local_only(name)
    return bool(entry["access"] != "open" or entry["redistribute"] == "no")


class Lookalikes:
    """What was read here from sources whose text stays here.

    Args:
        home: Folder of layers and releases.
        store: Where layers lie, if not there.
    """

    def __init__(self, home: Path, store: str = "") -> None:
        self.home, self.store = home, Store(store or home)
        self._releases = dict(self._read())
        self.layers = sorted(self._releases)

    def _read(self) -> Iterator[tuple[tuple[str, str], Path]]:
        """Give the sources whose text stays here, each with the key of a layer, and a release that was made from it."""
        for product in products.PRODUCTS:
            for version in release.versions(self.home, product):
                folder = release.folder_of(self.home, product) / version
                entries = json.loads((folder / release.MANIFEST).read_text(encoding="utf-8"))["sources"]
                inside = [n for n, entry in entries.items() if entry["layers"] and _stays(n, entry)]
                yield from (((n, entries[n]["layers"][0]), folder) for n in inside)

    @cached_property
    def fence(self) -> Fence:
        """The fence around all that text."""
        import numpy as np

        inside = fence.around(column for table in self._tables() for column in _texts(table, fence.FACTS))
        own = _templates({name for name, _ in self.layers})
        return Fence(np.setdiff1d(inside.hashes, own.hashes), inside.texts)

    def _tables(self) -> Iterator[pa.Table]:
        for (name, key), folder in self._releases.items():
            shards = self.store.find(key)
            yield from shards.tables() if shards is not None else _rows_of(name, folder)

    @property
    def is_empty(self) -> bool:
        """Whether no text stays here, so that nothing has to be looked at."""
        return not self._releases or not len(self.fence.hashes)

    def marks(self, table: pa.Table) -> NDArray[np.bool_]:
        """Say of every row whether it repeats a phrase of the text that stays here."""
        import numpy as np

        marked = np.zeros(table.num_rows, np.bool_)
        if not self.is_empty and table.num_rows:
            for column in _texts(table, frozenset()):
                marked |= self.fence.crossed(column)
        return marked

    def check(self, texts: Iterable[tuple[str, str]]) -> None:
        """See that no document repeats a phrase.

        Args:
            texts: Names and texts.

        Raises:
            VerificationError: One does; the text itself is not told.
        """
        for name, text in () if self.is_empty else texts:
            self.fence.refuse(name, text)


def _rows_of(name: str, folder: Path) -> Iterator[pa.Table]:
    """Read a source's rows from a release: what is left when its layer is gone."""
    import polars as pl

    for path in sorted((folder / "data").rglob("*.parquet")):
        rows = pl.scan_parquet(path, glob=False).filter(pl.col("source") == name).collect()
        if rows.height:
            yield rows.to_arrow(compat_level=pl.CompatLevel.oldest())


def _texts(table: pa.Table, without: frozenset[str]) -> Iterator[pa.Array]:
    """Give the columns that hold text; lists as one text for each row."""
    import polars as pl
    import pyarrow as pa

    for field in table.schema:
        kind = field.type.value_type if pa.types.is_list(field.type) or pa.types.is_large_list(field.type) else None
        if field.name in without:
            continue
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            yield table.column(field.name)
        elif kind is not None and (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
            frame = pl.DataFrame(table.select([field.name]))
            yield frame[field.name].list.join("\n").to_arrow(compat_level=pl.CompatLevel.oldest())


def _templates(names: Container[str]) -> Fence:
    """Give the phrases of what the project writes into rows of some sources by itself."""
    import pyarrow as pa

    tasks = [task for name, task in registry.tasks().values() if name in names]
    pieces = [piece for t in tasks for text in (t.input, t.output) for piece in SLOT.split(text)]
    return fence.around([pa.array(pieces, pa.string())])
