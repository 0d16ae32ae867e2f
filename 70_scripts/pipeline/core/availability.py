"""What one look at an environment means, given what was seen before.

The journal keeps what changed and, in between, a sign of life every few minutes: years
of probes stay small, and a gap without rows says that nobody looked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from pipeline.core.wording import one_line

# Seconds; a report may take twice that without a row for "not watched".
SIGN_OF_LIFE = 300.0


class Vantage(StrEnum):
    """Where an environment is looked at from."""

    INSIDE = "inside"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was seen of one environment; ``problem`` is empty when it is up."""

    environment: str
    url: str
    vantage: Vantage
    is_up: bool
    problem: str

    @property
    def words(self) -> str:
        """Return it on one line."""
        return "up" if self.is_up else f"down: {one_line(self.problem)}"


@dataclass(frozen=True, slots=True)
class Observation:
    """What was kept of one look; ``at`` in seconds since the epoch."""

    is_up: bool
    at: float


@dataclass(frozen=True, slots=True)
class Consequence:
    """What follows from one look.

    Attributes:
        is_kept: it says something that the journal does not know.
        is_alert: an outage begins; people are told once.
    """

    is_kept: bool
    is_alert: bool


def consequence(last: Observation | None, is_up: bool, now: float) -> Consequence:
    """Say what follows from a look at ``now``, ``last`` being what was kept last."""
    is_change = last is None or last.is_up != is_up
    # A clock that was set back must not silence the journal until it has caught up.
    is_due = last is None or not 0 <= now - last.at < SIGN_OF_LIFE
    return Consequence(is_change or is_due, is_change and not is_up)


def confirmed(look: Callable[[], str], attempts: int, rest: Callable[[], None]) -> str:
    """Return a problem only when every one of ``attempts`` looks saw one.

    Of looks that fail by chance with probability p, this one fails with p to the power
    of ``attempts``: 2 % become 0.0008 % with three.

    Args:
        look: returns what is wrong, empty if nothing.
        attempts: how often to look at most.
        rest: called between two looks.
    """
    problem = look()
    for _ in range(attempts - 1):
        if not problem:
            break
        rest()
        problem = look()
    return problem
