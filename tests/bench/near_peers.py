"""The documented pipelines of other libraries, parquet in -> parquet out; run by an environment of the library's own.

`python near_peers.py NAME IN.parquet OUT.parquet`. Words, or characters for Chinese and Japanese, in 5-grams, as here;
the rows that stay are written with zstd level 3, as here.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import Any

SPACELESS = ("zh", "ja")
WORD = re.compile(r"\w+")
CHARACTER = re.compile(r"\w")
PERMUTATIONS, BANDS = 128, 16


def shingles(text: str, lang: str, n: int = 5) -> list[str]:
    """Give the 5-grams of a text as strings."""
    tokens = (CHARACTER if lang in SPACELESS else WORD).findall(text.lower())
    return [" ".join(tokens[i : i + n]) for i in range(max(1, len(tokens) - n + 1))]


def rensa(texts: Iterable[tuple[str, str]]) -> list[bool]:
    """Sign every row, put all into an index, then remove for each row that stays what is similar to it."""
    from rensa import RMinHash, RMinHashLSH  # type: ignore[import-not-found]

    signed, index = [], RMinHashLSH(0.8, PERMUTATIONS, BANDS)
    for number, (text, lang) in enumerate(texts):
        signature = RMinHash(PERMUTATIONS, 42)
        signature.update(shingles(text, lang))
        signed.append(signature)
        index.insert(number, signature)
    stays = [True] * len(signed)
    for number, signature in enumerate(signed):
        for other in index.query(signature) if stays[number] else ():
            if other > number and stays[other] and signature.jaccard(signed[other]) >= 0.75:
                stays[other] = False
    return stays


def gaoya(texts: Iterable[tuple[str, str]]) -> list[bool]:
    """Index all rows with all processors, query all, and remove what is similar to an earlier row that stays."""
    from gaoya.minhash import MinHashStringIndex  # type: ignore[import-not-found]

    rows = list(texts)
    stays = [True] * len(rows)
    for analyzer, spaceless in (("word", False), ("char", True)):
        own = [i for i, (_, lang) in enumerate(rows) if (lang in SPACELESS) == spaceless]
        index = MinHashStringIndex(32, 0.5, BANDS, PERMUTATIONS // BANDS, None, analyzer, True, (5, 5))
        texts_here = [rows[i][0] for i in own]
        index.par_bulk_insert_docs(own, texts_here)
        for number, found in zip(own, index.par_bulk_query(texts_here, return_similarity=True)):
            if any(other < number and stays[other] and similar >= 0.75 for other, similar in found):
                stays[number] = False
    return stays


def datasketch(texts: Iterable[tuple[str, str]]) -> list[bool]:
    """Query the index for each row, and put it in if nothing there is similar."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(num_perm=112, params=(14, 8))
    first, stays = MinHash(112), []
    for number, (text, lang) in enumerate(texts):
        signature = first.copy()
        signature.update_batch([s.encode() for s in shingles(text, lang)])
        stays.append(not index.query(signature))
        if stays[-1]:
            index.insert(number, signature)
    return stays


def datatrove(texts: Iterable[tuple[str, str]]) -> list[bool]:
    """Run the four stages of its example one after the other: signatures, buckets, clusters, filter.

    The tokenizer is its default, the English one. The hash is SHA-1: with xxHash it stops at the first document.
    """
    from datatrove.data import Document  # type: ignore[import-not-found]
    from datatrove.executor import LocalPipelineExecutor  # type: ignore[import-not-found]
    from datatrove.pipeline import dedup  # type: ignore[import-not-found]
    from datatrove.pipeline.dedup.minhash import MinhashConfig  # type: ignore[import-not-found]
    from datatrove.utils.hashing import HashConfig  # type: ignore[import-not-found]

    documents = [Document(text=text, id=str(i)) for i, (text, _) in enumerate(texts)]
    config = MinhashConfig(hash_config=HashConfig(precision=64, hash_fc="sha1"), num_buckets=14, hashes_per_bucket=8)
    stays = [False] * len(documents)

    def keep(data: Iterable[Any], rank: int = 0, world_size: int = 1) -> Iterator[Any]:
        for document in data:
            stays[int(document.id)] = True
            yield document

    with tempfile.TemporaryDirectory() as folder:
        signed, bucketed, removed = (f"{folder}/{name}" for name in ("signed", "bucketed", "removed"))
        stages = [
            ([documents, dedup.MinhashDedupSignature(output_folder=signed, config=config)], 1),
            ([dedup.MinhashDedupBuckets(input_folder=signed, output_folder=bucketed, config=config)], 14),
            ([dedup.MinhashDedupCluster(input_folder=bucketed, output_folder=removed, config=config)], 1),
            ([documents, dedup.MinhashDedupFilter(input_folder=removed), keep], 1),
        ]
        for pipeline, tasks in stages:
            LocalPipelineExecutor(pipeline=pipeline, tasks=tasks, workers=1).run()
    return stays


PIPELINES: dict[str, Callable[[Iterable[tuple[str, str]]], list[bool]]] = {
    "rensa": rensa,
    "gaoya": gaoya,
    "datasketch": datasketch,
    "datatrove": datatrove,
}


def rows_of(path: str) -> Iterator[tuple[str, str]]:
    """Read texts and languages."""
    import pyarrow.parquet as pq

    for batch in pq.ParquetFile(path).iter_batches(4096, columns=["text", "lang"]):
        yield from zip(batch.column("text").to_pylist(), batch.column("lang").to_pylist())


def main() -> None:
    """Run one pipeline."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    name, source, target = sys.argv[1:]
    stays: Any = pa.array(PIPELINES[name](rows_of(source)))
    table = pq.read_table(source).filter(stays)
    pq.write_table(table, target, compression="zstd", compression_level=3, use_dictionary=["lang"])


if __name__ == "__main__":
    main()
