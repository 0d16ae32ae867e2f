"""Putting the earlier version back, verified, when a later one does not hold.

Each function can be called again after a death: what was done before is not done
twice. The caller holds the environment's lock.
"""

from typing import NoReturn

from pipeline.core import log_tail, messages
from pipeline.core.deployment import Deployment, Kind, Order, Outcome, Step
from pipeline.core.sha import Sha
from pipeline.errors import (
    EXPECTED,
    FailedAndRolledBack,
    RollbackFailed,
    cause_of,
    evidence_of,
)
from pipeline.adapters.health import Unhealthy
from pipeline.operations.rollout import roll_out, switch_back
from pipeline.operations.environment import Environment
from pipeline.operations.preparation import prepare

LONGEST = 300
# That much of what was said before is looked for in what is said now.
OVERLAP = 200


def roll_out_or_roll_back(env: Environment, deployment: Deployment) -> None:
    """Roll a version out; when that fails, put its rollback point back.

    Raises:
        FailedAndRolledBack: the rollback point serves again, verified.
        RollbackFailed: it does not.
    """
    before = env.strategy.logs()
    try:
        roll_out(env, deployment)
        return
    except EXPECTED as problem:
        # Collected before anything is undone: the next activation overwrites them.
        said = _last_words(env, before)
        seen, log = _seen(problem, said)
    fail_and_roll_back(env, deployment, seen, log)


def fail_and_roll_back(
    env: Environment, deployment: Deployment, seen: str, log: tuple[str, ...] = ()
) -> NoReturn:
    """Put the rollback point of a deployment back, which failed as was ``seen``.

    Args:
        env: the environment.
        deployment: what failed.
        seen: the cause.
        log: the last lines of what a tool or the app said of it.

    Raises:
        FailedAndRolledBack: the rollback point serves again, verified.
        RollbackFailed: it does not.
    """
    target = deployment.rollback_point
    step = env.journal.deployments.failing_step(deployment)
    why = messages.problem(f"{step.word}: {seen}" if step else seen)
    reasons = (why, *log_tail.block(log))
    if not env.rolls_back:
        _page(env, deployment, "Left as it is: rollback_on_failure is off", reasons)
    roll_back_to(env, deployment, target, reasons)
    raise FailedAndRolledBack(
        f"deploying {deployment.sha.short} to {env.name}",
        seen,
        f"{target.short if target else ''} serves again; mend the commit and push",
    )


def roll_back_to(
    env: Environment,
    deployment: Deployment,
    target: Sha | None,
    reasons: tuple[str, ...],
) -> None:
    """Replace what a deployment put up by ``target``, verified, and end it.

    Raises:
        RollbackFailed: there is no target, or it does not serve either.
    """
    if target is None:
        seen = "there is no earlier version to return to"
        _page(env, deployment, seen, reasons)
    try:
        order = _rollback_order(env, deployment, target, reasons)
    except EXPECTED as problem:
        _page(env, deployment, f"{target.short} is gone: {problem}", reasons)
    finish_rollback(env, env.journal.start(order, None), deployment)


def finish_rollback(env: Environment, rollback: Deployment, undone: Deployment) -> None:
    """Carry out a return that was begun, and end the deployment that it undoes.

    Raises:
        RollbackFailed: what it returns to does not serve either.
    """
    target = rollback.sha
    reasons = tuple(rollback.order.reason.splitlines()) or ("Reason: unknown",)
    remarks: tuple[str, ...] = ()
    env.announce(f"returning to {target.short}")
    try:
        if not env.journal.deployments.has_done(rollback, Step.CONFIRM):
            remarks = _put_back(env, rollback)
    except EXPECTED as problem:
        env.say(env.strategy.logs())
        seen = f"{target.short} does not serve either: {cause_of(problem)[:LONGEST]}"
        _page(env, undone, seen, reasons, rollback)
    is_validated = env.journal.commits.was_validated(target)
    notice = messages.returned(undone.order, target, (*reasons, *remarks))
    # On production no verdict is awaited, also of what a person had put up there.
    is_ended = is_validated or not env.is_judged
    outcome = Outcome.VALIDATED if is_ended else None
    env.journal.end_rollback(rollback, outcome, reasons[0], notice)
    env.announce(f"rolled back: {target.short} is live and healthy")


def _put_back(env: Environment, rollback: Deployment) -> tuple[str, ...]:
    """Switch back to what is still up; else roll it out again; return the remarks."""
    remarks = switch_back(env, rollback)
    if remarks is not None:
        return remarks
    prepare(env, rollback)
    return roll_out(env, rollback)


def _page(
    env: Environment,
    deployment: Deployment,
    seen: str,
    reasons: tuple[str, ...],
    rollback: Deployment | None = None,
) -> NoReturn:
    target = deployment.rollback_point or env.pointer.sha()
    commands = env.strategy.by_hand(target) if target else ()
    notice = messages.needs_human(deployment.order, reasons, seen, commands)
    if rollback is None:
        env.journal.end(deployment, Outcome.FAILED, seen, notice)
    else:
        is_known = env.journal.deployments.failed_rollbacks(deployment)[0] > 0
        told = None if is_known else notice  # Once; the next attempts say nothing new.
        env.journal.end_rollback(rollback, Outcome.FAILED, seen, told)
    raise RollbackFailed(
        f"rolling {env.name} back from {deployment.sha.short}",
        seen,
        "follow “Rollback by hand” in README_CI_CD.md",
    )


def _rollback_order(
    env: Environment, deployment: Deployment, target: Sha, reasons: tuple[str, ...]
) -> Order:
    commit = env.store.commit(target)
    return Order(
        environment=env.name,
        sha=target,
        kind=Kind.ROLLBACK,
        actor=commit.author,
        subject=commit.subject,
        cause=deployment.id,
        reason="\n".join(reasons),
    )


def _last_words(env: Environment, before: str) -> str:
    """Return what the app said since ``before``, which is what it had said by then."""
    logs = env.strategy.logs()
    env.say(logs)
    return logs.rpartition(before[-OVERLAP:])[2] if before else logs


def _seen(problem: Exception, said: str) -> tuple[str, tuple[str, ...]]:
    """Return what was wrong, by the app's own words if it died, and the log of it."""
    seen = cause_of(problem)[:LONGEST]
    if evidence := evidence_of(problem):
        return seen, log_tail.of_text(evidence)
    has_died = isinstance(problem, Unhealthy) and problem.has_died
    if has_died and (last := log_tail.cause_in(said)):
        seen = f"{last} ({seen})"
    return seen, log_tail.of_text(said)
