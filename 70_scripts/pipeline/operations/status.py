"""What runs where, asked of what runs and compared with the journal."""

from dataclasses import dataclass

from pipeline.core.deployment import Deployment, Kind, Step
from pipeline.core.sha import Sha
from pipeline.operations.environment import Environment
from pipeline.operations.awaiting_verdict import is_held, is_unjudged
from pipeline.operations.live_version import live_version

BUSY = "busy"


@dataclass(frozen=True, slots=True)
class EnvironmentStatus:
    """One environment as it is now; ``since`` in seconds since the epoch.

    Attributes:
        serving: what the serving process reports, None if nothing answers.
        problem: what is wrong with it, empty if healthy.
        journaled: what the journal says serves.
        awaiting: SHAs of deployments without an end.
        operation: what is being done there now, empty if nothing is.
        has_drifted: somebody changed by hand what serves.
        misreports: what the journal says serves, and reports another version.
        running: those of them whose CI is still running after the deadline.
        unjudged: those of them for which no verdict came, and which are kept.
    """

    environment: str
    serving: Sha | None
    problem: str
    journaled: Sha | None
    since: float | None
    is_validated: bool
    awaiting: tuple[Sha, ...]
    operation: str
    has_drifted: bool
    misreports: bool
    running: tuple[Sha, ...] = ()
    unjudged: tuple[Sha, ...] = ()


def status_of(env: Environment) -> EnvironmentStatus:
    """Look at an environment without changing anything."""
    probe = env.endpoint.probe()
    operation = _operation(env)
    seen = live_version(env, probe)
    awaiting = tuple(one.sha for one in env.journal.deployments.open_on(env.name))
    is_unknown = probe.sha is not None and seen.live is None
    return EnvironmentStatus(
        environment=env.name,
        serving=probe.sha,
        problem=probe.problem,
        journaled=seen.live.sha if seen.live else None,
        since=seen.live.started_at if seen.live else None,
        is_validated=probe.sha is not None
        and env.journal.commits.was_validated(probe.sha),
        awaiting=awaiting,
        operation=operation,
        has_drifted=(seen.is_drifted or is_unknown) and operation in ("", BUSY),
        misreports=seen.is_misreporting,
        running=tuple(sha for sha in awaiting if is_held(env, sha)),
        unjudged=tuple(sha for sha in awaiting if is_unjudged(env, sha)),
    )


def _operation(env: Environment) -> str:
    """Say what is being done, by the journal; empty where nothing is at work."""
    moving = [
        one for one in env.journal.deployments.open_on(env.name) if _moves(env, one)
    ]
    if not moving:
        return BUSY if env.is_busy() else ""
    doing = f"{_verb(moving[-1])} {moving[-1].sha.short}"
    return doing if env.is_busy() else f"interrupted while {doing}"


def _moves(env: Environment, deployment: Deployment) -> bool:
    return not env.journal.deployments.has_done(deployment, Step.WATCH)


def _verb(deployment: Deployment) -> str:
    if deployment.order.kind is Kind.ROLLBACK:
        return "rolling back to"
    forward = deployment.order.kind is Kind.ROLL_FORWARD
    return "rolling forward to" if forward else "deploying"
