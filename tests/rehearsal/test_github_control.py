"""Turns, cancelling, time limits, dispatches and re-runs, with the real act."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from rehearsal.github import GitHubServer
from rehearsal.github.runs import Run

from tests.rehearsal.conftest import SECONDS, Repository

pytestmark = pytest.mark.act


def waiting(gate: Path, head: str = "on: push", steps: str = "") -> str:
    """Return a workflow whose job waits for a file."""
    return f"""
name: CI
{head}
jobs:
  wait:
    runs-on: ubuntu-latest
    steps:
      - run: until [ -e {gate} ]; do sleep 0.02; done
{steps}"""


@pytest.fixture
def api(github: GitHubServer) -> httpx.Client:
    """Return a client with a token."""
    headers = {"authorization": f"Bearer {github.token}"}
    return httpx.Client(
        base_url=f"{github.api_url}/repos/team/app/actions", headers=headers
    )


def test_a_group_runs_one_and_keeps_only_the_newest_waiting(
    repository: Repository, github: GitHubServer, finished: Callable[..., Run]
) -> None:
    """Of three pushes the second is cancelled, and the third waits for the first."""
    gate = repository.home / "gate"
    head = "on: push\nconcurrency: {group: 'ci-${{ github.ref }}'}"
    repository.workflow("ci.yml", waiting(gate, head))
    shas = [repository.push(f"push {number}") for number in range(3)]
    assert finished(shas[1]).conclusion == "cancelled"
    assert github.runs(shas[0])[0].status == "in_progress"
    github.wait_for_run(shas[2], "ci.yml", SECONDS, lambda run: run.status == "pending")
    gate.touch()
    assert [finished(sha).conclusion for sha in (shas[0], shas[2])] == ["success"] * 2


def test_cancel_in_progress_ends_the_running_one(
    repository: Repository, github: GitHubServer, finished: Callable[..., Run]
) -> None:
    """A newer run interrupts the older, whose `always()` steps still run."""
    gate, tidied = repository.home / "gate", repository.home / "tidied"
    head = "on: push\nconcurrency: {group: ci, cancel-in-progress: true}"
    steps = f"      - if: always()\n        run: touch {tidied}\n"
    repository.workflow("ci.yml", waiting(gate, head, steps))
    first = repository.push()
    github.wait_for_run(first, "ci.yml", SECONDS, lambda run: _has_begun(github, run))
    second = repository.push()
    old = finished(first)
    (job,) = github.jobs(old)
    assert (old.conclusion, job.conclusion) == ("cancelled", "cancelled")
    assert tidied.exists()
    gate.touch()
    assert finished(second).conclusion == "success"


def test_a_job_past_its_time_limit_is_cancelled(
    repository: Repository, github: GitHubServer, finished: Callable[..., Run]
) -> None:
    """`timeout-minutes` is heeded, which act would not do."""
    text = waiting(repository.home / "never")
    limit = "    runs-on: ubuntu-latest\n    timeout-minutes: 0.2\n"
    repository.workflow("ci.yml", text.replace("    runs-on: ubuntu-latest\n", limit))
    run = finished(repository.push())
    (job,) = github.jobs(run)
    assert (run.conclusion, job.conclusion) == ("cancelled", "cancelled")
    assert "0.2 minutes" in job.annotations[0].message


def test_a_run_is_cancelled_on_request(
    repository: Repository,
    github: GitHubServer,
    api: httpx.Client,
    finished: Callable[..., Run],
) -> None:
    """POST cancel ends a run; a second one is refused."""
    repository.workflow("ci.yml", waiting(repository.home / "never"))
    sha = repository.push()
    run = github.wait_for_run(
        sha, "ci.yml", SECONDS, lambda run: _has_begun(github, run)
    )
    assert api.post(f"/runs/{run.id}/cancel").status_code == 202
    assert finished(sha).conclusion == "cancelled"
    assert api.post(f"/runs/{run.id}/cancel").status_code == 409


INPUTS = """
on:
  workflow_dispatch:
    inputs:
      environment: {type: choice, options: [preprod, prod], required: true}
      confirm: {required: true}
      dry: {type: boolean, default: false}
      note: {default: none}
"""


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"inputs": {}}, '"ref" wasn\'t supplied'),
        ({"ref": "nowhere"}, "No ref found for: nowhere"),
        ({"ref": "main", "inputs": {"x": "y"}}, 'Unexpected inputs provided: ["x"]'),
        (
            {"ref": "main", "inputs": {"environment": "prod"}},
            "Required input 'confirm' not provided",
        ),
        (
            {"ref": "main", "inputs": {"environment": "moon", "confirm": "DEPLOY"}},
            "not in the list of allowed values",
        ),
        (
            {
                "ref": "main",
                "inputs": {"environment": "prod", "confirm": "D", "dry": "maybe"},
            },
            "is not a boolean",
        ),
    ],
)
def test_wrong_inputs_are_refused(
    repository: Repository,
    github: GitHubServer,
    api: httpx.Client,
    body: dict[str, Any],
    message: str,
) -> None:
    """A dispatch is checked as GitHub checks it, and starts nothing when wrong."""
    repository.workflow("hand.yml", waiting(repository.home / "gate", INPUTS))
    repository.push()
    answer = api.post("/workflows/hand.yml/dispatches", json=body)
    assert answer.status_code == 422
    assert message in answer.json()["message"]
    assert not github.runs(workflow="hand.yml")


def test_a_dispatch_carries_its_inputs_as_data(
    repository: Repository,
    github: GitHubServer,
    api: httpx.Client,
    finished: Callable[..., Run],
) -> None:
    """Inputs arrive unharmed, defaults are filled in, booleans are booleans."""
    hostile = "\"a\" 'b' `c` $(d) \\ é"
    steps = """
      - run: printf '%s|%s|%s\\n' "$NOTE" "$DRY" "$CONFIRM"
        env:
          NOTE: ${{ inputs.note }}
          DRY: ${{ inputs.dry && 'dry' || 'wet' }}
          CONFIRM: ${{ github.event.inputs.confirm }}
