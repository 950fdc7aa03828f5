"""Downloads files one way only: complete, with the right hash, and under their final name in one step."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, NoReturn, Self

from medcorpus.errors import FetchError, LockedError
from medcorpus.raw import network
from medcorpus.raw.network import Policy, TransientError
from medcorpus.raw.partial import Part, Resume
from medcorpus.raw.pins import Pin, digest

if TYPE_CHECKING:
    import httpx

Progress = Callable[[str, int, int], None]
"""Called with a file's path, the bytes that are here and the bytes in all (0: not known)."""

RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses that may pass; any other one stops the address at once."""

_COMPRESSED = (".gz", ".tgz", ".svgz", ".bz2", ".tbz2", ".zst", ".z", ".xz", ".txz")
_WEB = (".html", ".htm", ".xhtml", ".shtml", ".mhtml", ".php", ".asp", ".aspx", ".jsp")
_LEAST_LIMIT = 16 * 2**20
_BY_HAND = "try again later, or get the file by hand and pass --raw DIR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One file to download.

    Args:
        path: Path inside the source's folder.
        urls: Its addresses, in the order they are tried.
        folder: Folder of the source's raw files.
        sha256: Hash it must have; empty: any.
        size: Bytes it must have; -1: not known.
        fix: What to do when the hash is another one.
    """

    path: str
    urls: tuple[str, ...]
    folder: Path
    sha256: str = ""
    size: int = -1
    fix: str = "the file was changed upstream or on its way; try again, or report it"


class _MismatchError(Exception):
    def __init__(self, wanted: Wanted, found: str, *, html: bool) -> None:
        page = " (an HTML page)" if html else ""
        super().__init__(f"sha256 is {found}{page}, pinned is {wanted.sha256}")


