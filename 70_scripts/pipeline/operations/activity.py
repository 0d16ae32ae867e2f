"""Whether a deployment is at work on an environment, as the health watch asks.

What it is doing explains that nothing answers for a moment; its own health gate says
what came of it.
"""

from dataclasses import dataclass
from pathlib import Path

from pipeline.effects.clock import Clock
from pipeline.adapters.lock import is_held
from pipeline.journal.deployments import Deployments

# Seconds since its last step: what takes longer hangs, or died and nothing resumes it.
LONGEST_EXCUSE = 1800.0


@dataclass(frozen=True, slots=True)
class Activity:
    """One look: the newest step of all deployments there, and whether one is going on.

    ``is_at_work`` while the environment's lock is held, or a deployment that died is
    between its reset and its health gate.
    """

    step: int
    is_at_work: bool


def activity(
    deployments: Deployments, environment: str, lock: Path, clock: Clock
) -> Activity:
    """Look at what deployments are doing to an environment now."""
    step, at = deployments.last_step(environment)
    if abs(clock.now() - at) > LONGEST_EXCUSE:
        return Activity(step, is_at_work=False)
    is_open = bool(deployments.open_on(environment))
    is_amid = is_open and deployments.live(environment) is None
    return Activity(step, is_at_work=is_amid or is_held(lock))


def was_deploying(before: Activity, after: Activity) -> bool:
    """Tell whether a deployment was at work at some time between two looks."""
    return before.is_at_work or after.is_at_work or before.step != after.step
