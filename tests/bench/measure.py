"""Time and memory of functions, of fresh processes, and of process trees."""

from __future__ import annotations

import gc
import json
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

MB = 1e6
STATUS = Path("/proc/self/status")


def fastest(*functions: Callable[[], object], times: int = 5) -> list[float]:
    """Run functions in turn, several times over, and give the least processor seconds of each, the first round apart.

    Processor time says the same on a machine that is busy with other things; nothing measured here uses threads.
    """
    best = [float("inf")] * len(functions)
    for number in range(times + 1):
        for i, function in enumerate(functions):
            gc.collect()
            seconds = _timed(function)
            best[i] = min(best[i], seconds) if number else best[i]
    return best


def _timed(function: Callable[[], object]) -> float:
    start = process_time()
    function()
    return process_time() - start


def peak_memory() -> int:
    """Give the most bytes this process has held.

    `ru_maxrss` survives exec and so starts at the peak of whoever started this process; Linux's `VmHWM` does not.
    """
    if STATUS.exists():
        line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def fresh(module: str, *args: str, env: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Run a module of this folder in a new process.

    Returns:
        The JSON object that its last line is, and the `process_seconds` from start to end.

    Raises:
        RuntimeError: It failed; its last line of errors is told.
    """
    done = watched([sys.executable, "-m", f"tests.bench.{module}", *args], env=env, sample=False)
    return {**json.loads(done.output.splitlines()[-1]), "process_seconds": done.seconds}


@dataclass(frozen=True, slots=True)
class Finished:
    """A process that ended well: seconds, most bytes of it and all its children together, and what it printed."""

    seconds: float
    peak: int
    output: str


def watched(command: Sequence[str], env: Mapping[str, str] | None = None, sample: bool = True) -> Finished:
    """Run a command, looking every 20 ms at the memory of all processes it has started.

    Raises:
        RuntimeError: It failed; its last line of errors is told.
    """
    start = perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **(env or {})}
    ) as process:
        watch = _Watch(process.pid)
        if sample:
            watch.start()
        output, errors = process.communicate()
        seconds = perf_counter() - start
        watch.stop()
    if process.returncode:
        told = (errors.strip().splitlines() or [f"exit code {process.returncode}"])[-1]
        raise RuntimeError(f"{' '.join(command[1:4])}: {told}")
    return Finished(seconds, watch.peak, output)


class _Watch(threading.Thread):
    """Looks at the memory of a process tree until it is stopped."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._pid, self._stopped = pid, threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(0.02):
            self.peak = max(self.peak, tree_memory(self._pid))

    def stop(self) -> None:
        self._stopped.set()
        if self.ident:
            self.join()


def tree_memory(pid: int) -> int:
    """Give the resident bytes of a process and all below it; pages that two of them share count twice."""
    folder = Path("/proc") / str(pid)
    try:
        resident = int((folder / "statm").read_text().split()[1]) * resource.getpagesize()
        children = [c for f in folder.glob("task/*/children") for c in f.read_text().split()]
    except (OSError, IndexError):
        return 0
    return resident + sum(tree_memory(int(c)) for c in children)


def size_of(folder: Path) -> int:
    """Give the bytes of all files under a folder."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file() and not p.is_symlink())