class Downloader:
    """Downloads files of one source over one pool of connections; a context manager.

    Args:
        name: Name of the source, for messages.
        policy: Whom to ask, how often and how long.
        progress: Told about every piece that arrives, by one thread at a time.
    """

    def __init__(self, name: str, policy: Policy | None = None, progress: Progress | None = None) -> None:
        self._name = name
        self._policy = policy or Policy()
        self._progress = progress
        self._telling = threading.Lock()
        self._stop = threading.Event()
        self._sleep = self._policy.sleep or self._stop.wait
        self._pool = network.client(self._policy)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._pool.close()

    def get_all(self, wanted: Sequence[Wanted]) -> dict[Path, Pin]:
        """Download many files side by side; the first failure stops the others, whose parts are kept.

        Returns:
            Size and sha256 of every file by its local path.

        Raises:
            FetchError: A file could not be downloaded, or is not the pinned one.
        """
        _forecast(self._name, wanted)
        with ThreadPoolExecutor(self._policy.parallel) as workers:
            futures = [workers.submit(self.get, one) for one in wanted]
            try:
                wait(futures, return_when=FIRST_EXCEPTION)
            finally:
                self._stop_unless_done(futures)
        failures = [
            e for f in futures if not f.cancelled() and (e := f.exception()) and not isinstance(e, _StoppedError)
        ]
        if failures:
            raise failures[0]
        return {w.folder / w.path: f.result() for w, f in zip(wanted, futures)}

    def _stop_unless_done(self, futures: Sequence[Future[Pin]]) -> None:
        if not all(f.done() and not f.exception() for f in futures):
            self._stop.set()
            for future in futures:
                future.cancel()

    def get(self, wanted: Wanted) -> Pin:
        """Download one file and give its size and sha256.

        Raises:
            FetchError: No address gave it.
            LockedError: Another process has been downloading it for too long.
        """
        part = Part(wanted.folder, wanted.path)
        try:
            with self._locked(part):
                if wanted.sha256 and part.final.is_file() and (here := digest(part.final)).sha256 == wanted.sha256:
                    return here
                return self._from_any(wanted, part)
        except OSError as error:
            raise self._error(
                wanted, f"cannot be stored: {error.strerror or error}", "free some space and run it again"
            ) from error

    @contextmanager
    def _locked(self, part: Part) -> Iterator[None]:
        from filelock import FileLock, Timeout

        part.lock.parent.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(part.lock, timeout=self._policy.deadline):
                yield
        except Timeout as error:
            raise LockedError(
                "another process is downloading it",
                where=f"{self._name}/{part.final.name}",
                fix="wait for it, or end it",
            ) from error

    def _from_any(self, wanted: Wanted, part: Part) -> Pin:
        ends = self._policy.clock() + self._policy.deadline
        failures: list[FetchError] = []
        for url in wanted.urls:
            try:
                return self._from(url, wanted, part, ends)
            except _StoppedError:
                raise
            except FetchError as error:
                failures.append(error)
        if len(failures) == 1:
            raise self._error(wanted, failures[0].what, failures[0].fix) from failures[0]
        what = "; ".join(f"({n}) {e.what}" for n, e in enumerate(failures, 1))
        raise self._error(wanted, f"none of its {len(failures)} addresses gave it: {what}", _BY_HAND)

    def _error(self, wanted: Wanted, what: str, fix: str) -> FetchError:
        return FetchError(what, where=f"{self._name}/{wanted.path}", fix=fix)

    def _from(self, url: str, wanted: Wanted, part: Part, ends: float) -> Pin:
        reason = ""
        for attempt in range(self._policy.tries):
            self._go_on()
            resumed = part.resume(url, pinned=bool(wanted.sha256))
            try:
                return self._once(url, wanted, part, resumed, ends)
            except TransientError as again:
                reason = again.reason
                if attempt + 1 < self._policy.tries:
                    self._wait(attempt, again, ends)
            except _MismatchError as mismatch:
                # The first half may have been the wrong one, so a resumed file gets one fresh start.
                if not resumed.offset:
                    raise FetchError(str(mismatch), fix=wanted.fix) from mismatch
                reason = str(mismatch)
        raise FetchError(f"gave up after {self._policy.tries} tries: {reason}", fix=_BY_HAND)

    def _wait(self, attempt: int, again: TransientError, ends: float) -> None:
        policy = self._policy
        seconds = again.after if again.after is not None else min(policy.backoff * 2**attempt, policy.longest_wait)
        if seconds > policy.longest_wait:
            raise FetchError(f"{again.reason}; the server asks to wait {seconds:.0f} seconds", fix="run it again then")
        if policy.clock() + seconds > ends:
            raise FetchError(f"not finished within {policy.deadline:.0f} seconds: {again.reason}", fix=_BY_HAND)
        self._sleep(seconds)

    def _once(self, url: str, wanted: Wanted, part: Part, resumed: Resume, ends: float) -> Pin:
        ask = {"Range": f"bytes={resumed.offset}-", "If-Range": resumed.validator} if resumed.offset else {}
        with network.answer(self._pool, url, ask, self._policy) as response:
            start, total = _start(response, resumed, part, wanted)
            if total != start.offset or not start.offset:
                with part.writing(url, start) as stream:
                    self._copy(response, stream, wanted, start.offset, total, ends)
        return _finish(wanted, part)

    def _copy(
        self, response: httpx.Response, stream: BinaryIO, wanted: Wanted, done: int, total: int, ends: float
    ) -> None:
        pace = _Pace(self._policy, done, ends)
        limit = max(wanted.size, _LEAST_LIMIT) if wanted.size >= 0 else self._policy.max_bytes
        for piece in response.iter_raw():
            self._go_on()
            done += len(piece)
            if done > limit:
                _too_long(wanted, limit)
            stream.write(piece)
            pace.check(done)
            self._tell(wanted.path, done, total)

    def _go_on(self) -> None:
        if self._stop.is_set():
            raise _StoppedError("stopped because another file failed")

    def _tell(self, path: str, done: int, total: int) -> None:
        if self._progress is not None:
            with self._telling:
                self._progress(path, done, total)


class _StoppedError(FetchError):
    pass


class _Pace:
    """Drops connections that send a byte now and then, and downloads that never end."""

    def __init__(self, policy: Policy, done: int, ends: float) -> None:
        self._policy, self._ends = policy, ends
        self._since, self._seen = policy.clock(), done

    def check(self, done: int) -> None:
        now = self._policy.clock()
        if now > self._ends:
            raise FetchError(f"not finished within {self._policy.deadline:.0f} seconds", fix="run it again to go on")
        window = now - self._since
        if window < self._policy.read:
            return
        if done - self._seen < self._policy.slowest * window:
            raise TransientError(f"slower than {self._policy.slowest} bytes a second")
        self._since, self._seen = now, done


