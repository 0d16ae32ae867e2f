"""What a stretch of the journal adds up to: the team's figures, per environment.

All times are in seconds. A figure for which there is nothing to count is None.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from statistics import median

from pipeline.core.deployment import Kind, Outcome
from pipeline.core.availability import SIGN_OF_LIFE, Observation


@dataclass(frozen=True, slots=True)
class Ended:
    """One deployment, as far as figures are concerned.

    Attributes:
        to_live: from its start until it served, healthy; None if it never did.
        to_verdict: from its start until CI's first final word; None without one.
        has_passed_later: its SHA passed CI after this deployment was rolled back.
    """

    kind: Kind
    outcome: Outcome | None
    to_live: float | None = None
    to_verdict: float | None = None
    has_passed_later: bool = False


@dataclass(frozen=True, slots=True)
class Duration:
    """How long something took: the middle one, and what 19 of 20 stay below."""

    count: int
    median: float
    p95: float


@dataclass(frozen=True, slots=True)
class Uptime:
    """How much of the watched time an environment was up; ``share`` is 0 to 1."""

    share: float | None
    watched: float
    outages: int
    longest_outage: float


@dataclass(frozen=True, slots=True)
class Metrics:
    """One environment's figures.

    Attributes:
        deployments: pushes and promotions; rollbacks are counted apart.
        ends: how they ended, and how many are still open.
        rollback_success: the share of rollbacks after which the target served.
        false_positives: rolled back, although their CI passed later.
        false_positive_rate: their share of what was rolled back.
    """

    environment: str
    deployments: int
    ends: dict[str, int]
    to_live: Duration | None
    to_verdict: Duration | None
    rollbacks: int
    rollback_success: float | None
    to_roll_back: Duration | None
    false_positives: int
    false_positive_rate: float | None
    uptime: Uptime = field(default=Uptime(None, 0.0, 0, 0.0))


def metrics(
    environment: str,
    ended: Sequence[Ended],
    seen: Sequence[Observation],
    since: float,
    now: float,
) -> Metrics:
    """Add up an environment's deployments and observations between two moments."""
    deploys = [one for one in ended if one.kind is Kind.DEPLOY]
    rollbacks = [one for one in ended if one.kind is Kind.ROLLBACK]
    # One that is under way has neither succeeded nor failed.
    tried = [one for one in rollbacks if one.outcome or one.to_live is not None]
    withdrawn = [one for one in deploys if one.outcome is Outcome.ROLLED_BACK]
    false = [one for one in withdrawn if one.has_passed_later]
    return Metrics(
        environment=environment,
        deployments=len(deploys),
        ends=dict(Counter(str(one.outcome or "open") for one in deploys)),
        to_live=_duration([one.to_live for one in deploys]),
        to_verdict=_duration([one.to_verdict for one in deploys]),
        rollbacks=len(rollbacks),
        rollback_success=_share(sum(one.to_live is not None for one in tried), tried),
        to_roll_back=_duration([one.to_live for one in rollbacks]),
        false_positives=len(false),
        false_positive_rate=_share(len(false), withdrawn),
        uptime=uptime(seen, since, now),
    )


def uptime(seen: Sequence[Observation], since: float, now: float) -> Uptime:
    """Add up what was seen; a gap without an observation counts as not watched.

    Args:
        seen: in order; one before ``since`` says how things stood then.
        since: where the stretch begins (seconds since the epoch).
        now: where it ends.
    """
    up = watched = longest = down = 0.0
    outages, was_up = 0, True
    ends = [*(one.at for one in seen[1:]), now]
    for one, end in zip(seen, ends, strict=False):
        start, stop = max(one.at, since), min(end, one.at + 2 * SIGN_OF_LIFE)
        spent = max(stop - start, 0.0)
        watched += spent
        up += spent if one.is_up else 0.0
        down = 0.0 if one.is_up else down + spent
        longest = max(longest, down)
        outages += was_up and not one.is_up and end > since
        was_up = one.is_up
    return Uptime(up / watched if watched else None, watched, outages, longest)


def _duration(values: Sequence[float | None]) -> Duration | None:
    known = sorted(value for value in values if value is not None)
    if not known:
        return None
    return Duration(len(known), median(known), known[ceil(0.95 * len(known)) - 1])


def _share(part: int, whole: Sequence[object]) -> float | None:
    return part / len(whole) if whole else None
