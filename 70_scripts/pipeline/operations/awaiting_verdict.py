"""Deployments that stay open: CI is still running, or no verdict came and it is kept.

Both are told once, in words of their own; what comes later settles them as ever.
"""

from pipeline.core import messages
from pipeline.core.deployment import Deployment, Outcome
from pipeline.core.settlement import OnNoVerdict
from pipeline.core.sha import Sha
from pipeline.core.verdict import Judgement, Verdict
from pipeline.operations.environment import Environment
from pipeline.operations.crash_recovery import recover

LAST_WATCH = "watched for the last time, after the deadline"


def hold(env: Environment, sha: Sha, judgement: Judgement) -> None:
    """Leave the deployments of a SHA open while its CI is running, and say so once."""
    if judgement.run is None:
        return  # GitHub is silent: what it said last still holds.
    try:
        with env.lock():
            recover(env)
            known = env.journal.commits.judgement(sha)
            if known is not None and (known.is_final or known.run is not None):
                return
            for deployment in open_of(env, sha):
                notice = messages.still_running(deployment.order, judgement)
                env.journal.hold(deployment, judgement, notice)
    finally:
        env.deliver()


def is_held(env: Environment, sha: Sha) -> bool:
    """Tell whether a SHA's CI was seen running after the deadline."""
    known = env.journal.commits.judgement(sha)
    return known is not None and not known.is_final and known.run is not None


def is_unjudged(env: Environment, sha: Sha) -> bool:
    """Tell whether it is settled that no verdict came for a SHA."""
    known = env.journal.commits.judgement(sha)
    return known is not None and known.verdict is Verdict.NONE


def has_last_watch(env: Environment, sha: Sha) -> bool:
    """Tell whether a watcher may be started again after the deadline, and note it.

    It is given once: a watcher that dies again and again is not waited for.
    """
    with env.lock():
        known = env.journal.commits.judgement(sha)
        if known is not None and (known.is_final or known.reason == LAST_WATCH):
            return False
        env.journal.judge(sha, Judgement(Verdict.PENDING, LAST_WATCH))
        return True


def keep(env: Environment, sha: Sha, judgement: Judgement) -> None:
    """Leave the deployments of a SHA open without a verdict, and say so once."""
    for deployment in open_of(env, sha):
        notice = messages.kept(deployment.order, judgement)
        if not env.journal.notices.was_told(deployment, notice):
            unjudged = messages.unjudged(deployment.order)
            env.journal.tell(deployment, unjudged, notice)


def is_kept(env: Environment, sha: Sha, judgement: Judgement) -> bool:
    """Tell whether a SHA serves without a verdict, and that was told."""
    live = env.journal.deployments.live(env.name)
    is_live = live is not None and live.sha == sha
    return is_live and all(
        env.journal.notices.was_told(one, messages.kept(one.order, judgement))
        for one in open_of(env, sha)
    )


def end_replaced(env: Environment) -> None:
    """End what was kept without a verdict and does not serve any more."""
    live = env.journal.deployments.live(env.name)
    for deployment in env.journal.deployments.open_on(env.name):
        sha = deployment.sha
        is_live = live is None or live.sha == sha
        if is_live or env.journal.commits.verdict(sha) is not Verdict.NONE:
            continue
        reason = f"{live.sha.short} serves instead" if live else ""
        notice = messages.superseded(deployment.order, (messages.problem(reason),))
        env.journal.end(deployment, Outcome.SUPERSEDED, reason, notice)


def on_no_verdict(env: Environment, sha: Sha) -> OnNoVerdict:
    """Return what the lack of a verdict leads to, by its kind."""
    judgement = env.journal.commits.judgement(sha)
    is_without_run = judgement is None or judgement.run is None
    if env.judged.on_no_ci is not None and is_without_run and env.judged.why_no_ci(sha):
        return env.judged.on_no_ci
    return env.judged.on_no_verdict


def open_of(env: Environment, sha: Sha) -> list[Deployment]:
    """Return the open deployments of a SHA."""
    found = env.journal.deployments.open_on(env.name)
    return [deployment for deployment in found if deployment.sha == sha]


def age(env: Environment, sha: Sha) -> float:
    """Return the seconds since the newest open deployment of a SHA began; 0 if none."""
    found = open_of(env, sha)
    return env.journal.age(found[-1]) if found else 0.0
