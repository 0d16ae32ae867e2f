"""Looking at every environment, all at once, and telling of outages once."""

from collections.abc import Container, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from pipeline.core import alerts
from pipeline.core.availability import Sighting, Vantage, confirmed
from pipeline.effects.clock import Clock
from pipeline.adapters.health import Endpoint
from pipeline.journal.uptime import Uptime

MOST_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Target:
    """One environment to look at; ``url`` is the address that people know."""

    environment: str
    url: str
    endpoint: Endpoint
    vantage: Vantage


@dataclass(frozen=True, slots=True)
class Persistence:
    """How often a check must fail, and the seconds between two tries."""

    attempts: int
    pause: float


def look_at(
    targets: Sequence[Target], persistence: Persistence, clock: Clock
) -> list[Sighting]:
    """Look at all targets at once; a problem was confirmed by repeating the look."""
    if not targets:
        return []
    with ThreadPoolExecutor(min(len(targets), MOST_AT_ONCE)) as pool:
        return list(pool.map(lambda each: _look(each, persistence, clock), targets))


def record(
    sightings: Sequence[Sighting],
    observations: Uptime,
    attempts: int,
    *,
    tells_recovery: bool = False,
    deploying: Container[str] = (),
) -> list[Sighting]:
    """Keep what was seen; return those whose outage begins.

    Args:
        sightings: what was seen.
        observations: where it is kept.
        attempts: how often each problem was seen.
        tells_recovery: the end of an outage is told, too.
        deploying: the environments at which a deployment was at work meanwhile.
    """
    return [
        seen
        for seen in sightings
        if observations.record(
            seen,
            alerts.down(seen, attempts),
            partial(alerts.up_again, seen) if tells_recovery else None,
            is_deploying=seen.environment in deploying,
        )
    ]


def _look(target: Target, persistence: Persistence, clock: Clock) -> Sighting:
    endpoint = target.endpoint
    checks = [endpoint.problem_of_page]
    if target.vantage is Vantage.INSIDE:
        checks.append(endpoint.problem_of_script)
    problem = ""
    for check in checks:
        # Each by itself: a chance failure of one is not confirmed by another's.
        problem = problem or confirmed(
            check, persistence.attempts, lambda: clock.sleep(persistence.pause)
        )
    return Sighting(
        target.environment, target.url, target.vantage, not problem, problem
    )
