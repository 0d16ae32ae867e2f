"""Limit how often a webhook may be used.

Owns Discord's bucket: five requests every two seconds, in windows that begin with
the first request.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

LIMIT, WINDOW_SECONDS = 5, 2.0


@dataclass(frozen=True, slots=True)
class Draw:
    """What one request took from the bucket.

    Attributes:
        is_granted: Whether the request may go on.
        remaining: How many more may follow in this window.
        reset_after: Seconds until the window ends.
        reset: The same moment in epoch seconds.
    """

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
    """One webhook's allowance."""

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
