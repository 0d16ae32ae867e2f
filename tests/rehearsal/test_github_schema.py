"""The REST API, read by a published client that knows GitHub's schemas."""

from collections.abc import Iterator
from typing import Any

import pytest
from githubkit import GitHub, TokenAuthStrategy
from githubkit.exception import RequestFailed
from rehearsal.github import GitHubServer

OWN = ("team", "app")


@pytest.fixture
def client(quiet_github: GitHubServer) -> Iterator[Any]:
    """Return githubkit's typed client, with a token and without a cache."""
    with GitHub(
        TokenAuthStrategy(quiet_github.token),
        base_url=quiet_github.api_url,
        http_cache=False,
        auto_retry=False,
    ) as github:
        yield github.rest


def test_githubkit_reads_runs_jobs_and_workflows(
    client: Any, quiet_github: GitHubServer, sha: str
) -> None:
    """Every answer about Actions fits the published schema and says the right thing."""
    actions = client.actions
    runs = actions.list_workflow_runs_for_repo(*OWN, head_sha=sha).parsed_data
    run = runs.workflow_runs[0]
    assert (runs.total_count, run.head_sha, run.conclusion) == (1, sha, "success")
    assert run.head_commit.message == "feat: second"
    by_file = actions.list_workflow_runs(*OWN, "ci.yml").parsed_data
    assert by_file.workflow_runs[0].id == run.id
    assert actions.get_workflow_run(*OWN, run.id).parsed_data.path == run.path
    (job,) = actions.list_jobs_for_workflow_run(*OWN, run.id).parsed_data.jobs
    assert (job.name, job.conclusion) == ("only", "success")
    workflows = actions.list_repo_workflows(*OWN).parsed_data.workflows
    assert [workflow.path for workflow in workflows] == [".github/workflows/ci.yml"]
    one = actions.get_workflow(*OWN, "ci.yml").parsed_data
    assert actions.get_workflow(*OWN, one.id).parsed_data.name == "CI"
    log = actions.download_job_logs_for_workflow_run(*OWN, job.id)
    assert log.status_code == 200


def test_githubkit_writes_statuses_and_deployments(client: Any, sha: str) -> None:
    """What is written can be read back."""
    repos = client.repos
    for state in ("pending", "success"):
        repos.create_commit_status(*OWN, sha, state=state, context="deploy")
    said = repos.list_commit_statuses_for_ref(*OWN, sha).parsed_data
    assert [one.state for one in said] == ["success", "pending"]
    safe: dict[str, Any] = {"auto_merge": False, "required_contexts": []}
    made = repos.create_deployment(*OWN, ref=sha, environment="preprod", **safe)
    number = made.parsed_data.id
    repos.create_deployment_status(*OWN, number, state="in_progress")
    repos.create_deployment_status(*OWN, number, state="success")
    listed = repos.list_deployment_statuses(*OWN, number).parsed_data
    assert [one.state for one in listed] == ["success", "in_progress"]
    found = repos.list_deployments(*OWN, environment="preprod").parsed_data
    assert [one.id for one in found] == [number]


def test_githubkit_understands_a_refusal(client: Any, sha: str) -> None:
    """A published client raises what it raises against the real API."""
    with pytest.raises(RequestFailed) as caught:
        client.actions.create_workflow_dispatch(*OWN, "ci.yml", ref="nowhere")
    assert caught.value.response.status_code == 422
