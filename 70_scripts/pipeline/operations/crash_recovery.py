"""Finishing what died half-way: whoever holds the lock next carries it on.

The lock was free, so whatever is open and not at rest has lost its process: killed,
rebooted, or stopped by a full disk. It is carried on from its last journaled step, as
if nothing had died, and given up after a few attempts.
"""

from pipeline.core import messages
from pipeline.core.deployment import Deployment, Outcome, Step
from pipeline.errors import EXPECTED, PipelineError, TimedOut
from pipeline.operations.rollout import restart, retire
from pipeline.operations.environment import Environment
from pipeline.operations.execution import finalize, execute
from pipeline.operations.automatic_rollback import finish_rollback, fail_and_roll_back

MOST_ATTEMPTS = 3


def recover(env: Environment) -> None:
    """Carry on every deployment that was interrupted; the caller holds the lock."""
    for deployment in env.journal.deployments.open_on(env.name):
        if _is_at_rest(env, deployment):
            continue
        short = deployment.sha.short
        env.announce(f"deployment {deployment.id} of {short} was interrupted: going on")
        try:
            _carry_on(env, deployment)
        except EXPECTED as error:
            env.say(str(error))
    retire(env)


def revive(env: Environment) -> PipelineError | None:
    """Start again what a reboot ended and nothing else restarts.

    An app that ended while the machine ran is left alone: perhaps somebody stopped it.

    Returns:
        Why it does not serve, None if all is well.
    """
    live = env.journal.deployments.live(env.name)
    if live is None or not env.strategy.was_lost_with_machine():
        return None
    env.announce("the machine was booted since")
    try:
        restart(env, live)
    except EXPECTED as problem:
        attempted = f"starting {live.sha.short} on {env.name} again"
        return TimedOut(attempted, str(problem), "look at its log; deploy or roll back")
    return None


def _is_at_rest(env: Environment, deployment: Deployment) -> bool:
    if env.journal.deployments.outcome(deployment) is not None:
        return True  # Ended since, by the return that undoes it.
    if env.journal.deployments.rollback_of(deployment):
        return False
    return env.journal.deployments.has_done(deployment, Step.WATCH)


def _carry_on(env: Environment, deployment: Deployment) -> None:
    journal = env.journal
    if rollback := journal.deployments.rollback_of(deployment):
        _finish_rollback(env, rollback, deployment)
    elif deployment.order.cause is not None:
        _finish_rollback(
            env, deployment, journal.deployments.get(deployment.order.cause)
        )
    elif journal.deployments.has_done(deployment, Step.CONFIRM):
        finalize(env, deployment)
    elif journal.deployments.attempts(deployment) < MOST_ATTEMPTS:
        execute(env, deployment)
    elif journal.deployments.has_begun(deployment, Step.KEEP):
        fail_and_roll_back(env, deployment, _too_often())
    else:
        reasons = (messages.problem(_too_often()), "Nothing was touched")
        notice = messages.failed(deployment.order, reasons)
        journal.end(deployment, Outcome.FAILED, _too_often(), notice)


def _finish_rollback(
    env: Environment, rollback: Deployment, undone: Deployment
) -> None:
    if env.journal.deployments.attempts(rollback) < MOST_ATTEMPTS:
        finish_rollback(env, rollback, undone)
        return
    reasons = (messages.problem(_too_often()),)
    notice = messages.needs_human(
        undone.order,
        reasons,
        "the return never ended",
        env.strategy.by_hand(rollback.sha),
    )
    env.journal.end_rollback(rollback, Outcome.FAILED, _too_often(), notice)


def _too_often() -> str:
    return f"it was interrupted {MOST_ATTEMPTS} times"
