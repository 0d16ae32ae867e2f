"""The REST API's rules."""

from typing import Any

import httpx
import pytest
from rehearsal.github import GitHubServer, ScriptedRun

from tests.rehearsal.samples import Repository

REPO = "/repos/team/app"
RUNS = f"{REPO}/actions/runs"


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
        f"{quiet_github.api_url}{REPO}/deployments",
        json={"ref": older, **body},
        headers={"authorization": f"Bearer {quiet_github.token}"},
    )
    assert answer.status_code == status


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
        ({}, "/commits/0123456/statuses", 422, "No commit found"),
        ({}, "/actions/runs?actor=ann", 501, "does not play ['actor']"),
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
    statuses = [http.get(RUNS).status_code for _ in range(61)]
    assert statuses == [200] * 60 + [403]
    refused = http.get(RUNS)
    assert refused.headers["x-ratelimit-remaining"] == "0"
    assert "rate limit exceeded" in refused.json()["message"]
    quiet_github.limits.exhaust(quiet_github.token, seconds=30)
    headers = {"authorization": f"token {quiet_github.token}"}
    assert http.get(RUNS, headers=headers).status_code == 403


def test_logs_are_elsewhere_and_not_for_everybody(
    quiet_github: GitHubServer, http: httpx.Client, sha: str
) -> None:
    """A log needs a token, and is a redirection to where it is."""
    (run,) = quiet_github.runs(sha)
    (job,) = quiet_github.jobs(run)
    quiet_github.ledger.append_log(job.id, "hello")
    path = f"/actions/jobs/{job.id}/logs"
    assert http.get(REPO + path).status_code == 403
    headers = {"authorization": f"Bearer {quiet_github.token}"}
    answer = http.get(REPO + path, headers=headers)
    assert answer.status_code == 302
    assert httpx.get(answer.headers["location"]).text.endswith("Z hello\n")
