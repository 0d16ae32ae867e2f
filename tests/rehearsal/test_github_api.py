"""The REST API, read by a published client that knows GitHub's schemas."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from githubkit import GitHub, TokenAuthStrategy
from githubkit.exception import RequestFailed
from rehearsal.github import GitHubServer, ScriptedRun, wire_faults
from rehearsal.github.runs import Job, Step

from tests.rehearsal.conftest import Repository

OWN = ("team", "app")
REPO = "/repos/team/app"
WORKFLOW = """
name: CI
on:
  push:
  workflow_dispatch:
jobs: {only: {runs-on: ubuntu-latest, steps: [{run: echo}]}}
"""


@pytest.fixture
def sha(repository: Repository, quiet_github: GitHubServer) -> str:
    """Return a pushed commit with a completed run and a job."""
    repository.workflow("ci.yml", WORKFLOW)
    repository.push("first")
    sha = repository.push("feat: second")
    (run,) = quiet_github.script_runs(ScriptedRun(sha))
    quiet_github.ledger.put_job(
        Job(
            id=quiet_github.ledger.new_id(),
            run_id=run.id,
            attempt=1,
            key="only",
            name="only",
            labels=("ubuntu-latest",),
            created_at=run.created_at,
            status="completed",
            conclusion="success",
            started_at=run.created_at,
            completed_at=run.created_at + 1,
            steps=(Step(1, "Set up job", "completed", "success"),),
        )
    )
    return sha


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


@pytest.fixture
def http(quiet_github: GitHubServer) -> Iterator[httpx.Client]:
    """Return a plain client without a token."""
    with httpx.Client(base_url=quiet_github.api_url) as client:
        yield client


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
    attempt = actions.get_workflow_run_attempt(*OWN, run.id, 1).parsed_data
    assert attempt.run_attempt == 1
    (job,) = actions.list_jobs_for_workflow_run(*OWN, run.id).parsed_data.jobs
    assert job.steps[0].name == "Set up job"
    found = actions.list_jobs_for_workflow_run_attempt(*OWN, run.id, 1).parsed_data
    assert found.jobs[0].id == job.id
    assert actions.get_job_for_workflow_run(*OWN, job.id).parsed_data.name == "only"
    workflows = actions.list_repo_workflows(*OWN).parsed_data.workflows
    assert [workflow.path for workflow in workflows] == [".github/workflows/ci.yml"]
    one = actions.get_workflow(*OWN, "ci.yml").parsed_data
    assert actions.get_workflow(*OWN, one.id).parsed_data.name == "CI"
    log = actions.download_job_logs_for_workflow_run(*OWN, job.id)
    assert log.status_code == 200


def test_githubkit_reads_the_repository_and_its_commits(client: Any, sha: str) -> None:
    """Every answer about git fits the published schema."""
    repository = client.repos.get(*OWN).parsed_data
    assert (repository.full_name, repository.default_branch) == ("team/app", "main")
    commit = client.repos.get_commit(*OWN, "main").parsed_data
    assert (commit.sha, len(commit.parents)) == (sha, 1)
    ref = client.git.get_ref(*OWN, "heads/main").parsed_data
    assert ref.object_.sha == sha
    pair = f"{commit.parents[0].sha}...{sha}"
    comparison = client.repos.compare_commits(*OWN, pair).parsed_data
    assert (comparison.status, comparison.ahead_by) == ("ahead", 1)
    limit = client.rate_limit.get().parsed_data
    assert limit.resources.core.limit == 5000


def test_githubkit_writes_statuses_and_deployments(client: Any, sha: str) -> None:
    """What is written can be read back."""
    repos = client.repos
    for state in ("pending", "success"):
        repos.create_commit_status(*OWN, sha, state=state, context="deploy")
    combined = repos.get_combined_status_for_ref(*OWN, sha).parsed_data
    assert (combined.state, combined.total_count) == ("success", 1)
    safe: dict[str, Any] = {"auto_merge": False, "required_contexts": []}
    made = repos.create_deployment(*OWN, ref=sha, environment="preprod", **safe)
    number = made.parsed_data.id
    repos.create_deployment_status(*OWN, number, state="in_progress")
    status = repos.create_deployment_status(*OWN, number, state="success").parsed_data
    listed = repos.list_deployment_statuses(*OWN, number).parsed_data
    assert [one.state for one in listed] == ["success", "in_progress"]
    one = repos.get_deployment_status(*OWN, number, status.id).parsed_data
    assert one.state == "success"
    assert repos.get_deployment(*OWN, number).parsed_data.sha == sha
    found = repos.list_deployments(*OWN, environment="preprod").parsed_data
    assert [one.id for one in found] == [number]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"auto_merge": False, "required_contexts": []}, 201),
        ({"auto_merge": False}, 409),
        ({"required_contexts": []}, 202),
        ({"auto_merge": False, "required_contexts": [], "ref": "nowhere"}, 422),
    ],
    ids=["safe", "checks missing", "would merge", "no such ref"],
)
def test_deployments_follow_githubs_rules(
    repository: Repository,
    quiet_github: GitHubServer,
    sha: str,
    body: dict[str, Any],
    status: int,
) -> None:
    """A careless request is refused, or would merge, as on the real one."""
    older = repository.git("rev-parse", "HEAD^")
    answer = httpx.post(
        f"{quiet_github.api_url}/repos/team/app/deployments",
        json={"ref": older, **body},
        headers={"authorization": f"Bearer {quiet_github.token}"},
    )
    assert answer.status_code == status


@pytest.mark.parametrize("version", ["2022-11-28", "2026-03-10"])
def test_both_versions_are_spoken(quiet_github: GitHubServer, version: str) -> None:
    """The newer version drops what it dropped, and the answer names the version."""
    headers = {"x-github-api-version": version}
    answer = httpx.get(f"{quiet_github.api_url}/rate_limit", headers=headers)
    assert answer.headers["x-github-api-version-selected"] == version
    assert ("rate" in answer.json()) == (version == "2022-11-28")


@pytest.mark.parametrize(
    ("headers", "path", "status", "message"),
    [
        ({"user-agent": ""}, "", 403, None),
        ({"x-github-api-version": "2020-01-01"}, "", 400, "Unsupported"),
        ({"authorization": "Bearer wrong"}, "", 401, "Bad credentials"),
        ({}, "/nothing", 404, "Not Found"),
        ({}, "/actions/runs/1", 404, "Not Found"),
        ({}, "/actions/runs/one", 404, "Not Found"),
        ({}, "/actions/runs?status=odd", 422, "Invalid value"),
        ({}, "/commits/0123456", 422, "No commit found"),
        ({}, "/actions/workflows/none.yml/runs", 404, "Not Found"),
    ],
)
def test_refusals_have_githubs_shape(
    http: httpx.Client, headers: dict[str, str], path: str, status: int, message: str
) -> None:
    """What is refused is refused with GitHub's status, words and headers."""
    answer = http.get(REPO + path, headers=headers)
    assert answer.status_code == status
    assert answer.headers["x-ratelimit-resource"] == "core"
    assert answer.headers["x-github-request-id"]
    if message is None:
        assert "administrative rules" in answer.text
    else:
        assert message in answer.json()["message"]
        assert answer.json()["status"] == str(status)


