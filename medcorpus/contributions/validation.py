"""Checks a task file: its fields, every instance, and what the linter finds in all of them together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcorpus.contributions import explaining, vocabulary
from medcorpus.formats import plain, task_file
from medcorpus.linter import CHECKS, Finding, Linter
from medcorpus.records import UNDETERMINED
from medcorpus.source import Task

if TYPE_CHECKING:
    import polars as pl

MOST_FAULTS = 100
"""Faults that are told; the others are counted."""
PREVIEWED = 3
BATCH = 20_000
"""Instances that the linter looks at together."""
_FIELDS = frozenset(("id", "input", "output"))
_PLACEHOLDER = {"input": "x", "output": "y"}
_KNOWN = {
    *("Contributors", "Source", "URL", "Categories", "Reasoning", "Definition", "Input_language", "Output_language"),
    *("Instruction_language", "Domains", "Positive Examples", "Negative Examples", "Split Type", "Instances"),
    *("License", "License evidence", "License URL", "Access", "Redistribute", "Split", "Release"),
}
_FIXES = {
    "unfilled_slot": "fill it in",
    "missing_value": "write that it is not recorded",
    "constant": "are instances of another kind missing?",
    "conflicting": "put what tells them apart in the input, or list all outputs in one instance",
    "duplicates": "keep one of them",
    "wrong_language": "correct Input_language or Output_language",
}
Watch = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a task file.

    Args:
        instance: Number of the instance, from 1; 0 where it is not of one instance.
        what: What is wrong.
        fix: What to do.
    """

    instance: int
    what: str
    fix: str


@dataclass(slots=True, kw_only=True)
class Validated:
    """What was found in a task file.

    Args:
        kind: `task file`, `contribution` or `workbook`.
        facts: Its fields, without the instances.
        instances: How many instances it has.
        faults: The first faults.
        fault_count: How many there are.
        notes: What is worth knowing and no fault.
        preview: The first instances as a model would see them.
    """

    kind: str
    facts: Mapping[str, Any]
    instances: int = 0
    faults: list[Fault] = field(default_factory=list)
    fault_count: int = 0
    notes: list[str] = field(default_factory=list)
    preview: list[dict[str, Any]] = field(default_factory=list)

    def add(self, instance: int, what: str, fix: str) -> None:
        """Take in a fault."""
        self.fault_count += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(instance, what, fix))


def validate(path: Path, watch: Watch = lambda instances: None) -> Validated:
    """Check a task file, a contribution or a workbook of the contributor's guideline.

    Args:
        path: The file.
        watch: Called with the number of instances read, now and then.

    Raises:
        FormatError: It cannot be read as one.
    """
    facts = task_file.facts(path)
    found = Validated(kind=_kind_of(path, facts), facts=facts)
    linter = Linter({task.id: task for task in (task_of(path, facts),)})
    _check_instances(path, found, linter, watch)
    _check_facts(found)
    found.notes += _notes(found)
    for finding in linter.findings():
        if finding.over:
            found.add(0, _told(finding), _FIXES.get(finding.check, CHECKS[finding.check].fix))
    return found


def task_of(path: Path, facts: Mapping[str, Any]) -> Task:
    """Give the task that the facts of a file state, with what medcorpus knows of it."""
    return Task(
        id=vocabulary.task_id_from(path.stem),
        name=vocabulary.name_from(path.stem),
        category=vocabulary.category_of(facts.get("Categories")) or vocabulary.ANY_CATEGORY,
        domain=vocabulary.domain_of(facts.get("Domains")) or vocabulary.ANY_DOMAIN,
        input="{text}",
        output="{target}",
    )


def is_sound(instance: Any) -> bool:
    """Say quickly that an instance is sound; one of which this is not said is for the schema to judge."""
    if type(instance) is not dict or not instance.keys() <= _FIELDS:
        return False
    outputs = instance.get("output")
    several = outputs if type(outputs) is list and outputs else [outputs]
    return all(type(t) is str and t and not t.isspace() for t in (instance.get("input"), *several)) and type(
        instance.get("id", 0)
    ) in (int, str)


def faults_of(instance: Any) -> Iterator[tuple[str, str]]:
    """Give what is wrong with one instance, and what to do."""
    if not is_sound(instance):
        yield from explaining.faults_of(instance, explaining.INSTANCE)
    if isinstance(instance, dict):
        several = [instance.get("output"), instance.get("input"), instance.get("id")]
        several += several[0] if isinstance(several[0], list) else []
        told = {reason for text in several if isinstance(text, str) if (reason := plain.fault(text))}
        yield from ((f"{reason} in its text", "take it out") for reason in sorted(told))


