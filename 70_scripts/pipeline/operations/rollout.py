"""Rolling a version out: the strategy's acts, then confirmed by what itself reports.

Deployments, rollbacks and roll-forwards all pass through here; the caller holds the
environment's lock.
"""

from collections.abc import Callable, Sequence

from pipeline.core import messages
from pipeline.core.deployment import Deployment, Kind, Step
from pipeline.core.messages import Notice
from pipeline.core.sha import Sha
from pipeline.errors import EXPECTED
from pipeline.strategies import Act, Release
from pipeline.operations.environment import Environment
from pipeline.operations.live_version import live_version


def roll_out(env: Environment, deployment: Deployment) -> tuple[str, ...]:
    """Carry a prepared version's rollout out, and confirm that it serves, healthy.

    Returns:
        What else people should know: hand edits that were kept aside.

    Raises:
        CommandFailed, Unhealthy, OSError: it does not serve.
    """
    return _carry_out(env, deployment, env.strategy.rollout)


def switch_back(env: Environment, deployment: Deployment) -> tuple[str, ...] | None:
    """Return to a version that is still up beside what serves, and confirm it.

    Returns:
        As ``roll_out``; None where it is not up, or not to be trusted.
    """
    if not env.strategy.switch_back(_release(env, deployment)):
        return None
    try:
        return _carry_out(env, deployment, env.strategy.switch_back)
    except EXPECTED as problem:
        env.announce(f"{deployment.sha.short} is up and does not serve: {problem}")
        return None


def retire(env: Environment) -> None:
    """Take down what is up beside the version that serves, once none awaits a verdict.

    What cannot be taken down is said, and tried again by whoever comes next.
    """
    try:
        if not env.strategy.has_spare() or env.journal.deployments.open_on(env.name):
            return
        if live := env.journal.deployments.live(env.name):
            env.announce(f"only {live.sha.short} stays up")
            with env.journal.step(live, Step.RETIRE):
                env.strategy.retire()
    except EXPECTED as trouble:
        env.announce(f"not all could be taken down: {trouble}")


def restart(env: Environment, live: Deployment) -> Sha:
    """Start again what the environment's files are at, and wait until it is healthy.

    Raises:
        CommandFailed, Unhealthy, OSError: it does not serve.
    """
    sha = env.strategy.version() or live.sha
    env.announce(f"starting {sha.short} again")
    with env.journal.step(live, Step.START, detail=env.strategy.instance):
        env.strategy.restart()
    env.endpoint.wait_until_healthy(sha, env.clock, env.strategy.has_died)
    return sha


def _carry_out(
    env: Environment,
    deployment: Deployment,
    acts_of: Callable[[Release], Sequence[Act]],
) -> tuple[str, ...]:
    release = _release(env, deployment)
    remarks = _keep_hand_edits(env, deployment, release)
    for act in acts_of(release):
        remarks += _carry_out_act(env, deployment, act)
    env.announce("waiting until it reports itself healthy")
    with env.journal.step(
        deployment,
        Step.CONFIRM,
        lambda: _live_notice(env, deployment, remarks),
        lambda: env.strategy.artefact(deployment.sha),
    ):
        wait = env.endpoint.wait_until_healthy
        wait(deployment.sha, env.clock, env.strategy.has_died)
    env.announce(f"{deployment.sha.short} is live and healthy")
    return remarks


def _carry_out_act(
    env: Environment, deployment: Deployment, act: Act
) -> tuple[str, ...]:
    detail = env.strategy.instance if act.step is Step.SWITCH else str
    with env.journal.step(deployment, act.step, detail=detail):
        return act.carry_out()


def _live_notice(
    env: Environment, deployment: Deployment, remarks: tuple[str, ...]
) -> Notice | None:
    if deployment.order.kind is not Kind.DEPLOY or not env.is_judged:
        return None  # Its end will be told.
    seconds = env.journal.age(deployment)
    no_ci = env.judged.why_no_ci(deployment.sha)
    return messages.live(deployment.order, seconds, remarks, no_ci=no_ci)


def _keep_hand_edits(
    env: Environment, deployment: Deployment, release: Release
) -> tuple[str, ...]:
    if env.journal.deployments.has_done(deployment, Step.KEEP):
        refs = env.strategy.keep(release)  # What was made since it was interrupted.
    else:
        seen = live_version(env)
        # What a person put up by hand took away what is newer: that is remembered.
        by_hand = seen.sha if seen.is_drifted and seen.sha else ""
        with env.journal.step(deployment, Step.KEEP, detail=lambda: by_hand):
            refs = env.strategy.keep(release)
    if not refs:
        return ()
    env.announce(f"hand-made changes were found and kept as {', '.join(refs)}")
    return (f"Hand-made changes were kept as {', '.join(refs)}",)


def _release(env: Environment, deployment: Deployment) -> Release:
    return Release(
        deployment.sha,
        f"{env.name}/{deployment.id}",
        _versions(env, deployment),
        env.knows,
        env.announce,
    )


def _versions(env: Environment, deployment: Deployment) -> tuple[Sha, ...]:
    """Return whose files an interrupted rollout may have left."""
    cause = deployment.order.cause
    others = (deployment,) if cause is None else (env.journal.deployments.get(cause),)
    shas = (one for each in others for one in (each.sha, each.rollback_point))
    return tuple(sha for sha in shas if sha)
