"""Time that passes only when somebody sleeps."""

from dataclasses import dataclass, field

from pipeline.effects.clock import Moment

EPOCH = 1_700_000_000.0


@dataclass(slots=True)
class FakeClock:
    """A clock that counts the seconds slept instead of letting them pass."""

    elapsed: float = 0.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        """Return seconds since the epoch."""
        return EPOCH + self.elapsed

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        return self.elapsed

    def since_boot(self) -> Moment:
        """Return a moment that no change of the date moves."""
        return Moment("boot", self.elapsed)

    def sleep(self, seconds: float) -> None:
        """Let the seconds pass at once."""
        self.slept.append(seconds)
        self.elapsed += seconds
