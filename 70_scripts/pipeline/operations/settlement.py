"""Settling a verdict: recorded, decided by the core, carried out, told.

Calling it again with the same verdict changes nothing: what is done follows from
everything known, not from the call.
"""

from dataclasses import replace

from pipeline.core import messages
from pipeline.core.deployment import Deployment, Kind, Order, Outcome
from pipeline.core.settlement import (
    OnNoVerdict,
    Plan,
    Situation,
    decide,
    outcome_of,
)
from pipeline.core.sha import Sha
from pipeline.core.verdict import Judgement, Verdict, standing
from pipeline.errors import FailedAndRolledBack, Refused, RollbackFailed
from pipeline.operations.rollout import retire
from pipeline.operations.environment import Environment
from pipeline.operations.awaiting_verdict import end_replaced, keep, on_no_verdict
from pipeline.operations.execution import execute
from pipeline.operations.crash_recovery import recover
from pipeline.operations.automatic_rollback import roll_back_to
from pipeline.operations.retry import is_stuck
from pipeline.operations.live_version import live_version

# After these the environment is where it will stay; anything else is an interruption.
ENDS = (FailedAndRolledBack, Refused, RollbackFailed)


def settle(env: Environment, sha: Sha, judgement: Judgement) -> Outcome | None:
    """Record what CI said of a SHA and bring about what follows from it.

    Returns:
        How the SHA's newest deployment here ended, None if it was never deployed.

    Raises:
        Refused: the environment takes what another one validated.
        RollbackFailed: a human is needed.
        ConfigurationError: all is done, but the file beside the journal is not written.
    """
    env.require_judged(f"settling {sha.short}")
    try:
        with env.lock():
            recover(env)
            _settle(env, sha, judgement)
    finally:
        env.deliver()
    if judgement.verdict is Verdict.PASSED:
        env.pointer.write_file()  # Fails at the very end where it cannot follow.
    newest = env.journal.deployments.newest(env.name, sha)
    return newest.outcome if newest else None


def catch_up(env: Environment) -> None:
    """Bring about what is known and was not done: a settling died in between.

    The caller holds the environment's lock.

    Raises:
        FailedAndRolledBack: what should serve does not.
        RollbackFailed: a human is needed.
    """
    journaled = env.journal.deployments.live(env.name)
    situation = _situation(env, journaled)
    plan = decide(situation, _mode(env, journaled))
    if plan.serve is None and plan.validated == situation.validated:
        return
    live = _live(env)
    plan = _point(env, live)
    if live is not None and not is_stuck(env, live):
        _move(env, live, plan, None)


def _settle(env: Environment, sha: Sha, judgement: Judgement) -> None:
    env.announce(f"{sha.short}: {judgement.reason}")
    # Only `hold` says of a run that it is awaited beyond the deadline.
    run = judgement.run if judgement.is_final else None
    env.journal.judge(sha, replace(judgement, run=run))
    if judgement.is_final:
        has_passed = env.journal.commits.verdict(sha) is Verdict.PASSED
        judgement = standing(judgement, has_passed=has_passed)
    live = _live(env)
    plan = _point(env, live)
    was_live = live is not None and live.sha == sha
    failure = None
    try:
        if live is not None:
            _move(env, live, plan, judgement if was_live else None)
    except ENDS as end:
        failure = end
    if judgement.is_final:
        mode = on_no_verdict(env, sha)
        outcome = outcome_of(sha, plan, was_live, judgement.verdict, mode)
        if outcome is None:
            keep(env, sha, judgement)
        else:
            _close(env, sha, outcome, judgement)
        end_replaced(env)
        retire(env)
    if failure:
        raise failure


def _mode(env: Environment, live: Deployment | None) -> OnNoVerdict:
    return on_no_verdict(env, live.sha) if live else env.judged.on_no_verdict


