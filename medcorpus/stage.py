"""Stage: parameters, and a function that adds columns to rows without dropping, adding or reordering any."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from medcorpus.errors import SourceError
from medcorpus.store import Layer, Shards, Store, make, read_ipc, writing_ipc

if TYPE_CHECKING:
    import pyarrow as pa

    from medcorpus.engine import Engine, Step


class Stage(Protocol):
    """A frozen dataclass whose fields are its parameters.

    `prepare` looks at all rows once and gives a table that every part is annotated with (which rows are
    duplicates of which, say); stages that work row by row give None.
    """

    name: ClassVar[str]
    row_local: ClassVar[bool]

    def prepare(self, shards: Sequence[Shards]) -> pa.Table | None:
        """Look at all rows of all sources once."""

    def annotate(self, table: pa.Table, prepared: pa.Table | None) -> pa.Table:
        """Give the new columns for these rows, row for row."""


@dataclass(frozen=True, slots=True)
class _Annotation:
    stage: Stage
    shards: Shards
    part: int
    prepared: Path | None


@dataclass(frozen=True, slots=True)
class _Preparation:
    stage: Stage
    shards: tuple[Shards, ...]


def run(stage: Stage, shards: Sequence[Shards], store: Store, engine: Engine, step: Step | None = None) -> list[Shards]:
    """Annotate the shards of several sources with one stage; what was annotated before is looked up.

    Returns:
        The same shards, each with the stage's column layer on top.
    """
    prepared = _prepare(stage, shards, store, engine)
    recipe = _recipe(stage) | {"prepared": prepared.key if prepared else ""}
    path = prepared.path(0) if prepared else None
    layers = [
        Layer(
            recipe={"kind": "columns", **recipe, "over": s.lineage},
            jobs=tuple(_Annotation(stage, s, i, path) for i in range(len(s.parts))),
            write=write_columns,
        )
        for s in shards
    ]
    return [s.over(layer) for s, layer in zip(shards, make(store, layers, engine, step))]


def _recipe(stage: Stage) -> dict[str, Any]:
    code = Path(inspect.getfile(type(stage))).read_bytes()
    return {"stage": stage.name, "parameters": parameters(stage), "code": hashlib.sha256(code).hexdigest()}


def parameters(stage: Stage) -> dict[str, Any]:
    """Give the parameters of a stage, which are its fields."""
    if not is_dataclass(stage) or isinstance(stage, type):
        raise SourceError(f"stage {stage.name} is not a dataclass", fix="its fields are its parameters")
    return asdict(stage)


def _prepare(stage: Stage, shards: Sequence[Shards], store: Store, engine: Engine) -> Shards | None:
    if stage.row_local:
        return None
    recipe = {"kind": "prepared", **_recipe(stage), "over": [s.lineage for s in shards]}
    layer = Layer(recipe=recipe, jobs=(_Preparation(stage, tuple(shards)),), write=write_prepared)
    return make(store, [layer], engine)[0]


def write_prepared(job: _Preparation, path: Path) -> Mapping[str, Any]:
    """Write what `prepare` found to one Arrow file."""
    import pyarrow as pa

    table = job.stage.prepare(job.shards)
    table = pa.table({}) if table is None else table
    with writing_ipc(path, table.schema) as writer:
        writer.write_table(table)
    return {}


def write_columns(job: _Annotation, path: Path) -> Mapping[str, Any]:
    """Write the new columns of one part to one Arrow file.

    Raises:
        SourceError: The stage gave another number of rows than it got.
    """
    table = job.shards.table(job.part)
    columns = job.stage.annotate(table, read_ipc(job.prepared) if job.prepared else None)
    if columns.num_rows != table.num_rows:
        raise SourceError(
            f"stage {job.stage.name} gave {columns.num_rows} rows for {table.num_rows}", fix="a stage only adds columns"
        )
    with writing_ipc(path, columns.schema) as writer:
        writer.write_table(columns)
    return {}
