"""Hold back an application's answer so that it can be judged before it is sent.

Owns the walk between ASGI messages and one plain value. Refuses streaming: every
answer of these services is small.
"""

import asyncio
from dataclasses import dataclass, replace

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SLOW_PIECES = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer; header names are lower case."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Return the last value of a header."""
        return dict(self.headers).get(name)

    def with_headers(self, headers: dict[str, str]) -> "Answer":
        """Return a copy in which these headers replace those of the same name."""
        kept = tuple(pair for pair in self.headers if pair[0] not in headers)
        return replace(self, headers=kept + tuple(headers.items()))


def request_headers(scope: Scope) -> dict[str, str]:
    """Return what the client sent, names in lower case."""
    return {
        name.decode("latin-1").lower(): value.decode("latin-1")
        for name, value in scope["headers"]
    }


async def capture(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
    """Run the application and return what it would have sent."""
    status, headers, body = 500, [], bytearray()

    async def collect(message: Message) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status, headers = message["status"], message.get("headers", [])
        elif message["type"] == "http.response.body":
            body.extend(message.get("body", b""))

    await app(scope, receive, collect)
    pairs = tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in headers)
    return Answer(status, pairs, bytes(body))


async def deliver(answer: Answer, send: Send, seconds: float = 0.0) -> None:
    """Send an answer, its body spread over so many seconds."""
    final = answer.with_headers({"content-length": str(len(answer.body))})
    raw = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in final.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    for piece in _pieces(answer.body) if seconds else ():
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        await asyncio.sleep(seconds / SLOW_PIECES)
    rest = b"" if seconds else answer.body
    await send({"type": "http.response.body", "body": rest})


def _pieces(body: bytes) -> list[bytes]:
    size = max(1, -(-len(body) // SLOW_PIECES))
    return [body[at : at + size] for at in range(0, len(body), size)]
