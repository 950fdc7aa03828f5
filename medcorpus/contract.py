"""What every source must satisfy, one named check at a time: run by the test suite and by `medcorpus check`.

A check takes the name of a source and gives what is wrong, each line saying what to fill in or mend.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcorpus import fetch, ingest, registry, render
from medcorpus.errors import MedcorpusError
from medcorpus.linter import Linter, frame_of
from medcorpus.logical import root_of
from medcorpus.records import UNDETERMINED, Instruction, Record
from medcorpus.schema import records_of, row_schema
from medcorpus.source import ACCESS, REDISTRIBUTE, Task

if TYPE_CHECKING:
    import pyarrow as pa

SAMPLE_BYTES = 64 * 1024
"""A sample is a handful of rows, written by hand."""
TODO = "FILL IN"
"""What `medcorpus new` writes where a fact is missing."""


def _facts(name: str) -> Iterator[str]:
    source = registry.get(name)
    for fact in ("title", "about", "homepage", "license", "license_evidence", "license_url"):
        value = str(getattr(source, fact))
        if not value.strip() or TODO in value:
            yield f"{fact} is empty: state it in source.py"
    if not source.langs:
        yield "langs is empty: list the ISO 639-1 codes of its rows"
    if not source.files:
        yield "files is empty: list the raw files as upstream lays them out"
    if not source.homepage.startswith("https://") and not source.homepage.startswith("http://"):
        yield f"homepage {source.homepage!r} is not an address"
    if not registry.citation(name).startswith("@") or TODO in registry.citation(name):
        yield "cite.bib is not BibTeX: it starts with @article{ or the like"


def _terms(name: str) -> Iterator[str]:
    source = registry.get(name)
    if source.redistribute not in REDISTRIBUTE:
        yield f"redistribute is {source.redistribute!r}: yes, no or unknown"
    if source.access not in ACCESS:
        yield f"access is {source.access!r}: {', '.join(ACCESS)}"
    if not source.license_url.startswith("http"):
        yield "license_url is no address: link the sentence that states the licence"
    if source.access != "open" and not source.how.strip():
        yield "how is empty: say what to sign, where, and where to put the files"
    if source.redistribute == "yes" and source.access == "agreement":
        yield "redistribute is yes, but an agreement must be signed: its rows cannot be passed on"


def _docstring(name: str) -> Iterator[str]:
    text = (registry.home_of(name) / "source.py").read_text(encoding="utf-8")
    if not text.startswith('"""') or TODO in text:
        yield f"source.py still says {TODO!r} or has no docstring: describe the upstream format as checked on the files"


def _files(name: str) -> Iterator[str]:
    source = registry.get(name)
    for file in source.files:
        if source.access == "open" and file.url and not file.url.startswith("https://"):
            yield f"{file.path}: url is not https"
        if file.lang and file.lang not in source.langs:
            yield f"{file.path}: language {file.lang!r} is not among the source's"
    if all(f.companion for f in source.files):
        yield "every file is a companion: none is read"


def _sample(name: str) -> Iterator[str]:
    folder = registry.home_of(name) / "sample"
    files = [p for p in folder.rglob("*") if p.is_file()]
    size = sum(p.stat().st_size for p in files)
    if size == 0:
        yield "sample/ is empty: write a few rows in the upstream's raw layout"
    if size > SAMPLE_BYTES:
        yield f"sample/ has {size:,} bytes, more than {SAMPLE_BYTES:,}: keep a few rows"
    for path in files:
        if size <= SAMPLE_BYTES and TODO.encode() in path.read_bytes():
            yield f"sample/{path.relative_to(folder).as_posix()} still says {TODO!r}: write rows of your own"
    if registry.get(name).access != "open" and not (folder / "SYNTHETIC").is_file():
        yield "access is not open: say in sample/SYNTHETIC that the sample is made up"


def _reads(name: str) -> Iterator[str]:
    for file, row, why, withheld in sample(name).rejects:
        if not withheld:
            yield f"sample/{file} row {row}: {why}"
    if not sample(name).records:
        yield "the sample gives no record"


def _splits(name: str) -> Iterator[str]:
    found = {row["split"] for row in sample(name).rows}
    for split in sorted({f.split for f in registry.get(name).files if not f.companion} - found):
        yield f"split {split!r} is declared, but no row of the sample has it"


