"""Stage: parameters, and a function that adds columns to rows without dropping, adding or reordering any."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from functools import cache
from importlib import import_module, metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from medcorpus.errors import SourceError
from medcorpus.store import Layer, Shards, Store, make, writing_ipc

if TYPE_CHECKING:
    import pyarrow as pa

    from medcorpus.engine import Engine, Step

Write = Callable[[Any, Path], Mapping[str, Any]]
"""A module-level function `(job, path) -> notes` that writes one part's Arrow file."""


class Stage(Protocol):
    """A frozen dataclass whose fields are its parameters.

    `prepare` looks at all rows once and gives a layer that every part is annotated with (which rows are
    duplicates of which, say); stages that work row by row give None. `uses` names what the columns depend on beside
    the stage's own module or package: modules of medcorpus, or installed distributions. A stage that looks at all
    rows may state `bytes_per_row`, the memory of one process that each row takes, for `medcorpus plan`.
    """

    name: ClassVar[str]
    row_local: ClassVar[bool]
    uses: ClassVar[tuple[str, ...]]

    def prepare(self, shards: Sequence[Shards], work: Work) -> Shards | None:
        """Look at all rows of all sources once."""

    def annotate(self, table: pa.Table, prepared: pa.Table | None) -> pa.Table:
        """Give the new columns for these rows, row for row; `prepared` is the layer that `prepare` gave."""


@dataclass(frozen=True, slots=True)
class Work:
    """Where a stage's `prepare` does its work: in layers of the store, so that what is finished is not done again.

    Args:
        recipe: What the stage is: its name, parameters and code.
        store: Where layers lie.
        engine: What runs their jobs.
        step: Called after each job.
        items: Layers of test items (`medcorpus.items`), for stages that compare rows with them.
    """

    recipe: Mapping[str, Any]
    store: Store
    engine: Engine
    step: Step | None = None
    items: tuple[Shards, ...] = ()

    def layer(self, name: str, jobs: Sequence[Any], write: Write, over: Sequence[Shards]) -> Shards:
        """Make a layer of the preparation, or find it.

        Args:
            name: Names the step within the stage.
            jobs: One per part; they must follow from the stage's parameters and from `over`.
            write: Writes one part.
            over: The layers that the step reads.
        """
        recipe = {"kind": "prepared", "step": name, **self.recipe, "over": [s.lineage for s in over]}
        return make(self.store, [Layer(recipe=recipe, jobs=tuple(jobs), write=write)], self.engine, self.step)[0]


@dataclass(frozen=True, slots=True)
class _Annotation:
    stage: Stage
    shards: Shards
    prepared: Shards | None


def run(
    stage: Stage,
    shards: Sequence[Shards],
    store: Store,
    engine: Engine,
    step: Step | None = None,
    items: Sequence[Shards] = (),
) -> list[Shards]:
    """Annotate the shards of several sources with one stage; what was annotated before is looked up.

    Returns:
        The same shards, each with the stage's column layer on top.
    """
    recipe = recipe_of(stage)
    work = Work(recipe, store, engine, step, tuple(items))
    prepared = None if stage.row_local else stage.prepare(shards, work)
    layers = [
        Layer(
            recipe={"kind": "columns", **recipe, "prepared": prepared.key if prepared else "", "over": s.lineage},
            jobs=tuple(_Annotation(stage, s.only(i), prepared) for i in range(len(s.parts))),
            write=write_columns,
        )
        for s in shards
    ]
    return [s.over(layer) for s, layer in zip(shards, make(store, layers, engine, step))]


def recipe_of(stage: Stage) -> dict[str, Any]:
    """Give what decides a stage's columns beside the rows: its name, parameters, code, and what it uses."""
    return {
        "stage": stage.name,
        "parameters": parameters(stage),
        "code": _code_hash(_home_of(type(stage).__module__)),
        "uses": {name: _version(name) for name in stage.uses},
    }


def _home_of(module: str) -> str:
    """Give the package of a stage that has one of its own: `medcorpus.stages.x` of `medcorpus.stages.x.y`."""
    return ".".join(module.split(".")[:3]) if module.startswith("medcorpus.stages.") else module


def _version(name: str) -> str:
    return _code_hash(name) if name.startswith("medcorpus.") else metadata.version(name)


@cache
def _code_hash(module: str) -> str:
    """Hash a module's file; of a package every file, as its data files decide columns too."""
    file = Path(str((sys.modules.get(module) or import_module(module)).__file__))
    files = [f for f in file.parent.rglob("*") if f.is_file()] if file.name == "__init__.py" else [file]
    digest = hashlib.sha256()
    for path in sorted(f for f in files if f.parent.name != "__pycache__"):
        digest.update(path.relative_to(file.parent).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def parameters(stage: Stage) -> dict[str, Any]:
    """Give the parameters of a stage, which are its fields."""
    if not is_dataclass(stage) or isinstance(stage, type):
        raise SourceError(f"stage {stage.name} is not a dataclass", fix="its fields are its parameters")
    return asdict(stage)


def write_columns(job: _Annotation, path: Path) -> Mapping[str, Any]:
    """Write the new columns of one part to one Arrow file.

    Raises:
        SourceError: The stage gave another number of rows than it got.
    """
    table = job.shards.table(0)
    columns = columns_of(job.stage, table, _whole(job.prepared) if job.prepared else None)
    return write_table(path, columns)


def columns_of(stage: Stage, table: pa.Table, prepared: pa.Table | None = None) -> pa.Table:
    """Give a stage's columns for a table.

    Raises:
        SourceError: The stage gave another number of rows than it got.
    """
    columns = stage.annotate(table, prepared)
    if columns.num_rows != table.num_rows:
        raise SourceError(
            f"stage {stage.name} gave {columns.num_rows} rows for {table.num_rows}", fix="a stage only adds columns"
        )
    return columns


def write_table(path: Path, table: pa.Table) -> Mapping[str, Any]:
    """Write a table as one part of a layer, without notes."""
    with writing_ipc(path, table.schema) as writer:
        writer.write_table(table)
    return {}


def _whole(shards: Shards) -> pa.Table:
    import pyarrow as pa

    return pa.concat_tables(shards.tables())
