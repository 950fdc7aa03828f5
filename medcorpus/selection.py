"""Which files and rows of a release a call to `load` means, and the forms it gives them in."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcorpus import registry, terms
from medcorpus.categories import CATEGORIES
from medcorpus.errors import MedcorpusError, UnknownNameError
from medcorpus.licenses import ANY, LEVELS, PURPOSES, named, serving
from medcorpus.product import CONFIGS, TASK
from medcorpus.release import Release
from medcorpus.source import SPLITS, Task
from medcorpus.terms import Terms

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa
    import pyarrow.compute as pc

MCQA = "mcqa"
"""Alias of the question answering tasks with options to choose from; a part of a category, as in MedS-Bench."""
MOST_LICENSES = 5
"""Licences that an error names."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was asked for of the release with this root.

    Args:
        root: Root hash of the release.
        files: Files by split.
        where: Values that columns must have, apart from those that all rows of the files have.
        columns: Columns to give.
        without: Ids of rows to leave out.
    """

    root: str
    files: Mapping[str, tuple[Path, ...]]
    where: Mapping[str, frozenset[str]]
    columns: tuple[str, ...]
    without: frozenset[str] = frozenset()

    def filters(self) -> list[tuple[str, str, Any]] | None:
        """Give the conditions as pyarrow takes them; None where there is none."""
        found: list[tuple[str, str, Any]] = [(c, "in", values) for c, values in self.where.items()]
        found += [("id", "not in", self.without)] if self.without else []
        return found or None


def tasks_named(text: str) -> frozenset[str]:
    """Give the ids of the tasks that an alias, a category, a task id or a task's name stands for.

    >>> sorted(tasks_named("frenchmedmcqa_mcqa_fr"))
    ['task60']

    Raises:
        UnknownNameError: It is none of these; the nearest ones are suggested.
    """
    known = registry.tasks()
    if text.lower() == MCQA:
        return frozenset(i for i, (name, t) in known.items() if _is_multiple_choice(name, t))
    category = CATEGORIES.get(text.lower(), text)
    by_category = frozenset(i for i, (_, t) in known.items() if t.category.lower() == category.lower())
    by_name = frozenset(i for i, (_, t) in known.items() if text in (i, t.name))
    if not by_category and not by_name and category not in CATEGORIES.values():
        names = [MCQA, *CATEGORIES, *CATEGORIES.values(), *known, *(t.name for _, t in known.values())]
        raise UnknownNameError("task", text, names)
    return by_name or by_category


def _is_multiple_choice(source: str, task: Task) -> bool:
    from medcorpus.records import Choice

    return registry.get(source).shape is Choice and task.category == CATEGORIES["qa"]


def choose(
    release: Release,
    *,
    task: str | None,
    lang: str | None,
    source: str | None,
    split: str | None,
    license: str,
    columns: Sequence[str] | None,
) -> Chosen:
    """Find the files of a release that hold the rows asked for.

    Raises:
        UnknownNameError: Something asked for is not in the release.
        MedcorpusError: The product has no tasks.
    """
    where = {}
    if task is not None:
        where["task_id"] = _present_tasks(release, task)
    if lang is not None:
        where["lang"] = frozenset({_known("language", lang, {c for s in _sources(release) for c in s["langs"]})})
    if source is not None:
        where["source"] = frozenset({_known("source", source, release.manifest["sources"])})
    names = [c["name"] for c in release.manifest["columns"]]
    chosen = tuple(_known("column", c, names) for c in columns) if columns is not None else tuple(names)
    where |= _terms(release, license, where)
    splits = _splits(release, split)
    files = _files(release, where, splits)
    where.pop(CONFIGS[release.product], None)
    return Chosen(release.manifest["root"], files, where, chosen)


def _sources(release: Release) -> list[Mapping[str, Any]]:
    return list(release.manifest["sources"].values())


def _present_tasks(release: Release, task: str) -> frozenset[str]:
    if CONFIGS[release.product] != TASK:
        raise MedcorpusError(f"{release.product} has no tasks", fix="leave out task=, or load meds-ins")
    if task in release.manifest["tasks"]:  # all sources are imported to find tasks by any other name
        return frozenset({task})
    named = tasks_named(task)
    present = named & set(release.manifest["tasks"])
    if not present:
        owners = ", ".join(sorted({registry.tasks()[i][0] for i in named})) or "its sources"
        raise MedcorpusError(
            f"no rows of {task!r} in {release.product} {release.version}",
            fix=f"build it with the raw files of {owners}",
        )
    return present


def _known(kind: str, name: str, known: Any) -> str:
    if name not in known:
        raise UnknownNameError(kind, name, known)
    return name


def _splits(release: Release, split: str | None) -> list[str]:
    present = [s for s in SPLITS if any(s in splits for splits in release.manifest["configs"].values())]
    return present if split is None else [_known("split", split, present)]


def _terms(release: Release, license: str, where: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    if license == ANY:
        return {}
    serves, stated = serving(license), _stated_terms(release, where)
    _see_rows(stated, license)
    wanted = {"access": frozenset({"open"}), "redistribute": frozenset({"yes"})}
    return wanted | {"license": serves.among(found.license for found in stated)}


def _stated_terms(release: Release, where: Mapping[str, frozenset[str]]) -> Counter[Terms]:
    """Count rows by their terms as the manifest states them for the sources that were asked for."""
    listed = release.manifest["sources"]
    return terms.of_sources({name: listed[name] for name in where.get("source", listed)})


def see_rows(chosen: Chosen, license: str) -> None:
    """See that a choice of licences leaves a row in the files.

    Raises:
        MedcorpusError: It leaves none; the licences that the rows have are told.
    """
    if license == ANY:
        return
    import pyarrow.dataset as ds

    rows = ds.dataset([str(f) for files in chosen.files.values() for f in files])
    if rows.head(1, columns=["license"], filter=_condition(chosen)).num_rows:
        return
    others = replace(chosen, where={c: v for c, v in chosen.where.items() if c not in Terms._fields[1:]})
    _see_rows(terms.counted(rows.to_table(columns=list(Terms._fields), filter=_condition(others))), license)


def _see_rows(stated: Counter[Terms], license: str) -> None:
    """See that rows under some terms are left."""
    if not stated or any(found.conditions <= PURPOSES[license] for found in stated):
        return
    lightest = next((p for p in LEVELS if any(found.conditions <= PURPOSES[p] for found in stated)), ANY)
    names = Counter[str]()
    for found, rows in stated.items():
        names[f"{found.license or 'none'} ({named(found.conditions)})"] += rows
    told = ", ".join(f"{name}: {rows:,}" for name, rows in names.most_common(MOST_LICENSES))
    more = f" and {len(names) - MOST_LICENSES} more" if len(names) > MOST_LICENSES else ""
    fix = f"take license={lightest!r}" + (", which keeps every row, for use on this machine" if lightest == ANY else "")
    raise MedcorpusError(f"no row is left by license={license!r}; rows by licence are {told}{more}", fix=fix)


def _files(release: Release, where: Mapping[str, frozenset[str]], splits: list[str]) -> dict[str, tuple[Path, ...]]:
    wanted = where.get(CONFIGS[release.product])
    configs = {c: s for c, s in release.manifest["configs"].items() if wanted is None or c in wanted}
    found = {}
    for split in splits:
        listed = [f["path"] for s in configs.values() if split in s for f in s[split]["files"]]
        if listed:
            found[split] = tuple(release.path / p for p in listed)
    if not found:
        raise MedcorpusError("no rows match all that was asked for", where=release.version, fix="ask for less")
    return found


def as_lazy(chosen: Chosen) -> pl.LazyFrame:
    """Scan the files where they lie; rows are read when the frame is collected."""
    return _scan([f for files in chosen.files.values() for f in files], chosen)


def _scan(files: Sequence[Path], chosen: Chosen) -> pl.LazyFrame:
    import polars as pl

    frame = pl.scan_parquet(list(files), glob=False)
    for column, values in chosen.where.items():
        frame = frame.filter(pl.col(column).is_in(sorted(values)))
    if chosen.without:
        frame = frame.filter(~pl.col("id").is_in(sorted(chosen.without)))
    return frame.select(chosen.columns)


def as_arrow(chosen: Chosen) -> pa.Table:
    """Read everything into one Arrow table."""
    return _arrow([f for files in chosen.files.values() for f in files], chosen)


def _arrow(files: Sequence[Path], chosen: Chosen) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns, filters = list(chosen.columns), chosen.filters()
    if filters is not None:  # takes pyarrow's data sets, which import pandas
        return pq.read_table([str(f) for f in files], columns=columns, filters=filters, page_checksum_verification=True)
    found = [pq.ParquetFile(f, page_checksum_verification=True, memory_map=True).read(columns) for f in files]
    return pa.concat_tables(found).select(columns).replace_schema_metadata()


def as_rows(chosen: Chosen, batch: int = 1024) -> Iterator[dict[str, Any]]:
    """Give the rows one by one, reading batch by batch."""
    for rows in _batches([f for files in chosen.files.values() for f in files], chosen, batch):
        yield from rows.to_pylist()


def _batches(files: Sequence[Path], chosen: Chosen, batch: int) -> Iterator[pa.RecordBatch]:
    import pyarrow.parquet as pq

    columns, condition = list(chosen.columns), _condition(chosen)
    if condition is not None:  # as above
        import pyarrow.dataset as ds

        yield from ds.dataset([str(f) for f in files]).scanner(columns, condition, batch_size=batch).to_batches()
        return
    for path in files:
        for rows in pq.ParquetFile(path, memory_map=True).iter_batches(batch, columns=columns):
            yield rows.select(columns)


def _condition(chosen: Chosen) -> pc.Expression | None:
    import pyarrow.parquet as pq

    filters = chosen.filters()
    return None if filters is None else pq.filters_to_expression(filters)


def as_datasets(chosen: Chosen, *, one: bool) -> Any:
    """Give a `datasets.Dataset` for one split, else a `DatasetDict`; the Arrow memory is used as it is."""
    import datasets
    from datasets.table import InMemoryTable

    made = {
        split: datasets.Dataset(
            InMemoryTable(_arrow(files, chosen)), split=split, fingerprint=_fingerprint(split, chosen)
        )
        for split, files in chosen.files.items()
    }
    return next(iter(made.values())) if one else datasets.DatasetDict(made)


def _fingerprint(split: str, chosen: Chosen) -> str:
    """Name the rows by what they are; `datasets` would otherwise hash all of them to name them itself."""
    where = sorted((column, sorted(values)) for column, values in chosen.where.items())
    files = ["/".join(p.parts[-3:]) for p in chosen.files[split]]
    asked = (chosen.root, files, where, chosen.columns, sorted(chosen.without))
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:16]


def as_streaming(chosen: Chosen) -> Any:
    """Give iterable data sets over the files, by split."""
    import datasets

    made = {s: _stream(datasets, [str(f) for f in files], chosen) for s, files in chosen.files.items()}
    return next(iter(made.values())) if len(made) == 1 else datasets.IterableDatasetDict(made)


def _stream(datasets: Any, files: list[str], chosen: Chosen) -> Any:
    columns, filters = list(chosen.columns), chosen.filters()
    return datasets.load_dataset(
        "parquet", data_files=files, split="train", streaming=True, columns=columns, filters=filters
    )
