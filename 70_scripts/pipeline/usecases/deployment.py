"""Deploying a SHA: checked, locked, journaled, put up, watched."""

from collections.abc import Callable
from threading import Thread
from typing import NoReturn

from pipeline.core import messages
from pipeline.core.history import Deployment, Order, Outcome, Step
from pipeline.core.sha import Sha
from pipeline.errors import Refused
from pipeline.usecases.activation import put_up_or_return
from pipeline.usecases.environment import Environment
from pipeline.usecases.preparation import prepare_or_end


def deploy(
    env: Environment,
    order: Order,
    launch_watcher: Callable[[Sha], str],
    *,
    is_override: bool = False,
) -> Deployment:
    """Put a SHA on an environment and leave a watcher to settle it.

    Args:
        env: the environment.
        order: what to deploy, for whom.
        launch_watcher: starts the watcher of a SHA and says where its log is.
        is_override: deploy even a SHA that is remembered as bad.

    Raises:
        Refused: nothing was touched.
        FailedAndRolledBack: the rollback point serves again.
        RollbackFailed: a human is needed.
    """
    try:
        with env.lock():
            return _deploy(env, order, launch_watcher, is_override)
    finally:
        if trouble := env.outbox.flush():
            env.say(trouble)


def _deploy(
    env: Environment,
    order: Order,
    launch_watcher: Callable[[Sha], str],
    is_override: bool,
) -> Deployment:
    if env.is_validated_only and not env.journal.was_validated(order.sha):
        _refuse(
            env, order.sha, "this SHA is not validated", "deploy it to preprod first"
        )
    if not is_override:
        _refuse_bad(env, order.sha)
    deployment = _start(env, order)
    flushing = Thread(target=env.outbox.flush, daemon=True)
    flushing.start()  # Discord's pace is not the deployment's.
    prepare_or_end(env, deployment, is_fetched=False)
    if newer := _newer_live(env, order.sha):
        reason = f"{newer.short}, which contains it, is live already"
        notice = messages.superseded(order, (reason,))
        env.journal.end(deployment, Outcome.SUPERSEDED, reason, notice)
        env.announce(reason)
        return deployment
    put_up_or_return(env, deployment)
    if env.is_validated_only:
        reason, notice = "validated before", messages.deployed(order)
        env.journal.end(deployment, Outcome.VALIDATED, reason, notice)
        return deployment
    with env.journal.step(deployment, Step.WATCH):
        env.announce(f"verdict awaited: {launch_watcher(order.sha)}")
    return deployment


def _refuse_bad(env: Environment, sha: Sha) -> None:
    if not env.journal.is_bad(env.name, sha):
        return
    todo = "push a newer commit, make its CI pass by a re-run, or use --override-bad"
    _refuse(env, sha, "this SHA was rolled back here", todo)


def _refuse(env: Environment, sha: Sha, reason: str, todo: str) -> NoReturn:
    env.journal.tell(None, messages.refused(env.name, sha, reason))
    raise Refused(f"deploying {sha.short} to {env.name}", reason, todo)


def _start(env: Environment, order: Order) -> Deployment:
    live = env.journal.live(env.name)
    candidates = (live.sha if live else None, env.validated())
    point = next((sha for sha in candidates if sha and sha != order.sha), None)
    notice = messages.started(order, awaits_ci=not env.is_validated_only)
    deployment = env.journal.start(order, point, notice)
    env.announce(f"deploying {order.sha.short}, deployment {deployment.id}")
    return deployment


def _newer_live(env: Environment, sha: Sha) -> Sha | None:
    live = env.journal.live(env.name)
    if live is None or live.sha == sha:
        return None
    return live.sha if env.store.is_ancestor_or_same(sha, live.sha) else None
