"""Play the environments that jobs name: their reviewers, and GitHub's own record.

Owns which runs wait for a review, and the deployment that GitHub records for a job
with ``environment:`` unless the job says ``deployment: false``.
"""

from rehearsal.github.deployments import (
    Deployment,
    DeploymentStatus,
    new_deployment,
    new_status,
)
from rehearsal.github.ledger import Ledger
from rehearsal.github.runs import Run
from rehearsal.github.settings import Settings
from rehearsal.github.workflow import EnvironmentPlan, Workflow

_STATES = {"success": "success", "failure": "failure"}


class Environments:
    """The repository's environments.

    Attributes:
        deployments: Every deployment, recorded by a job or created by the API.
    """

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        """Begin without deployments."""
        self._settings, self._ledger = settings, ledger
        self.deployments: list[Deployment] = []
        self._of_runs: dict[int, list[Deployment]] = {}

    def awaits_review(self, workflow: Workflow) -> bool:
        """Tell whether somebody has to approve a run of this workflow."""
        names = {environment.name for environment in _named(workflow)}
        return bool(names & self._settings.reviewed)

    def begin(self, run: Run, workflow: Workflow) -> None:
        """Record the deployments that a run's jobs stand for."""
        for environment in _named(workflow):
            if environment.records_deployment:
                made = self._recorded(run, environment.name)
                self.deployments.append(made)
                self._of_runs.setdefault(run.id, []).append(made)

    def end(self, run_id: int, conclusion: str) -> None:
        """Record how a run's deployments ended."""
        for deployment in self._of_runs.pop(run_id, []):
            state = _STATES.get(conclusion, "error")
            deployment.statuses.append(self._status(deployment, state))

    def _recorded(self, run: Run, name: str) -> Deployment:
        body = {"ref": run.trigger.branch, "environment": name}
        number, now = self._ledger.new_id(), self._ledger.clock()
        actor = run.triggering_actor
        made = new_deployment(body, run.trigger.checked_out, number, now, actor)
        made.statuses.append(self._status(made, "in_progress"))
        return made

    def _status(self, deployment: Deployment, state: str) -> DeploymentStatus:
        number, now = self._ledger.new_id(), self._ledger.clock()
        return new_status({"state": state}, number, now, deployment.creator)


def _named(workflow: Workflow) -> list[EnvironmentPlan]:
    return [job.environment for job in workflow.jobs if job.environment]
