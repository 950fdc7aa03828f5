"""The command line: `medcorpus --help`.

This module holds the group, the errors and the exit codes; the commands stand in `medcorpus.commands`. Nothing heavy
is imported before the command that needs it runs.
"""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

import medcorpus
from medcorpus.commands import (
    catalogue,
    compare,
    contribute,
    examine,
    export,
    guard,
    interrupt,
    look,
    make,
    near,
    own,
    plan,
    publish,
    serve,
    validate,
    withdraw,
)
from medcorpus.console import as_json, one_line
from medcorpus.errors import MedcorpusError, UnknownNameError

DEBUG = "MEDCORPUS_DEBUG"
INTERRUPTED = 130
EXIT_CODES = {
    0: "done",
    1: "something else failed; a source or a task file does not pass its checks",
    2: "wrong usage, or a name that does not exist",
    3: "a raw file or a source cannot be read, or has too many unreadable rows",
    4: "raw files are missing, or a download or an archive is not what it should be",
    5: "files differ from their manifest",
    6: "an optional package is not installed",
    7: "the Hub cannot be reached, or refuses",
    75: "another process is building the same, or somebody else has published; try again later",
    INTERRUPTED: "interrupted; what was finished is kept",
}
EPILOG = "\b\nExit codes:\n" + "\n".join(f"  {code:>3}  {meaning}" for code, meaning in EXIT_CODES.items())


@dataclass(frozen=True, slots=True)
class Failure:
    """What is said when a command ends early, and its exit code."""

    what: str
    where: str = ""
    fix: str = ""
    code: int = 1

    def tell(self, arguments: Sequence[str]) -> int:
        """Write it as one line to standard error, in the format that was asked for."""
        if _wants_json(arguments):
            line = as_json({"error": self.what, "where": self.where, "fix": self.fix, "code": self.code})
        else:
            line = one_line(f"error: {MedcorpusError(self.what, where=self.where, fix=self.fix)}")
        click.echo(line, err=True)
        return self.code


def _wants_json(arguments: Sequence[str]) -> bool:
    joined = " ".join(arguments)
    return "--format json" in joined or "--format=json" in joined


def failure_of(error: BaseException) -> Failure:
    """Tell what an error means to the person at the terminal."""
    if isinstance(error, MedcorpusError):
        return Failure(error.what, error.where, error.fix, error.exit_code)
    if isinstance(error, click.UsageError):
        command = error.ctx.command_path if error.ctx else "medcorpus"
        return Failure(error.format_message().rstrip("."), command, f"see: {command} --help", error.exit_code)
    if isinstance(error, click.ClickException):
        return Failure(error.format_message(), code=error.exit_code)
    if isinstance(error, click.Abort | KeyboardInterrupt):
        return Failure("interrupted", fix="run the same command again: what was finished is kept", code=INTERRUPTED)
    if isinstance(error, OSError) and error.strerror:
        return Failure(error.strerror, str(error.filename or ""), "mend that, then run the same command again")
    return _defect(error)


def _defect(error: BaseException) -> Failure:
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    said = f": {error}" if str(error) else ""
    return Failure(
        f"{type(error).__name__}{said}", place, f"this is a defect of medcorpus; {DEBUG}=1 shows where it comes from"
    )


def outcome(run: Callable[[], Any], arguments: Sequence[str]) -> int:
    """Run a command; whatever goes wrong becomes one line and an exit code."""
    try:
        result = run()
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except BrokenPipeError:
        # The reader has seen enough (`| head`); nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (Exception, KeyboardInterrupt) as error:
        if os.environ.get(DEBUG):
            traceback.print_exc()
        return failure_of(error).tell(arguments)


class Program(click.Group):
    """The group of all commands, with medcorpus' own errors and exit codes."""

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **options: Any
    ) -> Any:
        """Run a command line and exit with its code."""
        arguments = list(sys.argv[1:] if args is None else args)
        if args is None:
            _print_anything()
            interrupt.end_soon_after(lambda: failure_of(KeyboardInterrupt()).tell(arguments))
        options["standalone_mode"] = False
        code = outcome(lambda: super(Program, self).main(arguments, "medcorpus", **options), arguments)
        if args is None and code == INTERRUPTED:
            interrupt.end_now(code)
        sys.exit(code)

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command; an unknown one answers with the nearest."""
        if args and not args[0].startswith("-") and self.get_command(context, args[0]) is None:
            raise UnknownNameError("command", args[0], self.commands)
        return super().resolve_command(context, args)

    def list_commands(self, context: click.Context) -> list[str]:
        """Give the commands in the order in which they are used."""
        return list(self.commands)


def _print_anything() -> None:
    """Write what a terminal's encoding cannot hold as an escape instead of failing on it."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


@click.group(cls=Program, invoke_without_command=True, epilog=EPILOG, context_settings={"max_content_width": 100})
@click.version_option(medcorpus.__version__, prog_name="medcorpus", message="%(prog)s %(version)s")
@click.pass_context
def main(context: click.Context) -> None:
    """Curate medical text and publish it as data sets: mmedc, meds-ins, mmedbench and meds-bench."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


for _command in (
    *look.COMMANDS,
    *make.COMMANDS,
    *plan.COMMANDS,
    *own.COMMANDS,
    *near.COMMANDS,
    *guard.COMMANDS,
    *contribute.COMMANDS,
    *validate.COMMANDS,
    *catalogue.COMMANDS,
    *export.COMMANDS,
    *publish.COMMANDS,
    *examine.COMMANDS,
    *compare.COMMANDS,
    *withdraw.COMMANDS,
    *serve.COMMANDS,
):
    main.add_command(_command)

if __name__ == "__main__":
    main()
