"""Write workflows, runs and jobs."""

from typing import Any

from rehearsal.github.origin import Commit
from rehearsal.github.payloads.common import moment, node_id, repository, user
from rehearsal.github.runs import Job, Run
from rehearsal.github.site import ACTOR, BRANCH, Site
from rehearsal.github.workflow import Workflow

RUNNER = "rehearsal"


def workflow_json(
    site: Site, workflow: Workflow, number: int, *, is_disabled: bool
) -> dict[str, Any]:
    """Return a workflow; how old its file is, nobody asks."""
    return {
        "id": number,
        "node_id": node_id("W", number),
        "name": workflow.name,
        "path": workflow.path,
        "state": "disabled_manually" if is_disabled else "active",
        "created_at": moment(0.0),
        "updated_at": moment(0.0),
        "url": f"{site.api}/actions/workflows/{number}",
        "html_url": f"{site.html}/blob/{BRANCH}/{workflow.path}",
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
        "actor": user(site, ACTOR),
        "triggering_actor": user(site, ACTOR),
        "head_commit": commit_json(commit) if commit else None,
        "repository": repository(site),
        "head_repository": repository(site),
        **_run_links(site, run),
    }


def commit_json(commit: Commit) -> dict[str, Any]:
    """Return the short form of a commit."""
    author, committer = commit.author, commit.committer
    return {
        "id": commit.sha,
        "tree_id": commit.tree,
        "message": commit.message,
        "timestamp": committer[2],
        "author": {"name": author[0], "email": author[1]},
        "committer": {"name": committer[0], "email": committer[1]},
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
    """Return a job; its steps are told by its log alone."""
    has_runner = job.started_at is not None
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
        "check_run_url": f"{site.api}/check-runs/{job.id}",
        "labels": list(job.labels),
        "runner_id": 1 if has_runner else None,
        "runner_name": RUNNER if has_runner else None,
        "runner_group_id": 1 if has_runner else None,
        "runner_group_name": "Default" if has_runner else None,
    }
