"""Putting a version up: reset, activated, and verified by what itself reports.

Deployments, rollbacks and roll-forwards all pass through here; the caller holds the
environment's lock.
"""

from pipeline.core import messages
from pipeline.core.history import Deployment, Kind, Step
from pipeline.core.messages import Notice
from pipeline.core.sha import Sha
from pipeline.usecases.environment import Environment
from pipeline.usecases.serving import serving


def put_up(env: Environment, deployment: Deployment) -> tuple[str, ...]:
    """Reset, activate, and wait until the version itself reports healthy.

    Returns:
        What else people should know: hand edits that were kept aside.

    Raises:
        CommandFailed, Unhealthy, OSError: it does not serve.
    """
    sha = deployment.sha
    remarks = _keep_hand_edits(env, deployment)
    env.announce(f"resetting to {sha.short}")
    with env.journal.step(deployment, Step.RESET):
        remarks += env.worktree.reset(sha)
    env.announce("activating")
    activate(env, deployment, sha)
    env.announce("waiting until it reports itself healthy")
    with env.journal.step(
        deployment,
        Step.VERIFY,
        lambda: _live_notice(env, deployment, remarks),
        lambda: env.strategy.artefact(sha),
    ):
        env.endpoint.wait_until_healthy(sha, env.clock, env.strategy.has_died)
    env.announce(f"{sha.short} is live and healthy")
    return remarks


def activate(env: Environment, deployment: Deployment, sha: Sha) -> None:
    """Start a version, and note which process or container came of it."""
    instance = env.strategy.instance
    with env.journal.step(deployment, Step.ACTIVATE, detail=instance):
        env.strategy.activate(sha)


def _live_notice(
    env: Environment, deployment: Deployment, remarks: tuple[str, ...]
) -> Notice | None:
    if deployment.order.kind is not Kind.DEPLOY or env.is_validated_only:
        return None  # Its end will be told.
    seconds = env.journal.age(deployment)
    no_ci = env.why_no_ci(deployment.sha)
    return messages.live(deployment.order, seconds, remarks, no_ci=no_ci)


def _keep_hand_edits(env: Environment, deployment: Deployment) -> tuple[str, ...]:
    label = f"{env.name}/{deployment.id}"
    if env.journal.has_done(deployment, Step.KEEP):
        _keep(env, deployment, label)  # What was made since it was interrupted.
    else:
        seen = serving(env)
        # What a person put up by hand took away what is newer: that is remembered.
        by_hand = seen.sha if seen.is_drifted and seen.sha else ""
        with env.journal.step(deployment, Step.KEEP, detail=lambda: by_hand):
            _keep(env, deployment, label)
    refs = env.worktree.kept(label)
    if not refs:
        return ()
    env.announce(f"hand-made changes were found and kept as {', '.join(refs)}")
    return (f"Hand-made changes were kept as {', '.join(refs)}",)


def _keep(env: Environment, deployment: Deployment, label: str) -> None:
    refs = env.worktree.kept(label)
    known = (*_versions(env, deployment), *refs)
    edits = env.worktree.hand_edits(deployment.sha, known)
    head = env.worktree.commit()
    is_made_here = (
        head is not None
        and not env.knows(head)
        and not env.worktree.is_kept(head, refs)
    )
    if edits or is_made_here:
        env.worktree.keep_aside(label, edits)


def _versions(env: Environment, deployment: Deployment) -> tuple[Sha, ...]:
    """Return whose files a reset that died may have left."""
    cause = deployment.order.cause
    others = (deployment,) if cause is None else (env.journal.deployment(cause),)
    shas = (one for each in others for one in (each.sha, each.rollback_point))
    return tuple(sha for sha in shas if sha)
