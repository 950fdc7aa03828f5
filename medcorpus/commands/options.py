"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from medcorpus.console import FORMATS, Output
from medcorpus.engine import ENGINES
from medcorpus.home import VARIABLE

Function = TypeVar("Function", bound=Callable[..., Any])


def _output(context: click.Context, parameter: click.Parameter, value: Any) -> Output:
    return Output(value)


def _use_home(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    if value is not None:
        os.environ[VARIABLE] = value if "://" in value else str(Path(value).absolute())


def common(command: Function) -> Function:
    """Add `--format`, which the function gets as `out`, and `--home`, which stands for MEDCORPUS_HOME."""
    command = click.option(
        "--home",
        type=click.Path(file_okay=False),
        callback=_use_home,
        expose_value=False,
        is_eager=True,
        help=f"Folder of downloads, layers and releases; stands for {VARIABLE}.",
    )(command)
    return click.option(
        "--format",
        "out",
        type=click.Choice(FORMATS),
        default="human",
        show_default=True,
        callback=_output,
        help="Tables for people, JSON for programs, or only the bare names and paths.",
    )(command)


raw = click.option(
    "--raw",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of your own copies: DIR/<source>/<path as upstream lays it out>.",
)
sample = click.option("--sample", is_flag=True, help="Use the samples that ship with the sources; needs no download.")
accept_new = click.option(
    "--accept-new", is_flag=True, help="Accept what upstream has now where it differs from your first download."
)
workers = click.option(
    "--workers", type=click.IntRange(min=0), default=0, help="Processes; 0, the default, takes one per processor."
)


def engine(command: Function) -> Function:
    """Add what says where jobs run and where layers lie: `--engine`, `--address`, `--workers` and `--store`."""
    for option in (store, workers, address, kind):
        command = option(command)
    return command


kind = click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default=ENGINES[0],
    show_default=True,
    help="What runs the work: processes of this machine, or Ray.",
)
address = click.option(
    "--address", default="", help="Ray cluster to join (HOST:PORT, auto); starts one on this machine by default."
)
store = click.option(
    "--store",
    default="",
    envvar="MEDCORPUS_STORE",
    show_envvar=True,
    help="Where layers lie: a folder, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX; the home folder by default.",
)
max_rejects = click.option(
    "--max-rejects",
    type=click.FloatRange(0, 1),
    default=None,
    help="Share of unreadable rows a source may have before it fails; each source states its own.",
)
release_path = click.option(
    "--path",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A release's folder, in place of the newest release under the home folder.",
)
