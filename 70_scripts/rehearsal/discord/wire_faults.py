"""Name the ways in which Discord's answers go wrong, as they look on the wire."""

import json

from rehearsal.answers import Answer
from rehearsal.discord.rules import Refusal, invalid_form
from rehearsal.faults import Fault


def server_error(status: int = 503) -> Fault:
    """Answer with a 5xx of the edge, which is not JSON."""
    kind = (("content-type", "text/html"),)
    return Fault(Answer(status, kind, b"<html>upstream connect error</html>"))


def slow_body(seconds: float) -> Fault:
    """Take this long to send the true answer; the message arrives all the same."""
    return Fault(seconds=seconds)


def rate_limited(retry_after: float) -> Fault:
    """Ask the client to wait so many seconds."""
    more = {"retry_after": retry_after, "global": False}
    refusal = Refusal(429, 0, "You are being rate limited.", **more)
    return _refused(refusal, {"retry-after": str(max(1, round(retry_after)))})


def odd(status: int, body: bytes, **headers: str) -> Fault:
    """Answer with exactly this; names of headers have underscores for dashes."""
    pairs = ((name.replace("_", "-"), value) for name, value in headers.items())
    return Fault(Answer(status, tuple(pairs), body))


def webhook_gone() -> Fault:
    """Say that somebody deleted the webhook."""
    return _refused(Refusal(404, 10015, "Unknown Webhook"))


def refused_form() -> Fault:
    """Refuse a message for a reason of Discord's own."""
    required = ("BASE_TYPE_REQUIRED", "This field is required")
    return _refused(invalid_form("content", *required))


def _refused(refusal: Refusal, headers: dict[str, str] | None = None) -> Fault:
    kind = {"content-type": "application/json", "via": "1.1 google", **(headers or {})}
    body = json.dumps(refusal.body).encode()
    return Fault(Answer(refusal.status, tuple(kind.items()), body))
