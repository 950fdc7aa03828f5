"""The command line as people and programs meet it: help, errors, exit codes, speed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from filelock import FileLock

from medcorpus import build as building
from medcorpus import errors
from medcorpus.cli import EXIT_CODES, main
from medcorpus.errors import LockedError, MedcorpusError, MissingFilesError
from tests.commandline import error_of, run

COMMANDS = (
    "list", "search", "show", "tasks", "card", "fetch", "ingest", "build", "plan", "annotate", "dedup",
    "decontaminate", "check", "new", "pin", "validate", "catalogue", "export", "publish", "verify", "why", "doctor",
    "diff", "yank", "withdraw", "mirror", "hub",
)  # fmt: skip
HEAVY = {
    "pyarrow",
    "polars",
    "datasets",
    "datasketch",
    "numpy",
    "numba",
    "lxml",
    "httpx",
    "huggingface_hub",
    "langdetect",
}
REAL_MAIN = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from medcorpus.cli import main; main()"
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build mmedbench from the samples of the real sources, once."""
    home = tmp_path_factory.mktemp("built")
    building.build("mmedbench", building.Options(home=home, sample=True, workers=1))
    return home


def test_help_lists_commands_and_exit_codes() -> None:
    text = run("--help").output
    assert tuple(main.commands) == COMMANDS
    assert re.findall(r"^  ([a-z]+)  ", text, re.MULTILINE) == list(COMMANDS)
    assert not re.search(r"^  .*\.\.\.$", text, re.MULTILINE)
    for code, meaning in EXIT_CODES.items():
        assert re.search(rf"^ *{code}  {re.escape(meaning)}$", text, re.MULTILINE)


def test_every_error_has_a_documented_exit_code() -> None:
    kinds = [k for k in vars(errors).values() if isinstance(k, type) and issubclass(k, MedcorpusError)]
    assert {kind.exit_code for kind in kinds} <= set(EXIT_CODES)


def test_no_command_shows_the_help() -> None:
    assert run().output == run("--help").output


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_format_and_home(name: str) -> None:
    command = main.commands[name]
    for one in command.commands.values() if isinstance(command, click.Group) else [command]:
        options = {o for p in one.params if isinstance(p, click.Option) for o in p.opts}
        assert {"--format", "--home"} <= options
        assert one.help


def test_version() -> None:
    assert re.fullmatch(r"medcorpus \d+\.\d+\.\d+\n", run("--version").output)


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ | environment
    )


