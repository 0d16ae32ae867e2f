"""A small real server on loopback that answers as a test tells it, and records."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer.

    Attributes:
        drip: seconds between two bytes of the body.
        drip_headers: also between two bytes of the status line and the headers.
        closes: the connection ends without any answer.
        is_cut: the body ends before its announced length.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    drip: float = 0.0
    drip_headers: bool = False
    closes: bool = False
    is_cut: bool = False


def json_reply(
    value: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Reply:
    """Return a JSON answer."""
    return Reply(status, headers or {}, json.dumps(value).encode())


@dataclass(frozen=True, slots=True)
class Request:
    """One request, its target with the query."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> object:
        """Return the decoded body."""
        return json.loads(self.body)


@dataclass(slots=True)
class Site:
    """The server as a test sees it."""

    url: str
    requests: list[Request] = field(default_factory=list)
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    stopping: threading.Event = field(default_factory=threading.Event)

    def answers(self, path: str, *replies: Reply) -> None:
        """Answer requests for a path in this order; the last one stays."""
        self.replies[path] = list(replies)

    def reply_to(self, request: Request) -> Reply:
        """Record a request and return what it is answered."""
        self.requests.append(request)
        told = self.replies.get(request.target.partition("?")[0])
        if not told:
            return Reply(404, body=b"no test told what to answer")
        return told.pop(0) if len(told) > 1 else told[0]


class _Handler(BaseHTTPRequestHandler):
    site: Site

    def handle_any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        request = Request(self.command, self.path, dict(self.headers), body)
        reply = self.site.reply_to(request)
        if not reply.closes:
            with suppress(BrokenPipeError, ConnectionResetError):
                self._send(reply)

    do_GET = do_POST = do_PATCH = handle_any

    def _send(self, reply: Reply) -> None:
        size = len(reply.body) + (10 if reply.is_cut else 0)
        headers = {"Content-Length": str(size), **reply.headers}
        lines = (f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"HTTP/1.0 {reply.status} told\r\n{''.join(lines)}\r\n".encode()
        self._write(head, reply.drip if reply.drip_headers else 0)
        self._write(reply.body, reply.drip)

    def _write(self, content: bytes, drip: float) -> None:
        if not drip:
            self.wfile.write(content)
            return
        for byte in content:
            if self.site.stopping.wait(drip):
                return
            self.wfile.write(bytes((byte,)))

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing: a test's output is its own."""


@contextmanager
def serving_site() -> Iterator[Site]:
    """Serve a site on a free loopback port until the end of the block."""
    site = Site("")
    handler = type("Handler", (_Handler,), {"site": site})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        site.url = f"http://127.0.0.1:{server.server_port}"
        poll = {"poll_interval": 0.01}
        threading.Thread(target=server.serve_forever, kwargs=poll).start()
        try:
            yield site
        finally:
            site.stopping.set()
            server.shutdown()
