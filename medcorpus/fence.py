"""A fence around text that must stay on this machine: what repeats it, wherever it stands, is not published.

The fence knows nothing of columns, sources or licences of what it looks at, only whether the text repeats a phrase of
something inside: eight tokens in a row (words, or single characters of scripts without spaces) that cover at least
`LEAST_BYTES` bytes. Case, width, punctuation and white space make no difference. It holds hashes, from which no text
can be read back, eight bytes for each token inside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from medcorpus.errors import VerificationError
from medcorpus.records import Origin

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

PHRASE = 8
"""Tokens of a phrase."""
LEAST_BYTES = 40
"""Bytes that a repeated run covers at least: eight Chinese characters are 24, and many texts share those."""
FACTS = frozenset({*Origin.__dataclass_fields__, "record_id", "task_id", "task", "category", "instruction"})
"""Columns that are written by this project or by no one, and so are the same inside and outside."""


@dataclass(frozen=True, slots=True)
class Fence:
    """What is inside.

    Args:
        hashes: uint64, sorted, each once: the phrases.
        texts: How many texts they are from.
    """

    hashes: NDArray[np.uint64]
    texts: int

    def crossed(self, text: pa.ChunkedArray | pa.Array) -> NDArray[np.bool_]:
        """Say for every text of a column whether it repeats a phrase that must stay inside."""
        import numpy as np

        from medcorpus.ngrams import tokens

        found = tokens(text)
        offsets, hashes = found.ngrams(PHRASE)
        out = np.zeros(len(text), dtype=np.bool_)
        places = np.flatnonzero(self._holds(hashes))
        documents = np.searchsorted(offsets, places, side="right") - 1
        first = found.offsets[documents] + places - offsets[documents]
        for begin, end in _runs(places, documents):
            covered = found.ends[first[end] + PHRASE - 1] - found.starts[first[begin]]
            out[documents[begin]] |= covered >= LEAST_BYTES
        return out

    def _holds(self, hashes: NDArray[np.uint64]) -> NDArray[np.bool_]:
        import numpy as np

        if not len(self.hashes):
            return np.zeros(len(hashes), dtype=np.bool_)
        places = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        return np.asarray(self.hashes[places] == hashes)

    def refuse(self, name: str, text: str) -> None:
        """Refuse a document, such as a card or a report, that repeats something from inside.

        Raises:
            VerificationError: It does; the message names the document and does not repeat the text.
        """
        import pyarrow as pa

        if self.crossed(pa.array([text])).any():
            told = "repeats text of a row that must stay on this machine"
            raise VerificationError(told, where=name, fix="take the text out of it; nothing was published")


def around(columns: Iterable[pa.ChunkedArray | pa.Array]) -> Fence:
    """Make a fence around columns of texts.

    >>> import pyarrow as pa
    >>> fence = around([pa.array(["The patient was seen for a cough that had lasted three weeks."])])
    >>> fence.crossed(pa.array(["A cough.", "He WAS seen, for a cough that had lasted three weeks"])).tolist()
    [False, True]
    """
    import numpy as np

    from medcorpus.ngrams import ngram_hashes

    parts, texts = [np.zeros(0, dtype=np.uint64)], 0
    for column in columns:
        parts.append(np.unique(ngram_hashes(column, PHRASE)[1]))
        texts += len(column)
    return Fence(np.unique(np.concatenate(parts)), texts)


def _runs(places: NDArray[np.int64], documents: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Give first and last index of every run of neighbouring places in one document."""
    import numpy as np

    if not len(places):
        return
    breaks = np.flatnonzero((np.diff(places) != 1) | (np.diff(documents) != 0)) + 1
    edges = [0, *breaks.tolist(), len(places)]
    yield from ((begin, end - 1) for begin, end in pairwise(edges))
