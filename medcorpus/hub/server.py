"""The server itself: HTTP, tokens, and which route answers."""

from __future__ import annotations

import hmac
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from medcorpus.hub import changing, reading
from medcorpus.hub.answers import Answer, Ask, RefusalError, refusal
from medcorpus.hub.repositories import CHUNK, Blobs, Repositories

LOOPBACK = "127.0.0.1"
REPO = r"([^/]+/[^/]+)"
API = rf"/api/datasets/{REPO}"
Route = tuple[str, str, Callable[[Ask], Answer]]
READING: tuple[Route, ...] = (
    ("GET", r"/api/whoami-v2", reading.whoami),
    ("GET", r"/api/datasets", reading.listing),
    ("GET", rf"{API}", reading.facts),
    ("GET", rf"{API}/revision/([^/]+)", reading.facts),
    ("GET", rf"{API}/auth-check", reading.allowed),
    ("GET", rf"{API}/tree/([^/]+)(/.*)?", reading.tree),
    ("POST", rf"{API}/paths-info/([^/]+)", reading.paths_info),
    ("GET", rf"{API}/refs", reading.refs),
    ("GET", rf"{API}/commits/([^/]+)", reading.commits),
    ("GET", rf"/datasets/{REPO}/resolve/([^/]+)/(.+)", reading.file),
    ("POST", r"/api/validate-yaml", changing.check_yaml),
)
"""What anyone may ask who may see the repository."""
WRITING: tuple[Route, ...] = (
    ("POST", r"/api/repos/create", changing.create),
    ("DELETE", r"/api/repos/delete", changing.delete),
    ("PUT", rf"{API}/settings", changing.settings),
    ("POST", rf"{API}/preupload/([^/]+)", changing.upload_modes),
    ("POST", rf"/datasets/{REPO}\.git/info/lfs/objects/batch", changing.lfs_batch),
    ("POST", rf"{API}/commit/([^/]+)", changing.commit),
    ("POST", rf"{API}/tag/([^/]+)", changing.add_tag),
    ("DELETE", rf"{API}/tag/([^/]+)", changing.delete_tag),
    ("POST", rf"{API}/branch/([^/]+)", changing.add_branch),
    ("DELETE", rf"{API}/branch/([^/]+)", changing.delete_branch),
)
"""What needs a token that may write, and a server that is not read-only."""

SIGNED: tuple[Route, ...] = (("PUT", rf"/lfs/{REPO}/([0-9a-f]{{64}})", changing.lfs_put),)
"""What needs an address that was given to somebody who may write."""


class Hub:
    """A running server.

    Args:
        folder: Where repositories lie; see `medcorpus.hub.repositories`.
        tokens: Role, "read" or "write", of each token.
        writable: Whether anything may be changed at all.
        host: Address to listen on.
        port: Port; 0 takes a free one.
        blobs: Where the bytes of files lie, if not in the folder.
    """

    reads: tuple[Route, ...] = READING
    writes: tuple[Route, ...] = WRITING

    def __init__(
        self,
        folder: Path,
        *,
        tokens: Mapping[str, str] | None = None,
        writable: bool = False,
        host: str = LOOPBACK,
        port: int = 0,
        blobs: Blobs | None = None,
    ) -> None:
        self.repositories = Repositories(folder, blobs)
        self.tokens, self.writable = dict(tokens or {}), writable
        self._server = _Server((host, port), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """The address for HF_ENDPOINT."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._thread.start()

    def run(self) -> None:
        """Serve until interrupted."""
        try:
            self._server.serve_forever()
        finally:
            self._server.server_close()

    def stop(self) -> None:
        """Stop the thread."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, ask: Ask) -> Answer:
        """Answer a request; a connection that breaks meanwhile is closed without a word."""
        try:
            return self._route(ask)(ask)
        except RefusalError as error:
            return refusal(error)
        except (KeyError, TypeError, ValueError, AttributeError):
            return refusal(RefusalError(400, "the request is not understood"))

    def _route(self, ask: Ask) -> Callable[[Ask], Answer]:
        found = _find(self.reads, ask)
        if found is not None:
            return found
        signed = _find(SIGNED, ask)
        found = signed or _find(self.writes, ask)
        if found is None:
            raise RefusalError(404, f"nothing is served at {ask.path}")
        if not self.writable:
            raise RefusalError(403, "this server is read-only")
        if not signed and ask.role != "write":
            raise RefusalError(403 if ask.role else 401, "a token that may write is needed")
        return found

    def role_of(self, authorization: str) -> str:
        """Give what a token may do; of one that is not known, nothing."""
        token = authorization.removeprefix("Bearer ").encode()
        return next((role for known, role in self.tokens.items() if hmac.compare_digest(known.encode(), token)), "")


def _find(routes: tuple[Route, ...], ask: Ask) -> Callable[[Ask], Answer] | None:
    method = "GET" if ask.method == "HEAD" else ask.method
    for wanted, pattern, answer in routes:
        if wanted == method and (match := re.fullmatch(pattern, ask.path)):
            ask.groups = match.groups()
            return answer
    return None


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """Serve while the block runs."""
    hub.start()
    try:
        yield hub
    finally:
        hub.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep quiet: a client that leaves is no fault of the server."""


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            body = _Body(self)
            answer = hub.answer(
                Ask(
                    repositories=hub.repositories,
                    base=f"http://{self.headers.get('Host') or hub.url.removeprefix('http://')}",
                    method=self.command,
                    path=parts.path,
                    query=dict(parse_qsl(parts.query, keep_blank_values=True)),
                    headers={k.lower(): v for k, v in self.headers.items()},
                    chunks=iter(body),
                    role=hub.role_of(self.headers.get("Authorization", "")),
                )
            )
            self._send(answer, unread=not body.finished)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815

        def _send(self, answer: Answer, *, unread: bool) -> None:
            self.send_response(answer.status)
            for name, value in {"Content-Length": str(answer.length), **answer.headers}.items():
                self.send_header(
                    name, re.sub(r"[\x00-\x1f\x7f]+", " ", value).encode("latin-1", "replace").decode("latin-1")
                )
            if unread:
                self.send_header("Connection", "close")
                self.close_connection = True
            self.end_headers()
            if self.command != "HEAD":
                for chunk in answer.body:
                    self.wfile.write(chunk)

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    return Handler


class _Body:
    """The body of a request, piece by piece, and whether it was read to its end."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self._file = handler.rfile
        self._left = int(handler.headers.get("Content-Length") or 0)
        self._chunked = "chunked" in handler.headers.get("Transfer-Encoding", "").lower()
        self.finished = not self._left and not self._chunked

    def __iter__(self) -> Iterator[bytes]:
        yield from self._by_chunks() if self._chunked else self._by_length()
        self.finished = True

    def _by_length(self) -> Iterator[bytes]:
        while self._left:
            piece = self._file.read(min(CHUNK, self._left))
            if not piece:
                raise ConnectionAbortedError("the request ended early")
            self._left -= len(piece)
            yield piece

    def _by_chunks(self) -> Iterator[bytes]:
        """Read a body that comes in chunks, as RFC 9112 section 7.1 has them."""
        while size := int(self._file.readline(20).split(b";")[0] or b"0", 16):
            yield self._file.read(size)
            self._file.readline(3)
        self._file.readline(3)