def _ids(name: str) -> Iterator[str]:
    counts = Counter(row["id"] for row in sample(name).rows)
    for row_id, n in counts.items():
        if n > 1:
            yield f"id {row_id!r} stands {n} times: make the key unique"


def _langs(name: str) -> Iterator[str]:
    rows = sample(name)
    declared = set(registry.get(name).langs)
    found = {row["lang"] for row in rows.rows}
    for lang in sorted(declared - found):
        yield f"language {lang!r} is declared, but no row of the sample has it"
    for lang in sorted(found & declared):
        text = " ".join(
            t for row, record in zip(rows.rows, rows.records) if row["lang"] == lang for t in record.prose()
        )
        guess = _language_of(text)
        if guess and guess != lang != UNDETERMINED:
            yield f"rows declared {lang!r} read like {guess!r}"


def _sound(name: str) -> Iterator[str]:
    for row, record in zip(sample(name).rows, sample(name).records):
        for fault in record.faults():
            yield f"{row['id']}: {fault}"


def _twice(name: str) -> Iterator[str]:
    if root_of([_read(name).table], sample(name).table.schema) != root_of(
        [sample(name).table], sample(name).table.schema
    ):
        yield "reading the sample twice gives different rows: use no clock, no randomness, no order of sets"


def _expected(name: str) -> Iterator[str]:
    path = registry.home_of(name) / "expected.jsonl"
    if not path.is_file():
        yield f"expected.jsonl is missing: run `medcorpus check {name} --update` and read what it wrote"
        return
    expected = path.read_text(encoding="utf-8").splitlines()
    actual = expected_lines(name)
    if len(expected) != len(actual):
        yield f"expected.jsonl has {len(expected)} rows, read() gives {len(actual)}"
    for number, (old, new) in enumerate(zip(expected, actual), 1):
        if old != new:
            yield f"expected.jsonl line {number} differs from what read() gives: {_difference(old, new)}"


def _slots(name: str) -> Iterator[str]:
    source = registry.get(name)
    for task in source.tasks:
        known = render.known_slots(source, task)
        for slot in sorted((render.slots(task.input) | render.slots(task.output)) - known):
            yield f"{task.id}: slot {{{slot}}} does not exist; known: {', '.join(sorted(known))}"
        if not render.slots(task.input) or not render.slots(task.output):
            yield f"{task.id}: a template without any slot is the same for every row"


def _renders(name: str) -> Iterator[str]:
    held_out = registry.get(name).held_out
    for task, made in _rendered(name):
        if not made:
            yield f"{task.id}: no record of the sample serves it"
        yield from (f"{i.id}: blank input or output" for i in made if render.is_blank(i))
        if task.bench and made and not held_out and not any(i.split == "test" for i in made):
            yield f"{task.id}: MedS-Bench tests it, but no test row serves it: add one, or set held_out=0.1"


def _lint(name: str) -> Iterator[str]:
    lint = Linter({task.id: task for task in registry.get(name).tasks})
    for _, made in _rendered(name):
        lint.add(frame_of([i for i in made if not render.is_blank(i)]))
    yield from lint.problems()


def _rendered(name: str) -> Iterator[tuple[Task, list[Instruction]]]:
    """Render the sample for each task of a source."""
    for task in registry.get(name).tasks:
        pairs = zip(sample(name).records, sample(name).rows)
        texts = registry.instructions(name, task)
        yield task, [i for record, row in pairs if (i := render.render(task, record, row, texts))]


ALTERNATIVES = 5
"""How many further wordings of its instruction a task has at least."""


def _phrasings(name: str) -> Iterator[str]:
    for task in registry.get(name).tasks:
        lines = registry.instructions(name, task)
        stem = task.phrasings or task.id
        if len(lines) <= ALTERNATIVES:
            yield f"phrasings/{stem}.txt has {len(lines)} lines: the task's own instruction and {ALTERNATIVES} others"
        for number, line in enumerate(lines, 1):
            yield from (f"phrasings/{stem}.txt line {number}: {fault}" for fault in _faults_of(line, task))
        for line, times in Counter(" ".join(line.casefold().split()) for line in lines).items():
            if times > 1:
                yield f"phrasings/{stem}.txt says the same {times} times: {line[:60]!r}"


