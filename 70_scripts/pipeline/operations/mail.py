"""Everything that goes out: notices to people, reports to GitHub.

Sending neither raises nor holds anybody for long: what one process waits for it, all
its flushes together, is bounded. What did not go out in that time is kept.
"""

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Thread

from pipeline.effects.clock import Clock
from pipeline.adapters.outbox import Outbox
from pipeline.operations.reporting import Reports

PATIENCE = 10.0
# Its threads end by themselves in time; this is for a journal that hangs.
TOLERANCE = 0.5
OUT_OF_TIME = "out of time: what waits is kept, and follows"


@dataclass(slots=True)
class Allowance:
    """The seconds that a process may yet wait for what it sends."""

    left: float = PATIENCE


@dataclass(frozen=True, slots=True)
class Mail:
    """Both kinds of what goes out, sent side by side."""

    outbox: Outbox
    reports: Reports
    clock: Clock
    allowance: Allowance = field(default_factory=Allowance)

    def flush(self) -> str:
        """Send what waits; return what went wrong."""
        patience = self.allowance.left
        if patience < TOLERANCE:
            return OUT_OF_TIME
        start = self.clock.monotonic()
        troubles = self._flush_both(patience)
        self.allowance.left -= self.clock.monotonic() - start
        return "\n".join(filter(None, troubles))

    def flush_meanwhile(self) -> None:
        """Begin to send what waits; nobody waits for it."""
        flush = replace(self.outbox, patience=PATIENCE).flush
        Thread(target=_safely, args=(flush, [""]), daemon=True).start()

    def waiting(self) -> int:
        """Return how many notices have not been taken yet."""
        return self.outbox.waiting()

    def _flush_both(self, patience: float) -> list[str]:
        flushes = (
            replace(self.outbox, patience=patience).flush,
            replace(self.reports, patience=patience).flush,
        )
        troubles = [OUT_OF_TIME] * len(flushes)
        threads = []
        for number, flush in enumerate(flushes):
            arguments = (flush, troubles, number)
            threads.append(Thread(target=_safely, args=arguments, daemon=True))
            threads[-1].start()
        end = self.clock.monotonic() + patience + TOLERANCE
        for thread in threads:
            thread.join(max(end - self.clock.monotonic(), 0.0))
        return list(dict.fromkeys(troubles))


def _safely(flush: Callable[[], str], troubles: list[str], number: int = 0) -> None:
    # Called where a deployment has just ended: not even a bug may replace its result.
    try:
        troubles[number] = flush()
    except Exception:
        trace = traceback.format_exc()
        troubles[number] = f"this is a bug; what waits is kept: {trace}"
