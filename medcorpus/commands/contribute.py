"""Commands for contributors: start a new source, and check one against the contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from medcorpus import registry
from medcorpus.commands import options
from medcorpus.console import Output
from medcorpus.errors import MedcorpusError, MissingFilesError, UnknownNameError
from medcorpus.home import home_folder
from medcorpus.skeleton import SHAPE_NAMES

if TYPE_CHECKING:
    from medcorpus.skeleton import Draft

Problems = Mapping[str, Sequence[str]]
HUB = "hf://"
"""What the name of a dataset on the Hub starts with."""


@click.command()
@click.argument("sources", metavar="SOURCE...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Check every source.")
@click.option("--update", is_flag=True, help="Write expected.jsonl from what the sample gives now; read it then.")
@click.option(
    "--seconds", type=click.FloatRange(min=1), default=60, show_default=True, help="Time each source may take."
)
@click.option(
    "--memory", type=click.FloatRange(min=1), default=4, show_default=True, help="Gigabytes each source may take."
)
@options.common
def check(sources: tuple[str, ...], every: bool, update: bool, seconds: float, memory: float, out: Output) -> None:
    """Check sources against the contract, offline.

    Their code runs in a process of its own, without network, programs or files to write; a source that tries is
    stopped, and it is said where. Each line says what to fill in or mend. The exit code is 1 when a check fails.
    """
    from medcorpus.confinement import checking
    from medcorpus.confinement.limits import GIGABYTE, Limits

    if every == bool(sources):
        raise click.UsageError("name the sources to check, or give --all")
    names = registry.names() if every else tuple(dict.fromkeys(sources))
    for name in names:
        if name not in registry.names():
            raise UnknownNameError("source", name, registry.names())
    limits = Limits(seconds=seconds, memory=int(memory * GIGABYTE))
    with out.progress() as watch:
        checked = checking.check(
            names, update=update, limits=limits, watch=lambda done: watch("check", done, len(names))
        )
    if not {"landlock", "seccomp"} <= set(checked.walls):
        out.warn("no Landlock and seccomp here: only Python's audit hook holds the sources; read them before")
    found = {name: checked.problems[name] for name in names}
    failed = [name for name, checks in found.items() if any(checks.values())]
    value = {"sources": found, "failed": failed, "written": checked.written, "walls": checked.walls}
    out.result(value, bare=failed, human=lambda: _show_checks(found, checked.written, out))
    if failed:
        fix = f"mend them, then run: medcorpus check {' '.join(failed)}"
        raise MedcorpusError(f"checks fail for {', '.join(failed)}", fix=fix)


def _show_checks(found: Mapping[str, Problems], written: Sequence[Any], out: Output) -> None:
    for path in written:
        out.line(f"written  {path}; read it before it is committed")
    for name, checks in found.items():
        failed = sum(bool(problems) for problems in checks.values())
        verdict = f"{failed} of {len(checks)} checks fail" if failed else f"passes {len(checks)} checks"
        if not failed and len(found) > 1:
            out.line(f"{name} {verdict}")
            continue
        rows = [row for check, problems in checks.items() for row in _check_rows(check, problems)]
        out.table(("check", "", "what to fill in or mend"), rows, title=f"{name} {verdict}\n")
        out.line()


def _check_rows(check: str, problems: Sequence[str]) -> list[tuple[str, str, str]]:
    if not problems:
        return [(check, "ok", "")]
    first, *others = problems
    return [(check, "FAILS", first), *(("", "", other) for other in others)]


@click.command()
@click.argument("name")
@click.option(
    "--from",
    "origin",
    default="",
    help="A task file (see: medcorpus validate --help), or a dataset of the Hub: hf://owner/name.",
)
@click.option("--shape", type=click.Choice(SHAPE_NAMES), default=None, help="Shape of its records; Text by default.")
@click.option("--title", default="", help="Name as its authors write it.")
@options.common
def new(name: str, origin: str, shape: str | None, title: str, out: Output) -> None:
    """Start a new source in a checkout.

    Writes sources/NAME: from nothing, from a task file, or from what a dataset of the Hub says of itself; `medcorpus
    check NAME` then says what is to be filled in.
    """
    from medcorpus import skeleton

    if origin and (shape or title):
        raise click.UsageError("--from says shape and title: leave --shape and --title out")
    skeleton.check_name(name)
    files = skeleton.write(
        _drafted(name, origin) if origin else skeleton.empty(name, shape=shape or "Text", title=title)
    )
    steps = _steps(name, files)

    def human() -> None:
        out.line("\n".join(f"written  {file}" for file in files))
        out.line("\n" + "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1)))

    out.result({"source": name, "files": files, "next": steps}, bare=files, human=human)


def _drafted(name: str, origin: str) -> Draft:
    if origin.startswith(HUB):
        from medcorpus.contributions import from_hub

        return from_hub.draft(name, origin.removeprefix(HUB))
    from medcorpus.contributions import from_file

    if not Path(origin).is_file():
        raise MissingFilesError(f"no file {origin!r} here", fix=f"name a task file, or a dataset as {HUB}owner/name")
    return from_file.draft(name, Path(origin))


def _steps(name: str, files: Sequence[Path]) -> tuple[str, ...]:
    sample = files[-1].parent / "sample"
    drafted = any(sample in file.parents for file in files)
    rows = "write a few rows of your own, laid out as upstream does, to"
    return (
        f"fill in {files[-1]}",
        f"{'write rows of your own in place of those in' if drafted else rows} {sample}",
        f"run: medcorpus check {name}",
    )


@click.command()
@click.argument("source")
@options.raw
@options.common
def pin(source: str, raw: Path | None, out: Output) -> None:
    """Record size and sha256 of a source's raw files.

    Files are taken from --raw or from the cache; pins of files that are not here are kept. From then on every
    download is checked against them.
    """
    from medcorpus import fetch
    from medcorpus.raw import pins

    found = fetch.find(source, home=home_folder(), raw=raw)
    if not found.files:
        raise MissingFilesError(f"no raw file of {source} is here", fix="name their folder with --raw")
    changed = [f.path for f in found.files if f.pin == "differs"]
    path = pins.write(source, found)
    value = {"source": source, "path": str(path), "files": len(found.files), "changed": changed}
    told = f"written  {path}: {len(found.files):,} files, {len(changed):,} of them with another hash than before"
    out.result(value, bare=[path], human=lambda: out.line(told))


COMMANDS = (check, new, pin)
