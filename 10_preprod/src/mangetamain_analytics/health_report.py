"""The health endpoint: which version answers, and since when.

Owns the body of `/_stcore/health`. The verdict stays Streamlit's own: its status code
passes through, so a runtime that is not ready is never reported as healthy.
"""

import json
import time
from collections.abc import Callable
from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from mangetamain_analytics.answer import answer_of
from mangetamain_analytics.release import Release

PATH = "/_stcore/health"
_HEADERS = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"))


class HealthReport:
    """ASGI middleware that gives the health endpoint a JSON body."""

    def __init__(
        self,
        app: ASGIApp,
        release: Release,
        started: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Report this release; `started` is the clock's reading at the start (s)."""
        self._app = app
        self._release = release
        self._started = started
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the health endpoint; pass everything else on untouched."""
        if not _asks_for_health(scope):
            return await self._app(scope, receive, send)
        answer = await answer_of(self._app, scope, receive)
        report = answer.with_body(self._body(answer.status), _HEADERS)
        await report.send(send, head_only=scope["method"] == "HEAD")

    def _body(self, status: int) -> bytes:
        report = {
            "status": "ok" if status == HTTPStatus.OK else "unavailable",
            "uptime": round(self._clock() - self._started, 3),
            "sha": self._release.sha,
            "environment": self._release.environment,
        }
        return json.dumps(report).encode()


def _asks_for_health(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
        return False
    return bool(scope["path"] == PATH)
