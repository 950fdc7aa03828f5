"""Runs the command line in this process, and makes its output comparable."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner, Result

from medcorpus.cli import main


def run(*arguments: object, code: int = 0) -> Result:
    result = CliRunner().invoke(main, [str(a) for a in arguments])
    assert isinstance(result.exception, SystemExit | None), result.exception
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def error_of(*arguments: object, code: int) -> str:
    """Run a command that fails: nothing but one line on standard error."""
    result = run(*arguments, code=code)
    assert result.stderr.count("\n") == 1
    told: str = result.stderr.strip()
    return told


def normal(text: str, *folders: Path) -> str:
    """Replace what differs from run to run: folders, versions, hashes, seconds."""
    for number, folder in enumerate(folders):
        text = text.replace(str(folder), f"<{number}>")
    text = re.sub(r"\d+\.\d+\.\d+\+(sample\.)?[0-9a-f]{12}", "<version>", text)
    text = re.sub(r"\b[0-9a-f]{64}\b", "<sha256>", text)
    return re.sub(r"\d+\.\d s", "<seconds>", text)
