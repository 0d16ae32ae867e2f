"""The time, as an argument."""

import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Moment:
    """Seconds since the machine was booted, and which boot that was."""

    boot: str
    seconds: float


class Clock(Protocol):
    """Tell the time and let it pass."""

    def now(self) -> float:
        """Return seconds since the epoch."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""

    def since_boot(self) -> Moment:
        """Return a moment that no change of the date moves."""

    def sleep(self, seconds: float) -> None:
        """Return when that many seconds have passed."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """Return seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        return time.monotonic()

    def since_boot(self) -> Moment:
        """Return a moment that no change of the date moves."""
        return Moment(boot_id(), time.clock_gettime(time.CLOCK_BOOTTIME))

    def sleep(self, seconds: float) -> None:
        """Return when that many seconds have passed."""
        time.sleep(seconds)


@cache
def boot_id() -> str:
    """Return what tells this boot of the machine from every other one.

    Raises:
        OSError: the kernel does not say.
    """
    return BOOT_ID.read_text(encoding="ascii").strip()
