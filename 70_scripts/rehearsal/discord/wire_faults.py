"""Name the ways in which Discord's answers go wrong.

Owns what each looks like on the wire. A refused connection is not an answer: for
that the server stops listening.
"""

import json

from rehearsal.answers import Answer
from rehearsal.discord.errors import Flaw, Refusal, invalid_form, unknown_webhook
from rehearsal.faults import Fault


def server_error(status: int = 503) -> Fault:
    """Answer with a 5xx of the edge, which is not JSON."""
    kind = (("content-type", "text/html"),)
    return Fault(Answer(status, kind, b"<html>upstream connect error</html>"))


def slow_body(seconds: float) -> Fault:
    """Take this long to send the true answer; the message arrives all the same."""
    return Fault(seconds=seconds)


def rate_limited(retry_after: float, is_global: bool = False) -> Fault:
    """Ask the client to wait so many seconds."""
    body = {
        "message": "You are being rate limited.",
        "retry_after": retry_after,
        "global": is_global,
    }
    return _json(429, body, {"retry-after": str(max(1, round(retry_after)))})


def odd(status: int, body: bytes, **headers: str) -> Fault:
    """Answer with exactly this; names of headers have underscores for dashes."""
    pairs = ((name.replace("_", "-"), value) for name, value in headers.items())
    return Fault(Answer(status, tuple(pairs), body))


def webhook_gone() -> Fault:
    """Say that somebody deleted the webhook."""
    return _refused(unknown_webhook())


def refused_form() -> Fault:
    """Refuse a message for a reason of Discord's own."""
    flaw = Flaw(("content",), "BASE_TYPE_REQUIRED", "This field is required")
    return _refused(invalid_form([flaw]))


def _refused(refusal: Refusal) -> Fault:
    return _json(refusal.status, refusal.body, {})


def _json(status: int, body: object, headers: dict[str, str]) -> Fault:
    kind = {"content-type": "application/json", "via": "1.1 google", **headers}
    return Fault(Answer(status, tuple(kind.items()), json.dumps(body).encode()))
