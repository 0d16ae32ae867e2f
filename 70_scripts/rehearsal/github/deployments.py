"""Keep deployments and their statuses, and play the environments that jobs name.

Owns that the newest success of an environment makes the earlier ones inactive, which
runs wait for a review, and the deployment that GitHub records for a job with
``environment:`` unless the job says ``deployment: false``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.github.ledger import Ledger
from rehearsal.github.runs import Run
from rehearsal.github.workflow import EnvironmentPlan, Workflow


@dataclass(frozen=True, slots=True)
class DeploymentStatus:
    """One stage that a deployment reached."""

    id: int
    state: str
    description: str
    environment_url: str
    log_url: str
    created_at: float


@dataclass(slots=True)
class Deployment:
    """One request to deploy a ref to an environment."""

    id: int
    sha: str
    ref: str
    task: str
    environment: str
    description: str | None
    payload: Any
    is_production: bool
    is_transient: bool
    created_at: float
    statuses: list[DeploymentStatus] = field(default_factory=list)


class Deployments:
    """Every deployment, created by the API or recorded for a job, the oldest first.

    Attributes:
        reviewed: The environments whose jobs wait until somebody approves them.
    """

    def __init__(self, ledger: Ledger) -> None:
        """Begin without any."""
        self._ledger = ledger
        self._of_runs: dict[int, list[Deployment]] = {}
        self.reviewed: set[str] = set()
        self.all: list[Deployment] = []

    def create(self, body: Mapping[str, Any], sha: str) -> Deployment:
        """Record the deployment that a request asks for."""
        environment = str(body.get("environment") or "production")
        is_production = body.get("production_environment", environment == "production")
        made = Deployment(
            id=self._ledger.new_id(),
            sha=sha,
            ref=str(body["ref"]),
            task=str(body.get("task") or "deploy"),
            environment=environment,
            description=body.get("description"),
            payload=body.get("payload") or {},
            is_production=bool(is_production),
            is_transient=bool(body.get("transient_environment")),
            created_at=self._ledger.clock(),
        )
        self.all.append(made)
        return made

    def add_status(
        self, deployment: Deployment, body: Mapping[str, Any]
    ) -> DeploymentStatus:
        """Record the stage that a request reports, and what it makes inactive."""
        if body["state"] == "success" and body.get("auto_inactive", True) is not False:
            for one in self.all:
                if _is_retired_by(one, deployment):
                    self.add_status(one, {"state": "inactive"})
        status = DeploymentStatus(
            id=self._ledger.new_id(),
            state=str(body["state"]),
            description=str(body.get("description") or ""),
            environment_url=str(body.get("environment_url") or ""),
            log_url=str(body.get("log_url") or body.get("target_url") or ""),
            created_at=self._ledger.clock(),
        )
        deployment.statuses.append(status)
        return status

    def awaits_review(self, workflow: Workflow) -> bool:
        """Tell whether somebody has to approve a run of this workflow."""
        return bool({named.name for named in _named(workflow)} & self.reviewed)

    def begin(self, run: Run, workflow: Workflow) -> None:
        """Record the deployments that a run's jobs stand for."""
        for environment in _named(workflow):
            if environment.records_deployment:
                body = {"ref": run.trigger.branch, "environment": environment.name}
                made = self.create(body, run.trigger.checked_out)
                self.add_status(made, {"state": "in_progress"})
                self._of_runs.setdefault(run.id, []).append(made)

    def end(self, run_id: int, conclusion: str) -> None:
        """Record how a run's deployments ended."""
        state = conclusion if conclusion in ("success", "failure") else "error"
        for deployment in self._of_runs.pop(run_id, []):
            self.add_status(deployment, {"state": state})


def _is_retired_by(one: Deployment, winner: Deployment) -> bool:
    is_rival = one is not winner and one.environment == winner.environment
    is_live = bool(one.statuses) and one.statuses[-1].state == "success"
    return is_rival and is_live and not (one.is_transient or one.is_production)


def _named(workflow: Workflow) -> list[EnvironmentPlan]:
    return [job.environment for job in workflow.jobs if job.environment]