"""
    gate = repository.home / "gate"
    gate.touch()
    repository.workflow("hand.yml", waiting(gate, INPUTS, steps))
    sha = repository.push()
    inputs = {"environment": "prod", "confirm": "DEPLOY", "note": hostile}
    body = {"ref": "main", "inputs": inputs}
    assert api.post("/workflows/hand.yml/dispatches", json=body).status_code == 204
    run = finished(sha, "hand.yml")
    assert (run.trigger.event, run.conclusion) == ("workflow_dispatch", "success")
    (job,) = github.jobs(run)
    assert f"{hostile}|wet|DEPLOY" in github.ledger.log(job.id)


def test_a_rerun_keeps_the_id_and_raises_the_attempt(
    repository: Repository,
    github: GitHubServer,
    api: httpx.Client,
    finished: Callable[..., Run],
) -> None:
    """A re-run may turn red to green; what the first attempt was stays readable."""
    gate = repository.home / "gate"
    gate.touch()
    flag = repository.home / "flag"
    steps = f"      - run: test -e {flag}; echo attempt $GITHUB_RUN_ATTEMPT\n"
    repository.workflow("ci.yml", waiting(gate, steps=steps))
    sha = repository.push()
    first = finished(sha)
    flag.touch()
    assert api.post(f"/runs/{first.id}/rerun").status_code == 201
    second = finished(sha, attempt=2)
    assert (first.conclusion, second.conclusion) == ("failure", "success")
    assert (second.id, second.number) == (first.id, first.number)
    assert api.get(f"/runs/{first.id}/attempts/1").json()["conclusion"] == "failure"
    jobs = api.get(f"/runs/{first.id}/jobs", params={"filter": "all"}).json()["jobs"]
    assert [job["run_attempt"] for job in jobs] == [1, 2]
    assert "attempt 2" in github.ledger.log(jobs[1]["id"])


def test_rerunning_failed_jobs_leaves_the_others_alone(
    repository: Repository,
    github: GitHubServer,
    api: httpx.Client,
    finished: Callable[..., Run],
) -> None:
    """Good jobs keep their results; failed ones and their dependents run again."""
    flag, count = repository.home / "flag", repository.home / "count"
    repository.workflow(
        "ci.yml",
        f"""
on: push
jobs:
  good: {{runs-on: ubuntu-latest, steps: [{{run: echo x >>{count}}}]}}
  bad: {{runs-on: ubuntu-latest, needs: good, steps: [{{run: test -e {flag}}}]}}
  after: {{runs-on: ubuntu-latest, needs: bad, steps: [{{run: echo}}]}}
""",
    )
    sha = repository.push()
    run = finished(sha)
    flag.touch()
    assert api.post(f"/runs/{run.id}/rerun-failed-jobs").status_code == 201
    again = finished(sha, attempt=2)
    results = {job.key: job.conclusion for job in github.jobs(again)}
    assert results == {"good": "success", "bad": "success", "after": "success"}
    assert count.read_text() == "x\n"
    assert api.post(f"/runs/{run.id}/rerun-failed-jobs").status_code == 403


def test_the_end_of_a_run_starts_what_waits_for_it(
    repository: Repository, github: GitHubServer, finished: Callable[..., Run]
) -> None:
    """`workflow_run` fires whatever the conclusion, and tells of the run."""
    repository.workflow(
        "ci.yml",
        "name: CI\non: push\n"
        "jobs: {a: {runs-on: ubuntu-latest, steps: [{run: exit 1}]}}",
    )
    repository.workflow(
        "settle.yml",
        """
on: {workflow_run: {workflows: [CI], types: [completed]}}
jobs:
  settle:
    runs-on: self-hosted
    env:
      TOLD: >-
        ${{ github.event.workflow_run.conclusion }}
        ${{ github.event.workflow_run.head_sha }}
        ${{ github.event.workflow_run.event }}
    steps: [{run: echo "$TOLD"}]
""",
    )
    sha = repository.push()
    run = finished(sha, "settle.yml")
    (job,) = github.jobs(run)
    assert f"failure {sha} push" in github.ledger.log(job.id)
    assert run.trigger.event == "workflow_run"


def _has_begun(github: GitHubServer, run: Run) -> bool:
    return any(
        len(job.steps) > 1 and job.steps[1].started_at for job in github.jobs(run)
    )
