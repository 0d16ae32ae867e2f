"""Turns, cancelling and time limits, with the real act."""

from collections.abc import Callable

import httpx
import pytest
from rehearsal.github import GitHubServer
from rehearsal.github.runs import Run

from tests.rehearsal.samples import (
    SECONDS,
    Repository,
    comes_to_be,
    log_of,
    waiting,
)

pytestmark = pytest.mark.act


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
    assert comes_to_be(repository.home.joinpath("gate.begun").exists)
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
    assert "##[error]The job ran longer than its 0.2 minutes" in log_of(github, run)


def test_a_run_is_cancelled_on_request(
    repository: Repository,
    github: GitHubServer,
    api: httpx.Client,
    finished: Callable[..., Run],
) -> None:
    """POST cancel ends a run; a second one is refused."""
    repository.workflow("ci.yml", waiting(repository.home / "never"))
    sha = repository.push()
    assert comes_to_be(repository.home.joinpath("never.begun").exists)
    (run,) = github.runs(sha)
    assert api.post(f"/runs/{run.id}/cancel").status_code == 202
    assert finished(sha).conclusion == "cancelled"
    assert api.post(f"/runs/{run.id}/cancel").status_code == 409