def _faults_of(instruction: str, task: Task) -> Iterator[str]:
    if TODO in instruction:
        yield f"still says {TODO!r}"
    if "{" in instruction or "}" in instruction:
        yield "has a brace: slots belong into the input"
    missing = [label for label in task.labels if label.casefold() not in instruction.casefold()]
    if missing:
        yield f"does not name {', '.join(repr(label) for label in missing)}, which the task may answer"
    guess = _language_of(instruction)
    if guess and guess != task.instruction_lang:
        yield f"reads like {guess!r}, but instruction_lang is {task.instruction_lang!r}"


CHECKS: dict[str, Callable[[str], Iterator[str]]] = {
    "facts": _facts,
    "terms": _terms,
    "docstring": _docstring,
    "files": _files,
    "sample": _sample,
    "reads": _reads,
    "splits": _splits,
    "ids": _ids,
    "langs": _langs,
    "sound": _sound,
    "twice": _twice,
    "expected": _expected,
    "slots": _slots,
    "renders": _renders,
    "phrasings": _phrasings,
    "lint": _lint,
}
"""Every check by its name, in the order in which a contributor meets them."""


def check(name: str) -> dict[str, list[str]]:
    """Run every check over a source.

    Returns:
        For each check what is wrong, nothing where it passes; a check that cannot run says why.
    """
    sample.cache_clear()
    return {title: problems(name, title) for title in CHECKS}


def problems(name: str, title: str) -> list[str]:
    """Run one check over a source."""
    try:
        return list(CHECKS[title](name))
    except MedcorpusError as error:
        return [str(error)]
    except Exception as error:
        return [f"cannot be checked: {type(error).__name__}: {error}"]


@dataclass(frozen=True, slots=True)
class Sample:
    """What ingest makes of a source's sample: the stored rows, the same as records, and the rejects."""

    table: pa.Table
    rows: list[dict[str, Any]]
    records: list[Record]
    rejects: list[tuple[str, int, str, bool]]


@cache
def sample(name: str) -> Sample:
    """Ingest a source's sample once."""
    return _read(name)


def _read(name: str) -> Sample:
    import pyarrow as pa

    rejects: list[tuple[str, int, str, bool]] = []
    tables = []
    with tempfile.TemporaryDirectory() as folder:
        found = fetch.find(name, home=Path(folder, "home"), sample=True)
        for number, part in enumerate(ingest.layer_of(name, found).jobs):
            path = Path(folder, str(number))
            rejects += ingest.write_part(part, path)["rejects"]
            with pa.OSFile(str(path)) as stream:
                tables.append(pa.ipc.open_file(stream).read_all())
    table = pa.concat_tables(tables) if tables else row_schema(registry.get(name).shape).empty_table()
    return Sample(table, table.to_pylist(), records_of(table, registry.get(name).shape), rejects)


def expected_lines(name: str) -> list[str]:
    """Give the lines of `expected.jsonl`: every stored row of the sample, without what is empty or the same for all."""
    constant = ("source", "access", "redistribute")
    rows = [{k: v for k, v in row.items() if k not in constant and v not in ("", [])} for row in sample(name).rows]
    return [json.dumps(row, ensure_ascii=False, sort_keys=True) for row in rows]


def update(name: str) -> Path:
    """Write `expected.jsonl` from what the sample gives now; read it before it is committed."""
    sample.cache_clear()
    path = registry.home_of(name) / "expected.jsonl"
    path.write_text("".join(line + "\n" for line in expected_lines(name)), encoding="utf-8")
    return path


def _difference(old: str, new: str) -> str:
    place = next((i for i, (a, b) in enumerate(zip(old, new)) if a != b), min(len(old), len(new)))
    return f"...{old[max(0, place - 20) : place + 30]!r} became {new[max(0, place - 20) : place + 30]!r}"


LONG_ENOUGH = 60
"""Characters from which a language detector is asked."""


def _language_of(text: str) -> str:
    if len(text) < LONG_ENOUGH:
        return ""
    from langdetect import DetectorFactory, detect

    DetectorFactory.seed = 0
    return str(detect(text)).split("-")[0]
