"""Write workflows, runs and jobs."""

from typing import Any

from rehearsal.github.origin import Commit
from rehearsal.github.payloads.common import Site, moment, node_id, user
from rehearsal.github.payloads.repositories import repository
from rehearsal.github.runs import Job, Run, Step
from rehearsal.github.workflow import Workflow

RUNNER = "rehearsal"


def workflow_json(
    site: Site, workflow: Workflow, number: int, created: float, *, is_disabled: bool
) -> dict[str, Any]:
    """Return a workflow."""
    return {
        "id": number,
        "node_id": node_id("W", number),
        "name": workflow.name,
        "path": workflow.path,
        "state": "disabled_manually" if is_disabled else "active",
        "created_at": moment(created),
        "updated_at": moment(created),
        "url": f"{site.api}/actions/workflows/{number}",
        "html_url": f"{site.html}/blob/{site.default_branch}/{workflow.path}",
        "badge_url": f"{site.html}/actions/workflows/{workflow.file}/badge.svg",
    }


def run_json(site: Site, run: Run, commit: Commit | None) -> dict[str, Any]:
    """Return one attempt of a run."""
    return {
        "id": run.id,
        "name": run.workflow_name,
        "node_id": node_id("WFR", run.id),
        "head_branch": run.trigger.branch,
        "head_sha": run.sha,
        "path": run.path,
        "display_title": run.title,
        "run_number": run.number,
        "run_attempt": run.attempt,
        "event": run.trigger.event,
        "status": run.status,
        "conclusion": run.conclusion,
        "workflow_id": run.workflow_id,
        "check_suite_id": run.id,
        "check_suite_node_id": node_id("CS", run.id),
        "pull_requests": [],
        "referenced_workflows": [],
        "created_at": moment(run.created_at),
        "updated_at": moment(run.updated_at),
        "run_started_at": moment(run.started_at),
        "actor": user(site, run.trigger.actor),
        "triggering_actor": user(site, run.triggering_actor),
        "head_commit": _head_commit(commit) if commit else None,
        "repository": repository(site),
        "head_repository": repository(site),
        **_run_links(site, run),
    }


def _run_links(site: Site, run: Run) -> dict[str, str | None]:
    own = f"{site.api}/actions/runs/{run.id}"
    previous = f"{own}/attempts/{run.attempt - 1}" if run.attempt > 1 else None
    return {
        "url": own,
        "html_url": f"{site.html}/actions/runs/{run.id}",
        "jobs_url": f"{own}/jobs",
        "logs_url": f"{own}/logs",
        "artifacts_url": f"{own}/artifacts",
        "cancel_url": f"{own}/cancel",
        "rerun_url": f"{own}/rerun",
        "previous_attempt_url": previous,
        "check_suite_url": f"{site.api}/check-suites/{run.id}",
        "workflow_url": f"{site.api}/actions/workflows/{run.workflow_id}",
    }


def job_json(site: Site, job: Job, run: Run) -> dict[str, Any]:
    """Return a job with its steps."""
    has_runner = job.status == "in_progress" or bool(job.steps and job.conclusion)
    return {
        "id": job.id,
        "run_id": job.run_id,
        "workflow_name": run.workflow_name,
        "head_branch": run.trigger.branch,
        "run_url": f"{site.api}/actions/runs/{job.run_id}",
        "run_attempt": job.attempt,
        "node_id": node_id("CR", job.id),
        "head_sha": run.sha,
        "url": f"{site.api}/actions/jobs/{job.id}",
        "html_url": f"{site.html}/actions/runs/{job.run_id}/job/{job.id}",
        "status": job.status,
        "conclusion": job.conclusion,
        "created_at": moment(job.created_at),
        "started_at": moment(job.started_at or job.created_at),
        "completed_at": moment(job.completed_at),
        "name": job.name,
        "steps": [_step_json(step) for step in job.steps],
        "check_run_url": f"{site.api}/check-runs/{job.id}",
        "labels": list(job.labels),
        "runner_id": 1 if has_runner else None,
        "runner_name": RUNNER if has_runner else None,
        "runner_group_id": 1 if has_runner else None,
        "runner_group_name": "Default" if has_runner else None,
    }


def _step_json(step: Step) -> dict[str, Any]:
    return {
        "name": step.name,
        "status": step.status,
        "conclusion": step.conclusion,
        "number": step.number,
        "started_at": moment(step.started_at),
        "completed_at": moment(step.completed_at),
    }


def _head_commit(commit: Commit) -> dict[str, Any]:
    author, committer = commit.author, commit.committer
    return {
        "id": commit.sha,
        "tree_id": commit.tree,
        "message": commit.message,
        "timestamp": committer[2],
        "author": {"name": author[0], "email": author[1]},
        "committer": {"name": committer[0], "email": committer[1]},
    }
