"""Which addresses may be asked, and how a request is answered over checked redirects.

Only public hosts over https are asked: neither an address in a source nor a redirect may reach into the user's own
network. Names are resolved and checked before every hop; a name that resolves to something else a moment later
still has to show a certificate for that name.
"""

from __future__ import annotations

import ipaddress
import socket
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from medcorpus.errors import FetchError

if TYPE_CHECKING:
    import httpx

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_BY_HAND = "check the address, or get the file by hand and pass --raw DIR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Whom to ask, how often and how long.

    Args:
        https_only: Refuse plain http, first of all in redirects.
        allow_private: Let loopback, link-local and private addresses be asked.
        tries: Requests per address, the first included.
        backoff: Seconds before the second request; doubled each time.
        longest_wait: Seconds that are waited at most; a server that asks for more is given up.
        connect: Seconds to connect in.
        read: Seconds without a byte after which a connection is dropped.
        slowest: Bytes a second, measured over `read` seconds, under which a connection is dropped.
        deadline: Seconds one file may take in all.
        redirects: Redirects that are followed.
        max_bytes: Size of the largest file whose size is not pinned.
        parallel: Files that are downloaded side by side.
        clock: Gives seconds that never go back.
        sleep: Waits; empty: waits until the time is over or the download is stopped.
    """

    https_only: bool = True
    allow_private: bool = False
    tries: int = 5
    backoff: float = 1.0
    longest_wait: float = 120.0
    connect: float = 15.0
    read: float = 60.0
    slowest: int = 100
    deadline: float = 12 * 3600.0
    redirects: int = 8
    max_bytes: int = 2**40
    parallel: int = 4
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] | None = None


class TransientError(Exception):
    """A request that failed in a way that may pass; the downloader turns it into another try or a FetchError.

    Args:
        reason: What happened.
        after: Seconds the server asks to wait; None when it does not say.
    """

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.reason, self.after = reason, after


def client(policy: Policy) -> httpx.Client:
    """Open a pool of connections that sends no credentials and follows no redirect by itself."""
    import httpx

    from medcorpus import __version__

    return httpx.Client(
        headers={"User-Agent": f"medcorpus/{__version__}", "Accept": "*/*", "Accept-Encoding": "identity"},
        timeout=httpx.Timeout(policy.read, connect=policy.connect),
        follow_redirects=False,
    )


@contextmanager
def answer(pool: httpx.Client, url: str, headers: dict[str, str], policy: Policy) -> Iterator[httpx.Response]:
    """Ask for a file and give the answer with its body unread, after any redirects.

    Raises:
        FetchError: An address on the way may not be asked, or there are too many of them.
        TransientError: The connection failed, before or while the body was read.
    """
    import httpx

    try:
        hop = httpx.URL(url)
        for _ in range(policy.redirects + 1):
            check(hop, policy)
            with pool.stream("GET", hop, headers=headers) as response:
                if response.next_request is None:
                    yield response
                    return
                hop = response.next_request.url
    except httpx.InvalidURL as error:
        raise FetchError(f"the address is not valid: {error}", fix=_BY_HAND) from error
    except httpx.TransportError as error:
        raise TransientError(_reason(error)) from error
    raise FetchError(f"redirected more than {policy.redirects} times", fix=_BY_HAND)


def _reason(error: httpx.TransportError) -> str:
    import httpx

    if isinstance(error, httpx.TimeoutException):
        return "the server stopped answering"
    if isinstance(error, httpx.RemoteProtocolError):
        return f"the answer was cut short ({error})"
    return f"no connection ({error})" if str(error) else f"no connection ({type(error).__name__})"


def check(url: httpx.URL, policy: Policy) -> None:
    """Refuse an address that may not be asked.

    Raises:
        FetchError: It is not https, carries a password, or belongs to a private or local network.
        TransientError: Its host's name cannot be resolved now.
    """
    host = url.raw_host.decode("ascii")
    if url.scheme != "https" and (policy.https_only or url.scheme != "http"):
        raise FetchError(f"{url.scheme or 'no'} address at {host}: only https is fetched", fix=_BY_HAND)
    if url.userinfo:
        raise FetchError(f"the address at {host} carries a user name or password", fix="remove it from the address")
    if policy.allow_private:
        return
    port = url.port or 443
    for address in _resolve(host, port) if _is_direct(url) else filter(None, [_numeric(host)]):
        if not is_public(address):
            raise FetchError(f"{host} is in a local or private network ({address})", fix=_BY_HAND)


def _is_direct(url: httpx.URL) -> bool:
    # Behind a proxy the name is resolved by the proxy, and often cannot be resolved here at all.
    proxies = urllib.request.getproxies()
    proxied = proxies.get(url.scheme) or proxies.get("all")
    return not proxied or bool(urllib.request.proxy_bypass(url.host))


def _resolve(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise TransientError(f"the name {host} cannot be resolved") from error
    return [str(entry[4][0]) for entry in found]


def _numeric(host: str) -> str | None:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return None


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the public internet.

    >>> [is_public(a) for a in ("127.0.0.1", "169.254.169.254", "::ffff:10.0.0.1", "fe80::1%eth0", "8.8.8.8")]
    [False, False, False, False, True]
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF) if found in _NAT64 else inner
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast
