"""The command that checks a task file from outside: `medcorpus validate`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from medcorpus.commands import options
from medcorpus.console import Output
from medcorpus.errors import MedcorpusError

if TYPE_CHECKING:
    from medcorpus.contributions.validation import Validated

SHOWN = 20
"""Faults in the table for people; JSON has more."""
LONG = 500
"""Characters of a previewed text."""


class TaskFileError(MedcorpusError):
    """A task file with faults."""


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@options.common
def validate(file: Path, out: Output) -> None:
    """Check a task file before it is sent or turned into a source.

    FILE is a task file as MedS-Ins publishes it, or a contribution: JSON with a "Split Type", or the guideline's
    workbook. Every fault says where it is and what to do; three instances are shown as a model would see them. The
    exit code is 1 when there is a fault.
    """
    from medcorpus.contributions import validation

    with out.progress() as watch:
        found = validation.validate(file, lambda done: watch("instances", done, 0))
    faults = [asdict(fault) for fault in found.faults]
    value = {
        "file": file,
        "kind": found.kind,
        "instances": found.instances,
        "faults": faults,
        "fault_count": found.fault_count,
        "notes": found.notes,
        "preview": found.preview,
    }
    bare = [f"{file}: instance {f.instance}: {f.what}" if f.instance else f"{file}: {f.what}" for f in found.faults]
    out.result(value, bare=bare, human=lambda: _show(file, found, out))
    if found.fault_count:
        one = found.fault_count == 1
        fix = f"mend {'it' if one else 'them'}, then run: medcorpus validate {file}"
        raise TaskFileError(f"{found.fault_count:,} fault{'' if one else 's'}", where=str(file), fix=fix)


def _show(file: Path, found: Validated, out: Output) -> None:
    verdict = "sound" if not found.fault_count else f"{found.fault_count:,} to mend"
    out.line(f"{file}: {found.kind}, {found.instances:,} instances, {verdict}")
    if found.faults:
        rows = [(f.instance or "", f.what, f.fix) for f in found.faults[:SHOWN]]
        out.table(("instance", "what is wrong", "what to do"), rows, title="")
    if found.fault_count > SHOWN:
        out.line(f"and {found.fault_count - SHOWN:,} more; --format json lists {len(found.faults):,}")
    out.line("".join(f"\nnote: {note}" for note in found.notes))
    for number, row in enumerate(found.preview, 1):
        parts = {"instruction": row["instruction"], "input": row["input"], "output": "\n".join(row["output"])}
        out.facts(f"\ninstance {number} as a model sees it", {name: text[:LONG] for name, text in parts.items()})


COMMANDS = (validate,)
