"""Ctrl-C ends the program soon, whatever it is waiting for.

Python runs a signal's handler only between two of its own instructions, and a pool of processes waits for the jobs
that have started. So a thread listens beside: when the program is still there a moment after the first interrupt, it
ends it. Nothing is lost by that, for files get their names only when they are whole.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from typing import NoReturn

PATIENCE = 1.0
"""Seconds between the interrupt and the end: time to remove temporary files and to say one line."""
CLEAR_LINE_AND_SHOW_CURSOR = "\r\x1b[2K\x1b[?25h"
"""What a progress bar that was stopped in the middle leaves to be done."""


def end_soon_after(last_words: Callable[[], int]) -> None:
    """End the program `PATIENCE` seconds after an interrupt, unless it ends by itself before.

    Args:
        last_words: Says that the program was interrupted and gives its exit code.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    _hush_leftovers()
    heard, told = socket.socketpair()
    told.setblocking(False)
    signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
    threading.Thread(target=_listen, args=(heard, told, last_words), daemon=True).start()


def _hush_leftovers() -> None:
    """Let the process that removes a pool's leftover semaphores do so without a warning after the last line."""
    stated = os.environ.get("PYTHONWARNINGS")
    hush = "ignore:resource_tracker:UserWarning"
    os.environ["PYTHONWARNINGS"] = f"{stated},{hush}" if stated else hush


def _listen(heard: socket.socket, told: socket.socket, last_words: Callable[[], int]) -> None:
    # `told` is an argument only to stay open as long as this thread runs.
    while signal.SIGINT not in heard.recv(64):
        continue
    threading.Event().wait(PATIENCE)
    if sys.stderr.isatty():
        sys.stderr.write(CLEAR_LINE_AND_SHOW_CURSOR)
    end_now(last_words())


def end_now(code: int) -> NoReturn:
    """End the program without waiting for threads and processes that still work."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
