"""Record and Task to Instruction: templates with `{slot}` and nothing else."""

from __future__ import annotations

import hashlib
import string
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcorpus import registry
from medcorpus.errors import SourceError
from medcorpus.ingest import code_hash
from medcorpus.records import Fields, Instruction, Origin, Record
from medcorpus.schema import arrow_schema, records_of
from medcorpus.source import Source, Task
from medcorpus.store import BATCH_ROWS, Layer, Shards, writing_ipc

if TYPE_CHECKING:
    import pyarrow as pa

NO_TASK = "no task of the source takes this record"
BLANK = "blank input or output"
Unrendered = tuple[str, str, str, int]
"""Id, reason, raw file and row of what could not be rendered."""


@cache
def parse(template: str) -> tuple[tuple[str, str], ...]:
    """Split a template into (text before, slot) pairs; the last slot may be empty.

    >>> parse("Drug: {drug}.")
    (('Drug: ', 'drug'), ('.', ''))

    Raises:
        SourceError: A slot is not a plain name, or a brace stands alone (write `{{` for a brace).
    """
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError as error:
        raise SourceError(f"template {template[:60]!r}: {error}", fix="write {{ or }} for a brace") from error
    for _, slot, spec, conversion in parts:
        if slot is not None and (not slot.isidentifier() or spec or conversion):
            raise SourceError(f"template {template[:60]!r}: {slot!r} is not a plain name", fix="use {name} only")
    return tuple((text, slot or "") for text, slot, _, _ in parts)


def slots(template: str) -> set[str]:
    """Give the slot names a template uses."""
    return {slot for _, slot in parse(template) if slot}


def known_slots(source: Source, task: Task) -> set[str]:
    """Give the slot names a task of a source may use."""
    return {*source.shape.SLOTS, *source.extras, *task.adds}


def fill(template: str, values: Fields, joiner: str) -> str:
    """Fill a template; several values of a slot are put together with the joiner.

    >>> fill("{a}: {b}", {"a": "x", "b": ("1", "2")}, ", ")
    'x: 1, 2'
    """
    out = []
    for text, slot in parse(template):
        out.append(text)
        if slot:
            value = values[slot]
            out.append(value if isinstance(value, str) else joiner.join(value))
    return "".join(out)


def alternatives(template: str, values: Fields, joiner: str) -> tuple[str, ...]:
    """Fill an output template; one that is a single slot with several values gives one output for each."""
    parts = parse(template)
    if len(parts) == 1 and not parts[0][0] and isinstance(values[parts[0][1]], tuple):
        return tuple(values[parts[0][1]])
    return (fill(template, values, joiner),)


def values_for(task: Task, record: Record, lang: str) -> Fields | None:
    """Give the values a task's templates see; None when the task does not take this record."""
    if task.lang and task.lang != lang:
        return None
    added = task.fields(record) if task.fields else {}
    return None if added is None else {**record.fields(), **added}


def phrasing_of(row: str, split: str, count: int) -> int:
    """Choose which of a task's instructions a row is given.

    Test rows get the task's own, so that scores can be compared; the others are spread evenly by a hash of their id.

    Args:
        row: Id of the instruction row.
        split: Its split.
        count: How many instructions the task has.
    """
    if split == "test":
        return 0
    return int.from_bytes(hashlib.blake2b(row.encode(), digest_size=8).digest(), "big") % count