def test_list_imports_nothing_heavy() -> None:
    code = (
        "import sys, contextlib\nfrom medcorpus.cli import main\n"
        "with contextlib.suppress(SystemExit): main(['list'])\n"
        f"print(sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)"
    )
    assert python(code).stderr.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["biuld"], "error: there is no command 'biuld' - did you mean 'build'?"),
        (["build", "meds-inz"], "error: there is no product 'meds-inz' - did you mean 'meds-ins' or 'meds-bench'?"),
        (["build"], "error: medcorpus build: Missing argument 'PRODUCT' - see: medcorpus build --help"),
        (["show", "frenchmedmcq"], "did you mean 'frenchmedmcqa'"),
        (["search", "--lang", "frr"], "error: there is no language 'frr' - did you mean 'fr'?"),
        (["search", "--task", "nerr"], "error: there is no task 'nerr' - did you mean 'ner'"),
        (["tasks", "--category", "diagnosys"], "did you mean 'diagnosis'"),
        (["check", "frenchmedmcq"], "error: there is no source 'frenchmedmcq' - did you mean 'frenchmedmcqa'"),
        (["check"], "error: medcorpus check: name the sources to check, or give --all - see: medcorpus check --help"),
        (["check", "--all", "hoc"], "error: medcorpus check: name the sources to check, or give --all"),
        (["ingest", "nothing", "--sample"], "error: there is no source 'nothing'"),
        (["fetch", "nothing"], "error: there is no source 'nothing'"),
        (["build", "mmedc", "--raw", ".", "--sample"], "--raw and --sample exclude each other"),
        (["build", "mmedc", "--raw", "not/here"], "Directory 'not/here' does not exist"),
        (["build", "mmedc", "--workers", "-1"], "--workers"),
        (["build", "mmedc", "--max-rejects", "2"], "--max-rejects"),
        (["list", "--format", "xml"], "--format"),
        (["new", "Not-A-Name"], "call it 'not_a_name'"),
        (["verify", "mmedz"], "did you mean 'mmedc'"),
        (["verify", "mmedc", "--path", "."], "PRODUCT and --path exclude each other"),
        (["why", "nothing"], "error: there is no row 'nothing' - an id is written source/key or task/source/key"),
        (["card", "mmedz"], "did you mean 'mmedc'"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(arguments: list[str], told: str) -> None:
    assert told in error_of(*arguments, code=2)


def test_errors_as_json_leave_standard_output_empty() -> None:
    for arguments in (
        ["build", "nope", "--format", "json"],
        ["build", "--format=json"],
        ["verify", "--format", "json"],
    ):
        result = run(*arguments, code=1 if arguments[0] == "verify" else 2)
        assert result.stdout == ""
        assert sorted(json.loads(result.stderr)) == ["code", "error", "fix", "where"]
    assert json.loads(result.stderr)["fix"] == "run: medcorpus build PRODUCT"
    assert result.stderr.count("\n") == 1


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(*args: object, **named: object) -> Any:
        raise error

    monkeypatch.setattr(building, "build", fail)


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (LockedError("being built by process 7", fix="wait"), 75, "error: being built by process 7 - wait"),
        (MissingFilesError("gone\n\x1b[31mred", where="a: b"), 4, "error: a: b: gone red"),
        (KeyboardInterrupt(), 130, "error: interrupted - run the same command again: what was finished is kept"),
        (
            OSError(28, "No space left on device", "/full"), 1,
            "error: /full: No space left on device - mend that, then run the same command again",
        ),
        (ZeroDivisionError("by zero"), 1, "ZeroDivisionError: by zero - this is a defect of medcorpus"),
    ],
)  # fmt: skip
def test_exit_codes(error: BaseException, code: int, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, error)
    result = run("build", "mmedc", code=code)
    assert told in result.stderr.strip()
    assert result.stderr.strip().count("\n") == 0
    assert result.stdout == ""


def test_traceback_only_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, MedcorpusError("what", where="where", fix="fix"))
    monkeypatch.setenv("MEDCORPUS_DEBUG", "1")
    result = CliRunner().invoke(main, ["build", "mmedc"])
    assert "Traceback" in result.stderr
    assert result.stderr.endswith("\nerror: where: what - fix\n")


def test_several_products_that_fail_are_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, MissingFilesError("no raw files", fix="try --sample"))
    told = error_of("build", "all", code=4)
    assert told.startswith("error: 4 of 4 products were not built: mmedc: no raw files - try --sample; meds-ins:")


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to one process")
def test_interrupt_ends_a_build_that_waits_for_a_lock(built: Path) -> None:
    arguments = ["build", "mmedbench", "--sample", "--home", str(built)]
    with (
        FileLock(built / "layers" / "release-mmedbench.lock"),
        subprocess.Popen([sys.executable, "-c", REAL_MAIN, *arguments], stderr=subprocess.PIPE, text=True) as process,
    ):
        assert process.stderr is not None
        assert process.stderr.readline().startswith("find raw files: ")
        time.sleep(0.5)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        told = process.stderr.read()
        assert process.wait(10) == 130
        assert time.monotonic() - start < 2
    assert told.strip() == "error: interrupted - run the same command again: what was finished is kept"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such pipes")
def test_reader_that_stops_early_is_no_error() -> None:
    command = f"{sys.executable} -m medcorpus.cli list --format quiet | head -n 1"
    result = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert (result.stdout, result.stderr) == ("mmedc\n", "")
