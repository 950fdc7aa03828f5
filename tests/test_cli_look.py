"""Commands to look around: list, search, tasks, show, card."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from medcorpus import build as building
from medcorpus import registry
from tests.checkout import NAME
from tests.commandline import error_of, run


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build mmedbench from the samples of the real sources, once."""
    home = tmp_path_factory.mktemp("built")
    building.build("mmedbench", building.Options(home=home, sample=True, workers=1))
    return home


def test_list(checkout: Path) -> None:
    assert run("list").output == (
        "products\n\n"
        "name        rows                       languages  sources  tasks  about\n"
        "mmedc       texts                                       0"
        "         Multilingual medical text in English, Chinese, Japanese, French, Russian and Spanish.\n"
        "meds-ins    instructions               en fr            1      1"
        "  Medical instruction tasks in 19 categories, each row with its task, source and licence.\n"
        "mmedbench   multiple-choice questions                   0"
        "         Medical multiple-choice questions in six languages, with the upstream's splits.\n"
        "meds-bench  instructions                                0"
        "         The test rows of the clinical benchmark's tasks, rendered as MedS-Ins renders them.\n"
        "\nsources\n\n"
        "name       shape   languages  tasks  rows  sample  licence  passing on  access  title\n"
        "tiny_exam  Choice  en fr          1             0  CC0-1.0  yes         open    Tiny Exam\n"
    )


def test_list_for_programs(checkout: Path) -> None:
    listed = json.loads(run("list", "--format", "json").output)
    assert [p["name"] for p in listed["products"]] == ["mmedc", "meds-ins", "mmedbench", "meds-bench"]
    assert listed["sources"] == [
        {
            "name": NAME, "title": "Tiny Exam", "languages": ["en", "fr"], "shape": "Choice", "tasks": 1,
            "rows": "", "sample": 0, "licence": "CC0-1.0", "redistribute": "yes", "access": "open",
        }
    ]  # fmt: skip
    assert run("list", "--format", "quiet").output == f"mmedc\nmeds-ins\nmmedbench\nmeds-bench\n{NAME}\n"


def test_list_fits_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = run("list").output.splitlines()
    assert max(map(len, lines)) <= 80
    names = {line.split()[0] for line in lines if line.strip()}
    assert set(registry.names()) <= names


def test_content_cannot_control_the_terminal(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = replace(registry.get(NAME), title="\x1b[2J\x1b]0;owned\x07Tiny\u202e Exam\nagain\x9b1m")
    with monkeypatch.context() as patch:
        patch.setattr(registry, "get", lambda name: hostile)
        for arguments in (["list"], ["show", NAME], ["list", "--format", "json"], ["show", NAME, "--format", "json"]):
            output = run(*arguments).output
            assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", output)
        assert "Tiny Exam again" in run("list").output


def test_search() -> None:
    assert run("search", "pharmacy", "--lang", "fr", "--format", "quiet").output == "frenchmedmcqa\n"
    assert "FrenchMedMCQA" in run("search", "french", "pharmacy").output
    assert run("search", "no such words anywhere", "--format", "json").output == "[]\n"
    assert "medcorpus list" in run("search", "no such words anywhere").output


def test_tasks() -> None:
    rows = json.loads(run("tasks", "--lang", "fr", "--format", "json").output)
    assert "task60" in [row["id"] for row in rows]
    assert all("fr" in row["lang"] for row in rows)
    assert re.search(r"^task60 +frenchmedmcqa_mcqa_fr +Question Answering", run("tasks").output, re.MULTILINE)


def test_show_source(checkout: Path) -> None:
    assert run("show", NAME).output == (
        """\
Tiny Exam

name              tiny_exam
about             Four questions written for a test.
homepage          https://example.org/tiny
languages         en, fr
shape             Choice
products          meds-ins
licence           CC0-1.0
licence evidence  written for this test
licence url       https://example.org/tiny/license
redistribute      yes
access            open
terms             any
get               medcorpus fetch tiny_exam; or put your own copy at DIR/tiny_exam/<path> and pass --raw DIR
version           1

file             split  lang    pin   url
questions.jsonl  train          none  https://example.org/{path}

tiny_exam_qa

category      Question Answering
domain        Exam
source        tiny_exam
langs         en
output langs  en
instruction   Choose the right option.
input         {question}
              {options}
output        {answer}
phrasings     6

@misc{tiny, title = {Tiny Exam}}
"""
    )


def test_show_pins() -> None:
    shown = json.loads(run("show", "frenchmedmcqa", "--format", "json").output)
    assert shown["kind"] == "source"
    assert [file["path"] for file in shown["files"]] == ["corpus/train.json", "corpus/dev.json", "corpus/test.json"]
    assert all(file["url"].startswith("https://") for file in shown["files"])
    assert shown["tasks"][0]["id"] == "task60"


@pytest.mark.parametrize("name", ["task60", "frenchmedmcqa_mcqa_fr", "qa", "Question Answering"])
def test_show_task(name: str) -> None:
    shown = json.loads(run("show", name, "--format", "json").output)
    assert "task60" in [task["id"] for task in shown["tasks"]]
    assert "task60 frenchmedmcqa_mcqa_fr" in run("show", name).output


def test_show_product(built: Path) -> None:
    text = run("show", "mmedbench", "--home", built).output
    assert re.search(r"^leaves out +not part of the benchmark$", text, re.MULTILINE)
    assert re.search(r"^release .*, of made-up samples$", text, re.MULTILINE)
    assert "none here; run: medcorpus build mmedc" in run("show", "mmedc", "--home", built).output


def test_card(built: Path) -> None:
    shown = json.loads(run("card", "mmedbench", "--home", built, "--format", "json").output)
    release = json.loads(run("show", "mmedbench", "--home", built, "--format", "json").output)["release"]
    assert shown["files"][0] == f"{release['path']}/README.md"
    assert shown["text"] == Path(shown["files"][0]).read_text(encoding="utf-8")
    assert (
        run("card", "mmedbench", "--path", release["path"], "--format", "quiet").output.splitlines() == shown["files"]
    )
    assert shown["files"][0] in run("card", "mmedbench", "--home", built).output
    assert "run: medcorpus build mmedc" in error_of("card", "mmedc", "--home", built, code=1)
