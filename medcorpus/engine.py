"""Where work runs: file-to-file jobs on processes of this machine or on a Ray cluster.

Results come in the order of the jobs, whatever ran them and in whichever order they were finished. No other module
knows which engine runs its jobs. A job is a function that can be imported and a value that can be sent; it may run
anywhere that sees the same raw files and the same storage, and it may run again after the process it ran in died.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import Protocol, TypeVar

from medcorpus.errors import EngineError, MedcorpusError

Job = TypeVar("Job")
Result = TypeVar("Result")
Step = Callable[[int, int], None]
ENGINES = ("local", "ray")
MEMORY = "it probably took more memory than there is: take fewer --workers, or machines with more memory"


class Engine(Protocol):
    """Runs a function over jobs and gives the results in the jobs' order."""

    def map(self, function: Callable[[Job], Result], jobs: Sequence[Job], step: Step | None = None) -> list[Result]:
        """Run every job; `step(done, all)` is called after each."""


class Inline:
    """Runs jobs one after the other in this process: the least overhead, and the simplest to debug."""

    def map(self, function: Callable[[Job], Result], jobs: Sequence[Job], step: Step | None = None) -> list[Result]:
        """Run every job here."""
        results = []
        for job in jobs:
            results.append(function(job))
            if step:
                step(len(results), len(jobs))
        return results


class Pool:
    """Runs jobs on processes that end with this one, even when it is killed."""

    def __init__(self, workers: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_end_with_parent)

    def map(self, function: Callable[[Job], Result], jobs: Sequence[Job], step: Step | None = None) -> list[Result]:
        """Run every job on some process; the first error cancels the jobs that have not started."""
        futures: list[Future[Result]] = [self._pool.submit(function, job) for job in jobs]
        try:
            results = []
            for future in futures:
                results.append(future.result())
                if step:
                    step(len(results), len(jobs))
            return results
        except BrokenExecutor as error:
            raise EngineError("a worker process was killed", fix=MEMORY) from error
        except BaseException:
            self._pool.shutdown(cancel_futures=True)
            raise

    def close(self) -> None:
        """Wait for the processes and end them."""
        self._pool.shutdown(cancel_futures=True)


def default_workers() -> int:
    """Give the number of processors this process may use, at most 8."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(8, allowed)


@contextmanager
def opened(kind: str, workers: int, address: str = "") -> Iterator[Engine]:
    """Open an engine.

    Args:
        kind: `local` or `ray`.
        workers: How many jobs run at the same time; 0 is as many as a cluster has processors.
        address: Ray cluster to join; empty starts one on this machine.

    Raises:
        MissingExtraError: Ray is not installed.
        EngineError: The cluster cannot be joined.
    """
    if kind == "ray":
        from medcorpus import on_ray

        with on_ray.joined(address, workers) as cluster:
            yield cluster
        return
    if address:
        raise MedcorpusError("only Ray has an address", where=address, fix="add --engine ray, or leave --address out")
    with local(workers or default_workers()) as here:
        yield here


@contextmanager
def local(workers: int) -> Iterator[Engine]:
    """Open an engine on this machine: a pool for two workers or more, else this process."""
    if workers < 2:
        yield Inline()
        return
    pool = Pool(workers)
    try:
        yield pool
    finally:
        pool.close()


def _end_with_parent() -> None:
    """Leave Ctrl-C to the parent process, and end when it does, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_exit_after, args=(parent.sentinel,), daemon=True).start()


def _exit_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
