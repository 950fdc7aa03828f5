"""Checks of what is counted: columns, rows, sums, and how they changed since the release before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from medcorpus import products, release
from medcorpus.errors import VerificationError
from medcorpus.gate.asked import Asked

LEDGER = "ledger.parquet"


def schema(asked: Asked) -> Iterator[str]:
    """See that every file has the columns and types that the manifest states, and the manifest is valid."""
    import pyarrow.parquet as pq

    from medcorpus.difference.rows import types_of

    try:
        release.check_manifest(asked.manifest, str(asked.release.path))
    except VerificationError as error:
        yield f"the manifest is not valid: {error.what}"
        return
    stated = types_of(asked.manifest)
    for _, _, file in asked.files():
        columns = [{"name": f.name, "type": str(f.type)} for f in pq.read_schema(asked.path(file))]
        if types_of({"columns": columns}) != stated:
            yield f"{file['path']} has other columns than the manifest states"


def counts(asked: Asked) -> Iterator[str]:
    """See that files, splits, sources, tasks, funnel and ledger count the same rows, and that the root is theirs."""
    import pyarrow.parquet as pq

    for _, _, file in asked.files():
        if (rows := pq.read_metadata(asked.path(file)).num_rows) != file["rows"]:
            yield f"{file['path']} has {rows:,} rows, the manifest says {file['rows']:,}"
    configs = asked.manifest["configs"]
    for config, splits in configs.items():
        for split, entry in splits.items():
            if (rows := sum(f["rows"] for f in entry["files"])) != entry["rows"]:
                yield f"{config}/{split} has {rows:,} rows in its files, the manifest says {entry['rows']:,}"
    hashes = {c: {s: e["hash"] for s, e in splits.items()} for c, splits in configs.items()}
    if release.root_of(hashes) != asked.manifest["root"]:
        yield "the root is not that of the splits"
    yield from _sums(asked)
    yield from _ledger(asked)


def _sums(asked: Asked) -> Iterator[str]:
    sources = asked.manifest["sources"]
    found = {
        "the sources": sum(s["rows_out"] for s in sources.values()),
        "the languages": sum(sum(s["langs"].values()) for s in sources.values()),
        "the licences": sum(sum(s["licenses"].values()) for s in sources.values()),
    }
    if asked.manifest.get("phrasings") == "all":
        found = {}  # rows stand once for each phrasing, sources count them once
    if products.get(asked.release.product).kind == "instructions":
        found["the tasks"] = sum(asked.manifest["tasks"].values())
    if asked.manifest["funnel"]:
        found["the last step of the funnel"] = asked.manifest["funnel"][-1]["rows"]
    for name, rows in found.items():
        if rows != asked.rows():
            yield f"{name}: {rows:,} rows, the splits have {asked.rows():,}"


def _ledger(asked: Asked) -> Iterator[str]:
    """Hold the ledger against the counts; one that is published tells of no source with rows that stay here."""
    import polars as pl

    path = asked.release.path / LEDGER
    if not path.is_file():
        yield "there is no ledger"
        return
    lines = pl.scan_parquet(path, glob=False).group_by("source", maintain_order=True).len().collect()
    own = Counter(dict(lines.iter_rows()))
    told = asked.manifest.get("published")
    for name, source in asked.manifest["sources"].items():
        stated = sum(source["rejected"].values()) - sum(source.get("screened", {}).values())
        if told and name in told["withheld"] and own[name]:
            yield f"{name}: the ledger tells of {own[name]:,} rows of a source that is withheld"
        elif own[name] > stated or (own[name] < stated and not told):
            yield f"{name}: the ledger has {own[name]:,} rows, {stated:,} were left out"


def drift(asked: Asked) -> Iterator[str]:
    """See that no source, language, task or split went, shrank or grew beyond the bounds since the release before."""
    if asked.last is None:
        return
    bounds = asked.bounds
    before, after = (_by_name(m) for m in (asked.last, asked.manifest))
    for name, old in before.items():
        new = after[name]
        if old and not new:
            yield f"{name} has no row any more, it had {old:,}"
        elif abs(new - old) <= bounds.few:
            continue
        elif new < old * (1 - bounds.shrink):
            yield f"{name} has {new:,} rows, it had {old:,}: more than {bounds.shrink:.0%} fewer"
        elif new > old * bounds.growth:
            yield f"{name} has {new:,} rows, it had {old:,}: more than {bounds.growth:g} times as many"


def _by_name(manifest: Mapping[str, Any]) -> Counter[str]:
    """Count the rows of everything that has a name, sources first."""
    sources = sorted(manifest["sources"].items())
    found = Counter({f"source {name}": source["rows_out"] for name, source in sources})
    for _, source in sources:
        found.update({f"language {code}": rows for code, rows in source["langs"].items()})
    found.update({f"task {name}": rows for name, rows in manifest["tasks"].items()})
    for config, splits in manifest["configs"].items():
        found.update({f"{config}/{split}": entry["rows"] for split, entry in splits.items()})
    return found
