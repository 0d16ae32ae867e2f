"""Count requests against the hourly limits.

Owns 60 an hour for each address without a token and 5000 for each token, in windows
that begin with the first request.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

WINDOW_SECONDS = 3600
ANONYMOUS, AUTHENTICATED = 60, 5000


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one client may still do; `reset` is in epoch seconds."""

    limit: int
    used: int
    reset: int

    @property
    def remaining(self) -> int:
        """Return how many requests are left."""
        return max(0, self.limit - self.used)

    def headers(self) -> dict[str, str]:
        """Return the headers that tell a client."""
        return {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(self.remaining),
            "x-ratelimit-reset": str(self.reset),
            "x-ratelimit-used": str(min(self.used, self.limit)),
            "x-ratelimit-resource": "core",
        }


class Limits:
    """The allowances of all clients."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """Begin with every allowance full."""
        self._clock = clock
        self._lock = threading.Lock()
        self._allowances: dict[str | None, Allowance] = {}

    def of(self, token: str | None) -> Allowance:
        """Return a client's allowance; None is everybody without a token."""
        with self._lock:
            return self._current(token)

    def charge(self, token: str | None) -> Allowance:
        """Count one request."""
        with self._lock:
            current = self._current(token)
            self._allowances[token] = replace(current, used=current.used + 1)
            return self._allowances[token]

    def exhaust(self, token: str | None, seconds: float) -> None:
        """Let nothing remain for so many seconds."""
        with self._lock:
            limit = self._current(token).limit
            reset = int(self._clock() + seconds)
            self._allowances[token] = Allowance(limit, limit, reset)

    def _current(self, token: str | None) -> Allowance:
        now, known = self._clock(), self._allowances.get(token)
        if known and known.reset > now:
            return known
        limit = AUTHENTICATED if token else ANONYMOUS
        fresh = Allowance(limit, 0, int(now) + WINDOW_SECONDS)
        self._allowances[token] = fresh
        return fresh