def test_changes_need_a_token(http: httpx.Client, sha: str) -> None:
    """Nobody unknown starts or cancels anything."""
    for path in ("/actions/workflows/ci.yml/dispatches", "/deployments"):
        assert http.post(REPO + path, json={"ref": "main"}).status_code == 401


def test_head_sha_matches_whole_or_not_at_all(http: httpx.Client, sha: str) -> None:
    """An empty SHA filters nothing, and an abbreviated one finds nothing."""
    counts = [
        http.get(f"{REPO}/actions/runs", params={"head_sha": text}).json()[
            "total_count"
        ]
        for text in (sha, "", sha[:7])
    ]
    assert counts == [1, 1, 0]


def test_lists_are_paged(
    http: httpx.Client, quiet_github: GitHubServer, sha: str
) -> None:
    """A run may be on a later page, which the Link header leads to."""
    quiet_github.script_runs(
        *(ScriptedRun(sha, workflow=f"other-{n}.yml") for n in range(4))
    )
    first = http.get(f"{REPO}/actions/runs", params={"per_page": 2, "head_sha": sha})
    assert first.json()["total_count"] == 5
    last = http.get(first.links["last"]["url"])
    (run,) = last.json()["workflow_runs"]
    assert run["path"].endswith("ci.yml")
    assert "next" not in last.links


def test_runs_can_be_scripted(
    http: httpx.Client, quiet_github: GitHubServer, sha: str
) -> None:
    """A run appears with any state, later than its push, and can be altered."""
    (late,) = quiet_github.script_runs(
        ScriptedRun(sha, "timed_out", event="schedule", listed_after=60.0)
    )
    query = {"event": "schedule"}
    assert http.get(f"{REPO}/actions/runs", params=query).json()["total_count"] == 0
    altered = ScriptedRun(sha, "failure", event="push", run_id=late.id, attempt=2)
    quiet_github.script_runs(altered)
    body = http.get(f"{REPO}/actions/runs/{late.id}").json()
    assert (body["conclusion"], body["event"], body["run_attempt"]) == (
        "failure",
        "push",
        2,
    )


