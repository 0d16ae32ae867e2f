"""Dispatches and re-runs, with the real act."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from rehearsal.github import GitHubServer
from rehearsal.github.runs import Run

from tests.rehearsal.samples import (
    Repository,
    waiting,
)

pytestmark = pytest.mark.act


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


PROTECTED = """
name: CD
on: push
jobs:
  go:
    runs-on: ubuntu-latest
    environment: prod
    steps:
      - run: test ! -e bad
"""


@pytest.mark.parametrize(("file", "state"), [("good", "success"), ("bad", "failure")])
def test_a_job_with_an_environment_is_a_deployment(
    repository: Repository,
    github: GitHubServer,
    api: httpx.Client,
    file: str,
    state: str,
) -> None:
    """GitHub records it once its reviewers agreed, and how it ended."""
    github.reviewed.add("prod")
    repository.workflow(
        "cd.yml", PROTECTED.replace("test ! -e bad", f"test {file} = good")
    )
    sha = repository.push()
    run = github.wait_for_run(sha, "cd.yml", 30.0, lambda run: run.status == "waiting")
    assert api.get("/../deployments").json() == []
    github.approve(run)
    github.wait_for_run(sha, "cd.yml", 30.0)
    (one,) = api.get("/../deployments").json()
    assert (one["environment"], one["sha"]) == ("prod", sha)
    statuses = api.get(f"/../deployments/{one['id']}/statuses").json()
    assert statuses[0]["state"] == state


def test_a_run_that_waits_for_reviewers_can_be_cancelled(
    repository: Repository, github: GitHubServer, api: httpx.Client
) -> None:
    """It ends without having begun."""
    github.reviewed.add("prod")
    repository.workflow("cd.yml", PROTECTED)
    sha = repository.push()
    run = github.wait_for_run(sha, "cd.yml", 30.0, lambda run: run.status == "waiting")
    assert api.post(f"/runs/{run.id}/cancel").status_code == 202
    assert github.wait_for_run(sha, "cd.yml", 30.0).conclusion == "cancelled"
