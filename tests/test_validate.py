"""`medcorpus validate`: every fault says where it is and what to do; hostile files are one line."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from medcorpus.contributions import explaining, validation
from medcorpus.schema import SCHEMAS
from tests.bombs import workbook_bombs
from tests.commandline import error_of, run
from tests.hostile import Raw
from tests.task_files import INSTANCES, SHEET_FACTS, SHEET_ROWS, workbook, written


def faults(path: Path) -> list[str]:
    found = validation.validate(path)
    assert found.fault_count == len(found.faults)
    assert all(fault.fix for fault in found.faults)
    return [f"{f.instance or 'file'}: {f.what}" for f in found.faults]


def without(*names: str) -> dict[str, Any]:
    return dict.fromkeys(names)


def test_published_file_is_sound(tmp_path: Path) -> None:
    result = run("validate", written(tmp_path))
    assert "task900_ward.json: task file, 6 instances, sound" in result.stdout
    assert result.stdout.count("as a model sees it") == 3
    assert "How many beds stand in room 3?" in result.stdout
    assert "note: no licence is stated" in result.stdout


def test_all_that_readers_need_is_enough(tmp_path: Path) -> None:
    names = ("Contributors", "Source", "URL", "Categories", "Domains", "Input_language", "Output_language")
    more = ("Instruction_language", "Positive__Examples", "Negative__Examples")
    assert faults(written(tmp_path, **without(*names, *more))) == []


def test_lists_and_plain_texts_are_taken(tmp_path: Path) -> None:
    instances = [{"input": f"a {n}", "output": f"b {n}"} for n in range(3)]
    examples = [{"input": "a", "output": "b", "explanation": "c"}]
    changes: dict[str, Any] = {"Contributors": ["x", "y"], "Reasoning": [], "Positive__Examples": examples}
    assert faults(written(tmp_path, Instances=instances, **changes)) == []


def test_contribution(tmp_path: Path) -> None:
    path = written(tmp_path, Split__Type="Train/Test")
    assert json.loads(run("validate", path, "--format", "json").stdout)["kind"] == "contribution"
    path = written(tmp_path, Split__Type="Dev", URL=None, Source="")
    assert faults(path) == [
        "file: no URL",
        "file: Source is blank",
        "file: Split Type is a text",
    ]


def test_workbook(tmp_path: Path) -> None:
    result = run("validate", workbook(tmp_path / "book.xlsx", SHEET_FACTS, SHEET_ROWS))
    assert "workbook, 6 instances, sound" in result.stdout


def test_workbook_as_the_guideline_ships_it(tmp_path: Path) -> None:
    path = workbook(tmp_path / "book.xlsx", dict.fromkeys(SHEET_FACTS, "") | {"Split Type": "Test"}, [])
    told = faults(path)
    assert "file: Contributors is blank" in told
    assert "file: Instances is an empty list" in told
    assert len(told) == 10


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"Definition": "Do it."}, "Definition is a text"),
        ({"Definition": []}, "Definition is an empty list"),
        ({"Definition": [" "]}, "Definition element 1 is blank"),
        ({"Definition": None}, "no Definition"),
        ({"Instances": None}, "no Instances"),
        ({"Instances": []}, "Instances is an empty list"),
        ({"Instances": {"a": 1}}, "Instances is an object"),
        ({"Source": 3}, "Source is a number"),
        ({"Positive__Examples": [{"input": "a"}]}, "no output in Positive Examples element 1"),
    ],
)
def test_faults_of_the_file(changes: dict[str, Any], told: str, tmp_path: Path) -> None:
    assert faults(written(tmp_path, **changes)) == [f"file: {told}"]


@pytest.mark.parametrize(
    ("instance", "told"),
    [
        ({"input": "a"}, "no output"),
        ({"output": "a"}, "no input"),
        ({"input": "a", "output": []}, "output is an empty list"),
        ({"input": "a", "output": ["b", ""]}, "output element 2 is blank"),
        ({"input": "a", "output": None}, "output is null"),
        ({"input": ["a"], "output": "b"}, "input is a list of other things"),
        ({"input": " ", "output": "b"}, "input is blank"),
        ({"input": "a", "output": "b", "lable": 1}, "lable is no field of an instance"),
        ({"input": "a\x00", "output": "b"}, "a NUL character in its text"),
        ({"input": "a", "output": ["b\ud800"]}, "half a surrogate pair in its text"),
        ({"id": 2.5, "input": "a", "output": "b"}, "id is a number"),
        ({"id": "task900-1", "input": "a", "output": "b"}, "its id is that of instance 1"),
        ("a", "it is a text"),
        (None, "it is null"),
        (float("nan"), "it is a number"),
        ([], "it is an empty list"),
    ],
)
def test_faults_of_an_instance(instance: Any, told: str, tmp_path: Path) -> None:
    path = tmp_path / "task1_a.json"
    value = {"Definition": ["Do it."], "Instances": [*INSTANCES, instance]}
    path.write_text(json.dumps(value), encoding="utf-8")
    assert faults(path) == [f"7: {told}"]


def test_output_names_file_instance_fault_and_remedy(tmp_path: Path) -> None:
    path = written(tmp_path, Instances=[*INSTANCES, {"input": "a", "output": []}])
    result = run("validate", path, code=1)
    assert "7         output is an empty list  write the right answer, or a list of right answers" in result.stdout
    assert result.stderr == f"error: {path}: 1 fault - mend it, then run: medcorpus validate {path}\n"
    quiet = run("validate", path, "--format", "quiet", code=1)
    assert quiet.stdout == f"{path}: instance 7: output is an empty list\n"


def test_many_faults_are_counted(tmp_path: Path) -> None:
    path = written(tmp_path, Instances=[{"input": "a"}] * 1000)
    found = json.loads(run("validate", path, "--format", "json", code=1).stdout)
    assert found["fault_count"] == 1000
    assert len(found["faults"]) == validation.MOST_FAULTS
    assert "and 980 more" in run("validate", path, code=1).stdout


def test_linter_looks_at_the_instances(tmp_path: Path) -> None:
    same = [{"input": f"Is {n} a number?", "output": "yes"} for n in range(200)]
    assert faults(written(tmp_path, Instances=same)) == ["file: every row has the same output: 200 of 200 instances"]
    french = [
        {
            "input": f"Le patient numéro {n} souffre de fortes douleurs abdominales depuis déjà trois jours.",
            "output": f"{n}",
        }
        for n in range(200)
    ]
    (told,) = faults(written(tmp_path, Instances=[*french, french[0]]))
    assert told.startswith("file: the text is in another language than stated: ")
    assert told.endswith("(the first: instance 1)")
    assert faults(written(tmp_path, Instances=french, Input_language="French")) == []
    printed = [*INSTANCES, {"input": "Weight: nan", "output": "a"}]
    assert faults(written(tmp_path, Instances=printed)) == [
        "file: a missing value is printed as a program does: 1 of 7 instances (the first: instance 7)"
    ]


def test_what_is_not_known_is_noted(tmp_path: Path) -> None:
    path = written(tmp_path, Mood="good", Input_language="Klingon", Categories=["Poetry"], Domains="Drug")
    notes = validation.validate(path).notes
    assert notes[:4] == [
        "no field of a task file: Mood",
        "Input_language names no language that is known: texts are not checked against it",
        "Categories names none of the 19 categories",
        "Domains names none of the five text domains",
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 1000,
        b'{"Definition": ["a"], "Instances": [{"input": "a", "output": "b"}',
        b"\xff\xfe{\x00",
        b'{"a": ' + b"[" * 1_000_000,
        b"[" * 1_000_000,
        b"PK\x03\x04" + b"\x00" * 100,
        b"task_id,input,GT,output\n",
        b'{"Instances": ' + b"1" * 5_000_000 + b"}",
        b'{"a": "' + b"x" * 70_000_000,
    ],
)
def test_hostile_file_is_one_line(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "task1_a.json"
    path.write_bytes(content)
    start = time.process_time()
    assert "task1_a.json: " in error_of("validate", path, code=3)
    assert time.process_time() - start < 10


def test_a_line_of_ten_megabytes_is_read(tmp_path: Path) -> None:
    long = [{"input": "a b " * 2_500_000, "output": "c"}, {"input": "a", "output": "b"}]
    path = written(tmp_path, Instances=long)
    assert faults(path) == []
    assert len(run("validate", path).stdout) < 10_000


def test_escapes_in_a_file_do_not_reach_the_terminal(tmp_path: Path) -> None:
    path = written(tmp_path, Instances=[{"input": "\x1b[31mred\u202e", "output": "b", "\x1b[2J": 1}])
    assert "\x1b" not in run("validate", path, code=1).output


def test_bombs_in_a_workbook_end_soon(tmp_path: Path) -> None:
    data = workbook(tmp_path / "sound.xlsx", SHEET_FACTS, SHEET_ROWS).read_bytes()
    path = tmp_path / "bomb.xlsx"
    titles = set()
    for title, bomb in workbook_bombs(Raw("bomb.xlsx", data), "http://192.0.2.1/"):
        if title in titles:
            continue
        titles.add(title)
        path.write_bytes(bomb)
        start = time.process_time()
        run_any("validate", path)
        assert time.process_time() - start < 20, title
    assert len(titles) > 5


def run_any(*arguments: object) -> None:
    """Run a command that may succeed or fail with one line."""
    from click.testing import CliRunner

    from medcorpus.cli import main

    result = CliRunner().invoke(main, [str(a) for a in arguments])
    assert result.exit_code in (0, 1, 3), result.output
    assert "Traceback" not in result.output
    assert "defect of medcorpus" not in result.output


@pytest.mark.parametrize("name", [explaining.PUBLISHED, explaining.CONTRIBUTION])
def test_schemas_are_schemas(name: str) -> None:
    Draft202012Validator.check_schema(json.loads((SCHEMAS / name).read_text(encoding="utf-8")))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3), st.lists, max_leaves=4
)
shaped = st.dictionaries(st.sampled_from(["id", "input", "output", "x"]), values | st.lists(st.text(max_size=3)))


@given(shaped | values)
def test_what_is_quickly_called_sound_conforms_to_the_schema(instance: Any) -> None:
    if validation.is_sound(instance):
        assert list(explaining.faults_of(instance, explaining.INSTANCE)) == []


@pytest.mark.real
@pytest.mark.parametrize(
    ("file", "code", "told"),
    [
        ("DATA_Contributor/Task_Contributor.xlsx", 1, "10 faults"),
        ("examples/eval_results_Rationale_1_context_1_oriINS_MMedS-Llama 3.csv", 3, "answers of a model"),
        ("DATA_Contributor/Data_Uploading_Guideline.md", 3, "a md file, no task file"),
    ],
)
def test_real_files(file: str, code: int, told: str, real_raw: Path) -> None:
    path = real_raw / "meds_ins_rationale_example" / file
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    assert told in run("validate", path, code=code).stderr
