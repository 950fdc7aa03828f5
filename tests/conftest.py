"""Every test runs without network, in a home of its own, with a fixed seed."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from medcorpus.raw.network import Policy
from tests.checkout import tiny_checkout
from tests.clinic import Clinic, clinic
from tests.downloading import Clock, patient
from tests.web import Web, serve

os.environ["HF_HUB_OFFLINE"] = "1"  # read when huggingface_hub is imported, which test modules do before any fixture
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
    for name in ("HF_TOKEN", "COLUMNS", "MEDCORPUS_DEBUG", "MEDCORPUS_STORE"):
        monkeypatch.delenv(name, raising=False)
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


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    """Let the three made-up sources be the only ones, for all tests of a module."""
    with pytest.MonkeyPatch.context() as patch, clinic(tmp_path_factory.mktemp("clinic"), patch) as made:
        yield made


@pytest.fixture(scope="session")
def sample_layers(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give a store that builds of all samples share, those of other workers too: what one made the others look up."""
    base = tmp_path_factory.getbasetemp()
    return str((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "sample_layers")


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a checkout with one small source of known content, and no other."""
    with tiny_checkout(tmp_path / "checkout", monkeypatch) as folder:
        yield folder


@pytest.fixture(scope="module")
def server() -> Iterator[Web]:
    """Give a server on the loopback that fails as it is told to."""
    with serve() as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    """Give a clock that tests turn."""
    return Clock()


@pytest.fixture
def policy(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Policy:
    """Give a download policy that allows the loopback and waits on the test's clock."""
    return patient(clock, monkeypatch)


@pytest.fixture(scope="session")
def real_raw() -> Path:
    """Give the folder of real raw files, or skip the test and say why."""
    if not REAL_DATA:
        pytest.skip("MEDCORPUS_REAL_DATA is not set: real raw files are not here")
    return Path(REAL_DATA) / "raw"