def _kind_of(path: Path, facts: Mapping[str, Any]) -> str:
    with path.open("rb") as stream:
        if stream.read(2) == b"PK":
            return "workbook"
    return "contribution" if task_file.SPLIT_TYPE in facts else "task file"


def _check_facts(found: Validated) -> None:
    schema = explaining.PUBLISHED if found.kind == "task file" else explaining.CONTRIBUTION
    whole = {**found.facts, "Instances": [_PLACEHOLDER]} if found.instances else found.facts
    told = [Fault(0, what, fix) for what, fix in explaining.faults_of(whole, schema)]
    found.fault_count += len(told)
    found.faults = [*told[:MOST_FAULTS], *found.faults][:MOST_FAULTS]


def _check_instances(path: Path, found: Validated, linter: Linter, watch: Watch) -> None:
    """Check every instance, and hand those that are sound to the linter."""
    seen: dict[str, int] = {}
    numbered = task_file.instances(path)
    while batch := list(islice(numbered, BATCH)):
        sound = [(number, instance) for number, instance in batch if _is_fine(number, instance, seen, found)]
        found.instances = batch[-1][0]
        linter.add(_frame(path, found.facts, sound))
        found.preview += [_previewed(found.facts, i) for _, i in sound[: PREVIEWED - len(found.preview)]]
        watch(found.instances)


def _is_fine(number: int, instance: Any, seen: dict[str, int], found: Validated) -> bool:
    before = found.fault_count
    for what, fix in faults_of(instance):
        found.add(number, what, fix)
    if found.fault_count == before and "id" in instance:
        first = seen.setdefault(str(instance["id"]), number)
        if first != number:
            found.add(number, f"its id is that of instance {first}", "give each instance its own id, or none")
    return found.fault_count == before


def _frame(path: Path, facts: Mapping[str, Any], instances: list[tuple[int, Any]]) -> pl.DataFrame:
    """Give instances in the columns that the linter looks at; Arrow takes lists of lists quicker than Polars."""
    import polars as pl
    import pyarrow as pa

    texts = pa.list_(pa.string())
    columns = {
        "id": pa.array([f"instance {number}" for number, _ in instances], pa.string()),
        "input": pa.array([instance["input"] for _, instance in instances], pa.string()),
        "output": pa.array([task_file.outputs_of(instance) for _, instance in instances], texts),
    }
    frame = pl.DataFrame(pa.table(columns))
    return frame.with_columns(
        task_id=pl.lit(vocabulary.task_id_from(path.stem)),
        split=pl.lit(split_of(facts)),
        lang=pl.lit(vocabulary.language_of(facts.get("Input_language"))),
        output_lang=pl.lit(vocabulary.language_of(facts.get("Output_language"))),
    )


def split_of(facts: Mapping[str, Any]) -> str:
    """Give the split that a contribution names; training where it names none or both."""
    return "test" if vocabulary.texts_of(facts.get(task_file.SPLIT_TYPE)) == ("Test",) else "train"


def _previewed(facts: Mapping[str, Any], instance: Any) -> dict[str, Any]:
    definition = vocabulary.texts_of(facts.get("Definition"))
    instruction = definition[0] if definition else ""
    return {"instruction": instruction, "input": instance["input"], "output": list(task_file.outputs_of(instance))}


def _told(finding: Finding) -> str:
    example = f" (the first: {finding.example})" if finding.example else ""
    return f"{CHECKS[finding.check].says}: {finding.rows:,} of {finding.of:,} instances{example}"


def _notes(found: Validated) -> Iterator[str]:
    facts = found.facts
    if unknown := sorted(str(name)[:40] for name in facts if name not in _KNOWN):
        yield f"no field of a task file: {', '.join(unknown[:5])}"
    for name in ("Input_language", "Output_language", "Instruction_language"):
        if vocabulary.language_of(facts.get(name)) == UNDETERMINED:
            yield f"{name} names no language that is known: texts are not checked against it"
    if not vocabulary.category_of(facts.get("Categories")):
        yield "Categories names none of the 19 categories"
    if not vocabulary.domain_of(facts.get("Domains")):
        yield "Domains names none of the five text domains"
    if not vocabulary.texts_of(facts.get("License")):
        yield "no licence is stated: rows without one cannot be passed on"