def render(task: Task, record: Record, origin: Mapping[str, Any], instructions: Sequence[str]) -> Instruction | None:
    """Render one record for one task; None when the task does not take it.

    Args:
        task: The task.
        record: The record.
        origin: The row's `Origin` columns.
        instructions: The task's instructions, its own first.

    Raises:
        SourceError: A template asks for a slot that the record does not have.
    """
    values = values_for(task, record, origin["lang"])
    if values is None:
        return None
    try:
        given, wanted = fill(task.input, values, task.joiner), alternatives(task.output, values, task.joiner)
    except KeyError as error:
        raise SourceError(
            f"{task.id}: no value for {{{error.args[0]}}}",
            where=str(origin["id"]),
            fix="give it in extra or in the task's fields()",
        ) from error
    row = f"{task.id}/{origin['id']}"
    phrasing = phrasing_of(row, origin["split"], len(instructions))
    return Instruction(
        id=row,
        record_id=origin["id"],
        task_id=task.id,
        task=task.name,
        category=task.category,
        source=origin["source"],
        split=origin["split"],
        license=origin["license"],
        access=origin["access"],
        redistribute=origin["redistribute"],
        raw_file=origin["raw_file"],
        raw_row=origin["raw_row"],
        instruction=instructions[phrasing],
        phrasing=phrasing,
        input=given,
        output=wanted,
        instruction_lang=task.instruction_lang,
        lang=origin["lang"],
        output_lang=task.output_lang or origin["lang"],
    )


@dataclass(frozen=True, slots=True)
class _Rendering:
    source: str
    shards: Shards


def layer_of(name: str, records: Shards) -> Layer:
    """Describe the instructions layer of a source over its records."""
    texts = "\n\n".join("\n".join(registry.instructions(name, t)) for t in registry.get(name).tasks)
    own = {
        "render": hashlib.sha256(Path(__file__).read_bytes()).hexdigest(),
        "source": code_hash(name),
        "phrasings": hashlib.sha256(texts.encode()).hexdigest(),
    }
    jobs = tuple(_Rendering(name, records.only(i)) for i in range(len(records.parts)))
    recipe = {"kind": "instructions", "source": name, "code": own, "over": records.lineage}
    return Layer(recipe=recipe, jobs=jobs, write=write_part)


def write_part(job: _Rendering, path: Path) -> Mapping[str, Any]:
    """Render one part of records into one Arrow file of instructions.

    Returns:
        Notes for the receipt: what could not be rendered, with id, reason, raw file and row.
    """
    source = registry.get(job.source)
    tasks = [(task, registry.instructions(job.source, task)) for task in source.tasks]
    rejects: list[Unrendered] = []
    with writing_ipc(path, arrow_schema(Instruction)) as writer:
        for batch in job.shards.table(0).to_batches(max_chunksize=BATCH_ROWS):
            rows = list(_rendered(tasks, batch, source.shape, rejects))
            writer.write_batch(_batch(rows))
    return {"rejects": rejects}


def _rendered(
    tasks: list[tuple[Task, tuple[str, ...]]], batch: pa.RecordBatch, shape: type[Record], rejects: list[Unrendered]
) -> Iterator[Instruction]:
    import pyarrow as pa

    table = pa.Table.from_batches([batch])
    origins = table.select(arrow_schema(Origin).names).to_pylist()
    for origin, record in zip(origins, records_of(table, shape)):
        made = [i for i in (render(t, record, origin, texts) for t, texts in tasks) if i is not None]
        if not made:
            rejects.append((origin["id"], NO_TASK, origin["raw_file"], origin["raw_row"]))
        for instruction in made:
            if is_blank(instruction):
                rejects.append((instruction.id, BLANK, origin["raw_file"], origin["raw_row"]))
            else:
                yield instruction


def is_blank(instruction: Instruction) -> bool:
    """Say whether input or any output holds nothing but white space."""
    return not instruction.input.strip() or not instruction.output or not all(o.strip() for o in instruction.output)


def _batch(rows: list[Instruction]) -> pa.RecordBatch:
    import pyarrow as pa

    schema = arrow_schema(Instruction)
    columns = [pa.array([getattr(r, f.name) for r in rows], type=f.type) for f in schema]
    return pa.record_batch(columns, schema=schema)


def unrendered(instructions: Shards) -> Iterator[tuple[str, str]]:
    """Give reason and id of everything that could not be rendered."""
    return ((reason, row_id) for p in instructions.parts for row_id, reason, _, _ in p.notes["rejects"])


def rejects_of(instructions: Shards) -> Counter[str]:
    """Count what could not be rendered, by reason."""
    return Counter(reason for reason, _ in unrendered(instructions))
