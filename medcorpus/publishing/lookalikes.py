"""The third guard: nothing leaves that repeats text which stays here, whatever its columns say.

Text that stays here is all that was read on this machine from sources that are not open, or may not be passed on. Its
runs of twelve tokens are kept as hashes; a row that holds one of them stays here as well, and a card, changelog,
manifest or ledger that holds one is refused. What the project itself writes into rows, the templates of tasks, is no
sign of anything and not looked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcorpus import products, registry, release
from medcorpus.errors import VerificationError
from medcorpus.store import Store

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    Hashes = NDArray[np.uint64]

RUN = 12
"""Tokens of a run: words, or characters of scripts written without spaces."""
FACTS = frozenset(
    ("id", "record_id", "source", "split", "lang", "license", "access", "redistribute", "raw_file", "task_id", "task",
     "category", "instruction", "instruction_lang", "output_lang", "url", "kind")
)  # fmt: skip
"""Columns that hold no text of a source."""
SLOT = re.compile(r"\{[^{}]*\}")


def local_only(name: str) -> bool:
    """Say whether a source's text stays on this machine."""
    source = registry.get(name)
    return source.access != "open" or source.redistribute == "no"


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
        names = [n for n in registry.names() if local_only(n)]
        for product in products.PRODUCTS:
            for version in release.versions(self.home, product):
                folder = release.folder_of(self.home, product) / version
                entries = json.loads((folder / release.MANIFEST).read_text(encoding="utf-8"))["sources"]
                known = [n for n in names if n in entries and entries[n]["layers"]]
                yield from (((n, entries[n]["layers"][0]), folder) for n in known)

    @cached_property
    def runs(self) -> Hashes:
        """Hashes of all runs, sorted."""
        import numpy as np

        found = [np.zeros(0, np.uint64)]
        for (name, key), folder in self._releases.items():
            shards = self.store.find(key)
            tables = shards.tables() if shards is not None else _rows_of(name, folder)
            found += [np.unique(_runs(table, FACTS)) for table in tables]
        return np.setdiff1d(np.concatenate(found), _templates())

    @property
    def is_empty(self) -> bool:
        """Whether no text stays here, so that nothing has to be looked at."""
        return not self._releases or not len(self.runs)

    def marks(self, table: pa.Table) -> NDArray[np.bool_]:
        """Say of every row whether it repeats a run of the text that stays here."""
        import numpy as np

        from medcorpus import ngrams

        marked = np.zeros(table.num_rows, np.bool_)
        if self.is_empty or not table.num_rows:
            return marked
        for column in _texts(table, frozenset()):
            offsets, hashes = ngrams.ngram_hashes(column, RUN)
            hits = np.flatnonzero(self._known(hashes))
            marked[np.searchsorted(offsets, hits, side="right") - 1] = True
        return marked

    def _known(self, hashes: Hashes) -> NDArray[np.bool_]:
        import numpy as np

        places = np.searchsorted(self.runs, hashes)
        places[places == len(self.runs)] = 0
        return np.asarray(self.runs[places] == hashes)

    def check(self, texts: Iterable[tuple[str, str]]) -> None:
        """See that no document repeats a run.

        Args:
            texts: Names and texts.

        Raises:
            VerificationError: One does; the text itself is not told.
        """
        import pyarrow as pa

        for name, text in texts:
            if self.marks(pa.table({"text": [text]})).any():
                told = "repeats text of a source that stays on this machine"
                raise VerificationError(told, where=name, fix="find out how it got there; nothing was published")


def _rows_of(name: str, folder: Path) -> Iterator[pa.Table]:
    """Read a source's rows from a release: what is left when its layer is gone."""
    import polars as pl

    for path in sorted((folder / "data").rglob("*.parquet")):
        rows = pl.scan_parquet(path, glob=False).filter(pl.col("source") == name).collect()
        if rows.height:
            yield rows.to_arrow(compat_level=pl.CompatLevel.oldest())


def _texts(table: pa.Table, without: frozenset[str]) -> Iterator[Any]:
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


def _runs(table: pa.Table, without: frozenset[str]) -> Hashes:
    import numpy as np

    from medcorpus import ngrams

    found = [ngrams.ngram_hashes(column, RUN)[1] for column in _texts(table, without)]
    return np.concatenate([np.zeros(0, np.uint64), *found])


def _templates() -> Hashes:
    """Give the runs of what the project writes into rows by itself."""
    import pyarrow as pa

    tasks = [task for _, task in registry.tasks().values()]
    pieces = [piece for t in tasks for text in (t.input, t.output) for piece in SLOT.split(text)]
    return _runs(pa.table({"text": pa.array(pieces, pa.string())}), frozenset())
