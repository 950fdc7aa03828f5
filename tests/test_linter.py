"""Each check of the linter is made to fail once, and passes on rows that are as they should be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import pytest

from medcorpus import linter
from medcorpus.linter import MANY, Finding, Linter
from medcorpus.source import Task

ENGLISH = "The patient was seen in the clinic because of a cough that had lasted for several weeks without fever."
FRENCH = "Le patient a été vu en consultation pour une toux qui durait depuis plusieurs semaines sans aucune fièvre."
Row = Mapping[str, Any]


def task(**changes: Any) -> Task:
    facts = {"id": "t1", "name": "a_task", "category": "Question Answering", "domain": "Exam"}
    return Task(**(facts | {"input": "{text}", "output": "{target}"} | changes))


def sound(number: int) -> dict[str, Any]:
    """Give a row that no check counts."""
    split = "test" if number % 5 == 0 else "train"
    languages = {"lang": "en", "output_lang": "en"}
    return (
        {"id": f"t1/s/{number}", "task_id": "t1", "split": split, "input": f"case {number}"}
        | languages
        | {"output": ["yes" if number % 2 else "no"]}
    )


def rows(spoilt: int, total: int = 200, **changes: Any) -> list[Row]:
    """Give rows of which the first are spoilt; a change may depend on the row's number."""
    made = {n: {k: v(n) if callable(v) else v for k, v in changes.items()} for n in range(spoilt)}
    return [sound(n) | made.get(n, {}) for n in range(total)]


def counted(found: Sequence[Row], asked: Task | None = None, batches: int = 1) -> Linter:
    asked = asked or task(labels=("yes", "no"))
    lint = Linter({asked.id: asked})
    size = -(-len(found) // batches)
    for start in range(0, len(found), size):
        lint.add(pl.DataFrame(found[start : start + size]))
    return lint


def by_check(lint: Linter) -> dict[str, Finding]:
    return {f.check: f for f in lint.findings()}


def test_sound_rows_have_no_finding() -> None:
    assert counted(rows(0)).findings() == []


@pytest.mark.parametrize(
    ("check", "limit", "changes"),
    [
        ("blank", 0, {"input": "  "}),
        ("blank", 0, {"output": [" "]}),
        ("blank", 0, {"output": []}),
        ("unfilled_slot", 0, {"input": lambda n: f"case {n} of {{text}}"}),
        ("missing_value", 0, {"input": lambda n: f"case {n}\nage: nan\nsex: F"}),
        ("missing_value", 0, {"output": ["None"]}),
        ("not_a_label", 0, {"output": ["maybe"]}),
        ("conflicting", 10, {"input": lambda n: f"case {n // 2}"}),
        ("twins", 8, {"input": "case 195", "split": "train", "output": ["no"]}),
        ("duplicates", 20, {"input": "case 1", "output": ["yes"], "split": "train"}),
    ],
)
def test_check_counts_what_it_is_for(check: str, limit: int, changes: dict[str, Any]) -> None:
    few, many = counted(rows(max(limit // 2, 1), **changes)), counted(rows(2 * limit + 10, **changes))
    assert check in by_check(few)
    assert (not by_check(few)[check].over) is (limit > 0)
    assert any(f"t1: {check}: " in problem for problem in many.problems())


def test_text_in_another_language_is_told() -> None:
    wrong = counted(rows(200, input=lambda n: f"{FRENCH} {n}"), task())
    assert by_check(wrong)["wrong_language"].rows == 200
    assert by_check(wrong)["wrong_language"].over


def test_text_in_the_stated_language_is_not_told() -> None:
    right = counted(rows(200, input=lambda n: f"{ENGLISH} {n}"), task())
    assert "wrong_language" not in by_check(right)


def test_the_same_output_everywhere_is_told() -> None:
    assert any("constant" in problem for problem in counted(rows(200, output=["yes"])).problems())


def test_one_label_nearly_everywhere_is_told() -> None:
    lint = counted([*rows(199, 199, output=["yes"]), sound(0) | {"id": "t1/s/last", "input": "last"}])
    assert any("imbalance" in problem for problem in lint.problems())


def test_rows_found_elsewhere_are_counted() -> None:
    lint = counted(rows(0))
    lint.count("t1", "span_mismatch", 9)
    assert by_check(lint)["span_mismatch"].over


def test_few_rows_are_judged_only_by_what_no_row_may_have() -> None:
    copies = [sound(1) | {"id": f"t1/s/{n}"} for n in range(MANY - 1)]
    assert by_check(counted(copies))["duplicates"].rows == MANY - 2
    assert counted(copies).problems() == []
    assert counted([sound(1) | {"output": [""]}]).problems() != []


def test_what_only_all_rows_show_is_not_held_against_a_part() -> None:
    asked = task()
    lint = Linter({"t1": asked}, partial={"t1"})
    lint.add(pl.DataFrame(rows(200, output=["yes"])))
    assert "constant" in by_check(lint)
    assert lint.problems() == []


def test_exemption_allows_what_it_names() -> None:
    exempt = task(exempt={"duplicates": "a reason"})
    found = rows(60, input="case 1", output=["yes"], split="train")
    assert counted(found, exempt).problems() == []
    assert by_check(counted(found, exempt))["duplicates"].exempt == "a reason"


def test_exemption_that_nothing_needs_is_an_error() -> None:
    [problem] = counted(rows(0), task(exempt={"duplicates": "a reason"})).problems()
    assert "take the exemption away" in problem


def test_exemption_is_not_called_needless_in_a_sample() -> None:
    assert counted(rows(0, total=9), task(exempt={"duplicates": "a reason"})).problems() == []


def test_exemption_from_no_check_is_an_error() -> None:
    [problem] = counted(rows(0), task(exempt={"duplicate": "a reason"})).problems()
    assert "which is no check" in problem


@pytest.mark.parametrize("batches", [2, 7, 200])
def test_batches_change_nothing(batches: int) -> None:
    found = rows(60, input="case 1", output=["yes"], split="train")
    assert counted(found, batches=batches).findings() == counted(found).findings()


def test_rows_of_other_tasks_are_not_looked_at() -> None:
    assert counted([sound(n) | {"task_id": "other"} for n in range(9)]).findings() == []


def test_refusal_says_how_many_there_are() -> None:
    with pytest.raises(linter.LintError, match="one; and 2 more"):
        linter.refuse(["one", "two", "three"])


def test_nothing_to_refuse_is_no_error() -> None:
    linter.refuse([])
