"""People's own Parquet files: the columns of row-local stages added to them, part by part.

Nothing has to be a source for this. Each input file becomes one output file of the same name with the same rows in
the same order, its own columns untouched and the stages' columns behind them. An output remembers in its footer what
it was made from and how, so a run that was killed goes on with the files that are not finished.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcorpus import atomic, stage
from medcorpus.errors import FormatError, MedcorpusError, UnknownNameError
from medcorpus.stage import Stage
from medcorpus.store import key_of, read_ipc, sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from medcorpus.engine import Engine, Step

STAGES: Mapping[str, str] = {
    "clean": "medcorpus.stages.clean:Clean",
    "langid": "medcorpus.stages.langid:LangId",
    "medical": "medcorpus.stages.medical:Medical",
    "quality": "medcorpus.stages.quality:Quality",
    "pii": "medcorpus.stages.pii:Pii",
    "sizes": "medcorpus.stages.sizes:Sizes",
}
"""The row-local stages by name, in the order in which they are run whatever order they are asked for in."""
CLEANED = "clean_text"
IDENTIFIED = "lid"
BATCH_ROWS = 4096
FOOTER = b"medcorpus"
"""Key of the Parquet footer under which an output says what it was made from."""
STALE = b"huggingface"
"""Footer of `datasets`, which lists the columns and would be wrong with more of them."""
KINDS: Mapping[str, Any] = {
    "int": int,
    "float": float,
    "str": str,
    "bool": lambda value: {"true": True, "false": False}[value.lower()],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which of the input's columns hold what.

    Args:
        text: The text.
        lang: The declared language; need not exist.
    """

    text: str = "text"
    lang: str = "lang"


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotated:
    """One finished file: where it lies, its rows, and whether it was made now or found."""

    path: Path
    rows: int
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    source: Path
    target: Path
    stages: tuple[Stage, ...]
    columns: Columns
    prepared: Path | None = None


def chain(names: Sequence[str], columns: Columns, settings: Mapping[str, str] | None = None) -> tuple[Stage, ...]:
    """Make the named stages, each reading what the ones before it give.

    Args:
        names: Names of row-local stages.
        columns: Where the input's text and language stand.
        settings: Parameters, as text: `{"clean.repair": "false"}`.

    Raises:
        UnknownNameError: There is no such stage or parameter.

    >>> [s.name for s in chain(["clean"], Columns())]
    ['clean']
    """
    for name in names:
        if name not in STAGES:
            raise UnknownNameError("row-local stage", name, STAGES)
    wanted = [n for n in STAGES if n in names]
    given = _by_stage(settings or {}, wanted)
    text = CLEANED if "clean" in wanted else columns.text
    lang = IDENTIFIED if "langid" in wanted else columns.lang
    return tuple(
        _stage(n, columns.text if n == "clean" else text, lang, columns.lang, given.get(n, {})) for n in wanted
    )


def _by_stage(settings: Mapping[str, str], wanted: Sequence[str]) -> dict[str, dict[str, str]]:
    given: dict[str, dict[str, str]] = {}
    for name, value in settings.items():
        owner, _, parameter = name.partition(".")
        if owner not in wanted:
            raise UnknownNameError("stage in this run", owner, wanted)
        given.setdefault(owner, {})[parameter] = value
    return given


def _stage(name: str, text: str, lang: str, declared: str, settings: Mapping[str, str]) -> Stage:
    module, _, kind = STAGES[name].partition(":")
    made: Any = getattr(import_module(module), kind)
    own = {f.name: str(f.type) for f in fields(made)}
    given = {"column": text, "columns": (text,), "lang": lang, "declared": declared}
    places = {k: v for k, v in given.items() if k in own}
    stage_: Stage = made(**places, **{k: _value(name, k, v, own) for k, v in settings.items()})
    return stage_


def _value(stage_: str, parameter: str, text: str, own: Mapping[str, str]) -> Any:
    simple = {name: kind for name, kind in own.items() if kind in KINDS}
    if parameter not in simple:
        raise UnknownNameError(f"simple parameter of {stage_}", parameter, simple)
    try:
        return KINDS[simple[parameter]](text)
    except (ValueError, KeyError) as error:
        raise MedcorpusError(f"{text!r} is no {simple[parameter]}", where=f"{stage_}.{parameter}") from error


def annotate(
    paths: Sequence[Path],
    out: Path,
    stages: Sequence[Stage],
    columns: Columns,
    engine: Engine,
    step: Step | None = None,
    prepared: Path | None = None,
) -> list[Annotated]:
    """Add the stages' columns to every file, into a folder; what is finished there is not made again.

    Args:
        paths: Parquet files.
        out: The folder.
        stages: What adds columns, in order.
        columns: Where text and language stand.
        engine: What runs the files.
        step: Called after each file.
        prepared: Arrow file with what stages that are not row-local compare the rows with.

    Raises:
        FormatError: A file is not Parquet.
        UnknownNameError: A file lacks the text column.
        MedcorpusError: A file has a column that a stage would add, two inputs have one name, or an output would
            replace a file that was not made here.
    """
    targets = _targets(paths, out)
    jobs = [
        _Job(source=p, target=t, stages=tuple(stages), columns=columns, prepared=prepared)
        for p, t in zip(paths, targets)
    ]
    return engine.map(_annotate_file, jobs, step)


