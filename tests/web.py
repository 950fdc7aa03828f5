"""A web server on the loopback whose pages can be told to fail, request by request."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HTML = b"<!DOCTYPE html><html><body>Please log in</body></html>"


@dataclass(kw_only=True)
class Reply:
    """What goes over the wire: headers as stated, and the bytes really sent before the connection is cut."""

    status: int
    headers: dict[str, str]
    body: bytes
    cut: bool = False
    hold: bool = False


Fault = Callable[["Page", Mapping[str, str]], Reply]


@dataclass(kw_only=True)
class Page:
    """A file on the server; each request uses up one fault, and is answered honestly when there is none left."""

    body: bytes
    etag: str = '"v1"'
    headers: dict[str, str] = field(default_factory=dict)
    ranges: bool = True
    faults: list[Fault] = field(default_factory=list)
    requests: list[dict[str, str]] = field(default_factory=list)


def honest(page: Page, ask: Mapping[str, str]) -> Reply:
    """Answer as RFC 9110 wants it: a range only if its validator still holds."""
    headers = {"Content-Length": str(len(page.body)), **({"ETag": page.etag} if page.etag else {}), **page.headers}
    wants = ask.get("range", "")
    if not (page.ranges and wants) or ask.get("if-range", page.etag) != page.etag:
        return Reply(status=200, headers=headers, body=page.body)
    start, size = int(wants.removeprefix("bytes=").split("-")[0]), len(page.body)
    if start >= size:
        return Reply(status=416, headers={"Content-Range": f"bytes */{size}", "Content-Length": "0"}, body=b"")
    rest = {"Content-Length": str(size - start), "Content-Range": f"bytes {start}-{size - 1}/{size}"}
    return Reply(status=206, headers={**headers, **rest}, body=page.body[start:])


def truncate(sent: int) -> Fault:
    """Close the connection after so many bytes."""

    def fault(page: Page, ask: Mapping[str, str]) -> Reply:
        reply = honest(page, ask)
        return replace(reply, body=reply.body[:sent], cut=True)

    return fault


def stall(sent: int) -> Fault:
    """Send so many bytes and then nothing."""

    def fault(page: Page, ask: Mapping[str, str]) -> Reply:
        reply = honest(page, ask)
        return replace(reply, body=reply.body[:sent], hold=True, cut=True)

    return fault


def flip(position: int) -> Fault:
    """Change one bit."""

    def fault(page: Page, ask: Mapping[str, str]) -> Reply:
        reply = honest(page, ask)
        changed = bytearray(reply.body)
        changed[position] ^= 1
        return replace(reply, body=bytes(changed))

    return fault


def status(code: int, body: bytes = b"", **headers: str) -> Fault:
    """Answer with a status; underscores in header names stand for hyphens."""
    stated = {"Content-Length": str(len(body)), **{k.replace("_", "-"): v for k, v in headers.items()}}
    return lambda page, ask: Reply(status=code, headers=stated, body=body)


def stated(**headers: str) -> Fault:
    """State other headers than the true ones; an empty value leaves the header out."""

    def fault(page: Page, ask: Mapping[str, str]) -> Reply:
        reply = honest(page, ask)
        changed = {**reply.headers, **{k.replace("_", "-"): v for k, v in headers.items()}}
        return replace(reply, headers={k: v for k, v in changed.items() if v}, cut=True)

    return fault


def chunked(sent: bytes) -> Fault:
    """Send raw bytes as a chunked body and close."""
    return lambda page, ask: Reply(status=200, headers={"Transfer-Encoding": "chunked"}, body=sent, cut=True)


def becomes(body: bytes, etag: str, then: Fault = honest) -> Fault:
    """Change the page from this request on."""

    def fault(page: Page, ask: Mapping[str, str]) -> Reply:
        page.body, page.etag = body, etag
        return then(page, ask)

    return fault


class Web:
    """The running server."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """Give the address of a page."""
        return f"http://{host}:{self.port}/{path}"

    def page(self, path: str, body: bytes, *faults: Fault, **facts: Any) -> Page:
        """Serve a file and give its page."""
        self.pages[path] = Page(body=body, faults=list(faults), **facts)
        return self.pages[path]

    def close(self) -> None:
        """Let stalled answers go and stop."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def serve() -> Iterator[Web]:
    """Run a server for the time of a test."""
    web = Web()
    try:
        yield web
    finally:
        web.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep quiet: clients that leave are part of the tests."""


def _handler(web: Web) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            ask = {key.lower(): value for key, value in self.headers.items()}
            page = web.pages.get(self.path.removeprefix("/"))
            if page is None:
                self._send(status(404)(Page(body=b""), ask))
                return
            page.requests.append(ask)
            fault = page.faults.pop(0) if page.faults else honest
            self._send(fault(page, ask))

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            for key, value in reply.headers.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(reply.body)
            self.wfile.flush()
            if reply.hold:
                web.closing.wait(5)
            self.close_connection = self.close_connection or reply.cut

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    return Handler
