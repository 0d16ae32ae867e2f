"""Name the ways in which GitHub's answers go wrong.

Owns what each looks like on the wire. A refused connection is not an answer: for
that the server stops listening.
"""

import json
import re
import time
from email.utils import formatdate

from rehearsal.answers import Answer
from rehearsal.faults import Fault
from rehearsal.github.rest.errors import error_body

_HTML = b"<!DOCTYPE html><html><body><h1>Unicorn!</h1></body></html>"


def server_error(status: int = 503) -> Fault:
    """Answer with a 5xx."""
    return _error(status, "Server Error")


def html_page(status: int = 200) -> Fault:
    """Answer with a page where JSON was expected."""
    kind = (("content-type", "text/html; charset=utf-8"),)
    return Fault(Answer(status, kind, _HTML))


def truncated_json() -> Fault:
    """Send only the first half of the true body."""
    return Fault(cut=True)


def slow_body(seconds: float) -> Fault:
    """Take this long to send the true body."""
    return Fault(seconds=seconds)


def bad_credentials() -> Fault:
    """Refuse the token."""
    return _error(401, "Bad credentials")


def secondary_limit(retry_after: int, status: int = 403) -> Fault:
    """Ask the client to slow down, with Retry-After; the status is 403 or 429."""
    message = "You have exceeded a secondary rate limit. Please wait a few minutes."
    return _error(status, message, {"retry-after": str(retry_after)})


def rate_limit_used_up(seconds: float, ahead: float = 0.0) -> Fault:
    """Say that nothing remains until so many seconds from now.

    GitHub's clock is ``ahead`` of ours by so many seconds.
    """
    now = time.time() + ahead
    headers = {
        "date": formatdate(now, usegmt=True),
        "x-ratelimit-limit": "60",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-used": "60",
        "x-ratelimit-reset": str(int(now + seconds)),
        "x-ratelimit-resource": "core",
    }
    return _error(403, "API rate limit exceeded for 127.0.0.1.", headers)


def not_found() -> Fault:
    """Say that there is no such thing, or none that may be seen."""
    return _error(404, "Not Found")


def limited(status: int = 403, **headers: str) -> Fault:
    """Refuse with any headers, underscores standing for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return _error(status, "You have exceeded a secondary rate limit.", named)


def moved(old: str, new: str, status: int = 301) -> Fault:
    """Redirect from one beginning of a path to another, or to another host."""
    return Fault(moved=(old, new), status=status)


def body(text: bytes, status: int = 200) -> Fault:
    """Answer with this, said to be JSON."""
    kind = (("content-type", "application/json; charset=utf-8"),)
    return Fault(Answer(status, kind, text))


def changed(pattern: bytes, instead: bytes) -> Fault:
    """Change the true body where an expression matches."""
    return Fault(rewrite=lambda true: re.sub(pattern, instead, true))


def unasked_304() -> Fault:
    """Say that nothing changed to a client that may have nothing."""
    return Fault(Answer(304))


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> Fault:
    kind = {"content-type": "application/json; charset=utf-8", **(headers or {})}
    body = json.dumps(error_body(status, message, {})).encode()
    return Fault(Answer(status, tuple(kind.items()), body))
