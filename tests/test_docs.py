"""What the documents say is run: commands exist, examples give what they show, tests they name are there."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest

from medcorpus import contract, gate, products
from medcorpus.build import Options, build
from tests.checkout import NAME, forget_sources
from tests.commandline import error_of, run
from tests.task_files import written

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PUBLISHING = (ROOT / "docs" / "PUBLISHING.md").read_text(encoding="utf-8")
SCALING = (ROOT / "docs" / "SCALING.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


@pytest.fixture(scope="module")
def beside_a_build(tmp_path_factory: pytest.TempPathFactory, sample_layers: str) -> Path:
    """Give a folder in which `make build` has run."""
    folder = tmp_path_factory.mktemp("checkout")
    for product in products.PRODUCTS:
        build(product, Options(home=folder / "build", store=sample_layers, sample=True, workers=1))
    return folder


@pytest.mark.filterwarnings("ignore:.*made-up samples")
def test_readme_examples_give_what_they_show(beside_a_build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(beside_a_build)
    session = "\n".join(blocks(README, "python"))
    examples = doctest.DocTestParser().get_doctest(session, {}, "README", None, 0)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    said: list[str] = []
    runner.run(examples, out=said.append)
    assert examples.examples
    assert not runner.failures, "".join(said)


def commands() -> list[str]:
    found = [block for text in (README, PUBLISHING, SCALING) for block in blocks(text, "sh")]
    lines = [line for block in found for line in block.splitlines()]
    return sorted({line.split("#")[0].split("  ")[0].strip() for line in lines if line.startswith("medcorpus ")})


@pytest.mark.parametrize("command", commands())
def test_command_exists(command: str) -> None:
    words = command.split()
    group = words[1:3] if words[1] == "hub" else words[1:2]
    help_text = subprocess.run(
        [sys.executable, "-m", "medcorpus.cli", *group, "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert all(word.split("=")[0] in help_text for word in words[2:] if word.startswith("--"))


def test_contributing_examples_run() -> None:
    namespace: dict[str, object] = {}
    for block in blocks((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), "python"):
        exec(compile(block, "CONTRIBUTING.md", "exec"), namespace)  # noqa: S102 - the document's own examples
    assert callable(namespace["question"])


def test_contributing_commands_run(checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    contract.update(NAME)
    written(tmp_path, "ward.json")
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    text = text.replace(
        "test/task60_frenchmedmcqa_mcqa_fr", "train/tiny-exam-qa_tiny_exam_qa"
    )  # what this checkout has
    lines = [line.split("#")[0].split() for block in blocks(text, "sh") for line in block.splitlines()]
    assert len(lines) > 5
    for words in lines:
        forget_sources()
        if "hf://owner/name" in words:
            assert "HF_HUB_OFFLINE is set" in error_of(*words[1:], code=4)
        else:
            run(*words[1:], code=1 if words[1] == "check" else 0)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(test_[a-z_]+\.py)(?:::|`)", ARCHITECTURE))))
def test_file_named_in_the_architecture_exists(name: str) -> None:
    assert (ROOT / "tests" / name).is_file()


@pytest.mark.parametrize(("file", "test"), re.findall(r"(test_[a-z]+\.py)::(test_\w+)", ARCHITECTURE))
def test_test_named_in_the_architecture_exists(file: str, test: str) -> None:
    assert f"def {test}(" in (ROOT / "tests" / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("module", re.findall(r"`([a-z_]+\.py)`", ARCHITECTURE.split("## How a row")[0]))
def test_module_named_in_the_architecture_exists(module: str) -> None:
    import medcorpus

    assert (Path(medcorpus.__file__).parent / module).is_file()


def test_every_check_before_a_tag_is_explained() -> None:
    listed = re.findall(r"^\| `(\w+)` \|.*\| (yes|no) \|$", PUBLISHING, flags=re.MULTILINE)
    assert listed == [(name, "no" if name in gate.KEPT else "yes") for name in gate.CHECKS]
