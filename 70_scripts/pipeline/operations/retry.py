"""Returns that failed: tried again by the timer at growing intervals.

The first failure called a human; another one would say nothing new.
"""

from pipeline.core.deployment import Deployment, Outcome
from pipeline.core.sha import Sha
from pipeline.errors import EXPECTED
from pipeline.operations.environment import Environment
from pipeline.operations.automatic_rollback import roll_back_to

FIRST, LONGEST = 60.0, 3600.0  # seconds between two attempts


def pause_after(attempts: int) -> float:
    """Return the seconds to wait after so many failed attempts; none after one."""
    return min(FIRST * 2 ** (attempts - 2), LONGEST) if attempts > 1 else 0.0


def retry_rollback(env: Environment) -> Exception | None:
    """Try again the return that was the last thing done here, and failed.

    The caller holds the environment's lock.

    Returns:
        Why it failed once more; None where it did not, or was not tried.
    """
    failed = env.journal.deployments.newest(env.name)
    if (
        failed is None
        or not failed.is_automatic_rollback
        or failed.outcome is not Outcome.FAILED
    ):
        return None
    undone = env.journal.deployments.get(failed.order.cause or failed.id)
    attempts, ended_at = env.journal.deployments.failed_rollbacks(undone)
    # A clock that was set back must not delay it: how far it is off is no wait.
    waited = abs(env.clock.now() - ended_at)
    if waited < pause_after(attempts):
        left = pause_after(attempts) - waited
        env.announce(f"{attempts} returns failed; the next try is in {left:.0f} s")
        return None
    if env.strategy.version() not in (failed.sha, undone.sha):
        env.announce("somebody reset it by hand: it is left alone")
        return None
    reasons = tuple(failed.order.reason.splitlines())
    try:
        roll_back_to(env, undone, _target(env, failed), reasons)
    except EXPECTED as failure:
        return failure
    return None


def is_stuck(env: Environment, live: Deployment) -> bool:
    """Tell whether returning from a deployment failed before, so that it is retried."""
    return env.journal.deployments.failed_rollbacks(live)[0] > 0


def _target(env: Environment, failed: Deployment) -> Sha:
    """Return what should serve now: what was validated since, else what failed."""
    validated = env.pointer.sha() if env.is_judged else None
    if validated is None or env.journal.commits.is_bad(env.name, validated):
        return failed.sha
    return validated
