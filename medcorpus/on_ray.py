"""Jobs on a Ray cluster: one started on this machine, or one that is joined.

Ray retries a job whose process or machine died. A job that runs twice does no harm, for it writes under a temporary
name and renames, and writes the same. Every machine of a cluster must have the same code and libraries as this one:
layers are named after them.
"""

from __future__ import annotations

import hashlib
import logging
import os
import platform
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import metadata
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from medcorpus import registry
from medcorpus.engine import MEMORY, Engine, Step
from medcorpus.errors import EngineError, MissingExtraError

Job = TypeVar("Job")
Result = TypeVar("Result")

RETRIES = 5
"""How often a job is started again after its process or machine died."""
LIBRARIES = ("polars", "pyarrow", "numpy")
"""Libraries that write parts or decide columns; their versions must be the same everywhere."""
QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0", "RAY_DEDUP_LOGS": "0"}


class OnRay:
    """Runs jobs as Ray tasks of one processor each.

    Args:
        ray: The module.
        at_once: How many tasks are handed to Ray at a time, so that a million jobs do not wait in its memory.
    """

    def __init__(self, ray: Any, at_once: int) -> None:
        self._ray, self._at_once = ray, at_once
        self._task = ray.remote(num_cpus=1, max_retries=RETRIES)(run_alike)

    def map(self, function: Callable[[Job], Result], jobs: Sequence[Job], step: Step | None = None) -> list[Result]:
        """Run every job on some machine; at the first error no more are started, and those that run are waited for.

        They are not cancelled: Ray aborts this process when a job ends while it is being cancelled by force.

        Raises:
            EngineError: A job's process died again and again, or a machine has other code.
        """
        results: dict[int, Result] = {}
        running: dict[Any, int] = {}
        waiting = iter(range(len(jobs)))
        try:
            while len(results) < len(jobs):
                for number in islice(waiting, self._at_once - len(running)):
                    running[self._task.remote(function, jobs[number], fingerprint())] = number
                done, _ = self._ray.wait(list(running))
                for task in done:
                    results[running.pop(task)] = self._result(task)
                    if step:
                        step(len(results), len(jobs))
        except Exception:
            if running:
                self._ray.wait(list(running), num_returns=len(running))
            raise
        return [results[number] for number in range(len(jobs))]

    def _result(self, task: Any) -> Any:
        try:
            return self._ray.get(task)
        except self._ray.exceptions.RayTaskError as error:
            raise error.cause from error
        except self._ray.exceptions.RayError as error:
            what = f"a job was started {RETRIES + 1} times and died ({type(error).__name__})"
            raise EngineError(what, fix=MEMORY) from error


@contextmanager
def joined(address: str, workers: int) -> Iterator[Engine]:
    """Start Ray on this machine, or join a cluster; it is left, and what was started ended, at the end.

    Args:
        address: Of the cluster. Empty starts one here and joins no other: Ray by itself takes any that it finds.
        workers: Processors to use; 0 takes all.

    Raises:
        MissingExtraError: Ray is not installed.
        EngineError: There is no cluster at that address.
    """
    ray = _imported()
    own = not ray.is_initialized()
    if own:
        _start(ray, address, workers)
    try:
        yield OnRay(ray, workers or 2 * max(1, int(ray.cluster_resources().get("CPU", 1))))
    finally:
        if own:
            ray.shutdown()


def _imported() -> Any:
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)  # read when Ray is imported, and handed on to its processes
    try:
        import ray
    except ImportError as error:
        raise MissingExtraError("ray", "ray") from error
    return ray


def _start(ray: Any, address: str, workers: int) -> None:
    size = {} if address else {"num_cpus": workers or None, "include_dashboard": False}
    try:
        ray.init(address=address or "local", log_to_driver=False, logging_level=logging.CRITICAL, **size)
    except (ConnectionError, ValueError, RuntimeError) as error:
        fix = "start it with: ray start --head, or leave --address out"
        raise EngineError(f"Ray: {' '.join(str(error).split())[:200]}", where=address, fix=fix) from error


def run_alike(function: Callable[[Job], Result], job: Job, wanted: dict[str, str]) -> Result:
    """Run a job where everything is as on the machine that sent it.

    Raises:
        EngineError: It names what differs.
    """
    here = fingerprint()
    differing = [
        f"{name} {here.get(name)} instead of {wanted[name]}" for name in wanted if here.get(name) != wanted[name]
    ]
    if differing:
        fix = "install the same medcorpus and libraries on every machine of the cluster"
        raise EngineError(f"set up differently: {', '.join(differing)}", where=platform.node(), fix=fix)
    return function(job)


@cache
def fingerprint() -> dict[str, str]:
    """Give what must be the same on every machine: Python, libraries, and a hash over medcorpus' code and sources."""
    versions = {name: metadata.version(name) for name in LIBRARIES}
    python = ".".join(platform.python_version_tuple()[:2])
    return {"python": python, **versions, "code": _code(Path(__file__).parent, registry.folder())[:16]}


def _code(*folders: Path) -> str:
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
