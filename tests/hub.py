"""The project's own Hub server with faults on demand, and the standard clients pointed at it.

Xet uploads go to a folder (`local://`) that the server reads: hf_xet writes its chunks there itself.
"""

from __future__ import annotations

import os
import struct
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from medcorpus.errors import MedcorpusError
from medcorpus.hub.answers import Answer, Ask, as_json
from medcorpus.hub.repositories import Blobs
from medcorpus.hub.server import API, READING, WRITING, Hub

TOKEN = "hf_" + "Canary" * 6
READER = "hf_" + "Reader" * 6
TOKENS = {TOKEN: "write", READER: "read"}
CLIENTS_WARN = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
"""huggingface_hub uploads in a way that its HTTP library would rather not see."""
XET_IS_IMPATIENT = {"HF_XET_CLIENT_RETRY_MAX_ATTEMPTS": "1", "HF_XET_CLIENT_RETRY_BASE_DELAY": "1ms"}
"""hf_xet waits by itself, for minutes, before it gives a Hub up; it reads this when its session begins."""
HTML = b"<!DOCTYPE html><html><body>Please log in</body></html>"
Fault = Callable[[Answer], Answer]
"""Changes an honest answer, or breaks the connection."""


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytearray = field(default_factory=bytearray)


class LoopbackHub(Hub):
    """A Hub that remembers what it was sent and fails as it is told to.

    `faults` are pairs: what must be in "METHOD /path" for the fault to be used, and the fault; each is used once.
    `left` is the number of requests that are still answered; None is any number. `latency` is the time in seconds that
    a message takes to come here and back: a request waits for it once, the first one of a connection two times more,
    as where a connection and its encryption are agreed on.
    """

    def __init__(self, folder: Path, *, xet: bool = False, **options: Any) -> None:
        self.asked: list[Asked] = []
        self.faults: list[tuple[str, Fault]] = []
        self.left: int | None = None
        self.latency = 0.0
        self._connection = threading.local()
        if xet:
            self.reads = (*READING, ("GET", rf"{API}/xet-(read)-token/(.+)", self._xet_token))
            self.writes = (*WRITING, ("GET", rf"{API}/xet-(write)-token/(.+)", self._xet_token))
        self.cas = folder / "cas"
        blobs = XetBlobs(folder / "blobs", self.cas) if xet else Blobs(folder / "blobs")
        super().__init__(folder, **{"tokens": TOKENS, "writable": True, "blobs": blobs, **options})

    def answer(self, ask: Ask) -> Answer:
        """Answer, unless it is time to fail."""
        asked = Asked(ask.method, ask.path, dict(ask.headers))
        self.asked.append(asked)
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise ConnectionAbortedError("the server is down")
        time.sleep(self.latency * (1 if hasattr(self._connection, "is_open") else 3))
        self._connection.is_open = True
        ask.chunks = _remembered(ask.chunks, asked.body)
        for position, (wanted, fault) in enumerate(self.faults):
            if wanted in f"{ask.method} {ask.path}":
                del self.faults[position]
                return fault(Answer() if fault in INSTEAD else super().answer(ask))
        return super().answer(ask)

    def fail(self, wanted: str, *faults: Fault) -> None:
        """Let the next requests of a kind fail, each with one of the faults."""
        self.faults += [(wanted, fault) for fault in faults]

    def sent(self) -> int:
        """Count the bytes that clients sent so far."""
        written = sum(p.stat().st_size for p in self.cas.rglob("*") if p.is_file()) if self.cas.exists() else 0
        return written + sum(len(a.body) for a in self.asked)

    def received(self) -> bytes:
        """Give everything that clients ever sent: bodies, and files as they came to lie here."""
        blobs = [p.read_bytes() for p in self.repositories.blobs.folder.rglob("*") if p.is_file()]
        return b"\0".join([*blobs, *(bytes(a.body) for a in self.asked)])

    def paths(self, method: str = "") -> list[str]:
        """Give the paths that were asked for."""
        return [a.path for a in self.asked if a.method.startswith(method)]

    def _xet_token(self, ask: Ask) -> Answer:
        url, expires = f"local://{self.cas}", int(time.time()) + 3600
        found = {"accessToken": "xet", "exp": expires, "casUrl": url}
        return as_json(found, X_Xet_Cas_Url=url, X_Xet_Access_Token="xet", X_Xet_Token_Expiration=str(expires))


