"""Rolling back by hand: a deployment of an earlier SHA, like any other.

It is a person's decision: what it takes away is not put up again by itself.
"""

from pipeline.core import messages
from pipeline.core.deployment import Deployment, Kind, Order
from pipeline.core.sha import Sha
from pipeline.errors import Refused
from pipeline.operations.environment import Environment
from pipeline.operations.execution import execute
from pipeline.operations.crash_recovery import recover
from pipeline.operations.live_version import rollback_point, live_version

HINT = "name one with --to; `git log` in the worktree shows candidates"


def roll_back(
    env: Environment,
    to: Sha | None,
    actor: str,
    run_url: str = "",
    *,
    is_override: bool = False,
) -> Deployment:
    """Put an earlier version up, verified, and remember what it replaces as bad.

    Args:
        env: the environment.
        to: which one; None takes the newest good one before what serves.
        actor: who wants it.
        run_url: where the job that runs this can be looked at.
        is_override: return even to a SHA that is remembered as bad.

    Raises:
        Refused: nothing was touched.
        FailedAndRolledBack: it did not serve; what served before does again.
        RollbackFailed: a human is needed.
    """
    try:
        with env.lock():
            recover(env)
            target = to or previous_good(env)
            _check(env, target, is_override)
            deployment = _start(env, target, actor, run_url)
            execute(env, deployment)
            return deployment
    finally:
        env.deliver()


def previous_good(env: Environment) -> Sha:
    """Return the newest validated SHA that was deployed here before what serves.

    Raises:
        Refused: there is none.
    """
    for sha in reversed(_earlier(env)):
        if env.journal.commits.was_validated(sha) and not env.journal.commits.is_bad(
            env.name, sha
        ):
            return sha
    raise Refused(
        f"looking for an earlier good version of {env.name}", "there is none", HINT
    )


def _earlier(env: Environment) -> tuple[Sha, ...]:
    """Return what was deployed before what serves, the newest last."""
    seen = live_version(env)
    lineage = env.journal.commits.lineage(env.name, seen.sha)
    if seen.sha is None or seen.sha in lineage.line:
        return lineage.before(seen.sha) if seen.sha else lineage.line
    # Put up by hand, and never by the pipeline: its own history says what is earlier.
    known = env.store.ancestry({*lineage.line, seen.sha})
    return tuple(sha for sha in lineage.line if (sha, seen.sha) in known)


def _check(env: Environment, sha: Sha, is_override: bool) -> None:
    seen = live_version(env)
    obstacle = ""
    if seen.sha == sha and not seen.is_drifted:
        obstacle = "it serves already"
    elif not env.knows(sha):
        obstacle = "it is neither on the deployed branch nor was it ever deployed"
    elif not env.is_judged and not env.journal.commits.was_validated(sha):
        obstacle = "this SHA is not validated"
    elif (bad := env.journal.commits.why_bad(env.name, sha)) and not is_override:
        obstacle = f"{bad}; --override-bad returns to it anyway"
    if obstacle:
        raise Refused(f"rolling {env.name} back to {sha.short}", obstacle, HINT)


def _start(env: Environment, sha: Sha, actor: str, run_url: str) -> Deployment:
    replaced = live_version(env).sha or env.pointer.sha()
    # Where a person had put up the target itself, what served before it is returned to.
    point = replaced if replaced != sha else rollback_point(env, sha)
    commit = env.store.commit(sha)
    reason = f"Instead of: {replaced.short}" if replaced and replaced != sha else ""
    order = Order(
        env.name,
        sha,
        Kind.ROLLBACK,
        actor,
        commit.subject,
        run_url,
        reason=reason,
        author=commit.author,
    )
    notice = messages.started(
        order, awaits_ci=not env.journal.commits.was_validated(sha)
    )
    env.announce(f"rolling back to {sha.short} by hand")
    return env.journal.start(order, point, notice)