def test_an_unchanged_answer_is_free_only_with_a_token(
    quiet_github: GitHubServer, sha: str
) -> None:
    """A matching ETag brings 304; without a token it costs a request all the same."""
    url = f"{quiet_github.api_url}/repos/team/app/actions/runs"
    used = {}
    for token in (None, quiet_github.token):
        headers = {"authorization": f"Bearer {token}"} if token else {}
        tag = httpx.get(url, headers=headers).headers["etag"]
        answer = httpx.get(url, headers={**headers, "if-none-match": tag})
        assert (answer.status_code, answer.content) == (304, b"")
        used[token] = answer.headers["x-ratelimit-used"]
    assert used == {None: "2", quiet_github.token: "1"}


def test_a_used_up_limit_refuses_until_its_reset(
    quiet_github: GitHubServer, http: httpx.Client
) -> None:
    """Sixty requests an hour go through without a token, and not one more."""
    statuses = [http.get(REPO).status_code for _ in range(61)]
    assert statuses == [200] * 60 + [403]
    refused = http.get(REPO)
    assert refused.headers["x-ratelimit-remaining"] == "0"
    assert "rate limit exceeded" in refused.json()["message"]
    quiet_github.limits.exhaust(quiet_github.token, seconds=30)
    headers = {"authorization": f"token {quiet_github.token}"}
    assert http.get(REPO, headers=headers).status_code == 403


def test_logs_are_elsewhere_and_not_for_everybody(
    quiet_github: GitHubServer, client: Any, http: httpx.Client, sha: str
) -> None:
    """A log needs a token, and is a redirection to where it is."""
    (run,) = quiet_github.runs(sha)
    (job,) = quiet_github.jobs(run)
    quiet_github.ledger.append_log(job.id, "hello\n")
    path = f"/actions/jobs/{job.id}/logs"
    assert http.get(REPO + path).status_code == 403
    headers = {"authorization": f"Bearer {quiet_github.token}"}
    answer = http.get(REPO + path, headers=headers)
    assert answer.status_code == 302
    assert httpx.get(answer.headers["location"]).text == "hello\n"


def test_faults_strike_as_often_as_asked(
    quiet_github: GitHubServer, http: httpx.Client
) -> None:
    """Each fault looks on the wire like the real one, and then it is over."""
    faults = quiet_github.faults
    faults.inject(wire_faults.server_error(502), times=2)
    faults.inject(wire_faults.secondary_limit(7))
    faults.inject(wire_faults.html_page())
    faults.inject(wire_faults.unasked_304())
    faults.inject(wire_faults.truncated_json())
    answers = [http.get(REPO) for _ in range(7)]
    assert [one.status_code for one in answers] == [502, 502, 403, 200, 304, 200, 200]
    assert answers[2].headers["retry-after"] == "7"
    assert answers[3].text.startswith("<!DOCTYPE")
    with pytest.raises(json.JSONDecodeError):
        answers[5].json()
    assert answers[6].json()["name"] == "app"


def test_faults_can_last_and_be_for_one_path(
    quiet_github: GitHubServer, http: httpx.Client
) -> None:
    """Until it is cleared, a lasting fault spoils only what it is meant for."""
    fault = wire_faults.rate_limit_used_up(30)
    quiet_github.faults.inject(fault, times=None, path="/actions/")
    statuses = [http.get(REPO + path).status_code for path in ("/actions/runs", "") * 2]
    assert statuses == [403, 200, 403, 200]
    quiet_github.faults.clear()
    assert http.get(f"{REPO}/actions/runs").status_code == 200


def test_a_slow_body_is_cut_off_by_an_impatient_client(
    quiet_github: GitHubServer, http: httpx.Client
) -> None:
    """The headers come at once, the body takes its time."""
    quiet_github.faults.inject(wire_faults.slow_body(5.0))
    with pytest.raises(httpx.ReadTimeout):
        http.get(REPO, timeout=0.2)


def test_connections_can_be_refused_for_a_while(
    quiet_github: GitHubServer, http: httpx.Client
) -> None:
    """Nothing listens, and later the same address answers again."""
    quiet_github.refuse_connections()
    with pytest.raises(httpx.ConnectError):
        http.get(REPO)
    quiet_github.accept_connections()
    assert http.get(REPO).status_code == 200


def test_githubkit_understands_a_refusal(client: Any, sha: str) -> None:
    """A published client raises what it raises against the real API."""
    with pytest.raises(RequestFailed) as caught:
        client.actions.create_workflow_dispatch(*OWN, "ci.yml", ref="nowhere")
    assert caught.value.response.status_code == 422