def _targets(paths: Sequence[Path], out: Path) -> list[Path]:
    targets = [out / p.with_suffix(".parquet").name for p in paths]
    for path, target in zip(paths, targets):
        if targets.count(target) > 1:
            raise MedcorpusError(
                "two inputs have the same name", where=target.name, fix="annotate them into two folders"
            )
        if target.exists() and (target.samefile(path) or _footer(target) is None):
            raise MedcorpusError("an output would replace it", where=str(target), fix="choose another --out")
    return targets


def _footer(path: Path) -> str | None:
    """Give what an output remembers of its making; None for a file that was not made here."""
    with _opened(path) as file:
        found = (file.schema_arrow.metadata or {}).get(FOOTER)
        return found.decode() if found else None


def _opened(path: Path) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(path, page_checksum_verification=True)
    except pa.ArrowInvalid as error:
        raise FormatError("not a Parquet file", where=str(path), fix="convert it to Parquet first") from error


def _annotate_file(job: _Job) -> Annotated:
    recipe = {"kind": "annotated", "of": sha256_of(job.source), "stages": [stage.recipe_of(s) for s in job.stages]}
    beside = sha256_of(job.prepared) if job.prepared else ""
    key = key_of(recipe | {"columns": [job.columns.text, job.columns.lang], "prepared": beside})
    with _opened(job.source) as file:
        if job.target.exists() and _footer(job.target) == key:
            return Annotated(path=job.target, rows=file.metadata.num_rows, new=False)
        _refuse_unfit(file.schema_arrow, job)
        with atomic.replacing(job.target) as temporary:
            _write(temporary, _batches(file, job), key)
        return Annotated(path=job.target, rows=file.metadata.num_rows, new=True)


def _refuse_unfit(schema: pa.Schema, job: _Job) -> None:
    if job.columns.text not in schema.names:
        fix = f"name the text column with --text-column; there are: {', '.join(schema.names)}"
        raise UnknownNameError("column", job.columns.text, schema.names, fix=fix)


def _batches(file: Any, job: _Job) -> Iterator[pa.Table]:
    import pyarrow as pa

    empty = True
    for batch in file.iter_batches(batch_size=BATCH_ROWS):
        empty = False
        yield _with_columns(pa.Table.from_batches([batch]), job)
    if empty:
        yield _with_columns(file.schema_arrow.empty_table(), job)


def _with_columns(table: pa.Table, job: _Job) -> pa.Table:
    view = _view(table, job.columns)
    prepared = read_ipc(job.prepared) if job.prepared else None
    for each in job.stages:
        columns = each.annotate(view, None if each.row_local else prepared)
        for name in columns.column_names:
            if name in table.column_names:
                where, fix = f"{job.source}: column {name}", "drop it or rename it first"
                raise MedcorpusError(f"stage {each.name} would add a column that is there", where=where, fix=fix)
            table = table.append_column(columns.schema.field(name), columns.column(name))
            view = view.append_column(columns.schema.field(name), columns.column(name))
    return table


def _view(table: pa.Table, columns: Columns) -> pa.Table:
    """Give text and language as stages expect them: strings, none of them null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    present = [n for n in (columns.text, columns.lang) if n in table.column_names]
    return pa.table({n: pc.fill_null(table.column(n).cast(pa.string()), "") for n in present})


def _write(path: Path, tables: Iterator[pa.Table], key: str) -> None:
    import pyarrow.parquet as pq

    first = next(tables)
    kept = {k: v for k, v in (first.schema.metadata or {}).items() if k != STALE}
    schema = first.schema.with_metadata(kept | {FOOTER: key.encode()})
    with pq.ParquetWriter(path, schema, compression="zstd", write_page_checksum=True, write_page_index=True) as writer:
        writer.write_table(first.replace_schema_metadata(schema.metadata))
        for table in tables:
            writer.write_table(table.replace_schema_metadata(schema.metadata))


def summary(made: Sequence[Annotated], stages: Sequence[Stage], seconds: float) -> dict[str, Any]:
    """Give what `medcorpus annotate --format json` prints."""
    return {
        "rows": sum(a.rows for a in made),
        "seconds": round(seconds, 3),
        "stages": [{"stage": s.name, "parameters": json.loads(json.dumps(stage.parameters(s)))} for s in stages],
        "files": [{"path": str(a.path), "rows": a.rows, "new": a.new} for a in made],
    }
