"""What runs where, asked of what runs and compared with the journal."""

from dataclasses import dataclass

from pipeline.core.sha import Sha
from pipeline.usecases.environment import Environment


@dataclass(frozen=True, slots=True)
class Overview:
    """One environment as it is now; ``since`` in seconds since the epoch.

    Attributes:
        serving: what the serving process reports, None if nothing answers.
        problem: what is wrong with it, empty if healthy.
        journaled: what the journal says serves.
        awaiting: SHAs of deployments without an end.
    """

    environment: str
    serving: Sha | None
    problem: str
    journaled: Sha | None
    since: float | None
    is_validated: bool
    awaiting: tuple[Sha, ...]

    @property
    def has_drifted(self) -> bool:
        """Tell whether something else serves than the journal says."""
        return self.serving is not None and self.serving != self.journaled


def overview(env: Environment) -> Overview:
    """Look at an environment without changing anything."""
    probe = env.endpoint.probe()
    live = env.journal.live(env.name)
    open_deployments = env.journal.open_deployments(env.name)
    return Overview(
        environment=env.name,
        serving=probe.sha,
        problem=probe.problem,
        journaled=live.sha if live else None,
        since=live.started_at if live else None,
        is_validated=probe.sha is not None and env.journal.was_validated(probe.sha),
        awaiting=tuple(deployment.sha for deployment in open_deployments),
    )
