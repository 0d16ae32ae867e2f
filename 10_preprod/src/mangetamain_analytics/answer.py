"""One HTTP answer of the wrapped app, held back so that it can be changed.

Owns the buffering. Refuses to be used for anything large: the whole body is in memory.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete HTTP answer; header names are in lower case."""

    status: int
    headers: tuple[Header, ...]
    body: bytes

    def header(self, name: bytes) -> bytes:
        """Return the first value of this header, or nothing."""
        return next((value for key, value in self.headers if key == name), b"")

    def with_body(self, body: bytes, headers: Iterable[Header] = ()) -> "Answer":
        """Return the same answer with another body, and these headers replaced."""
        new = (*headers, (b"content-length", str(len(body)).encode()))
        gone = {name for name, _ in new} | {b"etag", b"last-modified"}
        kept = (header for header in self.headers if header[0] not in gone)
        return replace(self, headers=(*kept, *new), body=body)

    async def send(self, send: Send, *, head_only: bool = False) -> None:
        """Pass the answer on; without its body for a HEAD request."""
        start = {"type": "http.response.start", "status": self.status}
        body = b"" if head_only else self.body
        await send({**start, "headers": list(self.headers)})
        await send({"type": "http.response.body", "body": body})


async def answer_of(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
    """Return what the app answers, uncompressed and never as a 304."""
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await app({**scope, "headers": _plain(scope["headers"])}, receive, keep)
    start, *rest = messages
    headers = tuple((name.lower(), value) for name, value in start["headers"])
    body = b"".join(message.get("body", b"") for message in rest)
    return Answer(start["status"], headers, body)


def _plain(headers: Iterable[Header]) -> list[Header]:
    conditional = {b"accept-encoding", b"if-none-match", b"if-modified-since", b"range"}
    return [header for header in headers if header[0].lower() not in conditional]
