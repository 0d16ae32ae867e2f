"""What becomes of jobs and runs, with the real act."""

from collections.abc import Callable

import pytest
from rehearsal.github import GitHubServer
from rehearsal.github.ledger import Ledger
from rehearsal.github.runs import Run

from tests.rehearsal.samples import (
    SECONDS,
    Repository,
    log_of,
    one_job,
)

pytestmark = pytest.mark.act


def test_a_failing_job_fails_its_run_and_skips_what_needs_it(
    repository: Repository, github: GitHubServer, finished: Callable[..., Run]
) -> None:
    """Jobs, steps and the run carry the conclusions that GitHub gives them."""
    repository.workflow(
        "ci.yml",
        """
name: CI
on: [push]
jobs:
  bad:
    runs-on: ubuntu-latest
    strategy: {fail-fast: false, matrix: {version: ["3.11", "3.13"]}}
    steps:
      - run: "true"
      - name: maybe
        run: test "${{ matrix.version }}" = 3.11
      - run: echo never after a failure
      - {name: always, if: always(), run: echo tidy}
  tolerant:
    runs-on: ubuntu-latest
    steps:
      - {run: exit 3, continue-on-error: true}
  optional:
    runs-on: ubuntu-latest
    continue-on-error: true
    steps: [{run: exit 3}]
  after:
    needs: bad
    runs-on: ubuntu-latest
    steps: [{run: echo}]
  anyway:
    needs: bad
    if: always()
    runs-on: ubuntu-latest
    steps: [{run: 'echo result ${{ needs.bad.result }}'}]
""",
    )
    run = finished(repository.push())
    jobs = {job.name: job for job in github.jobs(run)}
    assert run.conclusion == "failure"
    assert {name: job.conclusion for name, job in jobs.items()} == {
        "bad (3.11)": "success",
        "bad (3.13)": "failure",
        "tolerant": "success",
        "optional": "failure",
        "after": "skipped",
        "anyway": "success",
    }
    log = github.ledger.log(jobs["bad (3.13)"].id)
    assert "tidy" in log and "never" not in log
    assert "result failure" in github.ledger.log(jobs["anyway"].id)


def test_only_tolerated_failures_leave_a_run_green(
    repository: Repository, finished: Callable[..., Run]
) -> None:
    """A job that may fail does not fail its run."""
    may_fail = "    continue-on-error: true\n"
    repository.workflow("ci.yml", one_job("exit 1", more=may_fail))
    assert finished(repository.push()).conclusion == "success"


def test_a_job_is_seen_while_it_runs(
    repository: Repository, github: GitHubServer, finished: Callable[..., Run]
) -> None:
    """A failed job shows before its run is over."""
    gate = repository.home / "gate"
    repository.workflow(
        "ci.yml",
        f"""
on: push
jobs:
  fast: {{runs-on: ubuntu-latest, steps: [{{run: exit 1}}]}}
  slow:
    runs-on: ubuntu-latest
    steps: [{{run: 'until [ -e {gate} ]; do sleep 0.02; done'}}]
  last: {{runs-on: ubuntu-latest, needs: slow, steps: [{{run: echo}}]}}
""",
    )
    sha = repository.push()

    def is_so(ledger: Ledger) -> bool:
        states = {
            job.key: (job.status, job.conclusion)
            for run in github.runs(sha)
            for job in github.jobs(run)
        }
        return states == {
            "fast": ("completed", "failure"),
            "slow": ("in_progress", None),
            "last": ("queued", None),
        }

    assert github.ledger.wait_until(is_so, SECONDS)
    assert github.runs(sha)[0].status == "in_progress"
    gate.touch()
    assert finished(sha).conclusion == "failure"


def test_a_missing_runner_fails_the_job(
    repository: Repository, github: GitHubServer, finished: Callable[..., Run]
) -> None:
    """A job for a runner that nobody plays does not pass unseen."""
    text = one_job("echo").replace("ubuntu-latest", "macos-latest")
    repository.workflow("ci.yml", text)
    run = finished(repository.push())
    assert run.conclusion == "failure"
    assert "##[error]No runner" in log_of(github, run)


@pytest.mark.parametrize(
    "text",
    [
        "on: push\njobs: {a: [",
        "on: push\njobs: {a: {runs-on: ubuntu-latest, needs: [b], steps: []}}",
        one_job("echo").replace("- run: |", "- uses: some/action@v1\n        with: |"),
    ],
    ids=["not YAML", "unknown need", "no stand-in"],
)
def test_what_cannot_start_is_a_startup_failure(
    repository: Repository,
    github: GitHubServer,
    finished: Callable[..., Run],
    text: str,
) -> None:
    """A workflow that cannot be started has a run, without jobs."""
    repository.workflow("ci.yml", text)
    run = finished(repository.push())
    assert run.conclusion == "startup_failure"
    assert not github.jobs(run)