def _live(env: Environment) -> Deployment | None:
    """Return what serves; None where somebody changed it by hand.

    That is told, and so is a version that reports another SHA than its own.
    """
    seen = live_version(env)
    if seen.live is None:
        return None
    sha, notice = seen.live.sha, None
    if seen.is_drifted:
        env.announce(f"drifted: serving {seen.report[:7]}, journal says {sha.short}")
        notice = messages.drifted(env.name, Sha(seen.report), sha)
    elif seen.is_misreporting:
        env.announce(f"{sha.short} serves and reports {seen.report}")
        notice = messages.misreported(env.name, seen.report, sha)
    if notice and not env.journal.notices.was_last_told(notice):
        env.journal.tell(None, notice)
    return seen.deployment


def _situation(env: Environment, live: Deployment | None) -> Situation:
    validated = env.pointer.sha()
    healthy = env.journal.deployments.healthy(env.name)
    known = {*healthy, *(sha for sha in (validated, live and live.sha) if sha)}
    return Situation(
        live=live.sha if live else None,
        validated=validated,
        healthy=healthy,
        verdicts=env.journal.commits.verdicts(known),
        ancestry=env.store.ancestry(known),
        withdrawn=env.journal.commits.withdrawn(env.name, known),
    )


def _point(env: Environment, live: Deployment | None) -> Plan:
    """Decide what follows from everything known, and move the pointer there."""
    situation = _situation(env, live)
    plan = decide(situation, _mode(env, live))
    if plan.validated is not None and plan.validated != situation.validated:
        env.pointer.move(plan.validated)
        env.announce(f"last validated SHA is now {plan.validated.short}")
    return plan


def _move(
    env: Environment, live: Deployment, plan: Plan, judgement: Judgement | None
) -> None:
    if plan.serve is not None and plan.is_forward:
        if _can_roll_forward(env, plan.serve):
            _roll_forward(env, live, plan.serve)
    elif plan.serve is not None or plan.is_stranded:
        why = judgement or env.journal.commits.judgement(live.sha)
        unheard = Judgement(Verdict.NONE, f"CI said nothing of {live.sha.short}")
        roll_back_to(env, live, plan.serve, messages.reasons(why or unheard))


def _can_roll_forward(env: Environment, sha: Sha) -> bool:
    """Tell whether it is worth trying; what failed once would fail again and again."""
    last = env.journal.deployments.newest(env.name, sha)
    if last is None or last.order.kind is not Kind.ROLL_FORWARD:
        return True
    return last.outcome not in (Outcome.ROLLED_BACK, Outcome.FAILED)


def _roll_forward(env: Environment, live: Deployment, sha: Sha) -> None:
    commit = env.store.commit(sha)
    order = Order(env.name, sha, Kind.ROLL_FORWARD, commit.author, commit.subject)
    execute(env, env.journal.start(order, live.sha))


def _close(env: Environment, sha: Sha, outcome: Outcome, judgement: Judgement) -> None:
    if outcome is Outcome.ROLLED_BACK:
        # The one that was live has ended with the return: these came before it.
        outcome = Outcome.SUPERSEDED
    for deployment in env.journal.deployments.open_on(env.name):
        if deployment.sha == sha:
            notice = _closing_notice(env, deployment, outcome, judgement)
            env.journal.end(deployment, outcome, judgement.reason, notice)


def _closing_notice(
    env: Environment, deployment: Deployment, outcome: Outcome, judgement: Judgement
) -> messages.Notice | None:
    order = deployment.order
    if deployment.is_automatic_rollback or order.kind is Kind.ROLL_FORWARD:
        return None  # It was told with what it undid.
    if outcome is Outcome.VALIDATED:
        is_late = env.journal.commits.was_without_verdict(deployment.sha)
        return messages.validated(order, judgement, is_late=is_late)
    if outcome is Outcome.SUPERSEDED:
        return messages.superseded(order, messages.reasons(judgement))
    return messages.failed(order, messages.reasons(judgement))
