"""Deploying a SHA: checked, locked, journaled, put up, watched."""

from typing import NoReturn

from pipeline.core import messages
from pipeline.core.deployment import Deployment, Order
from pipeline.core.sha import Sha
from pipeline.core.verdict import Judgement, Verdict
from pipeline.errors import Refused
from pipeline.operations.environment import Environment
from pipeline.operations.execution import execute
from pipeline.operations.crash_recovery import recover
from pipeline.operations.live_version import rollback_point


def deploy(env: Environment, order: Order, *, is_override: bool = False) -> Deployment:
    """Put a SHA on an environment and leave a watcher to settle it.

    Args:
        env: the environment.
        order: what to deploy, for whom.
        is_override: deploy even a SHA that is remembered as bad.

    Raises:
        Refused: nothing was touched.
        FailedAndRolledBack: the rollback point serves again.
        RollbackFailed: a human is needed.
    """
    try:
        with env.lock():
            recover(env)
            _check(env, order.sha, is_override)
            deployment = _start(env, order)
            env.outbox.flush_meanwhile()  # Discord's pace is not the deployment's.
            execute(env, deployment)
            return deployment
    finally:
        env.deliver()


def _check(env: Environment, sha: Sha, is_override: bool) -> None:
    if not env.is_judged and not env.journal.commits.was_validated(sha):
        _refuse(env, sha, "this SHA is not validated", "deploy it to preprod first")
    bad = env.journal.commits.why_bad(env.name, sha)
    if bad and not is_override:
        todo = "push a newer commit, make its CI pass by a re-run, or --override-bad"
        _refuse(env, sha, bad, todo)
    if env.journal.commits.verdict(sha) not in (None, Verdict.PASSED):
        # What was said before is not what this deployment is judged by.
        env.journal.judge(sha, Judgement(Verdict.PENDING, "deployed again"))


def _refuse(env: Environment, sha: Sha, reason: str, todo: str) -> NoReturn:
    env.journal.tell(None, messages.refused(env.name, sha, reason))
    raise Refused(f"deploying {sha.short} to {env.name}", reason, todo)


def _start(env: Environment, order: Order) -> Deployment:
    point = rollback_point(env, order.sha)
    awaits_ci = env.is_judged and not env.judged.why_no_ci(order.sha)
    notice = messages.started(order, awaits_ci=awaits_ci)
    deployment = env.journal.start(order, point, notice)
    env.announce(f"deploying {order.sha.short}, deployment {deployment.id}")
    return deployment
