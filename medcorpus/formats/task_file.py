"""MedS-Ins task files: one JSON object of facts and `Instances`, or the contributor's workbook that says the same.

Instances are read one by one, wherever in the object they stand, so that a file of millions fits into memory. A
workbook has the sheets "Basic Information", with a name in the first column and its value in the second, and
"Instances", with the columns Input and Output.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from medcorpus.errors import FormatError
from medcorpus.formats import xlsx
from medcorpus.formats.json_array import _Window
from medcorpus.formats.jsonl import _TWICE, _fault
from medcorpus.reading import Reject

INSTANCES = "Instances"
FACTS_SHEET = "Basic Information"
TITLE = "Task Card"
RENAMED = {"Text Domains": "Domains"}
"""Facts that the workbook calls by another name than the JSON file."""
SPLIT_TYPE = "Split Type"
MAX_FACTS = 1000
"""Most fields that a file may have: there are about a dozen."""
_SAVE = "write one JSON object with the fields Definition and Instances"
_BROKEN = "mend the file there, or write it again with a JSON library"
_MODEL_ANSWERS = ("task_id", "GT", "output")


class _BrokenError(ValueError):
    """What is wrong with the file, in words for its reader."""


class Entry(NamedTuple):
    """One fact of a task file, or one of its instances.

    Args:
        name: Name of the fact, or `Instances`.
        number: Number of the instance, from 1; 0 for a fact.
        value: Its value.
    """

    name: str
    number: int
    value: Any


def entries(path: Path) -> Iterator[Entry]:
    """Yield the facts and the instances of a task file in its order.

    A list of instances that is empty is yielded as a fact; so is what stands in its place without being a list.

    Raises:
        FormatError: It is neither a JSON object in UTF-8 nor a workbook of the contributor's guideline, is broken,
            or is another kind of file, which is then named.
    """
    with path.open("rb") as stream:
        start = stream.read(4)
    if start == b"PK\x03\x04":
        yield from _of_workbook(path)
    else:
        yield from _of_object(path)


def facts(path: Path) -> dict[str, Any]:
    """Give the facts of a task file, without its instances.

    Raises:
        FormatError: As `entries`.
    """
    return {entry.name: entry.value for entry in entries(path) if not entry.number}


def instances(path: Path) -> Iterator[tuple[int, Any]]:
    """Yield the instances of a task file with their numbers.

    Raises:
        FormatError: As `entries`.
    """
    return ((entry.number, entry.value) for entry in entries(path) if entry.number)


def outputs_of(instance: dict[str, Any]) -> tuple[str, ...]:
    """Give the outputs of an instance, which files write as a text or as a list of texts.

    >>> outputs_of({"input": "a", "output": "b"})
    ('b',)
    """
    output = instance["output"]
    return (output,) if isinstance(output, str) else tuple(output)


def _of_object(path: Path) -> Iterator[Entry]:
    number = 0
    with path.open(encoding="utf-8", newline="") as stream:
        try:
            window = _Window(stream)
            if window.next() != "{":
                raise _other_kind(path, window.next())
            for entry in _entries(window):
                number = entry.number
                yield entry
        except UnicodeError as error:
            what = f"not valid UTF-8{_behind(number)}"
            raise FormatError(what, where=path.name, fix="save it as UTF-8") from error
        except (ValueError, RecursionError) as error:
            what = str(error) if isinstance(error, _BrokenError) else _fault(error)
            raise FormatError(what + _behind(number), where=path.name, fix=_BROKEN) from error


def _entries(window: _Window) -> Iterator[Entry]:
    """Yield what an object holds, and pass it."""
    seen: set[str] = set()
    for _ in _separated(window, "}"):
        name = window.value()
        if not isinstance(name, str) or window.next() != ":":
            raise _BrokenError("not JSON: no name before a value")
        window.skip()
        if name in seen:
            raise _BrokenError(_TWICE)
        seen.add(name)
        if len(seen) > MAX_FACTS:
            raise _BrokenError(f"over {MAX_FACTS:,} fields")
        if name == INSTANCES and window.next() == "[":
            yield from _instances(window)
        else:
            window.next()
            yield Entry(name, 0, window.value())
    if window.next():
        raise _BrokenError("not JSON: something after the object")


def _instances(window: _Window) -> Iterator[Entry]:
    number = 0
    for number, _ in enumerate(_separated(window, "]"), 1):
        yield Entry(INSTANCES, number, window.value())
    if not number:
        yield Entry(INSTANCES, 0, [])


def _separated(window: _Window, end: str) -> Iterator[None]:
    """Pass an opening bracket, what the caller reads at each step, the commas between, and the closing bracket."""
    window.skip()
    after = "," if window.next() != end else end
    while after == ",":
        window.next()
        yield
        after = window.next()
        if after == ",":
            window.skip()
    if after != end:
        raise _BrokenError("not JSON: no comma between two values, or no end")
    window.skip()


def _behind(number: int) -> str:
    return f" after instance {number}" if number else ""


def _other_kind(path: Path, first: str) -> FormatError:
    """Say what a file is that does not start as a task file does."""
    if not first:
        return FormatError("empty file", where=path.name, fix=_SAVE)
    if first == "[":
        return FormatError("a JSON array, no object", where=path.name, fix=f"{_SAVE}, and put the array there")
    with path.open(encoding="utf-8", errors="replace") as stream:
        line = stream.readline(1000)
    if all(column in line.strip().split(",") for column in _MODEL_ANSWERS):
        fix = "give the task file that the model was tested with"
        return FormatError("answers of a model (task_id, GT, output), no task file", where=path.name, fix=fix)
    if path.suffix in (".csv", ".tsv", ".txt", ".md"):
        return FormatError(f"a {path.suffix[1:]} file, no task file", where=path.name, fix=_SAVE)
    return FormatError("neither a JSON object nor an xlsx workbook", where=path.name, fix=_SAVE)


def _of_workbook(path: Path) -> Iterator[Entry]:
    for cells in xlsx.cells(path, FACTS_SHEET):
        if isinstance(cells, Reject):
            raise FormatError(f"{FACTS_SHEET} row {cells.row}: {cells.reason}", where=path.name, fix="mend the cell")
        name, value = cells[1].get(1, "").strip(), cells[1].get(2, "").strip()
        if name and name != TITLE:
            yield Entry(RENAMED.get(name, name), 0, [value] if name == "Definition" and value else value)
    number = 0
    for row in _instance_rows(path):
        number += 1
        yield Entry(INSTANCES, number, row)
    if not number:
        yield Entry(INSTANCES, 0, [])


def _instance_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of the sheet of instances; one that cannot be read is no instance, and says why."""
    if sum(1 for _ in xlsx.cells(path, INSTANCES)) < 2:
        return
    for row in xlsx.rows(path, INSTANCES, ("Input", "Output")):
        if isinstance(row, Reject):
            raise FormatError(f"{INSTANCES} row {row.row}: {row.reason}", where=path.name, fix="mend the cell")
        yield {"input": row[1]["Input"], "output": [row[1]["Output"]]}