def _start(response: httpx.Response, resumed: Resume, part: Part, wanted: Wanted) -> tuple[Resume, int]:
    """Judge an answer by its status and headers: where its bytes go, and how many there are in all (0: not known)."""
    status = response.status_code
    if status == 416 and resumed.offset:
        if response.headers.get("content-range") == f"bytes */{resumed.offset}":
            return resumed, resumed.offset
        part.discard()
        raise TransientError("the server has no such range")
    if status not in (200, 206):
        _refuse(response)
    _refuse_coding(response, wanted)
    if status == 206:
        return resumed, _total(response, resumed, part)
    length = response.headers.get("content-length", "")
    if not (wanted.sha256 or length or "transfer-encoding" in response.headers):
        raise FetchError("the server does not say how long the file is, so a cut would not be noticed", fix=_BY_HAND)
    return Resume(0, _validator(response)), int(length) if length.isdigit() else 0


def _refuse(response: httpx.Response) -> NoReturn:
    said = f"the server answered {response.status_code} {response.reason_phrase}".rstrip()
    if response.status_code in RETRIED:
        raise TransientError(said, retry_after(response.headers.get("retry-after", ""), now=time.time()))
    raise FetchError(said, fix="check the address, or get the file by hand and pass --raw DIR")


def _refuse_coding(response: httpx.Response, wanted: Wanted) -> None:
    # Some servers call a .gz file an encoding of the file inside; its bytes are then the ones wanted.
    coding = response.headers.get("content-encoding", "identity")
    if coding != "identity" and not wanted.path.lower().endswith(_COMPRESSED):
        raise FetchError(f"the server sends it compressed ({coding}) though asked not to", fix=_BY_HAND)


def _total(response: httpx.Response, resumed: Resume, part: Part) -> int:
    """Check that a partial answer goes on where the part ends, and give the whole size."""
    stated = response.headers.get("content-range", "")
    match = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", stated, re.ASCII)
    fits = match and int(match[1]) == resumed.offset and int(match[2]) + 1 == int(match[3])
    same = response.headers.get("etag", resumed.validator) == resumed.validator or not resumed.validator.startswith('"')
    if not (match and fits and same):
        part.discard()
        raise TransientError("the server sent another part than asked for")
    return int(match[3])


def _validator(response: httpx.Response) -> str:
    """Give what identifies exactly these bytes: a strong ETag, else a date that is not this very second's."""
    headers = response.headers
    if etag := headers.get("etag", ""):
        return "" if etag.startswith("W/") else str(etag)
    modified = headers.get("last-modified", "")
    return "" if modified == headers.get("date") else str(modified)


def _too_long(wanted: Wanted, limit: int) -> NoReturn:
    if wanted.sha256:
        raise FetchError(
            f"over {limit} bytes were sent, pinned are {wanted.size} with sha256 {wanted.sha256}", fix=wanted.fix
        )
    raise FetchError(f"over {limit} bytes were sent", fix="get the file by hand and pass --raw DIR")


def _finish(wanted: Wanted, part: Part) -> Pin:
    """Check the hash, then give the file its name."""
    found = digest(part.file)
    with part.file.open("rb") as stream:
        html = stream.read(512).lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith((b"<!doctype html", b"<html"))
    if wanted.sha256 and found.sha256 != wanted.sha256:
        part.discard()
        raise _MismatchError(wanted, found.sha256, html=html)
    if not wanted.sha256 and html and not wanted.path.lower().endswith(_WEB):
        part.discard()
        raise FetchError("the server answered with an HTML page", fix="check the address, or get the file by hand")
    part.place()
    return found


def retry_after(header: str, *, now: float) -> float | None:
    """Read a Retry-After header, seconds or a date; None when it is absent or makes no sense.

    >>> [retry_after(h, now=50.0) for h in ("120", "Thu, 01 Jan 1970 00:01:00 GMT", "soon")]
    [120.0, 10.0, None]
    """
    if header.isascii() and header.isdigit():
        return float(header)
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def _forecast(name: str, wanted: Sequence[Wanted]) -> None:
    needed = sum(max(0, w.size) for w in wanted)
    if not needed:
        return
    folder = wanted[0].folder
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise FetchError(
            f"{needed} bytes are to be downloaded, {free} are free",
            where=name,
            fix="free some space or set MEDCORPUS_HOME",
        )