def _remembered(chunks: Iterable[bytes], body: bytearray) -> Iterator[bytes]:
    for chunk in chunks:
        body += chunk
        yield chunk


class XetBlobs(Blobs):
    """Blobs that may lie in the folder that hf_xet writes to."""

    def __init__(self, folder: Path, cas: Path) -> None:
        super().__init__(folder)
        self.cas, self.xet_of = cas, dict[str, str]()

    def size(self, sha256: str) -> int | None:
        """Give the number of bytes, after taking the file out of the folder of chunks where it is there."""
        if sha256 not in self.xet_of:
            self.xet_of |= xet_hashes(self.cas)
        if super().size(sha256) is None and sha256 in self.xet_of:
            self._rebuild(sha256)
        return super().size(sha256)

    def _rebuild(self, sha256: str) -> None:
        import hf_xet

        path = self.folder / f".{sha256}.tmp"
        path.parent.mkdir(parents=True, exist_ok=True)
        group = hf_xet.XetSession().new_file_download_group(endpoint=f"local://{self.cas}")
        group.start_download_file(hf_xet.XetFileInfo(self.xet_of[sha256], None), str(path))
        group.wait_to_finish()
        with path.open("rb") as file:
            self.take(iter(lambda: file.read(1 << 20), b""), expected=sha256)
        path.unlink()


def xet_hashes(cas: Path) -> dict[str, str]:
    """Read from the shards of hf_xet which file, by its sha256, has which Xet hash."""
    found: dict[str, str] = {}
    for shard in (cas / "xet" / "xorbs" / "shards").glob("*.mdb"):
        data, place = shard.read_bytes(), 48
        while place + 48 <= len(data) and data[place : place + 32] != b"\xff" * 32:
            name = _hex(data[place : place + 32])
            flags, count = struct.unpack("<II", data[place + 32 : place + 40])
            place += 48 * (1 + count * (2 if flags & (1 << 31) else 1))
            if flags & (1 << 30):
                found[_hex(data[place : place + 32])] = name
                place += 48
    return found


def _hex(digest: bytes) -> str:
    return "".join(f"{part:016x}" for part in struct.unpack("<4Q", digest))


INSTEAD: set[Fault] = set()


def in_place_of_it(fault: Fault) -> Fault:
    """Let a fault happen before anything is done; all others happen to the answer."""
    INSTEAD.add(fault)
    return fault


def status(code: int, body: bytes = b"", *, instead: bool = True, **headers: str) -> Fault:
    """Answer with a status instead of doing what was asked, or after it; underscores in headers stand for hyphens."""
    stated = {k.replace("_", "-"): v for k, v in headers.items()}

    def fault(answer: Answer) -> Answer:
        return Answer(code, stated, [body], len(body))

    return in_place_of_it(fault) if instead else fault


def reset(answer: Answer) -> Answer:
    """Close the connection without an answer, after the request has been carried out."""
    raise ConnectionAbortedError("reset")


@in_place_of_it
def down(answer: Answer) -> Answer:
    """Close the connection without having done anything."""
    raise ConnectionAbortedError("down")


def page(answer: Answer) -> Answer:
    """Answer with a web page in place of what was asked for."""
    return Answer(200, {"Content-Type": "text/html"}, [HTML], len(HTML))


