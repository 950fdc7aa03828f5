"""`medcorpus new --from FILE`: a source that lacks only what a person must say."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from medcorpus import contract, registry
from medcorpus.contributions import from_file
from medcorpus.formats import task_file
from medcorpus.records import Label, Pair
from tests.checkout import forget_sources
from tests.commandline import error_of, run
from tests.task_files import INSTANCES, SHEET_FACTS, SHEET_ROWS, workbook, written

NAME = "tiny_exam_ward"
CITE = "@misc{ward, title = {Ward}}\n"
FILLED = {
    "langs=(),  # FILL IN: ISO 639-1 codes": 'langs=("en",),',
    "FILL IN: https address of the file, with {path} for its name, or nothing": "https://example.org/{path}",
    "FILL IN: where that sentence stands": "https://example.org/licence",
    "FILL IN": "as stated",
}
"""What a person writes in place of what is to be filled in."""


@pytest.fixture
def sources(checkout: Path) -> Path:
    return checkout / "sources"


def made(file: Path) -> Path:
    """Make a source of a file."""
    run("new", NAME, "--from", file)
    forget_sources()
    return registry.folder() / NAME


def tidy(folder: Path) -> None:
    """Let the linter and the formatter look at what was written."""
    config = Path(__file__).resolve().parent.parent / "pyproject.toml"
    for command in (["check", "--ignore", "N999"], ["format", "--check"]):
        arguments = [sys.executable, "-m", "ruff", *command, "--no-cache", "--config", str(config)]
        done = subprocess.run([*arguments, str(folder / "source.py")], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr + (folder / "source.py").read_text(encoding="utf-8")


def fill_in(folder: Path) -> None:
    """Fill in everything as a person would."""
    path = folder / "source.py"
    text = path.read_text(encoding="utf-8")
    for empty, filled in FILLED.items():
        text = text.replace(empty, filled)
    path.write_text(text, encoding="utf-8")
    (folder / "cite.bib").write_text(CITE, encoding="utf-8")
    for phrasings in (folder / "phrasings").iterdir():
        first = phrasings.read_text(encoding="utf-8").splitlines()[0]
        first = "Choose the option that answers the question about the ward." if "FILL IN" in first else first
        lines = [first, *(f"{first} Wording {n}." for n in range(5))]
        phrasings.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def failing(folder: Path) -> dict[str, list[str]]:
    forget_sources()
    return {check: problems for check, problems in contract.check(folder.name).items() if problems}


def kinds() -> Iterator[Any]:
    labelled = [{"input": f"Is {n} even?", "output": "no" if n % 2 else "yes"} for n in range(40)]
    single = [{"id": n, "input": f"What comes after {n}?", "output": [str(n + 1)]} for n in range(1, 7)]
    yield pytest.param({"Instances": single}, Pair, (), id="one answer each")
    yield pytest.param({}, Label, (), id="several answers")
    yield pytest.param({"Instances": labelled}, Label, ("no", "yes"), id="a closed set")
    yield pytest.param({"Split__Type": "Test", "Instances": single}, Pair, (), id="a contribution")


@pytest.mark.parametrize(("changes", "shape", "labels"), list(kinds()))
def test_only_what_a_person_must_say_is_missing(
    changes: dict[str, Any], shape: type, labels: tuple[str, ...], sources: Path, tmp_path: Path
) -> None:
    file = written(tmp_path, **changes)
    folder = made(file)
    tidy(folder)
    source = registry.get(NAME)
    assert source.shape is shape
    assert (source.title, source.homepage, source.langs) == ("tinyward", "https://example.org/tinyward", ("en",))
    (task,) = source.tasks
    assert (task.id, task.category, task.domain, task.labels) == (
        f"{NAME}_qa",
        "Question Answering",
        "Clinical Text",
        labels,
    )
    assert source.files[0].split == ("test" if "Split__Type" in changes else "train")
    assert source.files[0].sha256 == from_file._sha256(file)
    assert set(failing(folder)) == {"facts", "terms", "docstring", "files", "expected", "phrasings"}
    fill_in(folder)
    found = failing(folder)
    if labels:
        assert all("does not name" in line for line in found.pop("phrasings"))
    assert set(found) == {"expected"}
    forget_sources()
    run("check", NAME, "--update", code=1 if labels else 0)


def test_original_is_read_by_the_source(sources: Path, tmp_path: Path) -> None:
    file = written(tmp_path)
    made(file)
    items = list(registry.get(NAME).read(file))
    assert [item.record.labels for item in items] == [tuple(i["output"]) for i in INSTANCES]  # type: ignore[union-attr]
    assert [item.record.key for item in items] == [i["id"] for i in INSTANCES]  # type: ignore[union-attr]


def test_workbook(sources: Path, tmp_path: Path) -> None:
    folder = made(workbook(tmp_path / "my book.xlsx", SHEET_FACTS, SHEET_ROWS))
    tidy(folder)
    sample = folder / "sample" / "my_book.xlsx"
    marked = [instance for _, instance in task_file.instances(sample)]
    assert [i["output"] for i in marked] == [[row[1]] for row in SHEET_ROWS[: from_file.SAMPLED]]
    assert task_file.facts(sample)["Split Type"] == "Test"
    fill_in(folder)
    assert set(failing(folder)) == {"expected"}


def test_sample_marks_what_it_quotes(sources: Path, tmp_path: Path) -> None:
    folder = made(written(tmp_path))
    sample = folder / "sample" / "task900_ward.json"
    for _, instance in task_file.instances(sample):
        assert instance["input"].startswith("FILL IN: write your own in place of: ")
    assert sample.stat().st_size < contract.SAMPLE_BYTES


def test_definitions_become_phrasings(sources: Path, tmp_path: Path) -> None:
    folder = made(written(tmp_path, Definition=["Do {it}.\nNow.", "Do it now.", "Do it now."]))
    assert (folder / "phrasings" / f"{NAME}_qa.txt").read_text(encoding="utf-8") == "Do (it). Now.\nDo it now.\n"


def test_languages_and_what_is_not_known(sources: Path, tmp_path: Path) -> None:
    changes = {"Categories": "Poetry", "Domains": "Drug", "Input_language": "Klingon", "Output_language": "French"}
    folder = made(written(tmp_path, Instruction_language=["German"], **changes))
    tidy(folder)
    text = (folder / "source.py").read_text(encoding="utf-8")
    assert "langs=(),  # FILL IN" in text
    assert "# FILL IN: what fits; the file says Categories 'Poetry' and Domains 'Drug'" in text
    (task,) = registry.get(NAME).tasks
    assert (task.output_lang, task.instruction_lang) == ("fr", "de")


HOSTILE = '"""\nimport os\nos.abort()\n"""\\" # {x} \x00\u202e\u2028\U000e0001 ' + "long " * 100


def test_what_a_file_says_is_never_code(sources: Path, tmp_path: Path) -> None:
    facts = dict.fromkeys(("Source", "Contributors", "Categories", "Domains", "License"), HOSTILE)
    instances = [{"input": f"{HOSTILE.replace(chr(0), '')} {n}", "output": f'a{n % 2}" + x #'} for n in range(20)]
    file = written(tmp_path, 'task1_"""{x}.json', URL="https://x.org/" + HOSTILE, Instances=instances, **facts)
    folder = made(file)
    tidy(folder)
    assert registry.get(NAME).files[0].path == "task1_x.json"
    assert registry.get(NAME).tasks[0].labels == ('a0" + x #', 'a1" + x #')


def test_faulty_file_is_refused_and_nothing_is_written(sources: Path, tmp_path: Path) -> None:
    file = written(tmp_path, Definition="Do it.")
    told = error_of("new", NAME, "--from", file, code=1)
    assert told == f"error: {file}: 1 faults - mend them first: medcorpus validate {file}"
    assert not (sources / NAME).exists()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--from", "not/here.json"], 4, "no file 'not/here.json' here - name a task file, or a dataset as hf://"),
        (["--from", "x.json", "--shape", "Pair"], 2, "leave --shape and --title out"),
    ],
)
def test_wrong_usage(arguments: list[str], code: int, told: str, sources: Path) -> None:
    assert told in error_of("new", NAME, *arguments, code=code)


def test_name_is_checked_before_the_file_is_read(sources: Path) -> None:
    assert "call it 'not_a_name'" in error_of("new", "Not-A-Name", "--from", "hf://a/b", code=2)
