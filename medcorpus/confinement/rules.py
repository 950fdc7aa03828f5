"""The audit hook: what a source must not do, and what is said when it tries."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from errno import EACCES
from pathlib import Path
from types import FrameType
from typing import Any

RULES = {
    "network": "a source opens no connection: medcorpus fetches its files",
    "writing": "a source changes no file: what it needs meanwhile goes into the folder of tempfile",
    "programs": "a source starts no program and no process",
    "signals": "a source ends no process",
    "native code": "a source calls into no library by address: read formats with the packages there are",
    "interpreter": "a source does not change how Python runs",
    "time": "a sample is read in a second: is there a loop without an end?",
    "memory": "a sample is small: read row by row, and believe no size that a file states",
    "disk": "a reader keeps little in the folder of tempfile, and removes it",
    "crash": "the process that read the sample came to a bad end",
}
"""Every rule by its name, with what to do instead."""

_PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile", "os.startfile/2")
_EVENTS = {
    **dict.fromkeys((*_PROGRAMS, "os.fork", "os.forkpty", "pty.spawn"), "programs"),
    **dict.fromkeys(("os.kill", "os.killpg", "signal.pthread_kill"), "signals"),
    **dict.fromkeys(("urllib.Request", "http.client.connect", "webbrowser.open"), "network"),
    **dict.fromkeys(("ctypes.dlopen", "ctypes.dlsym", "ctypes.dlsym/handle", "ctypes.call_function"), "native code"),
    **dict.fromkeys(("sys.addaudithook", "sys.setprofile", "sys.settrace", "sys.remote_exec"), "interpreter"),
    "sys.monitoring.register_callback": "interpreter",
    **dict.fromkeys(("gc.get_objects", "gc.get_referrers", "gc.get_referents"), "interpreter"),
    **dict.fromkeys(("resource.setrlimit", "resource.prlimit", "cpython._PySys_ClearAuditHooks"), "interpreter"),
}
"""Events that are refused whatever their arguments are; all of `socket.` are, too."""
_CHANGES = {
    **dict.fromkeys(("os.remove", "os.rmdir", "os.mkdir", "os.truncate", "os.chmod", "os.chown", "os.utime"), 1),
    **dict.fromkeys(("os.chflags", "os.lockf", "os.setxattr", "os.removexattr", "shutil.rmtree", "shutil.chown"), 1),
    **dict.fromkeys(("os.rename", "os.link", "os.symlink", "shutil.move"), 2),
    **dict.fromkeys(("sqlite3.connect", "sqlite3.connect/handle"), 1),
}
"""Events that change files, and how many of their first arguments are paths."""
NUMBA = ("LLVMPY_", "_Py_HashSecret")
"""Functions that Numba looks up when it is first used, which only a stage does."""
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

Stop = Callable[[str, str, str], None]
"""Called with the rule that was broken, by what, and where; it does not return."""


def install(temporary: Path, sources: Path, stop: Stop) -> None:
    """Put the hook in place; it cannot be taken away again.

    Args:
        temporary: The folder that may be written to.
        sources: The folder of all sources.
        stop: Says which rule was broken, and ends the process.
    """
    may_change = _inside(temporary)
    place, root = placing(sources), str(sources) + os.sep

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        rule = "network" if event.startswith("socket.") else _EVENTS.get(event, "")
        if event == "ctypes.dlsym" and str(arguments[1]).startswith(NUMBA):
            rule = ""
        elif event == "open":
            rule = "" if not _writes(arguments) or may_change(arguments[0]) else "writing"
        elif event in _CHANGES:
            rule = "" if all(map(may_change, arguments[: _CHANGES[event]])) else "writing"
        if rule:
            where = place(sys._getframe(1))
            if rule == "writing" and not where.startswith(root):
                raise PermissionError(EACCES, "not while sources are checked")  # a library looks where it may write
            stop(rule, _told(event, arguments), where)

    sys.addaudithook(hook)


def placing(sources: Path) -> Callable[[FrameType | None], str]:
    """Give what names the innermost line of a source in a stack; the innermost line of all where there is none."""
    root = str(sources) + os.sep

    def place(frame: FrameType | None) -> str:
        innermost = frame
        while frame and not frame.f_code.co_filename.startswith(root):
            frame = frame.f_back
        found = frame or innermost
        return f"{found.f_code.co_filename} line {found.f_lineno}" if found else ""

    return place


def _inside(temporary: Path) -> Callable[[Any], bool]:
    root, real, decoded = os.path.realpath(temporary), os.path.realpath, os.fsdecode
    prefix = root + os.sep

    def inside(path: Any) -> bool:
        if isinstance(path, int) or path is None:
            return True  # a descriptor: opened before, or by an event of its own
        found = real(decoded(path))
        return found in (root, os.devnull) or found.startswith(prefix)

    return inside


def _writes(arguments: tuple[Any, ...]) -> bool:
    _, mode, flags = arguments
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return isinstance(flags, int) and bool(flags & _WRITING)


def _told(event: str, arguments: tuple[Any, ...]) -> str:
    """Name what was tried and with what, short and without calling into objects of the source."""
    plain = [a if isinstance(a, str) else os.fsdecode(a) for a in arguments if type(a) in (str, bytes)]
    plain += [str(part) for a in arguments if type(a) is tuple for part in a if type(part) in (str, int)]
    return f"{event} {' '.join(plain)}".strip()[:200]
