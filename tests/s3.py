"""An object store on the loopback: as much of S3's REST interface as pyarrow's client uses, and faults on demand."""

from __future__ import annotations

import hashlib
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
BUCKET = "corpora"
KEYS = {"AWS_ACCESS_KEY_ID": "loopback", "AWS_SECRET_ACCESS_KEY": "loopback", "AWS_EC2_METADATA_DISABLED": "true"}


def received(body: bytes) -> bytes:
    """Give what is stored of a body; a test replaces this to lose a part of it."""
    return body


@dataclass
class ObjectStore:
    """What the server holds, and what it was asked; `fault` may answer a request with a status of its own."""

    url: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, dict[int, bytes]] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    fault: Callable[[str, str], int | None] = lambda method, key: None

    @property
    def address(self) -> str:
        """What `--store` takes."""
        return f"s3://{BUCKET}/layers-of-a-test?scheme=http&region=us-east-1&endpoint_override={self.url}"

    def named(self, ending: str) -> list[str]:
        """Give the names of the objects that end so, sorted."""
        return sorted(name for name in self.objects if name.endswith(ending))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    store: ObjectStore

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _asked(self) -> tuple[str, dict[str, str], bytes]:
        parts = urlsplit(self.path)
        query = {k: v[0] for k, v in parse_qs(parts.query, keep_blank_values=True).items()}
        chunked = self.headers.get("Transfer-Encoding") == "chunked"
        body = b"".join(self._sent()) if chunked else self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "aws-chunked" in self.headers.get("Content-Encoding", ""):
            body = b"".join(_chunks(body))
        key = unquote(parts.path).removeprefix(f"/{BUCKET}").lstrip("/")
        self.store.requests.append((self.command, key))
        return key, query, body

    def _sent(self) -> Iterator[bytes]:
        """Read a body that comes in chunks, as RFC 9112 section 7.1 has them."""
        while size := int(self.rfile.readline(), 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _refused(self, key: str) -> bool:
        status = self.store.fault(self.command, key)
        if status is not None:
            self._answer(
                status, f"<Error><Code>{'AccessDenied' if status == 403 else 'Broken'}</Code></Error>".encode()
            )
        return status is not None

    def do_HEAD(self) -> None:
        key, _, _ = self._asked()
        if not self._refused(key):
            self._object(key)

    def do_GET(self) -> None:
        key, query, _ = self._asked()
        if self._refused(key):
            return
        if "list-type" in query:
            self._answer(200, self._listing(query.get("prefix", ""), query.get("delimiter", "")))
        else:
            self._object(key)

    def _object(self, key: str) -> None:
        content = self.store.objects.get(key)
        if content is None:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
            return
        etag = f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'
        wanted = self.headers.get("Range", "")
        if not wanted:
            self._answer(200, content, ETag=etag, Last_Modified="Thu, 01 Jan 2026 00:00:00 GMT")
            return
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        start, end = int(first), min(int(last), len(content) - 1)
        place = f"bytes {start}-{end}/{len(content)}"
        self._answer(206, content[start : end + 1], ETag=etag, Content_Range=place)

    def _listing(self, prefix: str, delimiter: str) -> bytes:
        found, folders = [], set()
        for key in sorted(k for k in self.store.objects if k.startswith(prefix)):
            rest, cut, _ = key.removeprefix(prefix).partition(delimiter or "\0")
            if cut:
                folders.add(f"{prefix}{rest}{delimiter}")
            else:
                found.append(
                    f"<Contents><Key>{escape(key)}</Key><Size>{len(self.store.objects[key])}</Size></Contents>"
                )
        common = [f"<CommonPrefixes><Prefix>{escape(f)}</Prefix></CommonPrefixes>" for f in sorted(folders)]
        count = f"<IsTruncated>false</IsTruncated><KeyCount>{len(found) + len(common)}</KeyCount>"
        return f"<ListBucketResult {NAMESPACE}>{''.join([*found, *common])}{count}</ListBucketResult>".encode()

    def do_PUT(self) -> None:
        key, query, sent = self._asked()
        if self._refused(key):
            return
        body = received(sent)
        if "uploadId" in query:
            self.store.uploads[query["uploadId"]][int(query["partNumber"])] = body
        else:
            self.store.objects[key] = body
        self._answer(200, ETag=f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"')

    def do_POST(self) -> None:
        key, query, _ = self._asked()
        if self._refused(key):
            return
        if "uploads" in query:
            name = uuid.uuid4().hex
            self.store.uploads[name] = {}
            self._answer(200, _result("InitiateMultipartUploadResult", Bucket=BUCKET, Key=key, UploadId=name))
        else:
            parts = self.store.uploads.pop(query["uploadId"])
            self.store.objects[key] = b"".join(parts[n] for n in sorted(parts))
            self._answer(200, _result("CompleteMultipartUploadResult", Bucket=BUCKET, Key=key, ETag='"whole"'))


def _result(name: str, **values: str) -> bytes:
    inner = "".join(f"<{k}>{escape(v)}</{k}>" for k, v in values.items())
    return f"<{name} {NAMESPACE}>{inner}</{name}>".encode()


def _chunks(body: bytes) -> Iterator[bytes]:
    """Take a body apart that was sent as chunks with their sizes in front and a checksum behind."""
    while body:
        head, _, rest = body.partition(b"\r\n")
        size = int(head.split(b";")[0], 16)
        if not size:
            return
        yield rest[:size]
        body = rest[size + 2 :]


@contextmanager
def serve() -> Iterator[ObjectStore]:
    """Serve an empty store on a free port of the loopback."""
    store = ObjectStore()
    handler: Any = type("Handler", (_Handler,), {"store": store})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    store.url = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield store
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
