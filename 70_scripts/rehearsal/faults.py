"""Say in advance how a service's next answers go wrong.

Owns the queue of injected faults. Refuses to know any service: what a GitHub or a
Discord fault looks like on the wire is said by their own modules.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from rehearsal.answers import Answer


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which an answer goes wrong.

    Attributes:
        answer: Sent in place of the true answer, which is then never computed.
        seconds: The body takes that long.
        cut: Only the first half of the body is sent, as if it were all of it.
        moved: From one beginning of a path to another address: a redirect to there.
        status: The redirect's status.
        rewrite: Changes the body of the true answer.
    """

    answer: Answer | None = None
    seconds: float = 0.0
    cut: bool = False
    moved: tuple[str, str] | None = None
    status: int = 301
    rewrite: Callable[[bytes], bytes] | None = None

    def bend(self, true: Answer) -> Answer:
        """Return the true answer as this fault leaves it."""
        body = self.rewrite(true.body) if self.rewrite else true.body
        if self.cut:
            body = body[: len(body) // 2]
        return Answer(true.status, true.headers, body)

    def redirect(self, path: str, query: str, host: str) -> Answer | None:
        """Return the redirect of a request, None if this fault makes none."""
        if self.moved is None:
            return None
        old, new = self.moved
        base = "" if "//" in new else f"http://{host}"
        rest = path.partition(old)[2] + (f"?{query}" if query else "")
        return Answer(self.status, (("location", f"{base}{new}{rest}"),))


@dataclass(slots=True)
class _Injection:
    fault: Fault
    times: int | None
    path: str


class Faults:
    """The faults still to come, first injected first served."""

    def __init__(self) -> None:
        """Begin with a service that works."""
        self._lock = threading.Lock()
        self._injections: list[_Injection] = []
        self.served = 0

    def inject(self, fault: Fault, times: int | None = 1, path: str = "") -> None:
        """Spoil the next answers.

        Args:
            fault: What goes wrong.
            times: For how many requests; None means until `clear`.
            path: Only for requests whose path, with its query, contains this text.
        """
        with self._lock:
            self._injections.append(_Injection(fault, times, path))

    def clear(self) -> None:
        """Let everything work again."""
        with self._lock:
            self._injections.clear()

    def take(self, path: str) -> Fault | None:
        """Return the fault for a request to this path, and use it up."""
        with self._lock:
            for injection in self._injections:
                if injection.path in path:
                    self._use(injection)
                    return injection.fault
        return None

    def _use(self, injection: _Injection) -> None:
        self.served += 1
        if injection.times is None:
            return
        injection.times -= 1
        if injection.times < 1:
            self._injections.remove(injection)
