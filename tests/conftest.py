"""Every test runs without network, in a home of its own, with a fixed seed."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("default", deadline=None, derandomize=True)
settings.load_profile("default")

REAL_DATA = os.environ.get("MEDCORPUS_REAL_DATA", "")
LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give every test an empty MEDCORPUS_HOME and Hugging Face home."""
    folder = tmp_path / "home"
    monkeypatch.setenv("MEDCORPUS_HOME", str(folder))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.delenv("HF_TOKEN", raising=False)
    return folder


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else str(address)
        if isinstance(address, tuple) and not str(host).startswith(LOOPBACK):
            raise AssertionError(f"a test wanted to connect to {host}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    yield


@pytest.fixture(scope="session")
def real_raw() -> Path:
    """Give the folder of real raw files, or skip the test and say why."""
    if not REAL_DATA:
        pytest.skip("MEDCORPUS_REAL_DATA is not set: real raw files are not here")
    return Path(REAL_DATA) / "raw"
