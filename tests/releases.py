"""Releases written for tests straight from rows, without a build: as small or as large as a test wants them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from medcorpus import atomic, cards, croissant, release
from medcorpus.parquet import SplitWriter, write_table
from medcorpus.records import Instruction
from medcorpus.release import MANIFEST, Release, open_release, root_of
from medcorpus.schema import arrow_schema
from medcorpus.store import sha256_of
from tests import manifests

HASH = hashlib.sha256(b"raw").hexdigest()
OTHER = hashlib.sha256(b"other raw").hexdigest()
LEDGER = ("source", "id", "step", "reason", "raw_file", "raw_row", "copy_of")


def row(key: str, **changes: Any) -> dict[str, Any]:
    """Give an instruction row; its ids follow from task, source and key."""
    task, source = changes.get("task_id", "task60"), changes.get("source", "frenchmedmcqa")
    return {
        "id": f"{task}/{source}/{key}",
        "record_id": f"{source}/{key}",
        "task_id": task,
        "task": f"{source}_{task}",
        "category": "Question Answering",
        "source": source,
        "split": "train",
        "license": "Apache-2.0",
        "access": "open",
        "redistribute": "yes",
        "raw_file": "train.json",
        "raw_row": 1,
        "instruction": "Choose.",
        "phrasing": 0,
        "input": f"Question {key}?",
        "output": [f"Answer {key}"],
        "instruction_lang": "en",
        "lang": "fr",
        "output_lang": "fr",
    } | changes


def write_release(
    home: Path,
    version: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    ledger: Iterable[tuple[Any, ...]] = (),
    raw: Mapping[str, Mapping[str, str]] | None = None,
    schema: pa.Schema | None = None,
    **changes: Any,
) -> Release:
    """Write a release of instructions under a home folder.

    Args:
        home: Home folder.
        version: Version.
        rows: Its rows.
        ledger: Its ledger, line by line.
        raw: By source the raw files with their sha256; `train.json` by default.
        schema: Columns, where they are not those of `Instruction`.
        changes: Parts of the manifest that are to be others.
    """
    schema = schema or arrow_schema(Instruction)
    return write_tables(home, version, [pa.Table.from_pylist(list(rows), schema=schema)], ledger, raw, **changes)


def write_tables(
    home: Path,
    version: str,
    tables: Iterable[pa.Table],
    ledger: Iterable[tuple[Any, ...]] = (),
    raw: Mapping[str, Mapping[str, str]] | None = None,
    **changes: Any,
) -> Release:
    """Write a release of tables of instructions, each of them split by task and split."""
    folder = release.folder_of(home, "meds-ins") / version
    folder.mkdir(parents=True)
    writers: dict[tuple[str, str], SplitWriter] = {}
    facts: dict[str, Counter[str]] = {}
    columns: list[dict[str, str]] = []
    for table in tables:
        columns = [{"name": f.name, "type": str(f.type)} for f in table.schema]
        _count(pl.DataFrame(table), facts)
        for (task, split), part in _parts(table):
            place = (task, split)
            writers.setdefault(place, SplitWriter(folder / "data" / task, split, table.schema)).write(part)
    configs: dict[str, dict[str, Any]] = {}
    for (task, split), writer in sorted(writers.items()):
        files = [f | {"path": f"data/{task}/{f.pop('name')}"} for f in writer.close()]
        configs.setdefault(task, {})[split] = {"rows": writer.rows, "hash": writer.hash.hexdigest(), "files": files}
    lines = pl.DataFrame(
        list(ledger), schema={n: pl.Int32 if n == "raw_row" else pl.String for n in LEDGER}, orient="row"
    )
    write_table(folder / "ledger.parquet", lines.to_arrow(compat_level=pl.CompatLevel.oldest()))
    sources = {n: _source(n, c, raw or {}) for n, c in facts.items() if n != "tasks"}
    for source, count in lines.group_by("source", maintain_order=True).len().iter_rows():
        sources[source]["rejected"] = {"left out": count}
    manifest = manifests.manifest() | {
        "version": version,
        "columns": columns,
        "configs": configs,
        "sources": sources,
        "skipped": {},
        "tasks": dict(facts.get("tasks", {})),
        "funnel": [{"step": "all", "rows": sum(facts.get("tasks", {}).values())}],
        "protects": {"medqa": {"benchmarks": ["mmedbench", "meds-bench"], "items": 3}},
        "root": root_of({c: {s: x["hash"] for s, x in splits.items()} for c, splits in configs.items()}),
        **changes,
    }
    (folder / "README.md").write_text(cards.files_of(manifest)["README.md"], encoding="utf-8")
    (folder / "croissant.json").write_text(json.dumps(croissant.of(manifest)), encoding="utf-8")
    paths = sorted(p for p in folder.rglob("*") if p.is_file())
    listed = [
        {"path": p.relative_to(folder).as_posix(), "bytes": p.stat().st_size, "sha256": sha256_of(p)} for p in paths
    ]
    atomic.write_json(folder / MANIFEST, manifest | {"files": listed})
    made = open_release(folder)
    release.point_to(home, made)
    return made


def _parts(table: pa.Table) -> Iterable[tuple[tuple[str, str], pa.Table]]:
    place = pl.DataFrame(table.select(["task_id", "split"])).with_row_index()
    for key, rows in place.partition_by("task_id", "split", as_dict=True, maintain_order=True).items():
        yield (str(key[0]), str(key[1])), table.take(rows["index"].cast(pl.Int64).to_arrow())


def _count(frame: pl.DataFrame, facts: dict[str, Counter[str]]) -> None:
    """Count rows by source and language, source and licence, and task."""
    for source, lang, license, task, count in (
        frame.group_by("source", "lang", "license", "task_id", maintain_order=True).len().iter_rows()
    ):
        facts.setdefault(source, Counter()).update({f"lang {lang}": count, f"license {license}": count})
        facts.setdefault("tasks", Counter()).update({task: count})


def _source(name: str, counts: Counter[str], raw: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    langs = {k.removeprefix("lang "): n for k, n in counts.items() if k.startswith("lang ")}
    licenses = {k.removeprefix("license "): n for k, n in counts.items() if k.startswith("license ")}
    total = sum(langs.values())
    files = [
        {"path": path, "bytes": 1, "sha256": sha, "pin": "none"}
        for path, sha in raw.get(name, {"train.json": HASH}).items()
    ]
    return manifests.source(
        name, rows_in=total, rows_out=total, langs=langs, licenses=licenses, files=files, missing=[], rejected={}
    )
