"""Tokens and n-grams of text that does not depend on line breaks, case, width or punctuation, for any mix of scripts.

A token is a word, or a single character of a script written without spaces (Han, kana, Thai and the like); which of
them is decided character by character, so text needs no declared language. `folding` says what counts as equal. Text
comes in as Arrow columns, whose buffers are read in place, and hashes go out as NumPy arrays; nothing becomes a Python
object per row. The functions release the interpreter lock: threads run them side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    Text: TypeAlias = pa.Array | pa.ChunkedArray
    Offsets: TypeAlias = NDArray[np.int64]
    Hashes: TypeAlias = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a column of documents.

    Args:
        offsets: int64, one more than documents: those of document i stand at `offsets[i]:offsets[i + 1]`.
        hashes: uint64, one per token; equal tokens after folding have equal hashes.
        starts: int64, byte at which a token begins, counted in UTF-8 from the beginning of its document.
        ends: int64, byte after its last.
    """

    offsets: Offsets
    hashes: Hashes
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def ngrams(self, n: int) -> tuple[Offsets, Hashes]:
        """Hash the runs of `n` tokens; a document of fewer tokens has none.

        Returns:
            Offsets as those of the tokens, and the hashes: number j of a document begins at its token number j.
        """
        import numpy as np

        from medcorpus.ngrams import kernel

        if n < 1:
            raise ValueError(f"an n-gram has at least one token, not {n}")
        offsets = _offsets_of(np.maximum(np.diff(self.offsets) - n + 1, 0))
        hashes = np.empty(offsets[-1], dtype=np.uint64)
        kernel.fill_ngrams(self.hashes, self.offsets, n, offsets, hashes)
        return offsets, hashes

    def span(self, document: int, first: int, length: int) -> tuple[int, int]:
        """Give the bytes from a document's token number `first` to the end of the `length`-th from there.

        >>> import pyarrow as pa
        >>> text = "Chronic cough, fever."
        >>> begin, end = tokens(pa.array([text])).span(0, first=1, length=2)
        >>> text.encode()[begin:end].decode()
        'cough, fever'
        """
        at = int(self.offsets[document]) + first
        return int(self.starts[at]), int(self.ends[at + length - 1])


def tokens(text: Text) -> Tokens:
    r"""Cut every document of a text column into tokens; a null has none.

    Args:
        text: Arrow strings, of any string type, in one chunk or several.

    >>> import pyarrow as pa
    >>> found = tokens(pa.array(["Ａｃｕｔｅ\nfever!", "acute FEVER", None, "発熱"]))
    >>> found.offsets.tolist(), bool((found.hashes[:2] == found.hashes[2:4]).all())
    ([0, 2, 4, 4, 6], True)
    """
    import numpy as np

    found = [_tokens_of(*buffers) for buffers in utf8(text)]
    if len(found) == 1:
        return found[0]
    offsets = _offsets_of(np.concatenate([np.diff(t.offsets) for t in found] or [np.zeros(0, np.int64)]))
    hashes = np.concatenate([t.hashes for t in found] or [np.zeros(0, np.uint64)])
    starts, ends = (
        np.concatenate([getattr(t, n) for t in found] or [np.zeros(0, np.int64)]) for n in ("starts", "ends")
    )
    return Tokens(offsets, hashes, starts, ends)


def ngram_hashes(text: Text, n: int) -> tuple[Offsets, Hashes]:
    """Hash every run of `n` tokens of every document of a text column.

    Returns:
        Offsets, int64, one more than documents, and the 64-bit hashes in the order of the text, repeats included.

    >>> import pyarrow as pa
    >>> offsets, hashes = ngram_hashes(pa.array(["one two three", "two three", "three"]), n=2)
    >>> offsets.tolist(), bool(hashes[1] == hashes[2])
    ([0, 2, 3, 3], True)
    """
    return tokens(text).ngrams(n)


def utf8(text: Text) -> list[tuple[Offsets, NDArray[np.uint8]]]:
    """Give, chunk by chunk, where every document begins and ends in the bytes, and the bytes, which are not copied."""
    import pyarrow as pa

    chunks: Sequence[pa.Array] = text.chunks if isinstance(text, pa.ChunkedArray) else [text]
    return [_utf8_of(chunk) for chunk in chunks]


def _utf8_of(chunk: pa.Array) -> tuple[Offsets, NDArray[np.uint8]]:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if not (pa.types.is_string(chunk.type) or pa.types.is_large_string(chunk.type)):
        chunk = chunk.cast(pa.large_string())
    if chunk.null_count:
        chunk = pc.fill_null(chunk, "")
    _, places, data = chunk.buffers()
    kind = np.int64 if pa.types.is_large_string(chunk.type) else np.int32
    offsets = np.zeros(1, kind)
    if places is not None and places.size:
        offsets = np.frombuffer(places, kind)[chunk.offset : chunk.offset + len(chunk) + 1]
    return offsets.astype(np.int64), np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)


def _tokens_of(offsets: Offsets, data: NDArray[np.uint8]) -> Tokens:
    import numpy as np

    from medcorpus.ngrams import folding, kernel

    counts = np.empty(len(offsets) - 1, dtype=np.int64)
    kernel.count_tokens(data, offsets, *folding.table(), counts)
    places = _offsets_of(counts)
    total = places[-1]
    hashes = np.empty(total + 1, dtype=np.uint64)
    starts, ends = np.empty(total + 1, dtype=np.int64), np.empty(total + 1, dtype=np.int64)
    kernel.fill_tokens(data, offsets, *folding.table(), places, hashes, starts, ends)
    return Tokens(places, hashes[:total], starts[:total], ends[:total])


def _offsets_of(counts: NDArray[np.int64]) -> Offsets:
    import numpy as np

    offsets = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets
