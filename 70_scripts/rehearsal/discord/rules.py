"""What Discord refuses, how often it may be asked, and whom a message pings.

Owns the limits, the JSON error codes that a webhook can meet, and the nested shape of
50035. Only plain content is played: a form with more is refused, loudly.
https://discord.com/developers/docs/resources/webhook#execute-webhook
"""

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

CONTENT = 2000  # characters
LIMIT, WINDOW_SECONDS = 5, 2.0
_UNPLAYED = "embeds components poll attachments thread_name flags tts username".split()
_KINDS = ("users", "roles", "everyone")
_MENTION = re.compile(r"@(?:everyone|here)|<@&(?P<role>\d+)>|<@!?(?P<user>\d+)>")


class Refusal(Exception):
    """An answer that is not the one asked for."""

    def __init__(self, status: int, code: int, message: str, **more: Any) -> None:
        """Name the HTTP status, Discord's code and message, and further members."""
        super().__init__(message)
        self.status = status
        self.body = {"message": message, "code": code, **more}


def invalid_form(field: str, code: str, message: str) -> Refusal:
    """Return the refusal for a body with a flaw in one of its fields."""
    errors = {field: {"_errors": [{"code": code, "message": message}]}}
    return Refusal(400, 50035, "Invalid Form Body", errors=errors)


def check_form(form: Mapping[str, Any]) -> None:
    """Refuse what Discord refuses, and what is not played here."""
    for refusal in _flaws(form):
        raise refusal
    if not str(form.get("content") or "").strip():
        raise Refusal(400, 50006, "Cannot send an empty message")


def pings_of(content: str, allowed: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return the mentions that ping, as they stand in the text, each once.

    Without ``allowed_mentions`` everything that looks like a mention is one.
    """
    found = {
        match[0]: None
        for match in _MENTION.finditer(content)
        if allowed is None or _is_allowed(match, allowed)
    }
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Draw:
    """What one request took from the bucket; times are seconds, `reset` since 1970."""

    is_granted: bool
    remaining: int
    reset_after: float
    reset: float

    def headers(self) -> dict[str, str]:
        """Return the headers that tell a client."""
        return {
            "x-ratelimit-limit": str(LIMIT),
            "x-ratelimit-remaining": str(self.remaining),
            "x-ratelimit-reset": f"{self.reset:.3f}",
            "x-ratelimit-reset-after": f"{self.reset_after:.3f}",
            "x-ratelimit-bucket": "webhook",
        }


class Bucket:
    """A webhook's allowance: five requests in two seconds from the first one on."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """Begin with a full allowance."""
        self._clock = clock
        self._lock = threading.Lock()
        self._ends_at, self._used = 0.0, 0

    def draw(self) -> Draw:
        """Take one request out of the allowance, if there is one left."""
        with self._lock:
            now = self._clock()
            if now >= self._ends_at:
                self._ends_at, self._used = now + WINDOW_SECONDS, 0
            is_granted = self._used < LIMIT
            self._used += is_granted
            left = self._ends_at - now
            return Draw(is_granted, LIMIT - self._used, left, self._ends_at)


def _flaws(form: Mapping[str, Any]) -> Iterator[Refusal]:
    for field in filter(form.get, _UNPLAYED):
        yield invalid_form(field, "NOT_PLAYED", "This Discord plays content alone.")
    content = form.get("content")
    if isinstance(content, dict | list):
        message = "Could not interpret it as string."
        yield invalid_form("content", "STRING_TYPE_CONVERT", message)
    elif len(str(content or "")) > CONTENT:
        message = f"Must be {CONTENT} or fewer in length."
        yield invalid_form("content", "BASE_TYPE_MAX_LENGTH", message)
    allowed = form.get("allowed_mentions") or {}
    kinds = allowed.get("parse") or []
    if not set(kinds) <= set(_KINDS):
        message = f"Value must be one of {_KINDS}."
        yield invalid_form("allowed_mentions", "BASE_TYPE_CHOICES", message)
    if any(kind in kinds and allowed.get(kind) for kind in _KINDS):
        code = "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"
        yield invalid_form("allowed_mentions", code, "mutually exclusive")


def _is_allowed(match: re.Match[str], allowed: Mapping[str, Any]) -> bool:
    kinds = allowed.get("parse") or ()
    for group, kind in (("user", "users"), ("role", "roles")):
        if match[group]:
            named = {str(one) for one in allowed.get(kind) or ()}
            return kind in kinds or match[group] in named
    return "everyone" in kinds
