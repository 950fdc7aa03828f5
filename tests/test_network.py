"""Addresses that may not be asked, first ones and redirects alike."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from medcorpus.errors import FetchError
from medcorpus.raw import network
from medcorpus.raw.network import Policy, TransientError
from tests.downloading import BODY, get, wish, without_proxy
from tests.web import Web, status, truncate


@pytest.fixture(autouse=True)
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    without_proxy(monkeypatch)


LOCAL = [
    "127.0.0.1",
    "127.1",
    "0x7f000001",
    "2130706433",
    "0.0.0.0",  # noqa: S104
    "10.0.0.1",
    "172.16.0.9",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "224.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[fe80::1]",
    "[fd00::1]",
    "[ff02::1]",
    "[::ffff:127.0.0.1]",
    "[64:ff9b::10.0.0.1]",
    "[2002:7f00:1::]",
    "localhost",
]


@pytest.mark.parametrize("host", LOCAL)
def test_local_and_private_hosts_are_never_asked(host: str) -> None:
    with pytest.raises(FetchError, match="local or private network"):
        network.check(httpx.URL(f"https://{host}/data"), Policy())


@pytest.mark.parametrize("host", [h for h in LOCAL if h != "localhost"])
def test_a_proxy_is_not_asked_for_local_addresses_either(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(FetchError, match="local or private network"):
        network.check(httpx.URL(f"https://{host}/data"), Policy())


def test_a_proxy_resolves_the_names_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setattr(network, "_resolve", lambda host, port: pytest.fail("asked the local resolver"))
    network.check(httpx.URL("https://data.example/"), Policy())


@pytest.mark.parametrize(
    "url", ["http://data.example/", "ftp://data.example/", "file:///etc/passwd", "data.example/x", ""]
)
def test_only_https_is_fetched(url: str) -> None:
    with pytest.raises(FetchError, match="only https is fetched"):
        network.check(httpx.URL(url), Policy())


def resolving(monkeypatch: pytest.MonkeyPatch, **hosts: str) -> None:
    """Let names of test hosts resolve to fixed addresses."""
    known = {name.replace("_", "."): address for name, address in hosts.items()}
    monkeypatch.setattr(network, "_resolve", lambda host, port: [known[host]])


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "_resolve", lambda host, port: ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(FetchError, match=r"data.example is in a local or private network \(10.0.0.1\)"):
        network.check(httpx.URL("https://data.example/"), Policy())


def test_a_name_that_does_not_resolve_may_do_so_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: Any, **kwargs: Any) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", fails)
    with pytest.raises(TransientError, match=r"data\.example cannot be resolved"):
        network.check(httpx.URL("https://data.example/"), Policy())


def test_a_redirect_into_the_own_network_touches_no_listener(
    server: Web, tmp_path: Path, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, localhost="93.184.216.34", **{"127_0_0_1": "127.0.0.1"})
    secret = server.page("secret", BODY)
    server.page("trap", BODY, status(302, Location=server.url("secret")))
    with pytest.raises(FetchError, match=r"127.0.0.1 is in a local or private network"):
        get(wish(tmp_path, server.url("trap", "localhost")), replace(policy, allow_private=False))
    assert not secret.requests


@pytest.mark.parametrize(
    "target", ["http://data.example/b", "//10.0.0.1/b", "https://me:pw@data.example/b", "gopher://a/b"]
)
def test_a_redirect_is_checked_like_a_first_address(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def reply(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(302, headers={"Location": target})

    monkeypatch.setattr(network, "_resolve", lambda host, port: [host if host[0].isdigit() else "93.184.216.34"])
    with httpx.Client(transport=httpx.MockTransport(reply)) as pool, pytest.raises(FetchError):
        network.answer(pool, "https://data.example/a", {}, Policy()).__enter__()
    assert asked == ["https://data.example/a"]


def test_good_redirects_are_followed(server: Web, tmp_path: Path, policy: Policy) -> None:
    server.page("hop", BODY, status(302, Location="/hop2"), status(302, Location="/hop2"))
    page = server.page("hop2", BODY, truncate(50_000))
    get(wish(tmp_path, server.url("hop")), policy)
    assert [r.get("range") for r in page.requests] == [None, "bytes=50000-"]
    assert (tmp_path / "a/b.bin").read_bytes() == BODY


def test_an_address_that_makes_no_sense_is_told(tmp_path: Path, policy: Policy) -> None:
    with pytest.raises(FetchError, match="the address is not valid"):
        get(wish(tmp_path, "https://a.org:port/x"), policy)
