"""The contract: every check over every source."""

from __future__ import annotations

import pytest

from medcorpus import contract, registry


@pytest.mark.parametrize("check", contract.CHECKS)
@pytest.mark.parametrize("name", registry.names())
def test_contract(name: str, check: str) -> None:
    problems = contract.problems(name, check)
    assert not problems, "\n".join(problems)


def test_every_source_folder_is_a_source() -> None:
    folders = {p.name for p in registry.folder().iterdir() if p.is_dir() and not p.name.startswith(("_", "."))}
    assert folders == set(registry.names())


def test_task_ids_are_unique() -> None:
    assert len(registry.tasks()) == sum(len(registry.get(n).tasks) for n in registry.names())
