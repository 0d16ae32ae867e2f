"""The two ASGI middlewares, in front of an application that answers as it is told."""

import asyncio
import json
from collections.abc import Iterable

import pytest
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mangetamain_analytics.answer import Answer
from mangetamain_analytics.health_report import HealthReport
from mangetamain_analytics.page_title import PageTitle
from mangetamain_analytics.release import Release

SHA = "0123456789abcdef0123456789abcdef01234567"
INDEX = "<html><title>Streamlit</title></html>"


class Inner:
    """Stands for Streamlit; remembers the last request's headers."""

    def __init__(self, response: Response) -> None:
        """Always answer with this response."""
        self.response = response
        self.asked: dict[str, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            self.asked = dict(Request(scope).headers)
        await self.response(scope, receive, send)


def reported(app: ASGIApp) -> HealthReport:
    """Return the health middleware, started 5 seconds ago."""
    return HealthReport(app, Release(SHA, "preprod"), started=10.0, clock=lambda: 15.0)


def ask(
    app: ASGIApp,
    path: str,
    method: str = "GET",
    headers: Iterable[tuple[bytes, bytes]] = (),
) -> Answer:
    """Return the application's answer to one request."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        sent.append(message)

    async def run() -> None:
        scope = {"type": "http", "method": method, "path": path, "query_string": b""}
        await app({**scope, "headers": list(headers)}, receive, send)

    asyncio.run(run())
    start, *rest = sent
    body = b"".join(message.get("body", b"") for message in rest)
    return Answer(start["status"], tuple(start["headers"]), body)


def test_health_says_version_environment_and_uptime() -> None:
    """The running process reports itself, and no cache may keep it."""
    answer = ask(reported(Inner(PlainTextResponse("ok"))), "/_stcore/health")
    assert json.loads(answer.body) == {
        "status": "ok",
        "uptime": 5.0,
        "sha": SHA,
        "environment": "preprod",
    }
    assert answer.header(b"cache-control") == b"no-store"
    assert answer.header(b"content-type") == b"application/json"


def test_health_is_never_better_than_streamlit_says() -> None:
    """A runtime that is not ready stays 503."""
    inner = Inner(PlainTextResponse("starting", status_code=503))
    answer = ask(reported(inner), "/_stcore/health")
    assert answer.status == 503
    assert json.loads(answer.body)["status"] == "unavailable"


def test_head_has_the_headers_of_get_and_no_body() -> None:
    """A HEAD request announces the length that GET sends."""
    app = reported(Inner(PlainTextResponse("ok")))
    head = ask(app, "/_stcore/health", "HEAD")
    assert head.body == b""
    assert int(head.header(b"content-length")) == len(ask(app, "/_stcore/health").body)


@pytest.mark.parametrize(
    ("method", "path"),
    [("OPTIONS", "/_stcore/health"), ("GET", "/_stcore/script-health-check")],
)
def test_other_requests_are_streamlits_own(method: str, path: str) -> None:
    """Only reads of the health endpoint are answered here."""
    answer = ask(reported(Inner(PlainTextResponse("streamlit's"))), path, method)
    assert answer.body == b"streamlit's"


@pytest.mark.parametrize("path", ["/", "/seasonality"])
def test_pages_carry_the_products_name(path: str) -> None:
    """What a client without JavaScript reads is Mangetamain, with the right length."""
    answer = ask(PageTitle(Inner(HTMLResponse(INDEX))), path)
    assert b"<title>Mangetamain Analytics</title>" in answer.body
    assert int(answer.header(b"content-length")) == len(answer.body)


def test_pages_are_asked_for_whole_and_uncompressed() -> None:
    """A browser's cache and compression cannot hide the title from the rewriting."""
    inner = Inner(HTMLResponse(INDEX, headers={"etag": "old"}))
    wanted = [
        (b"accept-encoding", b"gzip"),
        (b"if-none-match", b"old"),
        (b"host", b"x"),
    ]
    answer = ask(PageTitle(inner), "/", headers=wanted)
    assert inner.asked == {"host": "x"}
    assert not answer.header(b"etag")


@pytest.mark.parametrize("path", ["/static/a.html", "/media/a.html", "/_stcore/a"])
def test_assets_are_never_held_back(path: str) -> None:
    """Streamlit's own files pass through as they are."""
    assert ask(PageTitle(Inner(HTMLResponse(INDEX))), path).body == INDEX.encode()


def test_other_files_are_not_rewritten() -> None:
    """Only HTML is a page, whatever its text."""
    assert ask(PageTitle(Inner(PlainTextResponse(INDEX))), "/robots.txt").body == (
        INDEX.encode()
    )


@pytest.mark.parametrize("middleware", [reported, PageTitle])
def test_websockets_pass_through(middleware: type[PageTitle]) -> None:
    """A WebSocket is none of the middlewares' business."""
    seen: list[str] = []

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    async def unused() -> Message:
        raise AssertionError("nothing is received here")

    async def dropped(message: Message) -> None:
        raise AssertionError(f"nothing is sent here: {message}")

    scope = {"type": "websocket", "path": "/_stcore/stream", "headers": []}
    asyncio.run(middleware(inner)(scope, unused, dropped))
    assert seen == ["websocket"]
