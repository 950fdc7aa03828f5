"""What the tests of downloads share: a body, its wish, and a policy that allows the loopback and never waits."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import pytest

from medcorpus.raw.download import Downloader, Wanted
from medcorpus.raw.network import Policy
from medcorpus.raw.pins import Pin

BODY = random.Random(1).randbytes(200_000)
SHA = hashlib.sha256(BODY).hexdigest()
OTHER = BODY[::-1]


class Clock:
    """Counts the seconds that were waited instead of waiting them."""

    def __init__(self, step: float = 0.0) -> None:
        self.now, self.step, self.waits = 0.0, step, list[float]()

    def __call__(self) -> float:
        self.now += self.step
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


def without_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the proxies of the machine the tests run on."""
    for variable in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(variable.upper(), raising=False)


def patient(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Policy:
    """Allow the loopback over http, and never really wait."""
    without_proxy(monkeypatch)
    return Policy(https_only=False, allow_private=True, read=0.8, clock=clock, sleep=clock.sleep)


def get(wanted: Wanted, policy: Policy) -> Pin:
    with Downloader("made_up", policy) as downloader:
        return downloader.get(wanted)


def wish(folder: Path, *urls: str, sha256: str = SHA, size: int = len(BODY), path: str = "a/b.bin") -> Wanted:
    return Wanted(path=path, urls=urls, folder=folder, sha256=sha256, size=size)


def left(folder: Path) -> set[str]:
    """Give the files in a folder besides locks."""
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() and p.suffix != ".lock"}
