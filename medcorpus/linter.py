"""Looks at rendered instructions, task by task, for what makes a task worthless: counted, with a limit for each check.

All rendered rows are looked at, before the rules of a product leave any out: a task whose rows are mostly copies of
each other is a fault of its source, even if the copies are never published.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from medcorpus.errors import MedcorpusError
from medcorpus.records import SHAPES, UNDETERMINED, Instruction
from medcorpus.source import Task

if TYPE_CHECKING:
    import polars as pl

FAIL, WARN = "fail", "warn"
"""What becomes of a build with tasks that are refused."""
MANY = 100
"""Rows from which shares are judged; in fewer, only what no row may have is."""
LOOKED_AT = 200
"""Rows of a task whose languages are told."""
TELLING = 80
"""Characters from which the language of a text is told."""
SURE = 0.9
"""Score from which another language than the stated one counts."""
VOID = re.compile(r"(?m)(?:^|: ?)(?:nan|NaN|NaT|NULL|<NA>)\s*$")
"""A missing value as programs print it, at the end of a line; `None` there is what articles and notes really say."""
NOTHING = re.compile(r"^\s*(?:None|null)\s*$")
"""A missing value as a whole output."""
SPAN = re.compile(r"\bspan\b|\boffset", re.IGNORECASE)
"""Reasons for rejects that tell of spans which do not fit their text."""


class LintError(MedcorpusError):
    """Tasks whose instructions fail a check of the linter."""

    exit_code = 3


@dataclass(frozen=True, slots=True)
class Check:
    """What is counted.

    Args:
        says: What is wrong with a row that is counted.
        limit: Share of a task's rows that may be counted.
        fix: What to do about it.
    """

    says: str
    limit: float
    fix: str


CHECKS: dict[str, Check] = {
    "blank": Check("blank input or output", 0.0, "let fields() give None for such records"),
    "unfilled_slot": Check("a slot stands in the text as it is", 0.0, "mend the template"),
    "missing_value": Check("a missing value is printed as a program does", 0.0, "say that it is not recorded"),
    "not_a_label": Check("the output is not among the task's labels", 0.0, "complete `labels`, or mend fields()"),
    "span_mismatch": Check("a span does not fit its text", 0.01, "mend the offsets in read()"),
    "constant": Check("every row has the same output", 0.0, "is one kind of row missing?"),
    "conflicting": Check("the same input has another output elsewhere", 0.05, "put what tells them apart in the input"),
    "twins": Check("a training row has the input of a test row", 0.05, "split by document"),
    "duplicates": Check("input and output stand in an earlier row of the split", 0.1, "render one row for each input"),
    "wrong_language": Check("the text is in another language than stated", 0.05, "set lang or output_lang"),
    "imbalance": Check("the output is the most frequent label", 0.95, "is one kind of row missing?"),
}
"""Every check by its name, the strictest first."""
ALWAYS = ("blank", "unfilled_slot", "missing_value", "not_a_label")
"""Checks that are judged however few rows there are."""
WHOLE = ("constant", "imbalance")
"""Checks that a part of the rows may fail although all of them pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Rows of a task that a check counts.

    Args:
        task: The task's id.
        check: Name of the check.
        rows: How many rows are counted.
        of: How many rows were looked at.
        example: Id of the first of them; empty where there is none.
        exempt: Why the task may have them; empty where it may not.
    """

    task: str
    check: str
    rows: int
    of: int
    example: str = ""
    exempt: str = ""

    @property
    def over(self) -> bool:
        """Whether there are more than the check's limit allows."""
        judged = self.check in ALWAYS or self.of >= (LOOKED_AT // 10 if self.check == "wrong_language" else MANY)
        return judged and self.rows > CHECKS[self.check].limit * self.of

    def __str__(self) -> str:
        """Say it in one line."""
        check = CHECKS[self.check]
        example = f" (the first: {self.example})" if self.example else ""
        allowed = f", {check.limit:.0%} allowed" if check.limit else ""
        return f"{self.task}: {self.check}: {check.says} in {self.rows:,} of {self.of:,} rows{allowed}{example}"


@dataclass(slots=True)
class _Seen:
    """What is kept of a task's rows: hashes, never texts, but for a few whose languages are told."""

    rows: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    outputs: Counter[str] = field(default_factory=Counter)
    hashes: list[pl.DataFrame] = field(default_factory=list)
    texts: list[tuple[str, str, str]] = field(default_factory=list)


class Linter:
    """Counts what is wrong with the instructions of some tasks, batch by batch.

    Args:
        tasks: The tasks by id; rows of others are not looked at.
        partial: Tasks of which not all rows are at hand: what only all rows show is not held against them.
    """

    def __init__(self, tasks: Mapping[str, Task], partial: Collection[str] = ()) -> None:
        self._tasks, self._partial = tasks, partial
        self._seen: dict[str, _Seen] = {}

    def add(self, frame: pl.DataFrame) -> None:
        """Look at rows with the columns of `Instruction`: `id`, `task_id`, `split`, `input`, `output`, languages."""
        import polars as pl

        for (task_id,), rows in frame.partition_by("task_id", as_dict=True, maintain_order=True).items():
            if task_id in self._tasks:
                seen = self._seen.setdefault(str(task_id), _Seen())
                first = rows["output"].list.first()
                seen.rows += rows.height
                self._flag(self._tasks[str(task_id)], rows, seen)
                seen.outputs.update(dict(first.value_counts(sort=True).iter_rows()) if len(seen.outputs) < MANY else {})
                pairs = {"input": pl.col("input").hash(), "output": pl.col("output").list.join("\x1f").hash()}
                seen.hashes.append(rows.select("id", "split", **pairs))
                _keep_texts(rows, seen)

    def count(self, task_id: str, check: str, rows: int) -> None:
        """Count rows that were found elsewhere, such as spans that `read` got wrong."""
        if rows and task_id in self._tasks:
            self._seen.setdefault(task_id, _Seen()).counts[check] += rows

    def _flag(self, task: Task, rows: pl.DataFrame, seen: _Seen) -> None:
        """Count what a row shows by itself."""
        import polars as pl

        given, wanted = pl.col("input"), pl.col("output").list.join("\n")
        blank = pl.col("output").list.eval(pl.element().str.strip_chars() == "").list.any()
        both = pl.concat_str(given, wanted, separator="\n")
        empty = pl.col("output").list.eval(pl.element().str.contains(NOTHING.pattern)).list.any()
        flags = {
            "blank": (given.str.strip_chars() == "") | blank | (pl.col("output").list.len() == 0),
            "unfilled_slot": both.str.contains(_slot(task)),
            "missing_value": both.str.contains(VOID.pattern) | empty,
        }
        if task.labels:
            known = pl.col("output").list.eval(pl.element().is_in(list(task.labels))).list.all()
            flags["not_a_label"] = ~known
        for name, flagged in rows.select("id", **flags).to_dict().items():
            if name != "id" and flagged.any():
                seen.counts[name] += int(flagged.sum())
                seen.examples.setdefault(name, rows["id"][int(flagged.arg_max() or 0)])

    def findings(self) -> list[Finding]:
        """Give everything that was counted, in the order of tasks and checks."""
        return [finding for task_id in self._tasks if task_id in self._seen for finding in self._found(task_id)]

    def _found(self, task_id: str) -> Iterator[Finding]:
        seen, task = self._seen[task_id], self._tasks[task_id]
        for check, (rows, of, example) in _counted(task, seen).items():
            if rows:
                yield Finding(
                    task=task_id, check=check, rows=rows, of=of, example=example, exempt=task.exempt.get(check, "")
                )

    def problems(self, found: Collection[Finding] | None = None) -> list[str]:
        """Say what must be mended: checks over their limits, and exemptions that nothing needs.

        An exemption is only called unneeded where the task has many rows: a sample does not show all there is.

        Args:
            found: What `findings` gave, where it was asked before.
        """
        found = self.findings() if found is None else found
        over = {(f.task, f.check) for f in found if f.over and not (f.task in self._partial and f.check in WHOLE)}
        told = [f"{f} - {CHECKS[f.check].fix}" for f in found if (f.task, f.check) in over and not f.exempt]
        whole = [i for i in self._seen if i not in self._partial]
        return told + [text for i in whole for text in _stale(self._tasks[i], self._seen[i], over)]


def _slot(task: Task) -> str:
    """Give the pattern of a slot that a template of the task may have, as it stands in the template."""
    names = {slot for shape in SHAPES for slot in shape.SLOTS} | set(task.adds)
    return "\\{(?:" + "|".join(sorted(map(re.escape, names))) + ")\\}"


def _stale(task: Task, seen: _Seen, over: set[tuple[str, str]]) -> Iterator[str]:
    for check in task.exempt:
        if check not in CHECKS:
            yield f"{task.id}: exempt from {check!r}, which is no check: {', '.join(CHECKS)}"
        elif seen.rows >= MANY and (task.id, check) not in over:
            yield f"{task.id}: exempt from {check!r}, which it passes in {seen.rows:,} rows - take the exemption away"


def _counted(task: Task, seen: _Seen) -> dict[str, tuple[int, int, str]]:
    """Give rows counted, rows looked at and the first such row, by check, in the order of the checks."""
    counts = {c: (n, seen.rows, seen.examples.get(c, "")) for c, n in seen.counts.items()}
    if seen.hashes:
        counts |= {c: (n, of, example) for c, n, of, example in _compared(seen)}
        counts["wrong_language"] = _foreign(seen)
    top = seen.outputs.most_common(1)
    if top and len(seen.outputs) == 1 and seen.rows > 9:
        counts["constant"] = (seen.rows, seen.rows, "")
    elif top and task.labels and top[0][1] > CHECKS["imbalance"].limit * seen.rows:
        counts["imbalance"] = (top[0][1], seen.rows, "")
    return {c: counts[c] for c in CHECKS if c in counts}


def _compared(seen: _Seen) -> Iterator[tuple[str, int, int, str]]:
    """Count what only several rows together show."""
    import polars as pl

    rows = pl.concat(seen.hashes)
    conflicting = rows.filter(pl.col("output").n_unique().over("input") > 1)
    yield "conflicting", conflicting.height, rows.height, _first(conflicting)
    tested = rows.filter(split="test")["input"].unique(maintain_order=True)
    trained = rows.filter(pl.col("split") == "train")
    twins = trained.filter(pl.col("input").is_in(tested.implode()))
    yield "twins", twins.height, trained.height, _first(twins)
    copies = rows.filter(~pl.struct("split", "input", "output").is_first_distinct())
    yield "duplicates", copies.height, rows.height, _first(copies)


def _first(rows: pl.DataFrame) -> str:
    return str(rows["id"][0]) if rows.height else ""


def _keep_texts(rows: pl.DataFrame, seen: _Seen) -> None:
    import polars as pl

    if len(seen.texts) >= 2 * LOOKED_AT:
        return
    wanted = rows.head(LOOKED_AT).select("id", "input", "lang", "output_lang", output=pl.col("output").list.first())
    for row_id, given, lang, output_lang, output in wanted.iter_rows():
        seen.texts += [
            (row_id, lang, text)
            for text, lang in ((given, lang), (output, output_lang))
            if text and len(text) >= TELLING and lang != UNDETERMINED
        ]


def _foreign(seen: _Seen) -> tuple[int, int, str]:
    """Count texts that are surely in another language than stated."""
    import pyarrow as pa

    from medcorpus.stages.langid import LangId

    if not seen.texts:
        return 0, 0, ""
    table = pa.table({"text": [text for _, _, text in seen.texts]})
    told = LangId(column="text", declared=None, doubtful=0.0).annotate(table, None)
    verdicts = zip(seen.texts, told.column("lid").to_pylist(), told.column("lid_score").to_pylist())
    foreign = [row_id for (row_id, lang, _), found, score in verdicts if found != lang and score >= SURE]
    return len(foreign), len(seen.texts), foreign[0] if foreign else ""


def frame_of(rows: Iterable[Instruction]) -> pl.DataFrame:
    """Give the columns that are looked at of some instructions."""
    import polars as pl

    columns = dict.fromkeys(("id", "task_id", "split", "input", "lang", "output_lang"), pl.String)
    values = [[getattr(row, n) for n in columns] + [list(row.output)] for row in rows]
    return pl.DataFrame(values, schema={**columns, "output": pl.List(pl.String)}, orient="row")


def refuse(problems: Iterable[str], where: str = "linter") -> None:
    """Raise what must be mended.

    Raises:
        LintError: There is something.
    """
    told = list(problems)
    if told:
        more = f"; and {len(told) - 1} more" if len(told) > 1 else ""
        fix = "mend it, or state `exempt={check: reason}` in the task; --lint warn builds all the same"
        raise LintError(f"{told[0]}{more}", where=where, fix=fix)