def cut(answer: Answer) -> Answer:
    """Close the connection after half the body."""

    def half() -> Iterator[bytes]:
        body = b"".join(answer.body)
        yield body[: len(body) // 2]
        raise ConnectionAbortedError("cut")

    return Answer(answer.status, answer.headers, half(), answer.length)


def stall(answer: Answer) -> Answer:
    """Send half the body, and then nothing for a while."""

    def half() -> Iterator[bytes]:
        body = b"".join(answer.body)
        yield body[: len(body) // 2]
        time.sleep(2)
        raise ConnectionAbortedError("stalled")

    return Answer(answer.status, answer.headers, half(), answer.length)


@in_place_of_it
def stall_before(answer: Answer) -> Answer:
    """Do nothing and say nothing for a while."""
    time.sleep(2)
    raise ConnectionAbortedError("stalled")


def longer(answer: Answer) -> Answer:
    """State more bytes than are sent."""
    return Answer(answer.status, answer.headers, _then_close(answer.body), answer.length + 7)


def _then_close(body: Iterable[bytes]) -> Iterator[bytes]:
    yield from body
    raise ConnectionAbortedError("nothing more")


def altered(answer: Answer) -> Answer:
    """Change one byte in the middle; the length stays."""
    body = bytearray(b"".join(answer.body))
    body[len(body) // 2] ^= 1
    return Answer(answer.status, answer.headers, [bytes(body)], answer.length)


def everything_told(error: MedcorpusError, caplog: pytest.LogCaptureFixture, out: str) -> str:
    """Give all that a failure says: the error in its parts and with its traceback, the log, and what was printed."""
    own = [error.what, error.where, error.fix, str(error), repr(error), *traceback.format_exception(error)]
    logged = [r.getMessage() for r in caplog.records if not r.name.startswith("httpcore")]  # which logs all answers
    return "\n".join([*own, *logged, out])


@contextmanager
def loopback(folder: Path, **options: Any) -> Iterator[LoopbackHub]:
    """Run a Hub for the time of a test."""
    hub = LoopbackHub(folder, **options)
    hub.start()
    try:
        yield hub
    finally:
        hub.stop()


def point_clients(hub: Hub, cache: Path, monkeypatch: pytest.MonkeyPatch, *, xet: bool = False) -> None:
    """Let huggingface_hub and datasets, which read their settings when imported, take these instead; nothing waits."""
    import datasets
    from huggingface_hub import constants
    from huggingface_hub.utils.tqdm import disable_progress_bars

    for name, value in {"HF_ENDPOINT": hub.url, "HF_TOKEN": TOKEN, "HF_HUB_OFFLINE": "0", **XET_IS_IMPATIENT}.items():
        monkeypatch.setenv(name, value)
    settings: dict[str, Any] = {
        "ENDPOINT": hub.url,
        "HF_HUB_OFFLINE": False,
        "HF_HUB_CACHE": str(cache / "hub"),
        "HF_XET_CACHE": str(cache / "xet"),
        "HF_HUB_DISABLE_XET": not xet,
        "HF_HUB_DISABLE_TELEMETRY": True,
        "HF_HUB_DISABLE_UPDATE_CHECK": True,
        "HF_TOKEN_PATH": str(cache / "token"),
        "HUGGINGFACE_CO_URL_TEMPLATE": hub.url + "/{repo_id}/resolve/{revision}/{filename}",
    }
    for name, setting in settings.items():
        monkeypatch.setattr(constants, name, setting, raising=False)
    settings = {"HF_ENDPOINT": hub.url, "HF_HUB_OFFLINE": False, "HF_DATASETS_CACHE": cache / "data"}
    for name, setting in settings.items():
        monkeypatch.setattr(datasets.config, name, setting)
    impatient = SimpleNamespace(time=time.time, sleep=lambda seconds: None)
    for module in ("utils._http", "file_download"):
        monkeypatch.setattr(f"huggingface_hub.{module}.time", impatient)
    monkeypatch.setenv("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    datasets.disable_progress_bars()
    disable_progress_bars()


def client_environment(hub: LoopbackHub, cache: Path, **changes: str) -> dict[str, str]:
    """Give the environment of a process whose clients, unmodified, talk to this Hub."""
    return {
        **os.environ,
        "HF_ENDPOINT": hub.url,
        "HF_HOME": str(cache),
        "HF_HUB_OFFLINE": "0",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_XET": "1",
        "HF_TOKEN": TOKEN,
        **changes,
    }
