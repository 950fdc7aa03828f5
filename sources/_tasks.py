"""What tasks of many sources share: which records serve a task, and the facts of a task beyond the paper."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from medcorpus import Task
from medcorpus.records import Fields, Record


def having(extra: str, *values: str) -> Callable[[Record], Fields | None]:
    """Give the `fields` of a task that takes only records with an extra, or with one of some values of it."""

    def served(record: Record) -> Fields | None:
        found = record.extra.get(extra)
        return {} if (found in values if values else found is not None) else None

    return served


def lacking(extra: str) -> Callable[[Record], Fields | None]:
    """Give the `fields` of a task that takes only records without an extra."""

    def served(record: Record) -> Fields | None:
        return None if extra in record.extra else {}

    return served


def own(task_id: str, category: str, domain: str, instruction_lang: str, /, **facts: Any) -> Task:
    """Give a task beyond the paper, whose id is its name and whose instruction is in the language of the rows.

    Args:
        task_id: Id and name.
        category: One of the 19 category names.
        domain: One of the five text domains.
        instruction_lang: Language of the instruction.
        facts: Whatever else a task has; without templates the text is the input and the target the output.
    """
    facts = {"input": "{text}", "output": "{target}", **facts}
    return Task(id=task_id, name=task_id, category=category, domain=domain, instruction_lang=instruction_lang, **facts)
