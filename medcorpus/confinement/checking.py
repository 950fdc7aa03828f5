"""Checks sources in a confined process: what they break and what they lack comes back as text."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, cast

import msgspec

from medcorpus import atomic, registry
from medcorpus.confinement.child import PLACE, Order, Report, Stopped
from medcorpus.confinement.limits import GIGABYTE, Limits
from medcorpus.confinement.rules import RULES
from medcorpus.errors import MedcorpusError

STARTING = 60.0
"""Seconds that the process may take until it begins with the first source."""
MAX_REPORT = 64 * 2**20
"""Most bytes that it may report."""
LOOK = 0.5
"""Seconds between two looks at the temporary folder."""
WRITING = 0.2
"""Seconds that a process gets to write where it is."""
MOST_FOLDERS = 1000
"""Folders, and files of each, that are looked at."""
STOPPED = "stopped"
"""What stands in place of a check for a source that was stopped."""
KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "PYTHONPATH", "PYTHONUTF8", "SYSTEMROOT", "LD_LIBRARY_PATH")
"""Variables of the environment that the process gets; it gets no token."""
FEW_THREADS = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MALLOC_ARENA_MAX")
"""Each thread takes address space, which is limited."""


@dataclass(slots=True)
class Checked:
    """What became of the sources.

    Args:
        problems: For each source, what is wrong by check; `STOPPED` stands in place of a check where it was stopped.
        written: The files that an update wrote.
        walls: What held the process: `hook`, `limits`, `landlock`, `seccomp`.
    """

    problems: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    written: list[Path] = field(default_factory=list)
    walls: list[str] = field(default_factory=list)


def check(
    names: Sequence[str], *, update: bool = False, limits: Limits | None = None, watch: Callable[[int], None]
) -> Checked:
    """Check sources against the contract; their code runs in a confined process only.

    A source that breaks a rule ends the process; the next one goes on with the sources after it.

    Args:
        names: The sources.
        update: Whether `expected.jsonl` is written from what the samples give now.
        limits: What each may use up.
        watch: Called with the number of sources done.

    Raises:
        MedcorpusError: The process does not start.
    """
    checked = Checked()
    while left := [name for name in names if name not in checked.problems]:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            _Confined(left, Path(folder).resolve(), limits or Limits(), update).run(checked, watch)
    return checked


class _Confined:
    """One confined process and what it says."""

    def __init__(self, names: Sequence[str], folder: Path, limits: Limits, update: bool) -> None:
        self.names, self.folder, self.limits, self.update = names, folder, limits, update
        self.current = ""
        self.broken: Stopped | None = None
        self.errors = folder / "errors.txt"
        with self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "medcorpus.confinement.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=folder,
                env=_environment(folder),
                start_new_session=True,
            )
        self.orders, self.answers = cast(IO[bytes], self.process.stdin), cast(IO[bytes], self.process.stdout)

    def run(self, checked: Checked, watch: Callable[[int], None]) -> None:
        """Take in what the process says until it ends, or has to be ended."""
        try:
            self._order()
            for report in self._reports():
                self._take(report, checked)
                watch(len(checked.problems))
        finally:
            self._ask_for_its_place()
            self.process.kill()
            self.process.wait()
            with contextlib.suppress(OSError):
                self.orders.close()
        if self.current:
            checked.problems[self.current] = {STOPPED: [self._end()]}
        elif self.names[0] not in checked.problems:
            told = self.errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise MedcorpusError(
                "the process that checks sources does not start", where=told[-1] if told else "", fix="medcorpus doctor"
            )

    def _order(self) -> None:

        order = Order(
            names=tuple(self.names),
            sources=str(registry.folder().resolve()),
            temporary=str(self.folder),
            limits=self.limits,
            update=self.update,
        )
        self._say(msgspec.json.encode(order) + b"\n")

    def _say(self, line: bytes) -> None:
        with contextlib.suppress(OSError):  # it has ended; its reports say why
            self.orders.write(line)
            self.orders.flush()

    def _reports(self) -> Iterator[Report]:
        """Yield what the process says while it keeps within its time."""
        lines: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=_pump, args=(self.answers, lines), daemon=True).start()
        deadline = time.monotonic() + STARTING
        while self._goes_on(deadline):
            try:
                report = msgspec.json.decode(lines.get(timeout=LOOK), type=Report)
            except queue.Empty:
                continue
            except ValueError:
                return
            if report.begin is not None:
                deadline = time.monotonic() + self.limits.seconds + 1
            yield report

    def _goes_on(self, deadline: float) -> bool:
        """Say whether the process is within its time and its space."""
        if time.monotonic() > deadline:
            self.broken = Stopped("time", f"not done in {self.limits.seconds:g} seconds", "")
        elif _size(self.folder) > self.limits.folder:
            self.broken = Stopped("disk", f"more than {self.limits.folder / GIGABYTE:.3g} GB in its folder", "")
        return self.broken is None

    def _ask_for_its_place(self) -> None:
        """Let a process that is stopped write at which line it is, where there is a signal for it."""
        if self.broken and hasattr(signal, "SIGUSR1"):
            self.process.send_signal(signal.SIGUSR1)
            time.sleep(WRITING)

    def _take(self, report: Report, checked: Checked) -> None:
        if report.walls is not None:
            checked.walls = ["hook", *report.walls]
        elif report.begin in self.names:
            self.current = str(report.begin)
        elif report.expected is not None and self.update and self.current:
            self._write(report.expected, checked)
        elif report.stopped and self.current:
            self._finish(checked, {STOPPED: [told(report.stopped)]})
        elif report.checks is not None and self.current:
            self._finish(checked, report.checks)

    def _finish(self, checked: Checked, problems: dict[str, list[str]]) -> None:
        checked.problems[self.current] = problems
        self.current = ""

    def _write(self, lines: Sequence[str], checked: Checked) -> None:
        path = registry.folder() / self.current / "expected.jsonl"
        if lines and path not in checked.written:
            atomic.write_text(path, "".join(line.replace("\n", " ") + "\n" for line in lines))
            checked.written.append(path)
        self._say(b"\n")

    def _end(self) -> str:
        """Say why a process that did not finish its source ended."""
        code = self.process.returncode
        if self.broken:
            return told(msgspec.structs.replace(self.broken, place=self._place()))
        if code < 0 and -code == getattr(signal, "SIGXCPU", 0):
            return told(Stopped("time", "too much processor time", self._place()))
        how = f"ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        return told(Stopped("crash", how, self._place()))

    def _place(self) -> str:
        """Find the line of a source in what the process wrote when its time was over."""
        try:
            lines = (self.folder / PLACE).read_text(encoding="utf-8", errors="replace")[:100_000].splitlines()
        except OSError:
            return ""
        root = f'  File "{registry.folder().resolve()}{os.sep}'
        found = next((line for line in lines if line.startswith(root)), "")
        return found.removeprefix('  File "').replace('", line', " line").rpartition(" in ")[0]


def told(stopped: Stopped) -> str:
    """Say in one line what a source did, where, which rule that breaks and what to do."""
    place = f" at {stopped.place}" if stopped.place else ""
    return f"{stopped.rule}: {stopped.what}{place} - {RULES.get(stopped.rule, 'see CONTRIBUTING.md')}"


def _pump(stream: IO[bytes], lines: queue.Queue[bytes]) -> None:
    """Hand on whole lines until the stream ends or has said too much; an empty one says that this is all."""
    left = MAX_REPORT
    with stream as source:
        while line := source.readline(left):
            left -= len(line)
            lines.put(line)
    lines.put(b"")


def _size(folder: Path) -> int:
    """Add up the files in a folder; what goes away meanwhile does not count."""
    total = 0
    for place, _, names in islice(os.walk(folder), MOST_FOLDERS):
        for name in names[:MOST_FOLDERS]:
            with contextlib.suppress(OSError):
                total += Path(place, name).lstat().st_size
    return total


def _environment(folder: Path) -> dict[str, str]:
    own = {"TMPDIR": folder, "TEMP": folder, "TMP": folder, "HOME": folder, "MEDCORPUS_HOME": folder / "home"}
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    package = str(Path(__file__).resolve().parents[2])
    paths = os.pathsep.join(path for path in (package, kept.get("PYTHONPATH", "")) if path)
    few = dict.fromkeys(FEW_THREADS, "2")
    return kept | few | {k: str(v) for k, v in own.items()} | {"PYTHONPATH": paths, "HF_HUB_OFFLINE": "1"}
